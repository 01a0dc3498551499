"""Rules as data: a condition over attributes, and typed effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from advisor.model.fact import Source

Operator = Literal["all", "any", "not", "is", "has", "lt", "lte", "gt", "gte", "known", "unknown"]
Phase = Literal["derive", "preference", "eligibility", "stack", "caution"]
Place = Literal["develop", "train", "deploy"]
PLACES: tuple[Place, ...] = ("develop", "train", "deploy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A tree of all, any and not over comparisons.

    Unknown is neither true nor false: a comparison with an unknown attribute is unknown, so is its negation, and only
    `unknown` and `known` ask for it.
    """

    op: Operator
    attribute: str = ""
    """Of a comparison."""
    value: str | float | None = None
    """A word for `is` (kind word) and `has` (kinds words and derived), a number for the orderings."""
    parts: tuple[Condition, ...] = ()
    """Of `all` and `any` one or more, of `not` exactly one."""


def attributes_of(condition: Condition) -> set[str]:
    """Every attribute that the condition compares."""
    own = {condition.attribute} if condition.attribute else set()
    return own.union(*(attributes_of(part) for part in condition.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A component that a rule proposes for a place of the stack."""

    component: str
    place: Place
    prefer: int = 0
    """Of several for one exclusive slot the highest wins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What follows when the condition holds."""

    derive: Mapping[str, str] = field(default_factory=dict)
    """Derived attribute to word."""
    exclude: bool = False
    """The option at hand cannot be the primary."""
    weigh: Mapping[str, float] = field(default_factory=dict)
    """Criterion to a shift of its weight, in steps of its band: 1 is the whole way up, -1 the whole way down."""
    put: tuple[Put, ...] = ()
    flag: tuple[str, ...] = ()
    """Codes of the vocabulary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A situation in which a rule fires, or just misses; `option` names the option at hand, where there is one."""

    answers: Mapping[str, object]
    option: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A fact of the field, with what follows from it."""

    id: str
    """Never reused."""
    phase: Phase
    title: str
    when: Condition
    then: Effects
    message: str
    """One sentence for the reader; `{attribute}` is filled in, `{option}` is the option's name."""
    reason: str
    """Why the rule is right."""
    source: Source
    fires: Example
    misses: Example
    priority: int = 0
    """Order of the trace only; no result depends on it."""
