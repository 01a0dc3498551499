"""Which conclusions have to be final before others begin: whoever asks for the absence of a word waits for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from advisor.errors import Problem
from advisor.inference.engine import Kinds
from advisor.model.rule import Condition, Rule

Conclusion = tuple[str, str]
"""A derived attribute and a word of it."""


class Strata(NamedTuple):
    """The layers of a rulebook, from 0."""

    rules: Mapping[str, int]
    """Rule id to the layer in which it can fire: every absence it asks for is settled in a lower one."""
    absences: Mapping[Conclusion, int]
    """Conclusion whose absence some rule asks for, to the layer at the end of which it is settled."""


class _Needs(NamedTuple):
    """What one rule needs of the conclusions of others."""

    rule: str
    present: frozenset[Conclusion]
    absent: frozenset[Conclusion]
    concludes: frozenset[Conclusion]


def layered(rules: tuple[Rule, ...], kinds: Kinds) -> tuple[Strata, tuple[Problem, ...]]:
    """The layers of the rules, and a problem for each rule that asks for the absence of what depends on itself."""
    needs = [_needs(rule, kinds) for rule in rules]
    problems = tuple(_circular(needs))
    if problems:
        return Strata({}, {}), problems
    level: defaultdict[Conclusion, int] = defaultdict(int)
    moving = True
    while moving:
        moving = False
        for need in needs:
            layer = _layer(need, level)
            for conclusion in need.concludes:
                if level[conclusion] < layer:
                    level[conclusion] = layer
                    moving = True
    absences = {absence: level[absence] for need in needs for absence in sorted(need.absent)}
    return Strata({need.rule: _layer(need, level) for need in needs}, absences), ()


def _needs(rule: Rule, kinds: Kinds) -> _Needs:
    asked = {True: set[Conclusion](), False: set[Conclusion]()}
    for there, conclusion in _asked(rule.when, kinds, negated=False):
        asked[there].add(conclusion)
    return _Needs(rule.id, frozenset(asked[True]), frozenset(asked[False]), frozenset(rule.then.derive.items()))


def _asked(condition: Condition, kinds: Kinds, *, negated: bool) -> Iterator[tuple[bool, Conclusion]]:
    """The conclusions that a condition asks for, and whether they have to be there or absent."""
    if condition.op == "has" and kinds[condition.attribute] == "derived":
        yield not negated, (condition.attribute, str(condition.value))
    for part in condition.parts:
        yield from _asked(part, kinds, negated=negated != (condition.op == "not"))


def _layer(need: _Needs, level: defaultdict[Conclusion, int]) -> int:
    present = [level[conclusion] for conclusion in need.present]
    absent = [level[conclusion] + 1 for conclusion in need.absent]
    return max([0, *present, *absent])


def _circular(needs: list[_Needs]) -> Iterator[Problem]:
    rests_on: defaultdict[Conclusion, set[Conclusion]] = defaultdict(set)
    for need in needs:
        for conclusion in need.concludes:
            rests_on[conclusion] |= need.present | need.absent
    for need in needs:
        for attribute, word in sorted(need.absent):
            for target, derived in sorted(need.concludes & _reach(rests_on, (attribute, word))):
                yield Problem(
                    place=f"rule {need.rule}",
                    message=(
                        f"It concludes {target}: {derived} from the absence of {attribute}: {word}, which itself "
                        f"depends on {target}: {derived}; expected no negation through recursion."
                    ),
                    hint="Ask for a word that is concluded without this rule.",
                )


def _reach(rests_on: Mapping[Conclusion, set[Conclusion]], start: Conclusion) -> set[Conclusion]:
    reached = {start}
    waiting = [start]
    while waiting:
        for conclusion in rests_on.get(waiting.pop(), ()):
            if conclusion not in reached:
                reached.add(conclusion)
                waiting.append(conclusion)
    return reached
