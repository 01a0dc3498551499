"""Sums up the recommendations for many projects: pure, and of each only what stands in the summary is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from sys import intern
from typing import TypeVar

from advisor.model.portfolio import BadLine, Common, Cost, Portfolio, Project
from advisor.model.recommendation import Contribution, Ranked, Recommendation
from advisor.model.rule import PLACES, Place

Word = TypeVar("Word", bound=str)


def project(line: int, r: Recommendation, speed: str) -> Project:
    """What is kept of a recommendation; `speed` is the criterion that measurements speak of."""
    confidence = r.recommendation.confidence
    return Project(
        line=line,
        id=r.id,
        status=r.status,
        primary=r.recommendation.primary,
        tied_with=r.recommendation.tied_with,
        stack=stack_of(r),
        p_best=confidence.p_best if confidence else None,
        level=confidence.level if confidence else None,
        costs=tuple(_costs(r, speed)),
    )


def stack_of(r: Recommendation) -> Mapping[Place, tuple[str, ...]]:
    """The parts around what is recommended, by place."""
    found = {place: tuple(part.component for part in r.recommendation.stack if part.place == place) for place in PLACES}
    return {place: parts for place, parts in found.items() if parts}


def portfolio(found: Iterable[Project | BadLine], *, knowledge: str, rules: str, as_of: str) -> Portfolio:
    """The summary of what the lines of a file came to."""
    projects: list[Project] = []
    bad: list[BadLine] = []
    for one in found:
        if isinstance(one, Project):
            projects.append(one)
        else:
            bad.append(one)
    return Portfolio(
        projects=tuple(projects),
        bad=tuple(bad),
        statuses=_counted(each.status for each in projects),
        primaries=_counted(each.primary for each in projects),
        compared=sum(bool(each.costs) for each in projects),
        common=tuple(sorted(_commons(projects), key=lambda each: (each.ruled_out, each.lost, each.option))),
        knowledge=knowledge,
        rules=rules,
        as_of=as_of,
    )


def _costs(r: Recommendation, speed: str) -> Iterator[Cost]:
    if not r.ranking or r.recommendation.primary != r.ranking[0].option:
        return
    best, findings = r.ranking[0], {finding.id: finding for finding in r.findings}
    for own in r.ranking:
        tied = own.option in r.recommendation.tied_with
        yield Cost(option=own.option, lost=best.score - own.score, tied=tied, speed=_speed(own, best, speed))
    for excluded in r.excluded:
        # The same reason holds of many projects, and is held once.
        yield Cost(option=excluded.option, lost=None, reason=intern(findings[excluded.findings[0]].message))


def _speed(own: Ranked, best: Ranked, criterion: str) -> tuple[float, float] | None:
    mine, theirs = _measured(own, criterion), _measured(best, criterion)
    return (mine.value, theirs.value) if mine and theirs else None


def _measured(ranked: Ranked, criterion: str) -> Contribution | None:
    found = (each for each in ranked.contributions if each.criterion == criterion and each.grade == "measured")
    return next(found, None)


def _commons(projects: Iterable[Project]) -> Iterator[Common]:
    lost: dict[str, list[float | None]] = {}
    for each in projects:
        for cost in each.costs:
            lost.setdefault(cost.option, []).append(cost.lost)
    for option, costs in lost.items():
        known = [cost for cost in costs if cost is not None]
        yield Common(option=option, ruled_out=len(costs) - len(known), lost=sum(known), most=max(known, default=0.0))


def _counted(words: Iterable[Word]) -> dict[Word, int]:
    counted = Counter(words)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
