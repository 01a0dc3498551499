"""Comparisons as they can be read aloud."""

from __future__ import annotations

from advisor.inference.plain import Verdict
from advisor.model.rule import Condition, attributes_of
from advisor.render.lines import listed

_ORDERINGS = {"lt": "below", "lte": "at most", "gt": "above", "gte": "at least"}
_EQUALS = ("is", "has")
_LISTED, _OF_MANY = 16, 8
"""So many words can still be read one by one, and so many are named of more."""


def compared(condition: Condition) -> str:
    """The one attribute that a condition speaks of; empty where it speaks of several."""
    attributes = attributes_of(condition)
    return attributes.pop() if len(attributes) == 1 else ""


def comparison(condition: Condition, verb: str = "is") -> str:
    """A condition on one attribute: `task is finetune or post_train_rl`, `accelerator_count is at least 2`."""
    return f"{compared(condition)} {_compares(condition, verb)}"


def _compares(condition: Condition, verb: str) -> str:
    """What is said of the attribute."""
    if words := _alternatives(condition):
        return f"{verb} {_either(words)}"
    if condition.op == "not":
        return _denied(condition.parts[0], verb)
    if condition.op in ("known", "unknown"):
        return "is known" if condition.op == "known" else "is open"
    if condition.op in _ORDERINGS:
        return f"is {_ordered(condition)}"
    first, *others = condition.parts
    if condition.op == "any" and first.op == "unknown" and [part.op for part in others] == ["not"]:
        denied = others[0].parts[0]
        if words := _alternatives(denied) or (_ordered(denied),) * (denied.op in _ORDERINGS):
            return f"is not known to {'have' if verb == 'has' else 'be'} {_either(words)}"
    return (" and " if condition.op == "all" else " or ").join(_within(part, verb) for part in condition.parts)


def _denied(condition: Condition, verb: str) -> str:
    if words := _alternatives(condition):
        return f"{verb} not {_either(words)}"
    if condition.op in _ORDERINGS:
        return f"is not {_ordered(condition)}"
    return f"is not so that it {_compares(condition, verb)}"


def _within(condition: Condition, verb: str) -> str:
    """A part beside others, in brackets where it joins several things itself."""
    said = _compares(condition, verb)
    return f"({said})" if len(condition.parts) > 1 and not _alternatives(condition) else said


def _ordered(condition: Condition) -> str:
    return f"{_ORDERINGS[condition.op]} {_number(condition.value)}"


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
    """A place in an order, the first ones in words."""
    named = ("first", "second", "third", "fourth", "fifth")
    return named[place - 1] if place <= len(named) else figured(place)


def figured(place: int) -> str:
    """A place in an order as a figure, which stands beside every other one."""
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
    more = len(words) - _OF_MANY if len(words) > _LISTED else 0
    return listed([*words[:_OF_MANY], f"one of {more} more"] if more else words, "or")


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
