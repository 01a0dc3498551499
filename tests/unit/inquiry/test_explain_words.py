"""Comparisons are said as a person would say them."""

from __future__ import annotations

import pytest

from advisor.inference.plain import explain
from advisor.inquiry.explain_words import compared, comparison, ordinal, seen
from advisor.model.rule import Condition
from advisor.model.trace import Facts
from advisor.model.vocabulary import AttributeKind

KINDS: dict[str, AttributeKind] = {"task": "word", "needs": "words", "count": "number", "shape": "derived"}


def is_(value: str, attribute: str = "task") -> Condition:
    return Condition(op="is" if attribute == "task" else "has", attribute=attribute, value=value)


def number(op: str, value: float) -> Condition:
    return Condition(op=op, attribute="count", value=value)  # type: ignore[arg-type]


def joined(op: str, *parts: Condition) -> Condition:
    return Condition(op=op, parts=parts)  # type: ignore[arg-type]


UNKNOWN = Condition(op="unknown", attribute="task")
SAID = {
    "one word": (is_("train"), "is", "task is train"),
    "several": (joined("any", is_("a"), is_("b"), is_("c")), "is", "task is a, b or c"),
    "a set": (joined("any", is_("a", "needs"), is_("b", "needs")), "has", "needs has a or b"),
    "many": (joined("any", *map(is_, "abcdefghij")), "is", "task is a, b, c, d, e, f, g, h, i or j"),
    "very many": (
        joined("any", *(is_(str(i)) for i in range(20))),
        "is",
        "task is 0, 1, 2, 3, 4, 5, 6, 7 or one of 12 more",
    ),
    "not one": (joined("not", is_("a")), "is", "task is not a"),
    "not several": (joined("not", joined("any", is_("a"), is_("b"))), "is", "task is not a or b"),
    "unless": (joined("any", UNKNOWN, joined("not", is_("a"))), "is", "task is not known to be a"),
    "open": (UNKNOWN, "is", "task is open"),
    "at least": (number("gte", 8.0), "is", "count is at least 8"),
    "a range": (joined("all", number("gt", 2.0), number("lt", 8.5)), "is", "count is above 2 and is below 8.5"),
    "a word or open": (joined("any", is_("a"), UNKNOWN), "is", "task is a or is open"),
    "a word but not another": (
        joined("all", is_("a", "needs"), joined("not", is_("b", "needs"))),
        "has",
        "needs has a and has not b",
    ),
    "unless a number": (
        joined("any", Condition(op="unknown", attribute="count"), joined("not", number("gte", 2.0))),
        "is",
        "count is not known to be at least 2",
    ),
    "not a number": (joined("not", number("lt", 2.0)), "is", "count is not below 2"),
    "known": (Condition(op="known", attribute="task"), "is", "task is known"),
    "one of two ranges": (
        joined("any", number("lt", 2.0), joined("all", number("gt", 4.0), number("lt", 8.0))),
        "is",
        "count is below 2 or (is above 4 and is below 8)",
    ),
}


@pytest.mark.parametrize(("condition", "verb", "said"), SAID.values(), ids=SAID)
def test_a_comparison_is_said_in_words(condition: Condition, verb: str, said: str) -> None:
    assert comparison(condition, verb) == said


def test_a_condition_on_several_attributes_compares_none() -> None:
    assert compared(joined("all", is_("a"), is_("b"))) == "task"
    assert compared(joined("all", is_("a"), is_("b", "needs"))) == ""


@pytest.mark.parametrize(
    ("condition", "facts", "said"),
    [
        (is_("train"), {"task": "infer"}, "it is infer"),
        (is_("train"), {}, "it is open"),
        (UNKNOWN, {}, ""),
        (UNKNOWN, {"task": "train"}, "it is train"),
        (is_("a", "needs"), {"needs": frozenset({"c", "b"})}, "it has b, c"),
        (is_("a", "needs"), {"needs": frozenset()}, "it has none of them"),
        (number("gte", 8.0), {"count": 2.0}, "it is 2"),
    ],
)
def test_what_was_seen_is_told(condition: Condition, facts: Facts, said: str) -> None:
    verb = "has" if condition.attribute == "needs" else "is"
    assert seen(explain(condition, facts, {}, KINDS), verb) == said


def test_places_in_an_order() -> None:
    assert [ordinal(place) for place in (1, 5, 6, 11, 21, 23, 112)] == [
        "first",
        "fifth",
        "6th",
        "11th",
        "21st",
        "23rd",
        "112th",
    ]
