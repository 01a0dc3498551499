"""Rules in one line each."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.inference.engine import Kinds
from advisor.model.fact import Source
from advisor.model.rule import Condition, Effects, Example, Operator, Rule

KINDS: Kinds = {
    "os": "word",
    "chip": "word",
    "tasks": "words",
    "memory": "number",
    "note": "text",
    "need": "derived",
    "risk": "derived",
    "tier": "derived",
    "team": "levels",
}


def rule(name: str, when: Condition, derive: Mapping[str, str] | None = None, priority: int = 0) -> Rule:
    return Rule(
        id=name,
        phase="derive",
        title="",
        when=when,
        then=Effects(derive=derive or {}),
        message="",
        reason="",
        source=Source(ref="", observed="2025-01", grade="judged"),
        fires=Example(answers={}),
        misses=Example(answers={}),
        priority=priority,
    )


def is_(attribute: str, word: str) -> Condition:
    return Condition(op="is", attribute=attribute, value=word)


def has(attribute: str, word: str) -> Condition:
    return Condition(op="has", attribute=attribute, value=word)


def order(attribute: str, op: Operator, number: float) -> Condition:
    return Condition(op=op, attribute=attribute, value=number)


def known(attribute: str) -> Condition:
    return Condition(op="known", attribute=attribute)


def unknown(attribute: str) -> Condition:
    return Condition(op="unknown", attribute=attribute)


def all_(*parts: Condition) -> Condition:
    return Condition(op="all", parts=parts)


def any_(*parts: Condition) -> Condition:
    return Condition(op="any", parts=parts)


def not_(part: Condition) -> Condition:
    return Condition(op="not", parts=(part,))
