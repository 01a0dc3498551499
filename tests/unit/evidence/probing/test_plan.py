from __future__ import annotations

from pathlib import Path

import pytest

from advisor.errors import InputError
from advisor.evidence.probing.plan import Plan, offers, wanted

GOOD = """
VARIANTS = {
    "cheap": {"modules": ("a",), "install": "a"},
    "dear": {"modules": ("a", "b"), "install": "a b", "environment": {"X": "1"}},
}
NOT_APPLICABLE = {"because": ("one", "two")}
raise SystemExit("a file must not be run to be read")
"""


def folder(place: Path, **files: str) -> Path:
    (place / "frameworks").mkdir()
    for name, text in files.items():
        (place / "frameworks" / f"on_{name}.py").write_text(text, encoding="utf-8")
    return place


def test_a_file_is_read_without_being_run(tmp_path: Path) -> None:
    cheap, dear = offers(folder(tmp_path, thing=GOOD))["thing"]
    assert (cheap.name, cheap.modules, cheap.environment) == ("thing/cheap", ("a",), {})
    assert (dear.name, dear.install, dear.environment) == ("thing/dear", "a b", {"X": "1"})
    assert dear.left_out == {"one": "because", "two": "because"}


@pytest.mark.parametrize("text", ["", "VARIANTS = make()", "VARIANTS = {'x': ('a',)}", "VARIANTS = [1]", "def ("])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"on_thing\.py"):
        offers(folder(tmp_path, thing=text))


def test_every_framework_is_wanted_unless_some_are_named(tmp_path: Path) -> None:
    offered = offers(folder(tmp_path, thing=GOOD, other=GOOD, numpy=GOOD))
    plan = Plan(probes=tmp_path, definitions=())
    assert wanted(plan, offered) == {"other": (), "thing": ()}
    named = Plan(probes=tmp_path, definitions=(), frameworks=("thing/dear", "other"))
    assert wanted(named, offered) == {"thing": ("dear",), "other": ()}


def test_every_unknown_name_is_told_at_once(tmp_path: Path) -> None:
    offered = offers(folder(tmp_path, thing=GOOD))
    with pytest.raises(InputError) as caught:
        wanted(Plan(probes=tmp_path, definitions=(), frameworks=("thing/free", "else")), offered)
    assert [problem.message for problem in caught.value.problems] == ["no probes for else", "no probes for thing/free"]
