"""The survey of a folder, and the project in it that is meant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from advisor.errors import InputError, Problem
from advisor.intake.project.survey import survey
from advisor.loading.knowledge import in_use
from advisor.loading.signs import load_signs

if TYPE_CHECKING:
    from advisor.model.project import Part, Signs, Survey
    from advisor.model.vocabulary import Vocabulary


def surveyed(vocabulary: Vocabulary, path: str, part: str) -> tuple[Survey, Signs]:
    """What is in the folder, and the signs that it was read by."""
    signs = load_signs(in_use()[0], vocabulary)
    return survey(Path(path), signs, vocabulary, part), signs


def part_of(found: Survey, path: str) -> Part:
    """The project that is meant; raises `InputError` where there is none, or where it has to be said which."""
    if found.part is None:
        named = ", ".join(part.path for part in found.parts[:12])
        hint = f"Projects here: {named}." if named else "Name the folder of a project."
        raise InputError(Problem(message=f"{found.why}.", place=path, hint=hint))
    return found.part
