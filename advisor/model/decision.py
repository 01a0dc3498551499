"""A decision as it is kept beside the code: what it was made from, what came out, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.frozen import dataclass
from advisor.model.measurement import Machine, Measurements
from advisor.model.policy import PolicyReport
from advisor.model.recommendation import Confidence, Evidence, StackPart, Status

SCHEMA = "advisor/decision/1"

FILLED_IN = ("chosen", "outcomes")
"""The parts that people fill in, which the seal leaves free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedAnswers:
    """The answers that the decision was made for."""

    given: Mapping[str, object]
    """As they were given."""
    understood: Mapping[str, object]
    """Completed by what a project says, what was detected and what follows by definition."""
    origins: Mapping[str, str]
    """Key to answered, project, detected or implied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the verdict was computed with."""

    advisor: str
    """The version of the program."""
    knowledge: str
    rules: str
    overlays: tuple[str, ...]
    """Folders that added to them, or took the place of something in them; of a whole path its last part."""
    as_of: str
    """The day of the decision, by which expiry was judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An option that remained, with its score."""

    option: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledOut:
    """An option that was excluded, and the findings that did it."""

    option: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A finding in its own words."""

    id: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedVerdict:
    """What was recommended."""

    status: Status
    primary: str
    stack: tuple[StackPart, ...]
    confidence: Confidence | None
    tied_with: tuple[str, ...]
    ranking: tuple[Placed, ...]
    excluded: tuple[RuledOut, ...]
    findings: tuple[Said, ...]
    policy: PolicyReport | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The changes from which on the decision no longer holds; what is not among them is only said."""

    primary: bool = True
    """Another framework is recommended."""
    status: bool = True
    """How settled the answer is has another word."""
    stack: bool = True
    """A part of the stack is gone, or new."""
    expiry: bool = True
    """Evidence has expired that had not when it was decided."""
    p_best_fall: float = 0.1
    """By how much the first may be best less often than it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A verdict that another one took the place of."""

    basis: Basis
    status: Status
    primary: str
    p_best: float | None
    """How often the first was best; none where no option was weighed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was chosen in the end, whatever was recommended."""

    option: str
    on: str
    """The day."""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it went."""

    on: str
    """The day of the note."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Enough to compute the same verdict anywhere, and to tell later what has changed."""

    schema: str = SCHEMA
    chosen: tuple[Choice, ...] = ()
    """Filled in with `advisor decide`; the last one counts."""
    outcomes: tuple[Outcome, ...] = ()
    """Filled in with `advisor decide`, in the order in which it was noted."""
    verdict: DecidedVerdict
    thresholds: Thresholds = Thresholds()
    answers: DecidedAnswers
    options: tuple[str, ...] = ()
    """The options that were compared; empty for all."""
    basis: Basis
    history: tuple[Past, ...] = ()
    """The verdicts before this one, the oldest first."""
    machine: Machine | None = None
    """What was detected of the machine, as far as the answers or the measurements follow from it."""
    measurements: Measurements | None = None
    """What had been measured there, without its samples."""
    evidence: tuple[Evidence, ...]
    """What the verdict rests on: the scores of the first and the next, exclusions, stack and flags."""
    facts: Mapping[str, str]
    """The beginning of a hash of everything that some score or finding came from, by id: whether it has changed."""
    seal: str = ""
    """A hash of everything but what people fill in."""
