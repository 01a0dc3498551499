"""Framework, version and target of projects after the shape of real ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from advisor.intake.project.survey import used_answers
from advisor.model.project import Part
from intake.trees import TREES, build, described, read


@pytest.mark.parametrize("name", [path.stem for path in TREES])
def test_a_project_is_read_as_what_it_is(name: str, tmp_path: Path) -> None:
    tree = described(name)
    expected = tree["expect"]
    found = read(build(tmp_path, tree["files"]), expected.get("part", ""))
    part = found.part
    assert part is not None
    assert answers(part, expected["answers"]) == expected["answers"]
    assert answers(part, expected.get("silent", ())) == {}
    versions = {use.part: list(use.versions) for use in part.uses}
    assert {part: versions.get(part) for part in expected["versions"]} == expected["versions"]
    for other, said in expected.get("others", {}).items():
        assert answers(next(part for part in found.parts if part.path == other), said) == said


@pytest.mark.parametrize("name", [path.stem for path in TREES if "parts" in described(path.stem)["expect"]])
def test_the_projects_in_a_folder_are_told_apart(name: str, tmp_path: Path) -> None:
    tree = described(name)
    found = read(build(tmp_path, tree["files"]))
    assert sorted(part.path for part in found.parts) == tree["expect"]["parts"]
    assert found.meant == tree["expect"].get("meant", found.meant)


def test_contradictory_signs_are_shown_and_not_settled(tmp_path: Path) -> None:
    tree = described("two_minds")
    part = read(build(tmp_path, tree["files"])).part
    assert part is not None
    for key, words in tree["expect"]["open"].items():
        reading = next(reading for reading in part.readings if reading.key == key)
        assert reading.answer is None
        assert sorted(str(one.answer) for one in reading.candidates if one.sure != "hint") == words
        assert all(candidate.where and candidate.why for candidate in reading.candidates)


def answers(part: Part, keys: Any) -> dict[str, Any]:
    """The answers of a part to these keys, sets as lists."""
    used = used_answers(part)
    found = {key: used[key] for key in keys if key in used}
    return {key: list(said) if isinstance(said, tuple) else said for key, said in found.items()}
