"""One decision for many kinds of machine: what is best on each, and what one framework for all of them costs."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.frozen import dataclass
from advisor.model.policy import PolicyReport
from advisor.model.recommendation import Confidence, Evidence, Recommendation, Status
from advisor.model.rule import Place

SCHEMA = "advisor/fleet/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of machine, and what is recommended on it."""

    id: str
    """The fingerprint that its machines have in common."""
    name: str
    """What it is called: no other kind here has the same name."""
    machine: str
    """What it is, on one line."""
    nodes: int | None
    """How many there are; None where nobody said so."""
    share: float
    """Of the overall value; the shares sum to 1."""
    measurement: str
    """The run that speaks for it."""
    measured: str
    """When, in UTC."""
    foreign: bool
    """Whether the run came from elsewhere."""
    recommendation: Recommendation
    """What is recommended on this kind alone; its `id` is the name."""
    stack: Mapping[Place, tuple[str, ...]]
    """The parts around what is built on everywhere, as they are on this kind, by place."""
    policy: PolicyReport | None = None
    """What a policy says of that framework with those parts, as sure as it is for all kinds; where there is no one
    framework, of what is recommended on this kind alone. None without a policy."""
    evidence: tuple[Evidence, ...] = ()
    """What its violations rest on, and the recommendation on this kind alone does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an option stands on one kind of machine, against what is best there."""

    kind: str
    """The id of the kind."""
    option: str
    place: int | None
    """1 is the best; None where it is ruled out, and then everything that follows is None or empty, but for why."""
    score: float | None = None
    lost: float | None = None
    """Score that it falls short of the best there."""
    lost_interval: tuple[float, float] | None = None
    """The middle 90 % of the draws; below 0 where it is ahead."""
    tied: bool = False
    """Whether the difference is inside the noise."""
    relative_time: float | None = None
    """The time of one step over that of the best there; None where one of them was not measured on this kind."""
    time_interval: tuple[float, float] | None = None
    """90 % interval of it."""
    reason: str = ""
    """Why it is ruled out."""
    findings: tuple[str, ...] = ()
    """What rules it out, in the recommendation of the kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """An option that is possible on every kind, with its score over all of them and the middle 90 % of it."""

    option: str
    score: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """One framework for all kinds."""

    status: Status
    primary: str
    confidence: Confidence | None
    """None where no option is possible on every kind."""
    tied_with: tuple[str, ...]
    ranking: tuple[Shared, ...]
    excluded: Mapping[str, tuple[str, ...]]
    """Option to the ids of the kinds that rule it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetDecision:
    """The kinds of machine, one framework for all of them, and where every option stands on each."""

    schema: str = SCHEMA
    overall: Overall
    kinds: tuple[Kind, ...]
    standings: tuple[Standing, ...]
    """By kind, the best first, then what is ruled out; those of the primary say what one framework for all costs."""
    answers: Mapping[str, object]
    """What was answered, for every kind alike."""
    knowledge: str
    rules: str
    as_of: str
