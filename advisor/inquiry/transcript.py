"""An interview as a file of answers, and back: `recommend --answers` reads the same file."""

from __future__ import annotations

from advisor.inquiry.interview import Interview
from advisor.loading.answers import check_answers, read_answers
from advisor.loading.answers_writer import written_value
from advisor.loading.problems import Problems
from advisor.model.knowledge import KnowledgeBase

_HEAD = "# Answers for `advisor recommend --answers`; `unknown` leaves a question open.\n"


def written(interview: Interview) -> str:
    """The answers as YAML, in the order of answering."""
    return _HEAD + "".join(f"{key}: {written_value(value)}\n" for key, value in interview.said.items())


def read(content: bytes, name: str, base: KnowledgeBase) -> Interview:
    """The interview that was written there; raises `InputError` with everything that is wrong in it."""
    problems = Problems()
    document = read_answers(content, name, problems)
    criteria = [criterion.id for criterion in base.criteria]
    known = check_answers(document.data, base.vocabulary, criteria, document.place, problems)
    problems.settle()
    return Interview({key: known.get(key) for key in document.data})
