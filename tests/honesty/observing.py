"""What is seen of an answer: how far an option leads, and whether an expert accepts it."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import yaml

from advisor.consult.adviser import Adviser, Consultation
from advisor.consult.assemble import status_of
from advisor.frozen import replace
from advisor.inference import plain
from advisor.intake.situation import clashes, complete
from advisor.loading.answers import check_answers
from advisor.loading.cases import GoldCase
from advisor.loading.problems import Problems
from advisor.model.knowledge import KnowledgeBase
from advisor.scoring.acceptance import lead, open_move
from honesty.inputs import FIELD, FIRST

_DECIDING = ("derive", "preference", "eligibility")
"""The phases whose rules have a part in which option comes first."""
_ABSTAINS = ("out_of_scope", "needs_more_info")
"""Where no option is recommended there is none to accept."""


@dataclass(frozen=True)
class Observation:
    """An option of a case, as it was answered."""

    case: str
    first: bool
    lead: float
    p_best: float
    """Of the first option, which stands for the whole answer."""
    accepted: bool
    open: bool
    """Whether to stay with what there is, or to leave it."""


def knocked_out(base: KnowledgeBase, book: int, *, rules: float, facts: float) -> KnowledgeBase:
    """The knowledge base without a random share of its rules, and of what is known of the options.

    Rules that were written with a case at hand get it right; one that they were not written for they may lack. What a
    book lacks follows from its number and the name of each thing, so that a new rule changes nothing for the others.
    """

    def kept(name: str, share: float) -> bool:
        return Random(f"{book}/{name}").random() >= share

    return replace(
        base,
        rules=tuple([rule for rule in base.rules if rule.phase not in _DECIDING or kept(rule.id, rules)]),
        frameworks={
            name: replace(framework, facts={key: f for key, f in framework.facts.items() if kept(f.id, facts)})
            for name, framework in base.frameworks.items()
        },
    )


def spared(base: KnowledgeBase, cases: Sequence[GoldCase], few: int) -> Iterator[Observation]:
    """The first options of each case without the rules that it needs and that no more than so many cases need.

    A rule that hardly another case needs may not have been thought of without it.
    """
    firing = {case.id: _firing(base, case) for case in cases}
    needed = Counter(rule for rules in firing.values() for rule in rules)
    for case in cases:
        own = {rule for rule in firing[case.id] if needed[rule] <= few}
        book = replace(base, rules=tuple([rule for rule in base.rules if rule.id not in own]))
        yield from (one for one in observed(book, [case]) if one.first)


def _firing(base: KnowledgeBase, case: GoldCase) -> frozenset[str]:
    """The rules that have a part in which option comes first."""
    deciding = {rule.id for rule in base.rules if rule.phase in _DECIDING}
    weighed = _consulted(Adviser(base, plain.compile_rules), case).weighed
    findings = (*weighed.findings, *(finding for against in weighed.excluded.values() for finding in against))
    return frozenset(finding.rule for finding in findings) & deciding


def _consulted(adviser: Adviser, case: GoldCase) -> Consultation:
    situation = complete(case.answers, adviser.base.vocabulary, None)
    return adviser.consult(situation, clashes=clashes(case.answers, adviser.base.vocabulary, None))


def observed(base: KnowledgeBase, cases: Iterable[GoldCase]) -> Iterator[Observation]:
    """Every option of every case for which one is recommended, from the first on."""
    adviser = Adviser(base, plain.compile_rules)
    for case in cases:
        found = _consulted(adviser, case)
        ranking = found.closing.ranking
        if ranking is None or status_of(found.weighed.derived, found.closing) in _ABSTAINS:
            continue
        for place, scored in enumerate(ranking.scored):
            yield Observation(
                case=case.id,
                first=place == 0,
                lead=lead(ranking, place),
                p_best=ranking.p_best,
                accepted=scored.option in case.acceptable,
                open=open_move(ranking, base.decision.acceptance.inherited) is not None,
            )


def first_answers() -> list[Observation]:
    """What came first in situations that nobody had in mind who wrote the rules, before a rule had learnt from one."""
    rounds = json.loads(FIRST.read_text(encoding="utf-8"))["rounds"]
    answers = [answer for each in rounds for answer in each["answers"].items()]
    return [Observation(case=case, first=True, p_best=math.nan, **seen) for case, seen in answers]


def field_cases(base: KnowledgeBase) -> tuple[GoldCase, ...]:
    """Situations of the field: their first answers had a part in the fit, what they are answered today had none."""
    problems = Problems()
    criteria = [criterion.id for criterion in base.criteria]
    entries: list[dict[str, Any]] = [
        entry
        for file in sorted(FIELD.glob("*.yaml"))
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["cases"]
    ]
    cases = tuple(
        GoldCase(
            id=entry["id"],
            title=entry["title"],
            answers=check_answers(entry["answers"], base.vocabulary, criteria, str, problems),
            acceptable=tuple(entry["primary"]),
        )
        for entry in entries
    )
    problems.settle()
    return cases
