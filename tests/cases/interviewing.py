"""An interview: one question after the other, answered from what somebody knows, until nothing is asked any more."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import yaml

from advisor import resources
from advisor.consult.adviser import Adviser
from advisor.inference import plain
from advisor.inquiry.asking import worthwhile
from advisor.inquiry.whatif import WhatIf, decided
from advisor.loading.answers import check_answers
from advisor.loading.cases import read_cases
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems
from advisor.model.answers import Answers
from advisor.session import Session

FIELD = Path(__file__).parent / "field"


class Interview(NamedTuple):
    """How one went."""

    wanted: str
    """What is recommended first when everything that is known is said at once."""
    asked: tuple[str, ...]
    """The keys in the order in which they were asked for."""
    firsts: tuple[str, ...]
    """What would be recommended first, before any answer and after each."""
    askable: str
    """What is recommended first when every question that there is was answered."""
    took_s: tuple[float, ...]
    """How long each question was looked for, and that there is none left."""

    @property
    def settled(self) -> float:
        """After how many questions the first is for good the wanted one; infinite where it never is."""
        place = len(self.firsts)
        while place and self.firsts[place - 1] == self.wanted:
            place -= 1
        return place if place < len(self.firsts) else math.inf


@functools.cache
def session() -> Session:
    base = load(use_cache=False)
    return Session(base, Adviser(base, plain.compile_rules))


def gold() -> dict[str, Answers]:
    """What is known in each gold case."""
    file = resources.knowledge() / "cases" / "gold.yaml"
    return {case.id: case.answers for case in read_cases([file], session().base)}


def field() -> dict[str, Answers]:
    """What is known in each situation that nobody had in mind who wrote the rules."""
    problems, base = Problems(), session().base
    criteria = [criterion.id for criterion in base.criteria]
    known = {
        str(case["id"]): check_answers(case["answers"], base.vocabulary, criteria, str, problems)
        for file in sorted(FIELD.glob("*.yaml"))
        for case in yaml.safe_load(file.read_text(encoding="utf-8"))["cases"]
    }
    problems.settle()
    return known


def first(answers: Answers) -> str:
    """What is recommended first."""
    return decided(session().consult(answers).weighed)


def interview(known: Answers) -> Interview:
    """Begin with no answer; what is asked for and not known stays open, and is not asked for again."""
    given: Answers = {}
    asked: list[str] = []
    firsts: list[str] = []
    took: list[float] = []
    while True:
        consultation = session().consult(given)
        firsts.append(decided(consultation.weighed))
        began = time.perf_counter()
        questions = worthwhile(WhatIf(session().adviser, consultation))
        took.append(time.perf_counter() - began)
        key = next((question.key for question in questions if question.key not in asked), None)
        if key is None:
            break
        asked.append(key)
        given = {name: answer for name, answer in known.items() if name in asked}
    keys = {question.key for question in session().base.questions}
    askable = first({name: answer for name, answer in known.items() if name in keys})
    return Interview(first(known), tuple(asked), tuple(firsts), askable, tuple(took))


def at(share: float, figures: Iterable[float]) -> float:
    """The least figure that this share of them does not exceed."""
    ordered = sorted(figures)
    return ordered[math.ceil(share * len(ordered)) - 1]
