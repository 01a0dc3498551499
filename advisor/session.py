"""What an answer comes from: a knowledge base, an engine over its rules, and what is known of the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.consult.adviser import Adviser, Consultation
from advisor.consult.assemble import assemble
from advisor.frozen import dataclass, field
from advisor.inference import plain
from advisor.inquiry.inquire import inquire
from advisor.intake.situation import clashes, complete
from advisor.model.answers import Answers, ProjectSays
from advisor.model.knowledge import KnowledgeBase
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
    project: ProjectSays | None = None
    """What the files of a project were read as; None where none was named."""
    thinker: list[Adviser] = field(default_factory=list)

    def recommend(self, answers: Answers, *, full: bool, identity: str | int | None = None) -> Recommendation:
        """The recommendation for checked answers."""
        consultation = self.consult(answers)
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
