"""Rules that have been checked, ordered and layered, so that every engine takes the same ones and reads them alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from advisor.errors import Problem
from advisor.frozen import dataclass
from advisor.inference.engine import Kinds, RulebookError
from advisor.inference.normal import Alternative, alternatives, count
from advisor.inference.strata import Strata, layered
from advisor.inference.wellformed import faults
from advisor.model.rule import Rule, attributes_of
from advisor.model.trace import Firing, Trace

MOST_ALTERNATIVES_OF_A_RULE = 64
"""More are too much for durable-rules, and for whoever has to read the rule."""


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """Checked rules."""

    rules: tuple[Rule, ...]
    """In order of priority and id."""
    kinds: Kinds
    strata: Strata
    read: frozenset[str]
    """The attributes that some condition asks about."""
    concludes: frozenset[str]
    """The derived attributes that some rule can conclude."""

    @cached_property
    def alternatives(self) -> Mapping[str, tuple[Alternative, ...]]:
        """The ways in which each rule can hold, by its id; written out when they are first asked for."""
        return {rule.id: alternatives(rule.when) for rule in self.rules}

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {rule.id: number for number, rule in enumerate(self.rules)}

    def trace(self, firings: Iterable[Firing], concluded: Mapping[str, Iterable[str]]) -> Trace:
        """What happened, in the order that all engines share."""
        place = self._places
        return Trace(
            firings=tuple(sorted(firings, key=lambda firing: (place[firing.rule], firing.premises))),
            derived={
                attribute: frozenset(concluded.get(attribute, ()))
                for attribute in sorted({*self.concludes, *concluded})
            },
        )


def read_rulebook(rules: tuple[Rule, ...], kinds: Kinds) -> Rulebook:
    """Check and order the rules, or raise a `RulebookError` with everything that is wrong with them."""
    _refuse(_repeated(rules))
    _refuse(problem for rule in rules for problem in faults(rule, kinds))
    _refuse(_excess(rule) for rule in rules if count(rule.when) > MOST_ALTERNATIVES_OF_A_RULE)
    ordered = tuple(sorted(rules, key=lambda rule: (rule.priority, rule.id)))
    strata, recursion = layered(ordered, kinds)
    _refuse(recursion)
    return Rulebook(
        rules=ordered,
        kinds=kinds,
        strata=strata,
        read=frozenset().union(*(attributes_of(rule.when) for rule in ordered)),
        concludes=frozenset(attribute for rule in ordered for attribute in rule.then.derive),
    )


def _refuse(problems: Iterable[Problem]) -> None:
    found = tuple(problems)
    if found:
        raise RulebookError(*found)


def _repeated(rules: tuple[Rule, ...]) -> Iterator[Problem]:
    for rule, times in Counter(rule.id for rule in rules).items():
        if times > 1:
            yield Problem(
                place=f"rule {rule}",
                message=f"{times} rules have this id; expected one.",
                hint="Give each rule an id of its own.",
            )


def _excess(rule: Rule) -> Problem:
    return Problem(
        place=f"rule {rule.id}",
        message=(
            f"The condition can hold in {count(rule.when)} ways once `any` is written out; "
            f"expected {MOST_ALTERNATIVES_OF_A_RULE} at most."
        ),
        hint="Split the rule, or let an earlier rule derive a word for a part of it.",
    )
