"""What the questionnaire works with: it is handed in, so that nothing here reads the machine or the knowledge base."""

from __future__ import annotations

from collections.abc import Callable

from advisor.consult.adviser import Adviser, Consultation
from advisor.frozen import dataclass
from advisor.inquiry.interview import Interview
from advisor.model.answers import Answers
from advisor.model.knowledge import KnowledgeBase
from advisor.model.recommendation import Recommendation


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
    notice: str = ""
    """What whoever answers should know from the beginning."""
    as_of: str = ""
    """The day that expiry is judged by; empty for that of the knowledge base."""

    @property
    def base(self) -> KnowledgeBase:
        """Everything that is known."""
        return self.adviser.base
