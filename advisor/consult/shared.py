"""One framework for several kinds of machine, and where every option stands on each of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from advisor.consult.adviser import Closing, Weighed, level_of
from advisor.consult.assemble import confidence_of, primary_of, status_of
from advisor.frozen import dataclass
from advisor.model.fleet import Overall, Shared, Standing
from advisor.model.knowledge import KnowledgeBase
from advisor.model.score import NORMAL_90, Ranking
from advisor.scoring.rank import middle, samples
from advisor.scoring.speed import Speed
from advisor.scoring.together import Part, rank_together


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """What a kind of machine came to, and its share of the overall value."""

    kind: str
    weighed: Weighed
    closing: Closing
    share: float


def overall(weighings: Sequence[Weighing], base: KnowledgeBase) -> Overall:
    """One framework for all of the kinds: what one of them rules out is ruled out, and values are means over them.

    What holds of the situation on one of the kinds holds of all together: a doubt, a contradiction, too little known.
    """
    parts = [Part(each.weighed.options, each.weighed.weights, each.share) for each in weighings]
    ranking = rank_together(parts, base.decision)
    weights = [weight for part in parts for weight in part.weights]
    closing = Closing(ranking, level_of(ranking, weights, base.decision))
    status = status_of(_concluded(weighings), closing)
    return Overall(
        status=status,
        primary=primary_of(status, ranking),
        confidence=confidence_of(closing, base),
        tied_with=ranking.tied_with if ranking else (),
        ranking=tuple(
            Shared(option=scored.option, score=scored.score, interval=scored.interval)
            for scored in (ranking.scored if ranking else ())
        ),
        excluded=_excluded(weighings),
    )


def standings(weighing: Weighing, base: KnowledgeBase) -> Iterator[Standing]:
    """Where every option stands on a kind of machine, the best first, then what is ruled out."""
    ranking, weighed = weighing.closing.ranking, weighing.weighed
    if ranking is not None:
        yield from _ranked(weighing.kind, weighed, ranking, base)
    for option, against in sorted(weighed.excluded.items()):
        yield Standing(
            kind=weighing.kind,
            option=option,
            place=None,
            reason=against[0].message,
            findings=tuple(finding.id for finding in against),
        )


def _ranked(kind: str, weighed: Weighed, ranking: Ranking, base: KnowledgeBase) -> Iterator[Standing]:
    best, drawn = ranking.scored[0], samples(weighed.options, weighed.weights, base.decision)
    for place, scored in enumerate(ranking.scored, 1):
        short = [most - own for most, own in zip(drawn[best.option], drawn[scored.option], strict=True)]
        time, interval = _relative(weighed.speeds[scored.option], weighed.speeds[best.option], itself=place == 1)
        yield Standing(
            kind=kind,
            option=scored.option,
            place=place,
            score=scored.score,
            lost=best.score - scored.score,
            lost_interval=middle(short),
            tied=scored.option in ranking.tied_with,
            relative_time=time,
            time_interval=interval,
        )


def _relative(own: Speed, best: Speed, *, itself: bool) -> tuple[float | None, tuple[float, float] | None]:
    """The time of a step over that of the best with its 90 % interval; nothing unless both were measured there."""
    if not (own.direct and best.direct):
        return None, None
    if itself:
        return 1.0, (1.0, 1.0)
    log_ratio, reach = best.mean - own.mean, NORMAL_90 * math.hypot(own.sd, best.sd)
    return math.exp(log_ratio), (math.exp(log_ratio - reach), math.exp(log_ratio + reach))


def _concluded(weighings: Iterable[Weighing]) -> Mapping[str, frozenset[str]]:
    """What the rules conclude on one kind or another."""
    found: dict[str, frozenset[str]] = {}
    for each in weighings:
        for attribute, words in each.weighed.derived.items():
            found[attribute] = found.get(attribute, frozenset()) | words
    return found


def _excluded(weighings: Iterable[Weighing]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for each in weighings:
        for option in each.weighed.excluded:
            found.setdefault(option, []).append(each.kind)
    return {option: tuple(kinds) for option, kinds in sorted(found.items())}
