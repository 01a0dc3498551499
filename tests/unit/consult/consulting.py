"""Recommendations over the real knowledge base, without anything of this machine."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from random import Random
from typing import Any

from advisor.consult.adviser import Adviser
from advisor.inference import durable, plain
from advisor.inference.engine import Compile
from advisor.loading.answers import check_answers
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems
from advisor.model.answers import Answers
from advisor.model.knowledge import KnowledgeBase
from advisor.model.recommendation import Recommendation
from advisor.render.json import document
from advisor.session import Session

ENGINES: Mapping[str, Compile] = {"plain": plain.compile_rules, "durable-rules": durable.compile_rules}


@functools.cache
def base() -> KnowledgeBase:
    return load(use_cache=False)


@functools.cache
def session(engine: str = "plain", only: tuple[str, ...] = ()) -> Session:
    return Session(base(), Adviser(base(), ENGINES[engine]), only=only)


def checked(raw: Mapping[str, Any]) -> Answers:
    problems = Problems()
    answers = check_answers(raw, base().vocabulary, [c.id for c in base().criteria], str, problems)
    problems.settle()
    return answers


def recommend(raw: Mapping[str, Any], *, full: bool = False, only: tuple[str, ...] = ()) -> Recommendation:
    return session(only=only).recommend(checked(raw), full=full)


def said(raw: Mapping[str, Any], *, full: bool = False, engine: str = "plain") -> dict[str, Any]:
    """The JSON of a recommendation, in plain values."""
    return document(session(engine).recommend(checked(raw), full=full))


def some_answers(random: Random) -> dict[str, Any]:
    """Answers that nobody thought of, from none to most of the keys."""
    share = random.choice((0.1, 0.3, 0.6, 0.9))
    raw: dict[str, Any] = {}
    for attribute in base().vocabulary.answers:
        if random.random() > share:
            continue
        if attribute.kind == "word":
            raw[attribute.name] = random.choice(attribute.words)
        elif attribute.kind == "words":
            raw[attribute.name] = random.sample(attribute.words, random.randint(0, min(3, len(attribute.words))))
        elif attribute.kind == "number":
            raw[attribute.name] = random.choice((0, 1, 8, 64, 4096))
        elif attribute.kind == "text":
            raw[attribute.name] = random.choice(("h100", "3.12", "tf_serving"))
        elif attribute.kind == "numbers":
            raw[attribute.name] = {word: random.choice((1, 64)) for word in random.sample(attribute.words, 2)}
        elif random.random() < 0.5:
            criteria = random.sample([criterion.id for criterion in base().criteria], 2)
            raw[attribute.name] = {name: random.choice(("must", "should", "could", "ignore")) for name in criteria}
    return raw
