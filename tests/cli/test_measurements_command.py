"""`advisor measurements`, and what a recommendation makes of what is stored."""

from __future__ import annotations

import json
import shutil
from importlib import metadata
from pathlib import Path

import jsonschema
import pytest

from advisor.evidence.keeping import store
from advisor.evidence.machine.detection import identify
from advisor.frozen import replace
from cli.program import UNWATCHED, Ran, Run, example
from cli.shims import shim
from cli.stored import found_here, measured

IMPORTED = """
import atexit, os, sys
atexit.register(lambda: os.write(2, ("imported " + " ".join(sorted(sys.modules))).encode()))
"""


@pytest.fixture(scope="module")
def cache(run: Run, home: Path) -> Path:
    """Knowledge that was read before, so that each home need not read it again."""
    run("recommend", "--set", "domain=cv", "--no-detect")
    return home / "cache"


@pytest.fixture
def kept(tmp_path: Path, cache: Path) -> Path:
    """A home with one run of this machine."""
    shutil.copytree(cache, tmp_path / "home" / "cache")
    store.save(measured(), tmp_path / "home", found_here())
    return tmp_path / "home"


@pytest.fixture
def identity(kept: Path) -> str:
    return store.kept(kept)[0].run.id


def at(run: Run, home: Path, *arguments: str | Path, stdin: str = "") -> Ran:
    return run(*arguments, env={"ADVISOR_HOME": str(home)}, stdin=stdin)


def test_a_list_says_what_there_is_and_what_is_used(run: Run, kept: Path, identity: str) -> None:
    text = at(run, kept, "measurements", "list").stdout
    assert text.startswith(f"{identity[:8]}  2026-01-01T00:00:00Z  this machine, what `recommend` goes by\n")
    assert "jax 1.0, pytorch 1.0" in text
    (row,) = at(run, kept, "measurements", "list", "--json").document["measurements"]
    assert (row["id"], row["current"], row["this_machine"], row["foreign"]) == (identity, True, True, False)


def test_what_was_measured_under_other_terms_moves_no_answer_and_stays(run: Run, tmp_path: Path, cache: Path) -> None:
    shutil.copytree(cache, tmp_path / "cache")
    older = store.save(measured(terms=1), tmp_path, found_here())
    ran = at(run, tmp_path, "recommend", "--answers", example("laptop"), "--json", "--depth", "core")
    assert ran.document["measurements"]["used"] == []
    said = f"measurement {older.id[:8]}: it was measured under version 1 of the terms of comparison, which is 2 now"
    assert f"{said}; left out. Measure again: `advisor probe`." in ran.stderr
    (row,) = at(run, tmp_path, "measurements", "list", "--json").document["measurements"]
    assert (row["id"], row["current"]) == (older.id, False)


def test_where_nothing_is_stored_it_is_said(run: Run, tmp_path: Path) -> None:
    assert "Nothing is stored" in at(run, tmp_path, "measurements", "list").stdout
    assert at(run, tmp_path, "measurements", "list", "--json").document == {"measurements": []}
    assert at(run, tmp_path, "measurements", "forget", "--all").stdout == "Nothing was stored.\n"
    ran = at(run, tmp_path, "measurements", "show")
    assert (ran.exit, ran.stdout) == (2, "")
    assert "`advisor probe`" in ran.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [(), ("{id}",), ("{short}",)])
def test_shown_it_is_what_probe_printed_with_its_samples(
    run: Run, kept: Path, identity: str, name: tuple[str, ...]
) -> None:
    named = [text.format(id=identity, short=identity[:9]) for text in name]
    document = at(run, kept, "measurements", "show", *named, "--json").document
    jsonschema.validate(document, json.loads(run("schema", "measurements").stdout))
    assert document["id"] == identity
    assert document["results"][0]["raw"]["wall_s"] == [0.001, 0.0011]
    text = at(run, kept, "measurements", "show", *named).stdout
    assert identity in text
    assert "pytorch/eager" in text


def test_an_id_that_is_none_is_refused(run: Run, kept: Path) -> None:
    for command in ("show", "export", "forget"):
        ran = at(run, kept, "measurements", command, "zzz")
        assert (ran.exit, ran.stdout) == (2, "")
        assert ran.stderr == "advisor: 'zzz': no measurement has this id. See `advisor measurements list`.\n"


def test_what_is_handed_on_is_taken_in_shown_and_never_used(
    run: Run, kept: Path, identity: str, tmp_path: Path, cache: Path
) -> None:
    file, other = tmp_path / "run.json", tmp_path / "other"
    shutil.copytree(cache, other / "cache")
    assert at(run, kept, "measurements", "export", "--output", file).exit == 0
    assert "ada" not in file.read_text(encoding="utf-8")
    assert (
        at(run, other, "measurements", "import", file).stdout
        == f"{identity} imported; it is shown, and moves no answer but that of `recommend --fleet`.\n"
    )
    assert "was here already" in at(run, other, "measurements", "import", "-", stdin=file.read_text("utf-8")).stdout
    assert "imported" in at(run, other, "measurements", "list").stdout
    assert "moves no answer" in at(run, other, "measurements", "show", identity[:6]).stdout
    assert at(run, other, "measurements", "show", "--json").document["foreign"] is True
    answered = at(run, other, "recommend", "--answers", example("laptop"), "--json").document
    assert answered["measurements"]["used"] == []
    assert "was here already" in at(run, kept, "measurements", "import", file).stdout
    assert store.kept(kept)[0].run.foreign is False


def test_what_somebody_changed_or_made_up_is_refused(run: Run, kept: Path, tmp_path: Path) -> None:
    document = at(run, kept, "measurements", "export").document
    document["results"][0]["value"] = 1e-9
    document["machine"]["cpu"] = "\x1b[31m"
    for content in (json.dumps(document), "{", "[" * 200_000, '{"a": "\x1b[31m"}', ""):
        ran = at(run, tmp_path / "other", "measurements", "import", "-", stdin=content)
        assert (ran.exit, ran.stdout) == (2, "")
        assert ran.stderr.startswith("advisor: standard input")
        assert "\x1b" not in ran.stderr
    assert at(run, tmp_path / "other", "measurements", "import", tmp_path / "none.json").exit == 2
    assert not (tmp_path / "other" / "measurements.sqlite3").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            '{"schema": "advisor/decision/1", "basis": {}}',
            "it is of the format 'advisor/decision/1'; expected advisor/measurements/1. `advisor measurements export`",
        ),
        ("", "Invalid JSON: EOF while parsing a value at line 1 column 0. Export it again with `advisor"),
    ],
)
def test_what_is_no_run_is_told_in_one_sentence(run: Run, tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "run.json").write_text(content, encoding="utf-8")
    ran = at(run, tmp_path, "measurements", "import", tmp_path / "run.json")
    assert (ran.exit, len(ran.stderr.splitlines())) == (2, 1)
    assert ran.stderr.startswith(f"advisor: {tmp_path / 'run.json'}: {told}")


def test_escapes_in_what_is_taken_in_reach_no_terminal(run: Run, tmp_path: Path) -> None:
    machine = replace(identify(), cpu="\x1b]0;owned\x07")
    store.add(measured(machine=machine), tmp_path)
    for command in ("list", "show"):
        assert "\x1b" not in at(run, tmp_path, "measurements", command).stdout


def test_what_is_forgotten_is_named(run: Run, kept: Path, identity: str) -> None:
    for wrong in ((), ("--all", identity)):
        assert at(run, kept, "measurements", "forget", *wrong).exit == 2
    assert at(run, kept, "measurements", "forget", identity[:8], "--json").document == {"forgotten": [identity]}
    assert at(run, kept, "measurements", "list", "--json").document == {"measurements": []}


def test_a_recommendation_uses_it_as_long_as_what_was_measured_is_what_is_installed(
    run: Run, kept: Path, identity: str
) -> None:
    ran = at(run, kept, "recommend", "--answers", example("laptop"), "--json")
    assert ran.document["measurements"]["used"] == [identity]
    assert ran.stderr == ""
    gone = replace(found_here()[0].packages[0], version="0.0.1")
    store.save(measured(day=2), kept, [replace(place, packages=(gone,)) for place in found_here()])
    store.forget([identity], kept)
    ran = at(run, kept, "recommend", "--answers", example("laptop"), "--json")
    assert ran.document["measurements"]["used"] == []
    assert f"pytest was measured at 0.0.1 and is {metadata.version('pytest')} now" in ran.stderr
    assert "`advisor probe`" in ran.stderr


def test_a_damaged_store_costs_no_answer(run: Run, kept: Path) -> None:
    (kept / "measurements.sqlite3").write_bytes(b"no database" * 100)
    ran = at(run, kept, "recommend", "--answers", example("laptop"), "--json")
    assert ran.exit == 0
    assert ran.document["measurements"]["used"] == []
    assert "the file is damaged" in ran.stderr
    ran = at(run, kept, "measurements", "list")
    assert (ran.exit, ran.stdout) == (2, "")
    assert "Move it away" in ran.stderr


def test_a_start_with_nothing_stored_loads_no_database(run: Run, kept: Path, tmp_path: Path, cache: Path) -> None:
    shutil.copytree(cache, tmp_path / "empty" / "cache")

    def imported(home: Path) -> set[str]:
        env = {**shim(tmp_path / "shim", IMPORTED), "ADVISOR_HOME": str(home), **UNWATCHED}
        said = run("recommend", "--answers", example("laptop"), "--json", env=env).stderr
        return set(said.rpartition("imported ")[2].split())

    assert "sqlite3" not in imported(tmp_path / "empty")
    assert "sqlite3" in imported(kept)
    # What was stored is read without what validates and without what reads YAML, once the definitions are known.
    assert not imported(kept) & {"pydantic", "importlib.metadata"}


def test_without_detection_the_store_is_not_looked_at(run: Run, kept: Path) -> None:
    ran = at(run, kept, "recommend", "--answers", example("laptop"), "--no-detect", "--json")
    assert ran.document["measurements"]["used"] == []
