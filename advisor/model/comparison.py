"""Options beside each other, without anything that would belong to others."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.frozen import dataclass
from advisor.model.recommendation import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An option that is compared: its score where it remains, what is against it where it does not."""

    option: str
    score: float | None
    interval: tuple[float, float] | None
    """The middle 90 % of the score."""
    findings: tuple[str, ...] = ()
    """Ids of what excludes it."""
    against: tuple[str, ...] = ()
    """The same in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedCriterion:
    """One criterion, and what it says of each option that remains."""

    criterion: str
    title: str
    weight: float
    """Its share of all weight."""
    values: Mapping[str, float]
    """By option, from 0 to 1."""
    evidence: Mapping[str, tuple[str, ...]]
    """By option, ids of what its value rests on."""
    apart: float
    """How far it sets them apart: weight times the greatest difference of the values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Options beside each other, in the light of the same answers."""

    status: Status
    primary: str
    """What would be recommended if there were only these options."""
    tied_with: tuple[str, ...]
    options: tuple[Candidate, ...]
    """From the best; those that are excluded come last."""
    criteria: tuple[ComparedCriterion, ...]
    """Those first that set the options apart most."""
