"""What the questionnaire works with: it is handed in, so that nothing here reads the machine or the knowledge base."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from advisor.consult.adviser import Adviser, Consultation
from advisor.evidence.halt import Halt
from advisor.evidence.probing.plan import Plan, Report
from advisor.frozen import dataclass
from advisor.inquiry.interview import Interview
from advisor.inquiry.prospect import Prospect
from advisor.model.answers import Answers
from advisor.model.fleet import FleetDecision
from advisor.model.knowledge import KnowledgeBase
from advisor.model.measurement import Measurements
from advisor.model.recommendation import Recommendation


class Probing(Protocol):
    """Doors to what can be measured on this machine; all of them take their time, and are called in a thread.

    What they consult for is worked out in turn with what the screens think about.
    """

    def worth(self, answers: Answers) -> tuple[str, ...]:
        """The options whose speed here could still change the answer."""

    def look(self, answers: Answers) -> Prospect:
        """What can be measured, and what is worth it; raises `AdvisorError`."""

    def measure(self, plan: Plan, answers: Answers, report: Report, halt: Halt) -> Measured:
        """Measure and store it, until it is over or halted; raises `AdvisorError`."""

    def order(self, framework: str) -> str:
        """What an environment for a framework takes, before it is made; raises `AdvisorError`."""

    def make(self, framework: str, say: Callable[[str], None], halt: Halt) -> str:
        """Make it, until it is there or halted, and say what became of it; raises `AdvisorError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Doors to knowledge, consultations and files."""

    adviser: Adviser
    """Over the engine that can say why a rule did not fire."""
    consult: Callable[[Answers], Consultation]
    recommend: Callable[[Answers], Recommendation]
    """What `advisor recommend` says of the same answers."""
    write: Callable[[str, str], None]
    """Writes a text to a path, whole or not at all; raises `InputError`."""
    keep: Callable[[Interview], str]
    """Keeps an interview after each answer, so that nothing is lost; returns what went wrong, or nothing."""
    probing: Probing | None = None
    """None where nothing of this machine is looked at."""
    machines: Callable[[Answers], FleetDecision] | None = None
    """What one framework for all kinds of machine comes to that were measured; None where there are not several."""
    as_of: str = ""
    """The day that expiry is judged by; empty for that of the knowledge base."""
    notice: str = ""
    """What whoever answers should know from the beginning."""

    @property
    def base(self) -> KnowledgeBase:
        """Everything that is known."""
        return self.adviser.base


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What measuring came to."""

    found: Measurements
    desk: Desk
    """The same doors, where what counts of it now has its part."""
    said: tuple[str, ...] = ()
    """What has to be known of it: published figures that it contradicts, and what went wrong with keeping it."""
