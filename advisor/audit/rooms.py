"""What an attribute can still be, once something has been asked of it; an unknown value is one of the possibilities."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.frozen import dataclass
from advisor.inference.facts import LIMIT, SCALE, scaled
from advisor.inference.normal import Check
from advisor.model.fact import NOT_APPLICABLE
from advisor.model.vocabulary import Attribute

OPEN = ""
"""Stands for unknown among words."""
_SAID = "said"
"""Stands for whatever a text says."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """Of a word or a text: the words that it can be."""

    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Span:
    """Of a number, in ten-thousandths: from where to where it can be, both ends included."""

    open: bool
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class SomeOf:
    """Of a set of words: those that are in it for certain, and those that are not."""

    open: bool
    known: bool
    has: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()


Room = OneOf | Span | SomeOf
Box = Mapping[str, Room]
"""What several attributes can be together; one that is not there can be anything."""


_NOTHING = SomeOf(open=True, known=False)
_NO_NUMBER = Span(open=True, least=LIMIT, most=-LIMIT)


def whole(attribute: Attribute) -> Room:
    """Everything that the attribute can be."""
    if attribute.kind == "derived":
        return SomeOf(open=False, known=True)
    if attribute.kind == "words":
        return SomeOf(open=True, known=True)
    if attribute.kind == "number":
        return Span(open=True, least=-LIMIT if attribute.least is None else scaled(attribute.least), most=LIMIT)
    return OneOf(frozenset({OPEN, *(attribute.words or (_SAID,))}))


def asked(check: Check, attribute: Attribute) -> Room:
    """What the attribute can be where the check holds."""
    everything, word = whole(attribute), str(check.value)
    if isinstance(everything, Span):
        return _span(check, everything, SCALE if attribute.whole else 1)
    if isinstance(everything, SomeOf):
        named = frozenset({word} - {""})
        some = {"has": named} if check.test == "has" else {"lacks": named} if check.test == "lacks" else {}
        return _NOTHING if check.test == "unknown" else SomeOf(open=False, known=True, **some)
    # What is said of an option can be that a question does not apply to it.
    known = (everything.words | {NOT_APPLICABLE}) - {OPEN}
    named = frozenset(word.split("|"))
    told = {"is": named, "among": named, "differs": known - named, "outside": known - named, "known": known}
    return OneOf(told.get(check.test, frozenset({OPEN})))


def _span(check: Check, everything: Span, step: int) -> Span:
    if check.test == "unknown":
        return _NO_NUMBER
    least, most, value = everything.least, everything.most, int(check.value or 0)
    if check.test in ("gt", "gte"):
        least = max(least, _up(value + (check.test == "gt"), step))
    elif check.test in ("lt", "lte"):
        most = min(most, (value - (check.test == "lt")) // step * step)
    return Span(open=False, least=least, most=most)


def _up(value: int, step: int) -> int:
    return -(-value // step) * step


def has(word: str) -> SomeOf:
    """That a set has the word in it."""
    return SomeOf(open=False, known=True, has=frozenset({word}))


def meet(one: Room, other: Room) -> Room | None:
    """What the attribute can be where both hold; nothing where they exclude each other."""
    if isinstance(one, OneOf) and isinstance(other, OneOf):
        words = one.words & other.words
        return OneOf(words) if words else None
    if isinstance(one, Span) and isinstance(other, Span):
        both = Span(one.open and other.open, max(one.least, other.least), min(one.most, other.most))
        return both if both.least <= both.most else _NO_NUMBER if both.open else None
    if isinstance(one, SomeOf) and isinstance(other, SomeOf):
        return _together(one, other)
    raise TypeError(f"{one} and {other} are not of one attribute.")


def _together(one: SomeOf, other: SomeOf) -> SomeOf | None:
    both = SomeOf(one.open and other.open, one.known and other.known, one.has | other.has, one.lacks | other.lacks)
    if both.known and both.has.isdisjoint(both.lacks):
        return both
    return _NOTHING if both.open else None


def join(one: Room, other: Room) -> Room:
    """What the attribute can be where at least one holds, and possibly more."""
    if isinstance(one, OneOf) and isinstance(other, OneOf):
        return OneOf(one.words | other.words)
    if isinstance(one, Span) and isinstance(other, Span):
        return Span(one.open or other.open, min(one.least, other.least), max(one.most, other.most))
    if isinstance(one, SomeOf) and isinstance(other, SomeOf):
        return SomeOf(one.open or other.open, one.known or other.known, one.has & other.has, one.lacks & other.lacks)
    raise TypeError(f"{one} and {other} are not of one attribute.")


def within(one: Room, other: Room) -> bool:
    """Whether everything that the first can be, the second can be too."""
    if isinstance(one, OneOf) and isinstance(other, OneOf):
        return one.words <= other.words
    if isinstance(one, SomeOf) and isinstance(other, SomeOf):
        opening = other.open or not one.open
        return opening and (not one.known or (other.known and one.has >= other.has and one.lacks >= other.lacks))
    return meet(one, other) == one


def may_be_open(room: Room) -> bool:
    """Whether unknown is one of the possibilities."""
    return OPEN in room.words if isinstance(room, OneOf) else room.open


def cut(one: Box, other: Box) -> Box | None:
    """Where both hold; nothing where they exclude each other."""
    both = dict(one)
    for attribute, room in other.items():
        met = meet(both[attribute], room) if attribute in both else room
        if met is None:
            return None
        both[attribute] = met
    return both


def inside(one: Box, other: Box) -> bool:
    """Whether the second holds wherever the first does."""
    for attribute, room in other.items():  # noqa: SIM110  (all() would make a generator each time)
        if attribute not in one or not within(one[attribute], room):
            return False
    return True
