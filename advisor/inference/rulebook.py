"""Rules that have been checked, ordered and layered, so that every engine takes the same ones and reads them alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from advisor.errors import Problem
from advisor.inference.engine import Kinds, RulebookError
from advisor.inference.normal import ORDERINGS, Alternative, Check, alternatives, count
from advisor.inference.strata import Strata, layered
from advisor.inference.wellformed import faults
from advisor.model.rule import Rule
from advisor.model.trace import Firing, Trace

# Beyond these figures durable-rules answers wrongly, stops with an error or never comes back; each keeps a distance.
MOST_ALTERNATIVES_OF_A_RULE = 64
MOST_CHECKS_TOGETHER = 15
MOST_ALTERNATIVES = 4000
MOST_ATTRIBUTES = 480
MOST_CHECKS_OF_AN_ATTRIBUTE = 480
MOST_ORDERINGS_OF_AN_ATTRIBUTE = 58
MOST_USES_OF_A_CHECK = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """Checked rules."""

    rules: tuple[Rule, ...]
    """In order of priority and id."""
    kinds: Kinds
    alternatives: Mapping[str, tuple[Alternative, ...]]
    """Of each rule, by id."""
    strata: Strata
    read: frozenset[str]
    """The attributes that some condition asks about."""
    concludes: frozenset[str]
    """The derived attributes that some rule can conclude."""

    def trace(self, firings: Iterable[Firing], concluded: Mapping[str, Iterable[str]]) -> Trace:
        """What happened, in the order that all engines share."""
        place = {rule.id: number for number, rule in enumerate(self.rules)}
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
    ways = {rule.id: alternatives(rule.when) for rule in ordered}
    strata, recursion = layered(ordered, ways, kinds)
    _refuse([*recursion, *_beyond_limits(ways)])
    return Rulebook(
        rules=ordered,
        kinds=kinds,
        alternatives=ways,
        strata=strata,
        read=frozenset(check.attribute for alternative in _all(ways) for check in alternative),
        concludes=frozenset(attribute for rule in ordered for attribute in rule.then.derive),
    )


def _refuse(problems: Iterable[Problem]) -> None:
    found = tuple(problems)
    if found:
        raise RulebookError(*found)


def _all(ways: Mapping[str, tuple[Alternative, ...]]) -> Iterator[Alternative]:
    return (alternative for of_rule in ways.values() for alternative in of_rule)


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


def _beyond_limits(ways: Mapping[str, tuple[Alternative, ...]]) -> Iterator[Problem]:
    for rule, of_rule in ways.items():
        longest = max(map(len, of_rule))
        if longest > MOST_CHECKS_TOGETHER:
            yield Problem(
                place=f"rule {rule}",
                message=f"{longest} comparisons have to hold together; expected {MOST_CHECKS_TOGETHER} at most.",
                hint="Let an earlier rule derive a word for some of them.",
            )
    uses = Counter(check for alternative in _all(ways) for check in alternative)
    tests: dict[str, list[Check]] = defaultdict(list)
    for check in uses:
        tests[check.attribute].append(check)
    yield from _crowded(tests, uses)
    split = "Split the rulebook."
    if len(tests) > MOST_ATTRIBUTES:
        message = f"The rules read {len(tests)} attributes; expected {MOST_ATTRIBUTES} at most."
        yield Problem(place="rulebook", message=message, hint=split)
    if sum(map(len, ways.values())) > MOST_ALTERNATIVES:
        message = f"The conditions can hold in more than {MOST_ALTERNATIVES} ways in all."
        yield Problem(place="rulebook", message=message, hint=split)


def _crowded(tests: Mapping[str, list[Check]], uses: Mapping[Check, int]) -> Iterator[Problem]:
    for attribute, checks in tests.items():
        orderings = sum(check.test in ORDERINGS for check in checks)
        for figure, most, what in (
            (len(checks), MOST_CHECKS_OF_AN_ATTRIBUTE, "different comparisons"),
            (orderings, MOST_ORDERINGS_OF_AN_ATTRIBUTE, "different thresholds"),
            (max(uses[check] for check in checks), MOST_USES_OF_A_CHECK, "uses of one comparison"),
        ):
            if figure > most:
                yield Problem(
                    place=f"attribute {attribute}",
                    message=f"The rules make {figure} {what} of it; expected {most} at most.",
                    hint="Split the rulebook, or let an earlier rule derive a word for some of them.",
                )
