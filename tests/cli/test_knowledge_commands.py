"""`advisor knowledge`: what is known, whether it is sound, and whether it still holds, told from outside."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
import yaml

from advisor import resources
from advisor.cli.main import main
from advisor.cli.session import open_session
from advisor.loading.cases import read_cases
from advisor.loading.folders import Folder
from advisor.loading.problems import Problems
from advisor.loading.registry import Registry, read_registry
from advisor.model.knowledge import KnowledgeBase
from advisor.upkeep import completeness
from cli.package_index import HTML, JSON, Listed, Projects, serving
from cli.program import Ran, Run, too_wide
from cli.small_base import CANARY, SmallBase, made, taken_for_own

TODAY = datetime.now(tz=UTC).date()
RED, BLUE = "knowledge/frameworks/red.yaml", "knowledge/frameworks/blue.yaml"
RUNTIME, ATTRIBUTES = "knowledge/components/runtime.yaml", "knowledge/attributes.yaml"
DENIED, REGISTRY = "knowledge/denied.yaml", "knowledge/registry.yaml"


@pytest.fixture
def small(tmp_path: Path) -> SmallBase:
    return made(tmp_path)


class Tell(Protocol):
    """Runs a command over the small base in this process."""

    def __call__(self, *arguments: str | Path) -> Ran: ...


@pytest.fixture
def tell(small: SmallBase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tell:
    monkeypatch.setattr(resources, "knowledge", lambda: small.root / "knowledge")
    monkeypatch.setattr(resources, "rules", lambda: small.root / "rules")
    monkeypatch.setenv("ADVISOR_HOME", str(small.root.parent / "home"))

    def tell(*arguments: str | Path) -> Ran:
        status = main([*map(str, arguments)])
        said = capsys.readouterr()
        return Ran(status, said.out, said.err)

    return tell


# check


@dataclass(frozen=True, slots=True)
class Fault:
    file: str
    old: str
    new: str
    says: str
    """The one problem that it makes."""


ACTIVE_BLUE = "maintenance: {value: active, source: docs}"
NO_STEWARD = "red.steward is missing, or unknown without a note on what was tried."
FAULTS = {
    "a missing attribute": Fault(RED, "  steward: {value: Red Company, source: docs}\n", "", NO_STEWARD),
    "unknown without a note": Fault(RED, "value: Red Company", "value: unknown", NO_STEWARD),
    "an error without a note": Fault(RED, "value: Red Company", "value: error", NO_STEWARD),
    "a missing member of a family": Fault(
        RED, "  wheels.mac: {value: none, source: docs}\n", "", "red.wheels.mac is missing, or unknown"
    ),
    "a missing component": Fault(
        "knowledge/vocabulary.yaml",
        "components: [engine, loader]",
        "components: [engine, loader, lost]",
        "component.lost is missing",
    ),
    "an open thing of a component": Fault(
        RUNTIME, "licence: MIT", "licence: unknown", "component.engine.licence is missing"
    ),
    "a fact that nothing reads": Fault(
        ATTRIBUTES, "id: steward, row: Steward,", "id: steward,", "nothing reads red.steward."
    ),
    "words that exclude each other": Fault(
        RED,
        "accelerator.mac.cpu: {value: none,",
        "accelerator.mac.cpu: {value: stable,",
        "red.wheels.mac is none while red.accelerator.mac.cpu is stable: nothing is supported where no package",
    ),
    "active without a release for half a year": Fault(
        BLUE,
        "maintenance: {value: retired, source: docs}",
        ACTIVE_BLUE,
        "blue.maintenance is active while blue.latest_release is 1.0 (2023-01-01)",
    ),
    "a component active without a release for two years": Fault(
        "knowledge/components/data.yaml",
        "3.1 (2024-02-01)",
        "3.1 (2022-02-01)",
        "component.loader.status is active while component.loader.release is 3.1 (2022-02-01): two years",
    ),
    "a release on a day that is none": Fault(
        "knowledge/components/data.yaml",
        "3.1 (2024-02-01)",
        "3.1 (2024-02-31)",
        "component.loader.release is 3.1 (2024-02-31), which names no day.",
    ),
    "a component whose newest release is denied": Fault(
        DENIED,
        "[]",
        '- {package: engine-pkg, versions: ["1.0.0"], why: It loses data., instead: "0.9",'
        ' source: {ref: r, observed: "2024-06-01", grade: official}}',
        "component.engine.release is 1.0 (2024-04-01), which is denied: It loses data.",
    ),
    "a framework whose newest release is denied": Fault(
        DENIED,
        "[]",
        '- {package: red-frame, versions: ["2.0"], why: It leaks., instead: "1.5",'
        ' source: {ref: r, observed: "2024-06-01", grade: official}}',
        "red.latest_release is 2.0 (2024-05-01), which is denied: It leaks.",
    ),
    "a source of less than primary grade": Fault(
        BLUE, "grade: official", "grade: third_party", "blue: 0% of the facts are from a primary source; expected 90%."
    ),
}


def problems(tell: Tell, *more: str) -> list[str]:
    """What `check` finds wrong; it exits with 2 exactly where it finds something."""
    ran = tell("knowledge", "check", "--json", *more)
    assert ran.stderr == ""
    found: list[str] = ran.document["problems"]
    assert ran.exit == (2 if found else 0)
    return found


def test_a_complete_base_is_sound(tell: Tell) -> None:
    ran = tell("knowledge", "check")
    assert (ran.exit, ran.stderr) == (0, "")
    assert "problem" not in ran.stdout
    assert re.search(r"^red +14 facts, 100% primary, +0 unknown$", ran.stdout, re.MULTILINE)
    assert re.search(r"^blue +14 facts, 100% primary, +1 unknown$", ran.stdout, re.MULTILINE)
    assert re.search(r"^2 components +16 facts", ran.stdout, re.MULTILINE)
    assert ran.stdout.endswith("2 beliefs, 1 rules.\n")


def test_check_counts_by_framework_component_and_grade(tell: Tell) -> None:
    document = tell("knowledge", "check", "--json").document
    assert set(document) == {"frameworks", "components", "grades", "problems"}
    assert set(document["frameworks"]) == {"red", "blue"}
    assert document["components"]["loader"] == {"facts": 8, "unknown": 0, "primary": 8, "missing": [], "share": 1.0}
    assert document["grades"] == {"official": 9 + 14 + 7, "registry": 5 + 1, "maintainer": 8}
    assert sum(document["grades"].values()) == sum(
        part["facts"] for kind in ("frameworks", "components") for part in document[kind].values()
    )
    assert list(document["grades"].values()) == sorted(document["grades"].values(), reverse=True)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_and_nothing_else(tell: Tell, small: SmallBase, name: str) -> None:
    fault = FAULTS[name]
    small.edit(fault.file, fault.old, fault.new)
    found = problems(tell)
    assert [problem for problem in found if fault.says in problem], found
    of_one_attribute = {f"nothing reads {subject}.steward." for subject in ("red", "blue")}
    assert len(found) == 1 or set(found) == of_one_attribute


def test_a_fact_seen_on_a_day_to_come_is_found(tell: Tell, small: SmallBase) -> None:
    tomorrow = (TODAY + timedelta(days=2)).isoformat()
    for file in (RED, BLUE, RUNTIME, "knowledge/components/data.yaml"):
        text = (small.root / file).read_text(encoding="utf-8")
        small.write(file, text.replace("2024-06-01", tomorrow))
    found = problems(tell)
    assert f"red.licence was observed on {tomorrow}, which is still to come." in found
    assert f"component.loader.status was observed on {tomorrow}, which is still to come." in found


def test_a_successor_that_has_itself_ended_is_found(tell: Tell, small: SmallBase) -> None:
    small.edit("knowledge/components/data.yaml", 'successor: ""', "successor: engine")
    small.edit(RUNTIME, "status: active", "status: ended")
    small.edit(RUNTIME, 'successor: ""', "successor: loader")
    assert problems(tell) == [
        "component.loader.lineage names engine as successor while engine has ended.",
    ]


def test_a_range_of_versions_without_a_release_is_refused_with_its_line(tell: Tell, small: SmallBase) -> None:
    small.edit(RED, 'versions: ">=1.5"', 'versions: ">=2.1"')
    ran = tell("knowledge", "check")
    assert (ran.exit, ran.stdout) == (2, "")
    assert ran.stderr == (
        "advisor: knowledge/frameworks/red.yaml:11 facts.wheels.linux: "
        "no release of red-frame is in '>=2.1'. The newest is 2.0.\n"
    )


def test_a_fault_that_an_overlay_brings_is_found(tell: Tell, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay"
    (overlay / "frameworks").mkdir(parents=True)
    text = 'id: blue\nsources: {s: {ref: r, observed: "2024-06-01", grade: official}}\n'
    (overlay / "frameworks" / "blue.yaml").write_text(
        text + "facts: {wheels.linux: {value: none, source: s}}\n", encoding="utf-8"
    )
    (problem,) = problems(tell, "--knowledge", str(overlay))
    assert problem.startswith("blue.wheels.linux is none while blue.accelerator.linux.cpu is stable")


def test_what_comes_with_the_program_is_judged_alike_in_text_and_json(run: Run) -> None:
    text, written = run("knowledge", "check"), run("knowledge", "check", "--json")
    found = written.document["problems"]
    assert text.exit == written.exit == (2 if found else 0)
    assert [line for line in text.stdout.splitlines() if line.startswith("problem: ")] == [
        f"problem: {problem}" for problem in found
    ]


def test_check_goes_through_the_base_once(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    for name, find in (("frameworks", completeness.frameworks), ("components", completeness.components)):

        def counted(base: KnowledgeBase, name: str = name, find: Callable[..., Any] = find) -> Any:
            asked.append(name)
            return find(base)

        monkeypatch.setattr(completeness, name, counted)
    assert tell("knowledge", "check").exit == 0
    assert asked == ["frameworks", "components"]


# show

SHOWN = {
    "a fact": ("red.wheels.linux", ["stable: there is one", "versions       >=1.5", "red:README", "official"]),
    "a fact of the index": ("red.latest_release", ["2.0 (2024-05-01)", "pypi:red-frame==2.0", "registry"]),
    "an open fact": ("blue.steward", ["unknown", "Its pages name nobody."]),
    "a framework": ("red", ["A framework.", "maintenance: active (official, 2024-06-01)"]),
    "a component": ("engine", ["Engine", "Runs models", "1.0 (2024-04-01)", "engine:README"]),
    "a component by its long id": ("component.engine", ["Engine", "Runs models"]),
    "a thing of a component": ("component.engine.status", ["active", "engine:README"]),
    "an attribute": ("maintenance", ["it is developed", "red.maintenance: active", "blue.maintenance: retired"]),
    "a family": ("wheels", ["there is none", "red.wheels.linux: stable", "blue.wheels.mac: stable"]),
    "a member of a family": ("wheels.mac", ["red.wheels.mac: none", "blue.wheels.mac: stable"]),
    "a rule": ("ELI-001", ["What does not run on the chip", "It does not run there.", "It has to."]),
    "a belief": ("red-is-dead", ["Red is dead.", "wrong", "It was released last month.", "red.maintenance"]),
}


@pytest.mark.parametrize(("identity", "said"), SHOWN.values(), ids=SHOWN)
def test_every_kind_of_id_is_shown_with_its_source(tell: Tell, identity: str, said: list[str]) -> None:
    text, written = (tell("knowledge", "show", identity, *more) for more in ((), ("--json",)))
    assert (text.exit, text.stderr, written.exit, written.stderr) == (0, "", 0, "")
    for words in said:
        assert words in text.stdout
    assert max(map(len, text.stdout.splitlines())) <= 80
    assert written.document["id"] in (identity, identity.removeprefix("component."), identity.partition(".")[0])


def test_a_member_of_a_family_does_not_show_the_others(tell: Tell) -> None:
    assert "wheels.linux" not in tell("knowledge", "show", "wheels.mac").stdout
    held = tell("knowledge", "show", "wheels.mac", "--json").document["facts"]
    assert {fact["id"] for fact in held} == {"red.wheels.mac", "blue.wheels.mac"}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("red.wheels.linx", "'red.wheels.linux'"), ("enginne", "'engine'"), ("eli-01", "'ELI-001'"), ("\x1b[2J", "")],
)
def test_an_unknown_id_is_refused_with_the_nearest(tell: Tell, wrong: str, right: str) -> None:
    ran = tell("knowledge", "show", wrong)
    assert (ran.exit, ran.stdout) == (2, "")
    assert "is not known" in ran.stderr
    assert right in ran.stderr
    assert "\x1b" not in ran.stderr


def test_what_an_overlay_says_is_shown_as_its_own(tell: Tell, tmp_path: Path) -> None:
    overlay = hostile(tmp_path)
    ran = tell("knowledge", "show", "green.licence", "--knowledge", overlay)
    assert ran.exit == 0
    assert " ".join(ran.stdout.split()).replace(" ", "").endswith(f"from{overlay}".replace(" ", ""))


# table

HOSTILE = 'a|b `c` <script>alert(1)</script> [x](y) ![i](j) *d* _e_ \\| & "f"\nnext\u2028line\x85\x1b[31mred\x9b0m'
"""What Markdown, HTML or a terminal would obey."""


def hostile(folder: Path) -> Path:
    """An overlay with a framework and a component whose every text would like to be obeyed."""
    green = {
        "id": "green",
        "name": HOSTILE,
        "summary": HOSTILE,
        "sources": {"s": {"ref": HOSTILE, "observed": "2024-06-01", "grade": "judged"}},
        "facts": {
            "licence": {"value": [HOSTILE, "MIT"], "source": "s", "note": HOSTILE},
            "steward": {"value": f"{HOSTILE} {'long' * 60}", "source": "s"},
            "wheels.linux": {"value": "not_available", "source": "s"},
        },
    }
    greenery = {
        "name": HOSTILE,
        "purpose": HOSTILE,
        "status": "active",
        "source": "s",
        "release": "1.0 (2024-06-01)",
        "python": "any",
        "licence": "MIT",
        "requires": "any",
        "excludes": [],
        "platforms": "any",
        "replaces": [HOSTILE],
        "successor": "",
    }
    overlay = folder / "overlay"
    for name, data in {
        "frameworks/green.yaml": green,
        "components/runtime.yaml": {"sources": green["sources"], "components": {"greenery": greenery}},
    }.items():
        file = overlay / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(data), encoding="utf-8")
    return overlay


def test_the_table_fits_a_terminal(run: Run) -> None:
    for arguments in ((), ("--components",), ("--rows", "need,accelerator")):
        ran = run("knowledge", "table", *arguments)
        assert (ran.exit, ran.stderr) == (0, "")
        lines = ran.stdout.splitlines()
        assert max(map(len, lines)) <= 80
        assert len(lines) > 20


def test_the_table_says_what_is_known_and_what_is_not_stated(tell: Tell, tmp_path: Path) -> None:
    ran = tell("knowledge", "table", "--knowledge", hostile(tmp_path))
    rows = dict(re.findall(r"^(\w[\w ]*) \(.*\)\n((?:  .*\n)+)", ran.stdout, re.MULTILINE))
    said = {
        title: {line.split()[0]: " ".join(line.split()[1:]) for line in cells.splitlines() if line[2] != " "}
        for title, cells in rows.items()
    }
    assert said["Steward"]["blue"] == "unknown"
    assert said["Steward"]["red"] == "Red Company"
    assert said["Python"]["green"] == "not stated"
    assert said["Packages by system"] == {
        "blue": "stable: linux, mac",
        "red": "stable: linux",
        "green": "not_available: linux (1 of 2 stated)",
    }
    assert "Accelerators" not in rows


def test_only_the_options_and_rows_that_are_named_are_shown(tell: Tell) -> None:
    arguments = ("knowledge", "table", "--options", "blue", "--rows", "accelerator,licence")
    document = tell(*arguments, "--json").document
    assert document["subjects"] == ["blue"]
    members = ["linux.gpu", "linux.cpu", "mac.gpu", "mac.cpu"]
    assert [row["attribute"] for row in document["rows"]] == ["licence", *(f"accelerator.{m}" for m in members)]
    cell = document["rows"][1]["cells"]["blue"]
    assert cell == {
        "text": "none",
        "facts": ["blue.accelerator.linux.gpu"],
        "grades": ["official"],
        "observed": "2024-06-01",
        "notes": [],
    }
    assert tell(*arguments, "--format", "json").document == document
    assert "red" not in tell(*arguments).stdout


def test_a_member_of_a_family_can_be_a_row_and_nothing_stands_there_twice(tell: Tell) -> None:
    def told(*arguments: str) -> tuple[list[str], list[str]]:
        document = tell("knowledge", "table", "--json", *arguments).document
        return document["subjects"], [row["attribute"] for row in document["rows"]]

    assert told("--options", "red,blue,red", "--rows", "wheels.mac") == (["red", "blue"], ["wheels.mac"])
    assert told("--rows", "wheels.mac,licence,wheels.mac")[1] == ["licence", "wheels.mac"]
    assert told("--rows", "wheels.mac,wheels")[1] == ["wheels.linux", "wheels.mac"]


def test_components_of_a_layer_have_eight_things(tell: Tell) -> None:
    document = tell("knowledge", "table", "--components", "data", "--json").document
    assert document["subjects"] == ["loader"]
    assert len(document["rows"]) == 8
    assert {row["attribute"]: row["cells"]["loader"]["text"] for row in document["rows"]}["lineage"] == (
        "replaces nothing; replaced by nothing"
    )
    every = tell("knowledge", "table", "--components", "--json").document
    assert set(every["subjects"]) == {"engine", "loader"}


@pytest.mark.parametrize(
    ("arguments", "named", "hint"),
    [
        (("--rows", "licence,stewart"), "--rows: 'stewart'", "'steward'"),
        (("--rows", "wheels.mca"), "--rows: 'wheels.mca'", "'wheels.mac'"),
        (("--options", "bleu"), "--options: 'bleu'", "'blue'"),
        (("--components", "runtme"), "--components: 'runtme'", "'runtime'"),
        (("--format", "html"), "'html'", "markdown"),
    ],
)
def test_names_that_are_none_are_refused_with_the_nearest(
    tell: Tell, arguments: tuple[str, ...], named: str, hint: str
) -> None:
    ran = tell("knowledge", "table", *arguments)
    assert (ran.exit, ran.stdout) == (2, "")
    assert named in ran.stderr
    assert hint in ran.stderr


def cells(line: str) -> list[str]:
    """The cells of a row as GitHub splits it: a pipe after a backslash that is not itself escaped is text."""
    assert line.startswith("|")
    assert line.endswith("|")
    found, at = [""], 1
    while at < len(line):
        if line[at] == "\\":
            found[-1] += line[at : at + 2]
            at += 2
        elif line[at] == "|":
            found.append("")
            at += 1
        else:
            found[-1] += line[at]
            at += 1
    return [cell.strip() for cell in found[:-1]]


@pytest.mark.parametrize("kind", [(), ("--components",)])
def test_markdown_is_not_broken_by_what_an_overlay_says(tell: Tell, tmp_path: Path, kind: tuple[str, ...]) -> None:
    arguments = ("--format", "markdown", "--knowledge", hostile(tmp_path))
    ran = tell("knowledge", "table", *arguments, *kind)
    assert (ran.exit, ran.stderr) == (0, "")
    rows = ran.stdout.rstrip("\n").split("\n")
    assert ran.stdout.splitlines() == rows
    assert len({len(cells(row)) for row in rows}) == 1
    assert len(rows) == 2 + 8
    assert "<" not in ran.stdout
    assert re.search(r"(?<!\\)(\\\\)*[`*_\[\]]", ran.stdout) is None
    assert "\x1b" not in ran.stdout
    assert "a\\|b \\`c\\` &lt;script&gt;" in ran.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("table",),
        ("table", "--components"),
        ("show", "green"),
        ("show", "green.licence"),
        ("show", "greenery"),
        ("show", "licence"),
        ("stale", "--as-of", "2030-01-01"),
        ("draw", "--count", "999"),
        ("check",),
    ],
    ids=" ".join,
)
def test_a_terminal_obeys_nothing_that_an_overlay_says(tell: Tell, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ran = tell("knowledge", *arguments, "--knowledge", hostile(tmp_path))
    assert ran.exit in (0, 2, 6)
    assert ran.stdout
    assert all(line.isprintable() for line in ran.stdout.split("\n"))
    assert max(len(line) for line in ran.stdout.splitlines() if not line.startswith("problem: ")) <= 80


# folklore, stale, draw


def test_every_belief_is_listed_and_those_that_do_not_hold_first(tell: Tell) -> None:
    ran = tell("knowledge", "folklore")
    assert ran.exit == 0
    assert ran.stdout.index("Red is dead.") < ran.stdout.index("Red is free.")
    document = tell("knowledge", "folklore", "--json").document
    assert [belief["id"] for belief in document] == ["red-is-dead", "red-is-free"]


def test_every_belief_of_the_program_is_listed(run: Run) -> None:
    text, listed = run("knowledge", "folklore").stdout, run("knowledge", "folklore", "--json").document
    assert len(listed) > 5
    assert set(text.splitlines()) >= {belief["id"] for belief in listed}
    assert too_wide(text.replace("  source         ", "")) == []


def test_what_has_expired_is_6_and_soonest_first(tell: Tell) -> None:
    ran = tell("knowledge", "stale", "--as-of", "2024-09-01", "--json")
    assert ran.exit == 6
    found = ran.document["stale"]
    assert ran.document["as_of"] == "2024-09-01"
    days = [entry["fact"]["expires"] for entry in found]
    assert days == sorted(days)
    assert {entry["days"] for entry in found} == {-62, -2}
    assert {e["fact"]["id"] for e in found if e["fact"]["expires"] == "2024-07-01"} >= {"red.latest_release"}
    assert "red.licence" not in {entry["fact"]["id"] for entry in found}
    text = tell("knowledge", "stale", "--as-of", "2024-09-01")
    assert text.exit == 6
    assert text.stdout.index("red.python: since 2024-07-01") < text.stdout.index("red.maintenance: since 2024-08-30")


def test_what_will_expire_is_told_and_is_0(tell: Tell) -> None:
    before = tell("knowledge", "stale", "--as-of", "2024-06-30")
    assert (before.exit, before.stdout) == (0, "Nothing has to be looked at again by 2024-06-30.\n")
    on_the_day = tell("knowledge", "stale", "--as-of", "2024-07-01")
    assert on_the_day.exit == 6
    soon = tell("knowledge", "stale", "--as-of", "2024-06-30", "--days", "1")
    assert soon.exit == 0
    assert "red.python: in 1 day (" in soon.stdout
    none = tell("knowledge", "stale", "--as-of", "2024-06-10", "--days", "20")
    assert (none.exit, none.stdout) == (0, "Nothing has to be looked at again by 2024-06-30.\n")


def test_today_is_the_day_where_none_is_named(tell: Tell) -> None:
    document = tell("knowledge", "stale", "--json").document
    assert date.fromisoformat(document["as_of"]) - TODAY <= timedelta(days=1)
    assert document["within_days"] == 0


@pytest.mark.parametrize("day", ["yesterday", "2024-13-01", "01.06.2024", ""])
def test_a_day_that_is_none_is_refused(tell: Tell, day: str) -> None:
    ran = tell("knowledge", "stale", "--as-of", day)
    assert (ran.exit, ran.stdout) == (2, "")
    assert "--as-of" in ran.stderr


def test_the_last_day_of_the_calendar_is_a_day(tell: Tell) -> None:
    ran = tell("knowledge", "stale", "--as-of", "9999-12-31", "--days", "30", "--json")
    assert (ran.exit, ran.stderr) == (6, "")
    assert len(ran.document["stale"]) > 20


def test_the_same_seed_draws_the_same_facts(run: Run) -> None:
    one, same, other = (run("knowledge", "draw", "--seed", seed, "--json").document for seed in ("4", "4", "5"))
    assert one == same
    assert one != other
    assert len({fact["id"] for fact in one}) == len(one) == 30


def test_more_than_there_is_draws_everything_once(tell: Tell) -> None:
    found = tell("knowledge", "draw", "--count", "100000", "--json").document
    assert len(found) == len({fact["id"] for fact in found}) == 14 + 14 + 16
    assert tell("knowledge", "draw", "--count", "0", "--json").document == []
    text = tell("knowledge", "draw", "--count", "3", "--seed", "1").stdout
    assert text.count("  source ") == text.count("2024-06-01") == 3


@pytest.mark.parametrize("count", ["-1", "many", "1.5", "²"])
def test_a_count_is_a_whole_number(tell: Tell, count: str) -> None:
    ran = tell("knowledge", "draw", "--count", count)
    assert (ran.exit, ran.stdout) == (2, "")
    assert "--count" in ran.stderr


# refresh

SMALL_INDEX: Projects = {
    "mxnet": [Listed(name="mxnet-1.9.1-py3-none-any.whl", digest=CANARY, uploaded="2022-05-17")],
    "red-frame": [
        Listed(name="red_frame-1.0.tar.gz", uploaded="2020-01-01"),
        Listed(name="red_frame-2.0-cp311-cp311-manylinux_2_28_x86_64.whl", uploaded="2024-05-01"),
        Listed(name="red_frame-2.1-cp312-cp312-manylinux_2_28_x86_64.whl", uploaded="2024-05-20"),
        Listed(name="red_frame-2.1-cp313-cp313t-macosx_11_0_arm64.whl", uploaded="2024-05-21"),
        Listed(name="red_frame-2.2-cp312-cp312-manylinux_2_28_x86_64.whl", uploaded="2024-05-25"),
        Listed(name="red_frame-2.3-py3-none-any.whl", uploaded="2024-05-26", yanked="broken & <bad>"),
        Listed(name="red_frame-3.0rc1-py3-none-any.whl", uploaded="2024-05-27"),
    ],
}
DENY_22 = (
    '- {package: red-frame, versions: ["2.2"], why: It leaks., instead: "2.1",'
    ' source: {ref: r, observed: "2024-06-01", grade: official}}\n'
)


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    folder = tmp_path / "kept"
    folder.mkdir()
    return folder


def asking(small: SmallBase, url: str) -> dict[str, str]:
    return {**small.env, "PIP_INDEX_URL": url, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


Asked = Callable[[str], Tell]


@pytest.fixture
def asked(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Commands in this process, for which pip is configured for that index."""

    def asked(url: str) -> Tell:
        for name, value in {"PIP_INDEX_URL": url, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}.items():
            monkeypatch.setenv(name, value)
        return tell

    return asked


def state(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("speaks", [JSON, HTML])
def test_refresh_shows_what_differs_and_writes_nothing(run: Run, small: SmallBase, overlay: Path, speaks: str) -> None:
    small.write(DENIED, DENY_22)
    before = state(small.root)
    with serving(SMALL_INDEX, speaks=[speaks]) as index:
        env = asking(small, index.url)
        text = run("knowledge", "refresh", "--knowledge", overlay, env=env)
        written = run("knowledge", "refresh", "--knowledge", overlay, "--json", env=env)
    assert (text.exit, written.exit) == (0, 0)
    change = written.document["changes"]["red-frame"]
    assert change["latest"] == {"was": "2.0", "is": "2.1"}
    assert change["withdrawn"] == {"was": [], "is": ["2.3"]}
    assert change["interpreters"] == {"was": ["3.11"], "is": ["3.12", "3.13t"]}
    assert change["wheels"]["is"] == ["linux x86_64", "macos arm64"]
    assert change["released"]["is"] == ("2024-05-20" if speaks == JSON else "unknown")
    assert "python" not in change
    assert written.document["missing"] == ["engine-pkg"]
    assert "red-frame: latest was 2.0, is 2.1" in text.stdout.splitlines()
    assert "red-frame: withdrawn was none, is 2.3" in text.stdout.splitlines()
    assert "engine-pkg: not on this index" in text.stdout.splitlines()
    assert text.stdout.endswith("2 packages asked, 1 differ from what is kept.\n")
    assert (state(small.root), state(overlay)) == (before, {})


@pytest.mark.parametrize("speaks", [JSON, HTML])
def test_what_is_written_loads_and_then_nothing_differs(run: Run, small: SmallBase, overlay: Path, speaks: str) -> None:
    before = state(small.root)
    with serving(SMALL_INDEX, speaks=[speaks]) as index:
        env = asking(small, index.url)
        first = run("knowledge", "refresh", "--knowledge", overlay, "--write", env=env)
        kept = state(overlay)
        second = run("knowledge", "refresh", "--knowledge", overlay, "--write", "--json", env=env)
    assert (first.exit, second.exit) == (0, 0)
    assert str(overlay / "registry.yaml") in first.stderr
    assert set(kept) == {"registry.yaml"}
    assert second.document["changes"] == {}
    assert state(overlay) == kept
    assert state(small.root) == before
    shown = run("knowledge", "show", "red.latest_release", "--knowledge", overlay, "--json", env=small.env)
    assert shown.document["value"] == ("2.2 (2024-05-25)" if speaks == JSON else "2.2")
    assert shown.document["source"]["ref"] == "pypi:red-frame==2.2"
    found = registry(overlay)
    assert found.canary is not None
    assert found.canary.digest == f"sha256:{CANARY}"
    assert set(found.packages) == {"red-frame"}
    assert found.packages["red-frame"].versions == "1.0 2.0 2.1 2.2 2.3"


def registry(folder: Path) -> Registry:
    problems = Problems()
    found = read_registry((Folder(folder),), problems)
    problems.settle()
    return found


@pytest.mark.parametrize("denied", [False, True])
def test_a_package_of_which_nothing_can_be_used_is_no_longer_known_by_its_newest_release(
    small: SmallBase, asked: Asked, overlay: Path, *, denied: bool
) -> None:
    small.write(DENIED, DENY_22 if denied else "[]\n")
    file = Listed(name="red_frame-2.2-py3-none-any.whl", yanked=not denied)
    with serving({**SMALL_INDEX, "red-frame": [file]}) as index:
        arguments = ("knowledge", "refresh", "--knowledge", overlay, "--write")
        written = asked(index.url)(*arguments, "--json").document
        text = asked(index.url)(*arguments)
    assert written["changes"]["red-frame"]["latest"] == {"was": "2.0", "is": "unknown"}
    assert (written["unusable"], written["missing"]) == (["red-frame"], ["engine-pkg"])
    assert "red-frame: no release on this index can be used" in text.stdout.splitlines()
    assert registry(overlay).packages["red-frame"].withdrawn == (() if denied else ("2.2",))
    shown = asked("")("knowledge", "show", "red.latest_release", "--knowledge", overlay, "--json")
    assert shown.document["value"] == "unknown"


def test_only_what_is_asked_for_is_requested(run: Run, small: SmallBase, overlay: Path) -> None:
    with serving(SMALL_INDEX) as index:
        env = asking(small, index.url)
        run("knowledge", "refresh", "--knowledge", overlay, "--only", "red-frame", "--write", env=env)
        assert index.names == {"mxnet", "red-frame"}
        assert sorted(index.asked) == ["/simple/mxnet/", "/simple/red-frame/"]
        assert all(JSON in sent["Accept"] and HTML in sent["Accept"] for sent in index.sent)
        assert not {"Cookie", "Authorization", "Referer"} & {name for sent in index.sent for name in sent}
        run("knowledge", "refresh", "--knowledge", overlay, env=env)
        assert index.names == {"mxnet", "red-frame", "engine-pkg"}
        index.asked.clear()
        for command in (("check",), ("stale",), ("table",), ("verify",), ("show", "red"), ("draw",), ("folklore",)):
            run("knowledge", *command, env=env)
        assert index.asked == []


def test_what_is_kept_of_other_packages_stays(small: SmallBase, asked: Asked, overlay: Path) -> None:
    shutil.copy(small.root / REGISTRY, overlay)
    with serving(SMALL_INDEX) as index:
        arguments = ("knowledge", "refresh", "--knowledge", overlay, "--only", "red-frame", "--write")
        assert asked(index.url)(*arguments).exit == 0
    found, before = registry(overlay).packages, registry(small.root / "knowledge").packages
    assert found["engine-pkg"] == before["engine-pkg"]
    assert found["red-frame"].latest == "2.2"


def test_a_package_that_nothing_is_known_of_is_refused(asked: Asked) -> None:
    with serving(SMALL_INDEX) as index:
        ran = asked(index.url)("knowledge", "refresh", "--only", "red-fame")
        assert index.asked == []
    assert (ran.exit, ran.stdout) == (2, "")
    assert "--only" in ran.stderr
    assert "'red-frame'" in ran.stderr


OTHER: Projects = {**SMALL_INDEX, "mxnet": [Listed(name="mxnet-1.9.1-py3-none-any.whl", digest="ee" * 32)]}
GONE: Projects = {name: files for name, files in SMALL_INDEX.items() if name != "mxnet"}


@pytest.mark.parametrize(("projects", "speaks"), [(OTHER, JSON), (OTHER, HTML), (GONE, JSON), ({}, HTML)])
def test_an_index_that_is_not_the_one_asked_before_is_refused(
    small: SmallBase, asked: Asked, overlay: Path, projects: Projects, speaks: str
) -> None:
    before = state(small.root)
    with serving(projects, speaks=[speaks]) as index:
        ran = asked(index.url)("knowledge", "refresh", "--knowledge", overlay, "--write")
        assert index.names == {"mxnet"}
    assert (ran.exit, ran.stdout) == (2, "")
    assert "mxnet 1.9.1" in ran.stderr
    assert f"sha256:{CANARY}" in ran.stderr
    assert (state(small.root), state(overlay)) == (before, {})


@pytest.mark.parametrize("digest", ["right", "wrong"])
def test_the_canary_that_comes_with_the_program_is_held_to(run: Run, overlay: Path, digest: str) -> None:
    kept = registry(resources.knowledge())
    assert kept.canary is not None
    right = kept.canary.digest.removeprefix("sha256:")
    name = next(name for name in sorted(kept.packages) if name != kept.canary.package)
    served = right if digest == "right" else "0" * 64
    projects: Projects = {
        kept.canary.package: [
            Listed(name=f"{kept.canary.package}-{kept.canary.version}-py3-none-any.whl", digest=served)
        ],
        name: [Listed(name=f"{name.replace('-', '_')}-99999.0-py3-none-any.whl", uploaded=TODAY.isoformat())],
    }
    with serving(projects) as index:
        env = {"PIP_INDEX_URL": index.url, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        arguments = ("knowledge", "refresh", "--knowledge", overlay, "--only", name, "--write", "--json")
        ran = run(*arguments, env=env)
    if digest == "right":
        assert ran.exit == 0
        assert ran.document["changes"][name]["latest"]["is"] == "99999.0"
        assert registry(overlay).packages[name].latest == "99999.0"
    else:
        assert (ran.exit, ran.stdout, state(overlay)) == (2, "", {})
        assert right in ran.stderr


def test_a_closed_port_is_2_and_changes_nothing(run: Run, small: SmallBase, overlay: Path) -> None:
    before = state(small.root)
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://user:secret@127.0.0.1:{taken.getsockname()[1]}/simple/"
        ran = run("knowledge", "refresh", "--knowledge", overlay, "--write", env=asking(small, url))
    assert (ran.exit, ran.stdout) == (2, "")
    assert "cannot be asked" in ran.stderr
    assert "Nothing was changed" in ran.stderr
    assert "secret" not in ran.stderr
    assert (state(small.root), state(overlay)) == (before, {})


def test_where_pip_is_configured_for_no_index_nothing_is_asked(
    asked: Asked, overlay: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with serving(SMALL_INDEX) as index:
        ran = asked(index.url)("knowledge", "refresh", "--knowledge", overlay, "--write")
        assert index.asked == []
    assert (ran.exit, ran.stdout, state(overlay)) == (2, "", {})
    assert "pip is configured for no index; nothing was asked." in ran.stderr


def test_another_index_that_pip_has_is_named_as_not_asked(
    asked: Asked, overlay: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://user:secret@more.example/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "/wheels")
    with serving(SMALL_INDEX) as index:
        ran = asked(index.url)("knowledge", "refresh", "--knowledge", overlay)
    assert ran.exit == 0
    assert ran.stderr.splitlines()[1:] == [
        "advisor: not asked, though pip looks there too: extra-index-url https://more.example/simple, find-links"
    ]


def test_an_index_that_is_out_of_order_is_2(asked: Asked, overlay: Path) -> None:
    with serving(SMALL_INDEX, broken=True) as index:
        ran = asked(index.url)("knowledge", "refresh", "--knowledge", overlay, "--write")
    assert (ran.exit, ran.stdout, state(overlay)) == (2, "", {})
    assert "cannot be asked about mxnet" in ran.stderr


def test_a_password_is_used_and_never_shown(run: Run, small: SmallBase, overlay: Path, tmp_path: Path) -> None:
    with serving(SMALL_INDEX) as index:
        url = f"http://user:secret@127.0.0.1:{index.port}/simple/"
        arguments = ("knowledge", "refresh", "--knowledge", overlay, "--write", "--output", tmp_path / "out")
        ran = run(*arguments, env=asking(small, url))
        assert all(sent["Authorization"].startswith("Basic ") for sent in index.sent)
        assert index.url in ran.stderr
    assert ran.exit == 0
    said = ran.stdout + ran.stderr + (tmp_path / "out").read_text(encoding="utf-8")
    written = b"".join(state(overlay).values())
    assert "secret" not in said
    assert "user:" not in said
    assert b"secret" not in written


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@127.0.0.1:port/simple/",
        "http://user:secret@127.0.0.1:99999/simple/",
        "http://user:secret@[::1/simple/",
        "user:secret@nowhere",
        "ftp://user:secret@127.0.0.1/simple/",
        "http://user:secret@/simple/",
        "http://user:sec/ret@127.0.0.1:1/simple/",
    ],
)
def test_an_address_that_is_none_is_2_without_its_password(asked: Asked, url: str) -> None:
    ran = asked(url)("knowledge", "refresh")
    assert (ran.exit, ran.stdout) == (2, "")
    assert "secret" not in ran.stderr
    assert "sec/ret" not in ran.stderr
    assert all(line.startswith("advisor: ") for line in ran.stderr.splitlines())


def test_without_the_extra_it_is_named(run: Run, small: SmallBase, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    text = (tmp_path / "shim" / "sitecustomize.py").read_text(encoding="utf-8")
    block = "import sys\nsys.modules['pypi_simple'] = None\n"
    (blocked / "sitecustomize.py").write_text(text + block, encoding="utf-8")
    ran = run("knowledge", "refresh", env={**asking(small, "http://127.0.0.1:1/"), "PYTHONPATH": str(blocked)})
    assert (ran.exit, ran.stdout) == (2, "")
    assert "framework-advisor[refresh]" in ran.stderr


def test_what_an_index_says_is_not_obeyed(tell: Tell, asked: Asked, overlay: Path) -> None:
    projects: Projects = {
        **SMALL_INDEX,
        "red-frame": [
            Listed(name="red_frame-2.5-py3-none-any.whl", python=">=3.9\x1b[31m\u2028\x9b0m"),
            Listed(name="red_frame-not a version.whl"),
            Listed(name="nonsense"),
        ],
    }
    with serving(projects, speaks=[JSON]) as index:
        arguments = ("knowledge", "refresh", "--knowledge", overlay, "--write", "--only", "red-frame")
        ran = asked(index.url)(*arguments)
    assert ran.exit == 0
    assert all(line.isprintable() for line in ran.stdout.split("\n"))
    assert registry(overlay).packages["red-frame"].latest == "2.5"
    shown = tell("knowledge", "show", "red", "--knowledge", overlay)
    assert shown.exit == 0
    assert all(line.isprintable() for line in shown.stdout.split("\n"))


# diff


@dataclass(frozen=True, slots=True)
class Project:
    """A checkout of the program's knowledge and rules under git, with a few of its gold cases."""

    root: Path
    env: dict[str, str]
    case: str
    """The id of a case whose answer hangs on the fact below."""
    fact: str
    beside: str
    """A fact that nothing but the table reads."""

    def say(self, identity: str, value: str) -> None:
        """Give a fact of a framework another value."""
        subject, _, attribute = identity.partition(".")
        path = self.root / "knowledge" / "frameworks" / f"{subject}.yaml"
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  (it makes texts only)
        data["facts"][attribute]["value"] = value
        data["facts"][attribute].pop("versions", None)
        path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")

    def git(self, *arguments: str) -> None:
        identity = ("-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=self.root, check=True, capture_output=True)


def of_checkout(root: Path) -> tuple[list[Any], str]:
    """Three gold cases that name a chip to train on, and the state of the first one's primary on its chip."""
    file = resources.knowledge() / "cases" / "gold.yaml"
    raw = {str(case["id"]): case for case in yaml.safe_load(file.read_text(encoding="utf-8"))["cases"]}
    session = open_session()
    chosen, states = [], []
    for case in read_cases([file], session.base):
        primary = session.recommend(case.answers, full=False).recommendation.primary
        state = f"accelerator.{case.answers.get('train_os')}.{case.answers.get('train_hw')}"
        if primary in session.base.frameworks and state in session.base.frameworks[primary].facts:
            chosen.append(raw[case.id])
            states.append(f"{primary}.{state}")
    assert len(chosen) >= 3
    text = json.dumps({"cases": chosen[:3]}, ensure_ascii=False)
    (root / "knowledge" / "cases" / "gold.yaml").write_text(text, encoding="utf-8")
    return chosen[:3], states[0]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(resources.knowledge(), root / "knowledge")
    shutil.copytree(resources.rules(), root / "rules")
    cases, state = of_checkout(root)
    base = open_session().base
    only_shown = {attribute.id for attribute in base.attributes if attribute.row and not attribute.words}
    facts = base.frameworks[state.partition(".")[0]].facts.values()
    beside = next(f.id for f in facts if f.attribute in only_shown and isinstance(f.value, str) and not f.versions)
    made = Project(root, taken_for_own(root, root / "aside"), str(cases[0]["id"]), state, beside)
    for arguments in (("init", "-q"), ("add", "knowledge", "rules"), ("commit", "-q", "-m", "first"), ("tag", "then")):
        made.git(*arguments)
    return made


@pytest.fixture
def changed(project: Project) -> Iterator[Project]:
    """The checkout, which is as it was committed again afterwards."""
    yield project
    project.git("checkout", "-q", "--", ".")


def test_without_a_change_nothing_differs(run: Run, changed: Project) -> None:
    ran = run("knowledge", "diff", "HEAD", env=changed.env)
    assert (ran.exit, ran.stderr) == (0, "")
    assert ran.stdout == "No fact, rule or constant has changed.\n\nNo answer has changed.\n"


def test_a_fact_and_the_gold_case_that_hangs_on_it_are_listed(run: Run, changed: Project) -> None:
    changed.say(changed.fact, "none")
    changed.say(changed.beside, "something else")
    ran = run("knowledge", "diff", "HEAD", "--json", env=changed.env)
    assert (ran.exit, ran.stderr) == (0, "")
    document = ran.document
    assert [change["id"] for change in document["changes"]] == sorted([changed.fact, changed.beside])
    assert {change["kind"] for change in document["changes"]} == {"changed"}
    (state,) = (change for change in document["changes"] if change["id"] == changed.fact)
    assert state["after"].startswith("none (")
    assert not state["before"].startswith("none")
    assert document["asked"] == 3
    answered = {case["case"]: case for case in document["cases"]}
    primary = changed.fact.partition(".")[0]
    assert answered[changed.case]["before"]["primary"] == primary
    assert answered[changed.case]["after"]["primary"] != primary
    text = run("knowledge", "diff", "then", env=changed.env)
    assert f"changed {changed.fact}\n" in text.stdout
    assert f"{changed.case}: " in text.stdout
    assert f"primary: {primary} -> " in text.stdout
    assert max(map(len, text.stdout.splitlines())) <= 80


def test_a_fact_on_which_nothing_hangs_changes_no_answer(run: Run, changed: Project) -> None:
    changed.say(changed.beside, "something else")
    document = run("knowledge", "diff", "HEAD", "--json", env=changed.env).document
    assert [change["id"] for change in document["changes"]] == [changed.beside]
    assert document["cases"] == []


def test_more_cases_are_asked_too(run: Run, changed: Project, tmp_path: Path) -> None:
    more = tmp_path / "mine.yaml"
    case = "{id: mine, title: Mine, facts: {domain: cv}, expect: {acceptable_primary: [pytorch]}}"
    more.write_text(f"cases: [{case}]\n", encoding="utf-8")
    assert run("knowledge", "diff", "HEAD", "--cases", more, "--json", env=changed.env).document["asked"] == 4
    more.write_text("cases: [{id: mine}]\n", encoding="utf-8")
    ran = run("knowledge", "diff", "HEAD", "--cases", more, env=changed.env)
    assert (ran.exit, ran.stdout) == (2, "")
    assert "mine.yaml:1" in ran.stderr


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "--exec=x", "-v", "--remote=/x", "HEAD:knowledge", ""])
def test_what_is_no_revision_is_refused_and_nothing_is_written(run: Run, changed: Project, revision: str) -> None:
    before = state(changed.root)
    ran = run("knowledge", "diff", "--", revision, env=changed.env)
    assert (ran.exit, ran.stdout) == (2, "")
    assert f"{revision!r} is no revision" in ran.stderr
    assert state(changed.root) == before


def test_a_state_that_this_version_cannot_read_is_refused(run: Run, changed: Project) -> None:
    file = changed.root / "knowledge" / "questions.yaml"
    sound = file.read_text(encoding="utf-8")
    file.write_text("questions: none\n", encoding="utf-8")
    changed.git("commit", "-q", "-a", "-m", "broken")
    file.write_text(sound, encoding="utf-8")
    ran = run("knowledge", "diff", "HEAD", env=changed.env)
    changed.git("reset", "-q", "--hard", "then")
    assert (ran.exit, ran.stdout) == (2, "")
    (told,) = ran.stderr.splitlines()
    named = r"the knowledge and rules of 'HEAD' \([0-9a-f]+ of \d{4}-\d\d-\d\d\)"
    assert re.match(f"advisor: knowledge diff: {named} have a form that this version does not read", told)
    assert "The files of then, not those of today, have 1 problem: `knowledge/questions.yaml:1" in told


def test_outside_a_checkout_there_is_nothing_to_compare_with(run: Run, small: SmallBase) -> None:
    ran = run("knowledge", "diff", "HEAD", env=small.env)
    assert (ran.exit, ran.stdout) == (2, "")
    assert "no checkout of the project under git" in ran.stderr


# verify

Install = Callable[..., str]


@pytest.fixture
def installed(tmp_path: Path) -> Install:
    """Makes an interpreter that has one package of that version and licence."""

    def install(name: str = "", version: str = "", licence: str = "", *, before: str = "") -> str:
        folder = tmp_path / f"venv-{name}-{version}"
        venv.create(folder, symlinks=sys.platform != "win32")
        (site,) = (
            folder.glob("lib/python*/site-packages") if sys.platform != "win32" else [folder / "Lib/site-packages"]
        )
        if name:
            info = site / f"{name.replace('-', '_')}-{version}.dist-info"
            info.mkdir()
            metadata = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n"
            metadata += f"License-Expression: {licence}\n" if licence else ""
            (info / "METADATA").write_text(metadata, encoding="utf-8")
            (info / "WHEEL").write_text("Wheel-Version: 1.0\nTag: cp311-cp311-linux_x86_64\n", encoding="utf-8")
        if before:
            (site / "chatter.pth").write_text(before, encoding="utf-8")
        return str(folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))

    return install


def verified(tell: Tell, python: str) -> tuple[int, dict[str, str]]:
    """Exit status, and facts with their verdicts."""
    ran = tell("knowledge", "verify", "--python", python, "--json")
    assert ran.stderr == ""
    (held,) = ran.document.values()
    assert list(ran.document) == [python]
    return ran.exit, {one["fact"]: one["verdict"] for one in held}


def test_what_agrees_with_what_is_installed_holds(tell: Tell, installed: Install) -> None:
    exit_status, held = verified(tell, installed("red-frame", "2.0", "MIT"))
    assert exit_status == 0
    assert held["red.latest_release"] == held["red.licence"] == "holds"


def test_an_interpreter_is_asked_whatever_its_path(tell: Tell, installed: Install, tmp_path: Path) -> None:
    made = Path(installed("red-frame", "2.0"))
    odd = made.parents[1].rename(tmp_path / "a=b")
    exit_status, held = verified(tell, str(odd / made.relative_to(made.parents[1])))
    assert (exit_status, held["red.latest_release"]) == (0, "holds")


def test_a_newer_release_of_a_component_contradicts_the_newest_known(tell: Tell, installed: Install) -> None:
    exit_status, held = verified(tell, installed("engine-pkg", "1.1"))
    assert (exit_status, held) == (2, {"component.engine.release": "contradicted"})


def test_a_newer_release_contradicts_the_newest_known(tell: Tell, installed: Install) -> None:
    python = installed("red-frame", "2.1")
    assert verified(tell, python)[0] == 2
    ran = tell("knowledge", "verify", "--python", python)
    assert ran.exit == 2
    assert ran.stdout.splitlines()[0] == python
    assert ran.stdout.splitlines()[1].startswith("contradicted red.latest_release: 2.1 is installed")


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("1.0", "holds"),
        ("2.0+cpu", "holds"),
        ("2.0.post1", "contradicted"),
        ("2.1+cu130", "contradicted"),
        ("2.1.dev20240601", "holds"),
        ("2.1rc1", "holds"),
    ],
)
def test_only_a_release_is_newer_than_a_release(tell: Tell, installed: Install, version: str, verdict: str) -> None:
    exit_status, held = verified(tell, installed("red-frame", version))
    assert held["red.latest_release"] == verdict
    assert exit_status == (2 if verdict == "contradicted" else 0)


def test_a_fact_about_other_releases_is_called_older_and_is_no_contradiction(tell: Tell, installed: Install) -> None:
    exit_status, held = verified(tell, installed("red-frame", "1.0"))
    assert exit_status == 0
    assert "older" in held.values()


@pytest.mark.parametrize("version", ["1.5", "1.5.0", "1.5+cpu"])
def test_a_denied_release_is_named_with_what_to_take_instead(
    tell: Tell, small: SmallBase, installed: Install, version: str
) -> None:
    entry = DENY_22.replace('["2.2"]', '["1.5"]')
    small.write(DENIED, entry)
    python = installed("red-frame", version)
    ran = tell("knowledge", "verify", "--python", python)
    assert ran.exit == 2
    assert ran.stdout.splitlines()[1].startswith("denied       denied.red-frame")
    assert "It leaks. 2.1" in " ".join(ran.stdout.split())


@pytest.mark.parametrize(
    ("licence", "verdict"),
    [
        ("MIT", "holds"),
        ("BSD-3-Clause AND (MIT OR Zlib)", "holds"),
        ("MIT-0", "contradicted"),
        ("GPL-3.0-only", "contradicted"),
    ],
)
def test_a_licence_that_differs_contradicts(tell: Tell, installed: Install, licence: str, verdict: str) -> None:
    exit_status, held = verified(tell, installed("red-frame", "2.0", licence))
    assert (held["red.licence"], exit_status) == (verdict, 2 if verdict == "contradicted" else 0)


def test_an_unknown_licence_is_not_contradicted(tell: Tell, small: SmallBase, installed: Install) -> None:
    small.edit(RED, "licence: {value: [MIT], source: docs}", "licence: {value: unknown, source: docs, note: n}")
    exit_status, held = verified(tell, installed("red-frame", "2.0", "MIT"))
    assert exit_status == 0
    assert "red.licence" not in held


def test_where_nothing_known_is_installed_it_says_so(tell: Tell, installed: Install) -> None:
    ran = tell("knowledge", "verify", "--python", installed(before="import sys; print('hello')\n"))
    assert ran.exit == 0
    assert "None of the packages that something is known of is installed there." in ran.stdout


def test_two_interpreters_are_held_against_one_after_the_other(tell: Tell, installed: Install) -> None:
    first, second = installed("red-frame", "2.0"), installed("red-frame", "9.0")
    ran = tell("knowledge", "verify", "--python", first, "--python", second, "--json")
    assert (ran.exit, list(ran.document)) == (2, [first, second])


def test_a_file_in_the_working_folder_is_neither_found_nor_run(
    tell: Tell, installed: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "red_frame-9.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: red-frame\nVersion: 9.0\n", encoding="utf-8")
    (tmp_path / "json.py").write_text("raise SystemExit('obeyed')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    ran = tell("knowledge", "verify", "--python", installed(), "--json")
    assert (ran.exit, ran.stderr) == (0, "")
    assert list(ran.document.values()) == [[]]


@pytest.mark.parametrize("said", ["no such file", "5", "null", "[]", '{"python": "3"}'])
def test_what_is_no_python_is_refused(tell: Tell, tmp_path: Path, said: str) -> None:
    program = tmp_path / "python"
    if said != "no such file":
        program.write_text(f"#!/bin/sh\necho '{said}'\n", encoding="utf-8")
        program.chmod(0o755)
    ran = tell("knowledge", "verify", "--python", program)
    assert (ran.exit, ran.stdout) == (2, "")
    assert str(program) in ran.stderr


def test_the_interpreter_of_the_program_is_asked_where_none_is_named(run: Run) -> None:
    ran = run("knowledge", "verify", "--json")
    verdicts = {one["verdict"] for one in ran.document[sys.executable]}
    assert verdicts <= {"holds", "contradicted", "older", "denied"}
    assert ran.exit == (2 if verdicts & {"contradicted", "denied"} else 0)
    assert ran.stderr == ""


def test_a_command_has_to_be_named(run: Run) -> None:
    ran = run("knowledge")
    assert (ran.exit, ran.stdout) == (2, "")
    assert "COMMAND" in ran.stderr
