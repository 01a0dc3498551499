"""Comparisons as they can be read aloud."""

from __future__ import annotations

from advisor.inference.plain import Verdict
from advisor.model.rule import Condition, attributes_of, condition_words

_ORDERINGS = {"lt": "below", "lte": "at most", "gt": "above", "gte": "at least"}
_EQUALS = ("is", "has")
_LISTED = 8
"""Words that can still be read one by one."""


def compared(condition: Condition) -> str:
    """The one attribute that a condition speaks of; empty where it speaks of several."""
    attributes = attributes_of(condition)
    return attributes.pop() if len(attributes) == 1 else ""


def comparison(condition: Condition, verb: str = "is") -> str:
    """A condition on one attribute: `task is finetune or post_train_rl`, `accelerator_count is at least 2`."""
    name = compared(condition)
    words = _alternatives(condition)
    if words:
        return f"{name} {verb} {_either(words)}"
    if condition.op == "not" and (words := _alternatives(condition.parts[0])):
        return f"{name} {verb} not {_either(words)}"
    if condition.op == "unknown":
        return f"{name} is open"
    if condition.op in _ORDERINGS:
        return f"{name} is {_ORDERINGS[condition.op]} {_number(condition.value)}"
    return _joined(condition, verb)


def _joined(condition: Condition, verb: str) -> str:
    if condition.op == "any" and len(condition.parts) == 2:
        first, second = condition.parts
        if first.op == "unknown" and second.op == "not" and (words := _alternatives(second.parts[0])):
            return f"{first.attribute} is not known to {'have' if verb == 'has' else 'be'} {_either(words)}"
    if condition.op in ("all", "any") and all(part.op in _ORDERINGS or part.op in _EQUALS for part in condition.parts):
        return (" and " if condition.op == "all" else " or ").join(comparison(part, verb) for part in condition.parts)
    return condition_words(condition)


def seen(verdict: Verdict, verb: str = "is") -> str:
    """What a comparison found: `it is nvidia_gpu`."""
    leaf = verdict
    while leaf.parts:
        leaf = leaf.parts[0]
    if isinstance(leaf.seen, frozenset):
        return f"it {verb} {', '.join(sorted(leaf.seen)) or 'none of them'}"
    if leaf.seen is None:
        return "" if verdict.condition.op in ("known", "unknown") and verdict.holds else "it is open"
    return f"it is {_number(leaf.seen)}"


def ordinal(place: int) -> str:
    """A place in an order, in words."""
    named = ("first", "second", "third", "fourth", "fifth")
    if place <= len(named):
        return named[place - 1]
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def _alternatives(condition: Condition) -> tuple[str, ...]:
    """The words of which one will do, where the condition asks for nothing else."""
    if condition.op in _EQUALS:
        return (str(condition.value),)
    if condition.op == "any" and all(part.op in _EQUALS for part in condition.parts):
        return tuple(str(part.value) for part in condition.parts)
    return ()


def _either(words: tuple[str, ...]) -> str:
    if len(words) > _LISTED:
        return f"one of {len(words)} words"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
