"""How sure the answer would be that a change of answers leads to."""

from __future__ import annotations

from typing import Literal

from advisor.consult.adviser import Adviser, Weighed
from advisor.consult.assemble import status_of
from advisor.model.recommendation import Status


def outcome(adviser: Adviser, weighed: Weighed) -> tuple[Status, Literal["high", "medium", "low"]]:
    """Whether the answer of a situation that was weighed stands, and the level of its confidence."""
    closing = adviser.order(weighed)
    return status_of(weighed.derived, closing), closing.confidence
