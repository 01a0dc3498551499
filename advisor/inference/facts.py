"""What an engine may be told: facts of the right type, numbers as whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from advisor.inference.engine import Kinds
from advisor.model.trace import Facts, Given
from advisor.model.vocabulary import AttributeKind

SCALE = 10_000
LIMIT = 2**62


class Situation(NamedTuple):
    """Facts that passed: what is given, and which words are concluded before the first rule fires."""

    given: Mapping[str, Given]
    concluded: Mapping[str, frozenset[str]]


def scaled(number: float) -> int:
    """The number in ten-thousandths, which is what numbers are compared by.

    Whole numbers are the same on every system, whereas text like 1e-09 is a trap for an engine written in C, and so is
    a locale with a decimal comma. The comparison is written so that what is not a number fails it too.
    """
    if not abs(number) * SCALE < LIMIT:
        raise ValueError(f"{number} cannot be compared: expected a finite number nearer to 0 than {LIMIT // SCALE}.")
    return round(number * SCALE)


def admit(facts: Facts, kinds: Kinds, read: AbstractSet[str]) -> Situation:
    """Check the facts that a rulebook reads, and every conclusion that is handed in, before an engine sees them.

    Facts that no rule reads are left out, whatever they are.
    """
    given: dict[str, Given] = {}
    concluded: dict[str, frozenset[str]] = {}
    for attribute, value in facts.items():
        kind = kinds.get(attribute)
        if kind == "derived":
            concluded[attribute] = _words(attribute, value)
        elif attribute in read and kind is not None:
            # Most facts are words, and most are right.
            given[attribute] = value if kind == "word" and type(value) is str else _value(attribute, kind, value)
    return Situation(given, concluded)


def _value(attribute: str, kind: AttributeKind, value: object) -> Given:
    if kind == "words":
        return _words(attribute, value)
    if kind == "number":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _mistyped(attribute, "a number", value)
        scaled(value)
        return float(value)
    if not isinstance(value, str):
        raise _mistyped(attribute, "a word" if kind == "word" else "a text", value)
    return value


def _words(attribute: str, value: object) -> frozenset[str]:
    if not isinstance(value, frozenset) or not all(isinstance(word, str) for word in value):
        raise _mistyped(attribute, "a frozen set of words", value)
    return value


def _mistyped(attribute: str, expected: str, value: object) -> TypeError:
    return TypeError(f"The fact {attribute} has to be {expected}, not {type(value).__name__}.")
