"""The part of a rulebook that can still matter once some attributes are settled."""

from __future__ import annotations

from collections.abc import Callable, Collection
from operator import ge, gt, le, lt
from typing import cast

from advisor.inference.normal import joins
from advisor.model.rule import Condition, Rule
from advisor.model.trace import Facts, Given

_ORDER: dict[str, Callable[[float, float], bool]] = {"lt": lt, "lte": le, "gt": gt, "gte": ge}


def narrowed(rules: tuple[Rule, ...], facts: Facts, settled: Collection[str]) -> tuple[Rule, ...]:
    """The rules that may hold for these facts; those left out cannot fire whatever the other attributes turn out to be.

    `settled` are the attributes of which the facts say all: one that is not among the facts is unknown, and stays so.
    """
    return tuple(rule for rule in rules if _may_hold(rule.when, facts, settled, negated=False))


def _may_hold(condition: Condition, facts: Facts, settled: Collection[str], *, negated: bool) -> bool:
    if condition.op == "not":
        return _may_hold(condition.parts[0], facts, settled, negated=not negated)
    if condition.parts:
        held = (_may_hold(part, facts, settled, negated=negated) for part in condition.parts)
        return all(held) if joins(condition, negated=negated) else any(held)
    return condition.attribute not in settled or _holds(condition, facts.get(condition.attribute), negated=negated)


def _holds(leaf: Condition, seen: Given | None, *, negated: bool) -> bool:
    if leaf.op in ("known", "unknown"):
        return ((seen is None) == (leaf.op == "unknown")) != negated
    if seen is None:
        return False
    if leaf.op in ("is", "has"):
        return (leaf.value in (seen if isinstance(seen, frozenset) else (seen,))) != negated
    # Engines compare rounded numbers, so that of two that are nearly equal either may hold.
    number, bound = cast("float", seen), cast("float", leaf.value)
    return abs(number - bound) < _ROUNDED or _ORDER[leaf.op](number, bound) != negated


_ROUNDED = 0.001
"""More than what two numbers can differ by that are the same to an engine."""
