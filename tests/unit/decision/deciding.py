"""Decisions over the examples that come with the program, made without anything of this machine."""

from __future__ import annotations

import functools
import json
from pathlib import Path

from advisor import resources
from advisor.consult.adviser import Adviser
from advisor.decision import making
from advisor.decision.reading import read
from advisor.decision.sealing import sealed
from advisor.frozen import replace
from advisor.inference import plain
from advisor.loading.answers import check_answers, read_answers
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems
from advisor.loading.structure import plain as plain_values
from advisor.model.answers import Answers
from advisor.model.decision import Decision
from advisor.model.knowledge import KnowledgeBase
from advisor.model.recommendation import Recommendation
from advisor.render.json import written
from advisor.session import Session

EXAMPLES = tuple(sorted(path.stem for path in (resources.knowledge() / "examples").glob("*.yaml")))


@functools.cache
def base() -> KnowledgeBase:
    return load(use_cache=False)


@functools.cache
def session() -> Session:
    return Session(base(), Adviser(base(), plain.compile_rules))


def recommended(name: str, as_of: str = "") -> Recommendation:
    """What is recommended for an example on that day, or on that of the knowledge base."""
    return replace(session(), as_of=as_of).recommend(answers(name), full=False)


@functools.cache
def answers(name: str) -> Answers:
    """The answers of an example."""
    problems = Problems()
    file: Path = resources.knowledge() / "examples" / f"{name}.yaml"
    raw = read_answers(file.read_bytes(), file.name, problems).data
    found = check_answers(raw, base().vocabulary, [each.id for each in base().criteria], str, problems)
    problems.settle()
    return found


@functools.cache
def decided(name: str) -> Decision:
    """The decision for an example, as it is read again from its file."""
    data = plain_values(making.decision(recommended(name), answers(name)), making.DIGITS)
    return read(written(sealed(json.loads(json.dumps(data)))).encode(), f"{name}.json").decision
