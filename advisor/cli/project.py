"""What the commands share that read a project: its survey, and what of it answers for a consultation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.cli.output import notice
from advisor.errors import Problem
from advisor.intake.project.survey import used_answers
from advisor.intake.project.surveyed import part_of, surveyed
from advisor.model.answers import Answers, ProjectSays
from advisor.render.summary import in_words

if TYPE_CHECKING:
    from advisor.model.knowledge import KnowledgeBase


def read_project(base: KnowledgeBase, path: str, part: str, answers: Answers) -> ProjectSays:
    """What the files of a project answer; what was used, left open or answered otherwise is said on standard error."""
    found, signs = surveyed(base.vocabulary, path, part)
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
