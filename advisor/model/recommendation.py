"""The answer: one value that every rendering shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from advisor.frozen import dataclass, field
from advisor.model.finding import Finding
from advisor.model.memory import MemoryFit
from advisor.model.next_step import NextStep
from advisor.model.policy import PolicyReport
from advisor.model.rule import Place
from advisor.model.score import Weight

SCHEMA = "advisor/recommendation/1"

Status = Literal[
    "contradictory", "no_feasible_option", "out_of_scope", "needs_more_info", "low_confidence", "tie", "decided"
]
"""Of several the first that applies."""

NONE_OF_THESE = "none_of_these"
NEEDS_MORE_INFO = "needs_more_info"
NO_FRAMEWORK: Mapping[str, str] = {NEEDS_MORE_INFO: "nothing yet", NONE_OF_THESE: "none of these frameworks"}
"""What a primary that is no framework is called."""


def named(primary: str) -> str:
    """What is recommended, as a sentence has it."""
    return NO_FRAMEWORK.get(primary, primary)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPart:
    """A component in a place of the stack."""

    layer: str
    component: str
    place: Place
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """How sure the answer is, over sampled weights and evidence."""

    p_best: float
    """How often the option is best."""
    p_top2: float
    expected_regret: float
    """What it falls short of the best on average, in units of the score."""
    p_accept: float
    """The calibrated probability that an expert would accept it."""
    level: Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to build on."""

    primary: str
    stack: tuple[StackPart, ...]
    confidence: Confidence | None
    """None where no option was weighed."""
    tied_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """The share of one criterion in a score: weight times value."""

    criterion: str
    weight: float
    value: float
    contribution: float
    evidence: tuple[str, ...]
    grade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """An option that remains, with its score and the middle 90 % of it."""

    option: str
    score: float
    interval: tuple[float, float]
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of the answers that was run, and what comes of it."""

    change: Mapping[str, object]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """An option that cannot be the primary."""

    option: str
    findings: tuple[str, ...]
    revive: tuple[Change, ...] = ()
    """After each of them the option remains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something the reader has to know."""

    code: str
    message: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Answers that exclude each other, and how to get out of that."""

    between: Mapping[str, object]
    """The answers, by key."""
    message: str
    findings: tuple[str, ...]
    ways_out: tuple[Change, ...] = ()
    """Each ends it, and makes no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The way of code or model from one place of the project to the next."""

    start: Place
    end: Place
    to: str
    """The accelerator or target there."""
    state: str
    """A word of the scale of the fact that it rests on, or `unknown`."""
    via: tuple[str, ...]
    """Components of the stack that lead there, in their order."""
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """An open key, what knowing it is worth in units of the score, and which primaries its answers lead to."""

    key: str
    text: str
    value_of_information: float
    could_become: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A change of one answer, verified by running it, after which another option is first."""

    change: Mapping[str, object]
    to: str
    status: Status
    """Whether that answer would stand."""
    confidence: Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightFlip:
    """The smallest change of the weight of one criterion after which another option is first, verified."""

    criterion: str
    now: float
    """Its share of all weight."""
    becomes: float
    """The share from which on `to` is first; the other weights keep their proportions."""
    to: str
    moved: float
    """The share of all weight that changes hands: how small the change is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactFlip:
    """The smallest change of one fact, verified by running it, after which another option is first."""

    option: str
    attribute: str
    criterion: str
    now: str
    becomes: str
    way: float
    """How far that is on the scale of its criterion, which is from 0 to 1: how small the change is."""
    to: str
    status: Status
    confidence: Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMove:
    """Whether to stay with the code or to move is open: another option would be first if that did not weigh."""

    keeps: str
    """The option that keeps most of the code; of equals the one that is ahead."""
    new: str
    """The option that would be first where none of `criteria` counts."""
    criteria: tuple[str, ...]
    """What decides: those that count of what there is already, the existing code before all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """How much it takes to unseat the first."""

    stays_first: float
    flips: tuple[Flip, ...] = ()
    weights: tuple[WeightFlip, ...] = ()
    """The smallest first."""
    facts: tuple[FactFlip, ...] = ()
    """The smallest first."""
    decisive: tuple[str, ...] = ()
    """Keys of the answers without which, one at a time, the answer would be another."""
    move: OpenMove | None = None
    """None where no framework is recommended, or nothing is open between staying and moving."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewed:
    """Who is ahead where only some criteria count."""

    view: str
    title: str
    ahead: tuple[str, ...]
    """The best, and those of which it is not sure that they are behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staying:
    """What doing nothing would mean: going on with the framework that the code is written in."""

    option: str
    score: float
    """Its expected score, whether it remains or not."""
    gain: float
    """By how much the first is ahead of it; 0 where it is the first itself."""
    margin: float
    """What a move has to gain before it is worth it."""
    excluded: bool
    """Whether something excludes it."""
    worth_moving: bool
    """Whether something excludes it, or the gain reaches the margin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """What a team that leaves the recommended framework takes along, and what it has to write again."""

    option: str
    message: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a finding or contribution rests on."""

    id: str
    statement: str
    grade: str
    source: str
    observed: str
    expires: str
    """The day from which it should be looked at again; empty where it does not age."""
    expired: bool = False
    """Whether that day had come on the day of `provenance.as_of`."""
    origin: str = ""
    """The overlay it came from; empty for what comes with the program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedConflict:
    """A published ratio of times that this machine does not show; what was measured counts."""

    evidence: str
    """The published row."""
    variant: str
    reference: str
    published: float
    """Time of the variant over that of the reference."""
    measured: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementsUsed:
    """Which stored measurements had a part, and how large it is."""

    used: tuple[str, ...]
    share: Mapping[str, float]
    """`performance` to the share of measurement in the speed of the first option."""
    note: str = ""
    """What would improve it."""
    conflicts: tuple[SpeedConflict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What the answer was computed from and with."""

    advisor: str
    engine: str
    knowledge: str
    rules: str
    bundle: str = ""
    """The digest of the imported bundle that knowledge and rules are from; empty for what comes with the program."""
    overlays: tuple[str, ...]
    """Folders that added to knowledge or rules, or took the place of something in them."""
    options: tuple[str, ...] = ()
    """The options that were compared; empty for all."""
    as_of: str
    """The day that expiry was judged by."""
    measurements: tuple[str, ...]
    depth: Literal["core", "full"]
    """Whether questions, flips, revivals and ways out were looked for."""
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """Everything there is to say about one situation."""

    schema: str = SCHEMA
    id: str | int | None = None
    """As given, in a batch."""
    status: Status
    recommendation: Verdict
    ranking: tuple[Ranked, ...]
    excluded: tuple[Excluded, ...]
    flags: tuple[Flag, ...]
    contradictions: tuple[Contradiction, ...] = ()
    passages: tuple[Passage, ...] = ()
    findings: tuple[Finding, ...]
    questions: tuple[OpenQuestion, ...] = ()
    sensitivity: Sensitivity
    views: tuple[Viewed, ...] = ()
    front: tuple[str, ...] = ()
    """The options that no other one equals in every criterion that counts and surpasses in one."""
    staying: Staying | None = None
    """None where there is no code yet."""
    exit: WayOut | None = None
    """None where no framework is recommended, or nothing is known of it."""
    next_steps: tuple[NextStep, ...] = ()
    """Commands of other tools that go on from the stack."""
    policy: PolicyReport | None = None
    """None where the answer was not held against one."""
    memory: MemoryFit | None = None
    """None where parameters or memory are open."""
    weights: tuple[Weight, ...]
    evidence: tuple[Evidence, ...]
    measurements: MeasurementsUsed
    answers: Mapping[str, object] = field(default_factory=dict)
    """As understood, with what was read from a project, detected and implied."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Key to answered, project, detected or implied."""
    provenance: Provenance
