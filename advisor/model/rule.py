"""Rules as data: a condition over attributes, and typed effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from advisor.frozen import dataclass, field
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


def comparisons(condition: Condition) -> list[Condition]:
    """The comparisons that a condition is made of, in their order."""
    return [condition] if condition.attribute else [leaf for part in condition.parts for leaf in comparisons(part)]


def attributes_of(condition: Condition) -> set[str]:
    """Every attribute that the condition compares."""
    return {leaf.attribute for leaf in comparisons(condition)}


def condition_words(condition: Condition) -> str:
    """The condition as its file says it: `shape is training and (latency_ms lt 5 or option is known)`."""
    if condition.op in ("all", "any"):
        parts = [_within(part) for part in condition.parts]
        return (" and " if condition.op == "all" else " or ").join(parts)
    if condition.op == "not":
        return f"not {_within(condition.parts[0])}"
    if condition.op in ("known", "unknown"):
        return f"{condition.attribute} is {condition.op}"
    op = "is" if condition.op == "has" else condition.op
    return f"{condition.attribute} {op} {str(condition.value).removesuffix('.0')}"


def _within(part: Condition) -> str:
    """A part of another condition, in brackets where it has several parts itself."""
    return f"({condition_words(part)})" if len(part.parts) > 1 else condition_words(part)


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


def effects_words(effects: Effects) -> str:
    """The effects as their file says them: `derive scope outside, weigh speed by 0.5, flag ask_more`."""
    said = [f"derive {name} {word}" for name, word in effects.derive.items()]
    said += ["exclude the option"] * effects.exclude
    said += [f"weigh {criterion} by {str(shift).removesuffix('.0')}" for criterion, shift in effects.weigh.items()]
    said += [f"put {put.component} into {put.place}, preferred by {put.prefer}" for put in effects.put]
    said += [f"flag {code}" for code in effects.flag]
    return ", ".join(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A situation in which a rule fires, or just misses; `option` names the option at hand, where there is one."""

    answers: Mapping[str, object]
    option: str = ""
    options: tuple[str, ...] = ()
    """Where no option is at hand, those that are compared; empty for all that there are."""
    measured: tuple[str, ...] = ()
    """What measurements show: words of `measured`."""


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
    origin: str = ""
    """The overlay it came from; empty for what comes with the program."""
    place: str = ""
    """File and line where it stands."""
