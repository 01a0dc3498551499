"""A condition as the ways in which it can hold: each a set of checks that hold together, negation inside them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Literal, NamedTuple, cast

from advisor.inference.facts import scaled
from advisor.model.rule import Condition, Operator

Test = Literal["is", "differs", "among", "outside", "has", "lacks", "lt", "lte", "gt", "gte", "known", "unknown"]
ORDERINGS = frozenset[str]({"lt", "lte", "gt", "gte"})

_NEGATED: dict[Operator, Test] = {
    "is": "differs",
    "has": "lacks",
    "lt": "gte",
    "lte": "gt",
    "gt": "lte",
    "gte": "lt",
    "known": "unknown",
    "unknown": "known",
}


class Check(NamedTuple):
    """One question about one attribute, with its answer already turned to yes."""

    attribute: str
    test: Test
    value: str | int = ""
    """A word, several in order with `|` between them for among and outside, a scaled number, or nothing for known and
    unknown."""


Alternative = tuple[Check, ...]
"""Checks that hold together, sorted, each once."""


def count(condition: Condition, *, negated: bool = False) -> int:
    """How many alternatives a condition has, found without writing them out: nested ones multiply."""
    if condition.op == "not":
        return count(condition.parts[0], negated=not negated)
    if not condition.parts or listed(condition):
        return 1
    counts = [count(part, negated=negated) for part in condition.parts]
    return prod(counts) if joins(condition, negated=negated) else sum(counts)


def alternatives(condition: Condition, *, negated: bool = False) -> tuple[Alternative, ...]:
    """Every way in which the condition can hold, each once, in the order in which they were written."""
    if condition.op == "not":
        return alternatives(condition.parts[0], negated=not negated)
    if not condition.parts:
        return ((_check(condition, negated=negated),),)
    if listed(condition):
        words = "|".join(sorted({str(part.value) for part in condition.parts}))
        return ((Check(condition.parts[0].attribute, "outside" if negated else "among", words),),)
    parts = [alternatives(part, negated=negated) for part in condition.parts]
    combined: Sequence[Sequence[Alternative]] = (
        list(product(*parts)) if joins(condition, negated=negated) else [(way,) for part in parts for way in part]
    )
    return tuple(dict.fromkeys(tuple(sorted({check for way in ways for check in way})) for ways in combined))


def listed(condition: Condition) -> bool:
    """Whether it names several words of an attribute that has one at a time: then it holds in one way or in none."""
    first = condition.parts[0] if condition.parts else condition
    return condition.op == "any" and all(p.op == "is" and p.attribute == first.attribute for p in condition.parts)


def joins(condition: Condition, *, negated: bool) -> bool:
    """Whether all parts have to hold, rather than one: `not any` is `all not`."""
    return (condition.op == "all") != negated


def _check(leaf: Condition, *, negated: bool) -> Check:
    test = _NEGATED[leaf.op] if negated else cast("Test", leaf.op)
    if leaf.value is None or isinstance(leaf.value, str):
        return Check(leaf.attribute, test, leaf.value or "")
    return Check(leaf.attribute, test, scaled(leaf.value))
