"""What an audit of the rulebook came to."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.frozen import dataclass
from advisor.model.rule import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing about a rule or a word: what is so, and what to do."""

    check: str
    """What was looked at: `satisfiable`, `live`, `words`, and so on."""
    about: str
    """The id of the rule, or the attribute and its word."""
    place: str = ""
    """File and line, where it stands in one."""
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """How near a rulebook comes to one limit of durable-rules, where it comes nearest."""

    limit: str
    place: str
    """The rule, attribute or whole that is meant."""
    figure: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One of the rulebooks of a consultation, as engines see it."""

    name: str
    rules: int
    layers: int
    """How often what was concluded has to be settled before more is."""
    engine: str
    """The one that chains it here."""
    limits: tuple[Nearness, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The rules that fire elsewhere than in their own example, and where that was looked for."""

    cases: int
    """Gold cases and example files that were asked."""
    covered: int
    uncovered: tuple[str, ...]
    """Ids of the others."""
    rules: int

    @property
    def share(self) -> float:
        """Of the rules that are covered."""
        return self.covered / self.rules if self.rules else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyAudit:
    """What there is to say of a policy without a decision at hand."""

    name: str
    digest: str
    asks: Mapping[str, str]
    """The points of it, by id, in words."""
    allowed: tuple[str, ...]
    """The options that it leaves to be ranked."""
    cases: int
    """Gold cases and example files that were asked, of those that have an option."""
    left: int
    """Of these, those in which it leaves one."""
    problems: tuple[Remark, ...]
    """What has to be mended."""
    notes: tuple[Remark, ...]
    """What should be known, and may well be meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Everything that was found."""

    rules: Mapping[Phase, int]
    """How many there are, by phase."""
    problems: tuple[Remark, ...]
    """What has to be mended."""
    notes: tuple[Remark, ...]
    """What should be known, and may well be meant."""
    coverage: Coverage
    books: tuple[Book, ...]
