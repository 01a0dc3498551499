"""What the package index said of packages, and the facts that come of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from overlaying import HEAD, Overlay

from advisor.loading.folders import Folder
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems
from advisor.loading.registry import Registry, read_registry

PACKAGE = """\
  {name}:
    observed: '{observed}'
    latest: '{latest}'
    released: '2026-01-01'
    first: '2020-01-01'
    recent: 4
    every: 180
    python: '{python}'
    wheels: [{wheels}]
    interpreters: [{interpreters}]
    versions: {versions}
"""
DEFAULTS = {
    "observed": "2026-01-02",
    "latest": "2.0",
    "python": ">=3.10",
    "wheels": "any",
    "interpreters": "",
    "versions": "1.0 1.5 2.0",
}


def package(name: str, **changed: str) -> str:
    return PACKAGE.format(name=name, **{**DEFAULTS, **changed})


@pytest.fixture
def ours(tmp_path: Path) -> Overlay:
    return Overlay(tmp_path)


def registry(root: Path, *texts: str) -> Registry:
    """What folders with these registries say together."""
    folders = []
    for number, text in enumerate(texts):
        folder = root / str(number)
        folder.mkdir()
        if text:
            (folder / "registry.yaml").write_text(text, encoding="utf-8")
        folders.append(Folder(folder, f"over{number}" if number else ""))
    problems = Problems()
    found = read_registry(tuple(folders), problems)
    problems.settle()
    return found


def said(found: Registry, binary: str = "") -> dict[str, object]:
    """What the index says of the package red."""
    return {attribute: value for attribute, value, _ in found.facts("red", binary)}


def test_a_later_folder_takes_the_place_of_an_earlier_one_package_by_package(tmp_path: Path) -> None:
    canary = "canary: {package: red, version: '1', digest: 'sha256:0'}\n"
    found = registry(
        tmp_path,
        canary + "packages:\n" + package("red") + package("blue"),
        "",
        "packages:\n" + package("blue", latest="3.0") + package("green"),
    )
    assert {name: kept.latest for name, kept in found.packages.items()} == {"red": "2.0", "blue": "3.0", "green": "2.0"}
    assert {name: found.origins[name] for name in found.packages} == {"red": "", "blue": "over2", "green": "over2"}
    assert found.canary is not None
    assert found.canary.package == "red"


def test_a_folder_without_one_says_nothing(tmp_path: Path) -> None:
    assert registry(tmp_path, "", "") == Registry()


def test_the_source_is_the_release_that_was_seen_and_the_day(tmp_path: Path) -> None:
    source = registry(tmp_path, "packages:\n" + package("red")).source("red")
    assert (source.ref, source.observed, source.grade) == ("pypi:red==2.0", "2026-01-02", "registry")


def test_a_package_that_the_index_was_not_asked_for_has_no_facts(tmp_path: Path) -> None:
    assert list(registry(tmp_path, "packages:\n" + package("red")).facts("blue", "")) == []


def test_wheels_are_read_from_the_package_that_holds_them(tmp_path: Path) -> None:
    text = "packages:\n" + package("red") + package("red-bin", wheels="linux x86_64", interpreters="'3.12', '3.13'")
    found = registry(tmp_path, text)
    own, other = said(found), said(found, "red-bin")
    assert (own["python"], own["architectures"]) == (">=3.10", ("any",))
    assert (other["python"], other["architectures"]) == (("3.12", "3.13"), ("linux x86_64",))
    assert own["latest_release"] == other["latest_release"] == "2.0 (2026-01-01)"
    assert said(found, "never-asked")["architectures"] == ("any",)


def test_a_package_without_wheels_or_bounds_says_so(tmp_path: Path) -> None:
    found = said(registry(tmp_path, "packages:\n" + package("red", wheels="", python="")))
    assert (found["python"], found["architectures"]) == ("not declared to the index", "none")


@pytest.mark.parametrize(
    ("versions", "says"),
    [
        (">=1.0", ""),
        ("==1.5", ""),
        (">=1,<2", ""),
        ("==3.0rc1", ""),
        (">3", "no release of red is in '>3'. The newest is 3.0rc1."),
        (">1.0,<1.5", "no release of red is in '>1.0,<1.5'."),
        ("1.0", "'1.0' is no range of versions."),
        (">=", "'>=' is no range of versions."),
    ],
)
def test_a_range_has_to_contain_a_release(tmp_path: Path, versions: str, says: str) -> None:
    found = registry(tmp_path, "packages:\n" + package("red", versions="1.0 1.5 not-a-version 2.0 3.0rc1"))
    problems = Problems()
    for _ in range(2):
        found.check_range(versions, "red", "x.yaml:1", problems)
    assert [str(problem).startswith(f"x.yaml:1: {says}") for problem in problems.found] == [True, True] * bool(says)


def test_of_a_package_that_is_not_known_any_range_is_possible(tmp_path: Path) -> None:
    problems = Problems()
    registry(tmp_path, "packages:\n" + package("red")).check_range(">9", "blue", "x.yaml:1", problems)
    assert problems.found == []


def test_a_framework_is_told_what_the_index_says_unless_its_file_says_otherwise(ours: Overlay) -> None:
    ours.write("ours/registry.yaml", "packages:\n" + package("lattice-py"))
    head = HEAD.replace("summary:", "package: lattice-py\nsummary:")
    ours.write("ours/frameworks/lattice.yaml", head + "  latest_release: {value: 9.9 at home, source: own}\n")
    facts = ours.load().frameworks["lattice"].facts
    assert facts["latest_release"].value == "9.9 at home"
    assert facts["release_cadence"].value == "4 in two years, every 180 days in the median"
    assert facts["release_cadence"].source.ref == "pypi:lattice-py==2.0"
    assert facts["release_cadence"].id == "lattice.release_cadence"


def test_what_an_overlay_knows_of_a_package_is_a_fact_of_the_overlay(ours: Overlay) -> None:
    base = load(use_cache=False)
    name, framework = next((n, f) for n, f in base.frameworks.items() if "latest_release" in f.facts and f.package)
    before = framework.facts["latest_release"]
    ours.write("ours/registry.yaml", "packages:\n" + package(framework.package, latest="77.0"))
    after = ours.load().frameworks[name].facts
    assert (before.origin, after["latest_release"].origin) == ("", str(ours.knowledge))
    assert after["latest_release"].value == "77.0 (2026-01-01)"
    assert after["maintenance"].origin == ""


def test_a_component_has_release_and_python_from_the_index(ours: Overlay) -> None:
    ours.write("ours/registry.yaml", "packages:\n" + package("tool", python=""))
    ours.write(
        "ours/components/serving.yaml",
        'sources:\n  own: {ref: here, observed: "2025-01-01", grade: official}\ncomponents:\n'
        "  tool: {name: T, purpose: x, status: active, source: own, licence: MIT, requires: any, excludes: [],\n"
        '         platforms: any, replaces: [], successor: "", package: tool}\n'
        "  other: {name: O, purpose: x, status: active, source: own, licence: MIT, requires: any, excludes: [],\n"
        '          platforms: any, replaces: [], successor: "", package: never-asked}\n',
    )
    components = ours.load().components
    tool, other = ({fact.attribute: fact for fact in components[name].facts} for name in ("tool", "other"))
    assert (tool["release"].value, tool["release"].source.ref) == ("2.0 (2026-01-01)", "pypi:tool==2.0")
    assert tool["release"].source.observed < tool["release"].expires < "2026-03"
    assert tool["purpose"].source.ref == "here"
    assert tool["platforms"].value == "any; Python not declared to the index"
    assert (other["release"].value, other["platforms"].value) == ("unknown", "any; Python unknown")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "packages:\n" + package("red").replace("recent: 4", "recent: often"),
            ":7 packages.red.recent: 'often' should",
        ),
        (
            "packages:\n" + package("red").replace("    first", "    frist"),
            "packages.red.frist: the key 'frist' is not",
        ),
        ("packages: [red]\n", ":1 packages: "),
        ("origins: {red: elsewhere}\n", ":1 origins: the key 'origins' is not known here."),
        ("- red\n", ":1: "),
    ],
)
def test_a_fault_is_refused_with_its_line(ours: Overlay, text: str, says: str) -> None:
    ours.write("ours/registry.yaml", text)
    problems = ours.problems()
    assert any(problem.startswith("ours/registry.yaml:") and says in problem for problem in problems), problems
