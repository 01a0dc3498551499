"""Whether a decision still holds, and what has changed."""

from __future__ import annotations

from typing import Literal

from advisor.frozen import dataclass
from advisor.model.decision import Said

SCHEMA = "advisor/check/1"

Kind = Literal[
    "policy-violated",
    "primary-changed",
    "status-changed",
    "stack-changed",
    "confidence-fell",
    "choice-ruled-out",
    "evidence-expired",
    "end-of-life",
    "measure-again",
    "basis-changed",
]
"""What can be found. The ids never change: suppressions rest on them."""

Held = Literal["holds", "policy_violated", "changed", "expired"]
"""What it comes to."""

OUTCOMES: dict[Kind, Held] = {
    "policy-violated": "policy_violated",
    "primary-changed": "changed",
    "status-changed": "changed",
    "stack-changed": "changed",
    "confidence-fell": "changed",
    "choice-ruled-out": "changed",
    "evidence-expired": "expired",
    "end-of-life": "expired",
    "measure-again": "expired",
    "basis-changed": "holds",
}
"""What each comes to where it is an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that is not as it was, or not as it should be."""

    kind: Kind
    level: Literal["error", "warning", "note"]
    """Only an error keeps the decision from holding."""
    subject: str
    """What it is about: an option, a component, a fact, a point of a policy."""
    key: tuple[str, ...]
    """Where in the decision file that stands."""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Something that says another thing than it did."""

    id: str
    before: str | None
    """None where it was not there; empty where it was, and what it said was not kept."""
    after: str | None
    """None where it is there no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescored:
    """An option with its score then and now; none where it did not remain."""

    option: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """Why the verdict may be another one, as far as can be told."""

    basis: tuple[Moved, ...]
    """Versions and digests that differ: of the program, the knowledge, the rules and what lies over them."""
    answers: tuple[Moved, ...]
    """What follows from the answers by definition, where that is no longer the same."""
    facts: tuple[Moved, ...]
    """By id; of one that the verdict did not rest on, it is not known what it said."""
    findings_new: tuple[Said, ...]
    findings_gone: tuple[Said, ...]
    scores: tuple[Rescored, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What came of looking at a decision again."""

    schema: str = SCHEMA
    decision: str
    """The file."""
    decided: str
    """The day of the decision."""
    as_of: str
    """The day that it is judged by."""
    outcome: Held
    """Of several the first that applies: policy_violated, changed, expired."""
    primary: str
    """What is recommended now."""
    chosen: str
    """What was chosen in the end; empty where that was not noted."""
    points: tuple[Point, ...]
    """What weighs most first."""
    causes: Causes
