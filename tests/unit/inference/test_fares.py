"""How a condition fares as it is written: what does not apply is dropped, and stands in the way of nothing."""

from __future__ import annotations

import pytest

from advisor.inference.applicable import Fare, fares
from advisor.inference.plain import explain
from advisor.model.rule import Condition
from advisor.model.trace import Facts

YES, NO, OPEN, GONE = (Condition(op="is", attribute=name, value="a") for name in ("yes", "no", "open", "gone"))
FACTS: Facts = {"yes": "a", "no": "b", "gone": "not_applicable"}


def joined(op: str, *parts: Condition) -> Condition:
    return Condition(op=op, parts=parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("condition", "fare"),
    [
        (YES, "true"),
        (NO, "false"),
        (OPEN, "unknown"),
        (GONE, "dropped"),
        (joined("not", YES), "false"),
        (joined("not", OPEN), "unknown"),
        (joined("not", GONE), "dropped"),
        (joined("all", YES, GONE), "true"),
        (joined("all", YES, OPEN, GONE), "unknown"),
        (joined("all", NO, OPEN), "false"),
        (joined("any", NO, GONE), "false"),
        (joined("any", OPEN, NO), "unknown"),
        (joined("any", YES, OPEN), "true"),
        (joined("all", GONE, joined("any", GONE)), "dropped"),
        (joined("not", joined("all", YES, GONE)), "false"),
    ],
)
def test_what_does_not_apply_is_dropped(condition: Condition, fare: Fare) -> None:
    kinds = dict.fromkeys(("yes", "no", "open", "gone"), "word")
    assert fares(explain(condition, FACTS, {}, kinds)) == fare  # type: ignore[arg-type]
