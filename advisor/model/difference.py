"""How two decisions differ."""

from __future__ import annotations

from typing import Literal

from advisor.frozen import dataclass

SCHEMA = "advisor/diff/1"

Part = Literal["answers", "basis", "verdict", "confidence", "stack", "scores", "findings", "chosen", "outcomes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that the two say differently."""

    part: Part
    key: str
    before: object
    """None where the first says nothing of it."""
    after: object
    """None where the second says nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionDiff:
    """Two decisions beside each other."""

    schema: str = SCHEMA
    before: str
    """The first file."""
    after: str
    """The second file."""
    same_verdict: bool
    """Whether status, framework and stack are the same."""
    differences: tuple[Difference, ...]
