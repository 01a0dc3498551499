"""Which single fact, were it otherwise, would put another option first; every statement was run.

The measure of smallness is the way along the criterion's own scale from 0 to 1. Of a fact that is unknown it begins in
the middle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from advisor.consult.adviser import Adviser, Consultation, Weighed
from advisor.frozen import dataclass, replace
from advisor.inquiry.outcomes import outcome
from advisor.inquiry.whatif import first
from advisor.model.fact import Fact, Source
from advisor.model.knowledge import Criterion
from advisor.model.recommendation import NO_FRAMEWORK, FactFlip
from advisor.scoring.values import UNKNOWN

RIVALS = 4
"""Options beside the first whose facts are doubted: those with the best scores, whether they remain or not."""
MOST_RUNS = 150
_SUPPOSED = Source(ref="", observed="", grade="judged")


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A fact of an option that could be otherwise."""

    option: str
    criterion: Criterion
    attribute: str
    fact: Fact | None
    becomes: str
    score: float
    """By how much the option's expected score would change."""

    @property
    def way(self) -> float:
        """How far the fact would have to move along its scale."""
        now = UNKNOWN.mean if self.fact is None else self.criterion.scale[str(self.fact.value)]
        return abs(self.criterion.scale[self.becomes] - now)


def fact_flips(adviser: Adviser, consultation: Consultation, most: int) -> tuple[FactFlip, ...]:
    """The smallest changes of a fact that put another option first: one for each fact, the smallest first."""
    now = first(consultation.weighed)
    if now in NO_FRAMEWORK:
        return ()
    return tuple(islice(_flipping(adviser, consultation, now), most))


def _flipping(adviser: Adviser, consultation: Consultation, now: str) -> Iterator[FactFlip]:
    doubts = sorted(_doubts(adviser, consultation.weighed, now), key=lambda d: (d.way, d.option, d.attribute))
    seen: set[tuple[str, str]] = set()
    for doubt in islice(doubts, MOST_RUNS):
        if (doubt.option, doubt.attribute) in seen:
            continue
        then = run(adviser, consultation, doubt.option, doubt.attribute, doubt.becomes)
        leader = first(then)
        if leader not in (now, *NO_FRAMEWORK):
            seen.add((doubt.option, doubt.attribute))
            status, confidence = outcome(adviser, then)
            yield FactFlip(
                option=doubt.option,
                attribute=doubt.attribute,
                criterion=doubt.criterion.id,
                now="unknown" if doubt.fact is None else str(doubt.fact.value),
                becomes=doubt.becomes,
                way=doubt.way,
                to=leader,
                status=status,
                confidence=confidence,
            )


def run(adviser: Adviser, consultation: Consultation, option: str, attribute: str, word: str) -> Weighed:
    """The situation weighed with one fact of one option replaced by another word."""
    framework = adviser.base.frameworks[option]
    fact = Fact(id=f"{option}.{attribute}", attribute=attribute, value=word, source=_SUPPOSED)
    otherwise = replace(framework, facts={**framework.facts, attribute: fact})
    doubting = adviser.with_frameworks({**adviser.base.frameworks, option: otherwise})
    return doubting.weigh(
        consultation.situation.answers,
        measurements=consultation.measurements,
        only=consultation.only,
        explain=False,
    )


def _doubts(adviser: Adviser, weighed: Weighed, now: str) -> Iterator[_Doubt]:
    """What could unseat the first: what counts for it and could be worse, or for its rivals and could be better."""
    order = sorted((o for o in weighed.scores if o != now), key=lambda option: (-weighed.scores[option], option))
    remaining = [weighed.scores[option] for option in weighed.options if option != now]
    lead = weighed.scores[now] - max(remaining, default=0.0)
    for doubt in _facts(adviser, weighed, now):
        # Where rules read the fact it may exclude the first, whatever it is worth.
        if doubt.score < 0 and (-doubt.score > lead or _read_by_rules(adviser, doubt)):
            yield doubt
    for option in order[:RIVALS]:
        behind = weighed.scores[now] - weighed.scores[option]
        for doubt in _facts(adviser, weighed, option):
            if doubt.score > 0 and doubt.score > behind:
                yield doubt


def _facts(adviser: Adviser, weighed: Weighed, option: str) -> Iterator[_Doubt]:
    """Every fact of an option that a criterion values, with every other word it could be."""
    criteria = {criterion.id: criterion for criterion in adviser.base.criteria}
    paths, words = adviser.projector.paths(weighed.answers), weighed.projected[option].words
    for weight in weighed.weights:
        criterion = criteria[weight.criterion]
        found: Mapping[str, Fact | None] = words.get(criterion.reads, {})
        for word, attribute in paths.get(criterion.reads, {}).items() if found else ():
            fact = found[word]
            if fact is not None and str(fact.value) not in criterion.scale:
                continue
            value = UNKNOWN.mean if fact is None else criterion.scale[str(fact.value)]
            for becomes, other in criterion.scale.items():
                score = weight.final * (other - value) / len(found)
                if other != value:
                    named = attribute if fact is None else fact.attribute
                    yield _Doubt(option, criterion, named, fact, becomes, score)


def _read_by_rules(adviser: Adviser, doubt: _Doubt) -> bool:
    reads = doubt.criterion.reads
    return any(projection == reads for _, projection in adviser.judge.of_option)
