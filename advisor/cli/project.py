"""What the commands share that read a project: its survey, and what of it answers for a consultation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from advisor import resources
from advisor.cli.output import notice
from advisor.errors import InputError, Problem
from advisor.intake.project.survey import survey, used_answers
from advisor.loading.signs import load_signs
from advisor.model.answers import Answers, ProjectSays
from advisor.render.summary import in_words

if TYPE_CHECKING:
    from advisor.model.knowledge import KnowledgeBase
    from advisor.model.project import Part, Signs, Survey


def surveyed(base: KnowledgeBase, path: str, part: str) -> tuple[Survey, Signs]:
    """What is in the folder, and the signs that it was read by."""
    signs = load_signs(resources.knowledge(), base.vocabulary)
    return survey(Path(path), signs, base.vocabulary, part), signs


def part_of(found: Survey, path: str) -> Part:
    """The project that is meant; raises `InputError` where there is none, or where it has to be said which."""
    if found.part is None:
        named = ", ".join(part.path for part in found.parts[:12])
        hint = f"Projects here: {named}." if named else "Name the folder of a project."
        raise InputError(Problem(message=f"{found.why}.", place=path, hint=hint))
    return found.part


def read_project(base: KnowledgeBase, path: str, part: str, answers: Answers) -> ProjectSays:
    """What the files of a project answer; what was used, left open or answered otherwise is said on standard error."""
    found, signs = surveyed(base, path, part)
    meant = part_of(found, path)
    used = used_answers(meant)
    for reading in meant.readings:
        where = ", ".join(str(candidate.where[0]) for candidate in reading.candidates[:2] if candidate.where)
        if reading.key in answers and reading.key in used:
            if answers[reading.key] != used[reading.key]:
                said = f"{reading.key} is {in_words(used[reading.key])} there"
                notice(Problem(message=f"{said}; the answer {in_words(answers[reading.key])} counts.", place=where))
        elif reading.key in used:
            notice(
                Problem(message=f"{reading.key} {in_words(used[reading.key])} is read from the project.", place=where)
            )
        elif reading.answer is None and reading.sure != "hint":
            words = " and ".join(in_words(one.answer) for one in reading.candidates if one.sure != "hint")
            notice(Problem(message=f"{reading.key} stays open: the files speak for {words}.", place=where))
    return ProjectSays(answers=used, present=signs.present)
