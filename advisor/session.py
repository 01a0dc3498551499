"""What an answer comes from: a knowledge base, an engine over its rules, and what is known of the machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from advisor.consult.adviser import Adviser, Consultation
from advisor.consult.assemble import assemble
from advisor.errors import InputError, Problem
from advisor.frozen import dataclass, field
from advisor.inference import plain
from advisor.inquiry.inquire import inquire
from advisor.intake.situation import clashes, complete
from advisor.loading.problems import Problems, nearest, shown
from advisor.model.answers import Answers, ProjectSays
from advisor.model.knowledge import KnowledgeBase
from advisor.model.policy import Policy
from advisor.model.recommendation import Recommendation

if TYPE_CHECKING:
    from advisor.model.measurement import Machine, Measurements


@dataclass(frozen=True, slots=True)
class Session:
    """A knowledge base, an engine over its rules, and what is known of the machine."""

    base: KnowledgeBase
    adviser: Adviser
    machine: Machine | None = None
    measurements: Measurements | None = None
    only: tuple[str, ...] = ()
    as_of: str = ""
    """The day that expiry is judged by; empty for that of the knowledge base."""
    policy: Policy | None = None
    """What an organisation asks of every decision; every recommendation is held against it."""
    project: ProjectSays | None = None
    """What the files of a project were read as; None where none was named."""
    thinker: list[Adviser] = field(default_factory=list)

    def __post_init__(self) -> None:
        # A policy has days in it, and the day of a session is known later than its policy.
        if self.policy is not None:
            object.__setattr__(self, "adviser", self.adviser.under(self.policy, self.as_of))
            object.__setattr__(self, "thinker", [])

    def recommend(self, answers: Answers, *, full: bool, identity: str | int | None = None) -> Recommendation:
        """The recommendation for checked answers."""
        return self.recommended(self.consult(answers), full=full, identity=identity)

    def recommended(
        self, consultation: Consultation, *, full: bool, identity: str | int | None = None
    ) -> Recommendation:
        """The recommendation that a consultation comes to."""
        inquiries = inquire(self._thinker(), consultation) if full else None
        return assemble(self.adviser, consultation, inquiries=inquiries, identity=identity, as_of=self.as_of)

    def consult(self, answers: Answers) -> Consultation:
        """The consultation over checked answers."""
        return self.adviser.consult(
            complete(answers, self.base.vocabulary, self.machine, self.project),
            measurements=self.measurements,
            only=self.only,
            clashes=clashes(answers, self.base.vocabulary, self.machine, self.project),
        )

    def _thinker(self) -> Adviser:
        """An adviser over the engine in plain Python, which is the faster one for many short consultations."""
        if not self.thinker:
            self.thinker.append(self.adviser.with_engine(plain.compile_rules))
        return self.thinker[0]


def options_of(base: KnowledgeBase, names: Iterable[str], place: str) -> tuple[str, ...]:
    """The options named; raises `InputError` for what is none."""
    chosen, problems = tuple(names), Problems()
    for name in chosen:
        if name not in base.frameworks:
            problems.add(f"{shown(name)} is not an option.", place, nearest(name, base.frameworks, limit=20))
    problems.settle()
    return chosen


def day_of(text: str, place: str) -> str:
    """The day that is written there; raises `InputError` where none is."""
    from datetime import date  # noqa: PLC0415  (most answers name no day)

    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        hint = "Write it as in 2026-11-22."
        raise InputError(Problem(message=f"{shown(text)} is no day.", place=place, hint=hint)) from None


def today() -> str:
    """The day by the clock of this machine."""
    from datetime import UTC, datetime  # noqa: PLC0415  (without detection there is no day to tell)

    return datetime.now(tz=UTC).date().isoformat()
