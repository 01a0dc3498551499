"""Scores options, and samples weights and values together to see how sure the order is.

Each stream of draws is a stratified sample of the normal distribution, shuffled by a generator that is seeded with the
stream's own name: the same for every call, and an option's draws do not depend on which others take part.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import mul
from statistics import NormalDist
from typing import Any, NamedTuple

from advisor.model.knowledge import Decision
from advisor.model.score import Ranking, Scored, Value, Weight

SEED = 0


@lru_cache(maxsize=256)
def stream(name: str, draws: int) -> tuple[float, ...]:
    """Standard normal draws that belong to a name."""
    draw = random.Random(f"{SEED}/{name}").random
    # Sorting by random keys is a shuffle, and three times as quick as the one of the standard library.
    keys = [draw() for _ in range(draws)]
    quantiles = _quantiles(draws)
    return tuple([quantiles[place] for place in sorted(range(draws), key=keys.__getitem__)])


@lru_cache(maxsize=8)
def _quantiles(draws: int) -> tuple[float, ...]:
    normal = NormalDist()
    return tuple(normal.inv_cdf((i + 0.5) / draws) for i in range(draws))


def expected(values: Mapping[str, Value], weights: Sequence[Weight]) -> float:
    """The expected score: the weighted sum of the values."""
    return sum(weight.final * values[weight.criterion].mean for weight in weights)


def rank(options: Mapping[str, Mapping[str, Value]], weights: Sequence[Weight], decision: Decision) -> Ranking:
    """The options by expected score, ties by name; options is by id, each with a value for every weight."""
    # A criterion without any weight has no part in any draw.
    weighing = tuple(weight for weight in weights if weight.final)
    drawn = _draw(weighing, decision)
    samples = {option: _sample(option, options[option], weighing, drawn) for option in sorted(options)}
    means = {option: expected(values, weights) for option, values in options.items()}
    order = sorted(options, key=lambda option: (-round(means[option], 9), option))
    scored = tuple(
        Scored(option=option, score=means[option], interval=_middle(samples[option]), values=options[option])
        for option in order
    )
    first = order[0]
    # Each draw as the scores of all options, and the place of the best: of equals the first by name.
    draws = list(zip(*samples.values(), strict=True))
    bests = list(map(max, draws))
    wins = Counter(draw.index(best) for draw, best in zip(draws, bests, strict=True))
    places = {option: place for place, option in enumerate(samples)}
    tied = tuple(s.option for s in scored[1:] if means[first] - s.score < decision.tie_margin)
    shortfall = [best - score for best, score in zip(bests, samples[first], strict=True)]
    return Ranking(
        scored=scored,
        weights=tuple(weights),
        p_best=wins[places[first]] / len(draws),
        p_top2=sum(draw[places[first]] >= sorted(draw)[-2:][0] for draw in draws) / len(draws),
        expected_regret=sum(shortfall) / len(draws),
        tied_with=tied,
        p_group=sum(wins[places[option]] for option in (first, *tied)) / len(draws),
    )


class _Drawn(NamedTuple):
    """By draw: the factor that each weight is moved by, around 1, its square, and the sum of the weights so moved."""

    factors: tuple[tuple[float, ...], ...]
    squares: tuple[tuple[float, ...], ...]
    totals: list[float]


def _draw(weights: Sequence[Weight], decision: Decision) -> _Drawn:
    factors, squares = _factors(tuple(w.criterion for w in weights), decision.draws, decision.weight_spread)
    finals = [weight.final for weight in weights]
    return _Drawn(factors, squares, [sum(map(mul, row, finals)) or 1.0 for row in factors])


@lru_cache(maxsize=64)
def _factors(
    criteria: tuple[str, ...], draws: int, spread: float
) -> tuple[tuple[tuple[float, ...], ...], tuple[tuple[float, ...], ...]]:
    """For each draw what it makes of the weight of each criterion, and the squares of that."""
    columns = [_factor(criterion, draws, spread) for criterion in criteria]
    rows = tuple(zip(*columns, strict=True)) if columns else ((),) * draws
    return rows, tuple(tuple([factor * factor for factor in row]) for row in rows)


@lru_cache(maxsize=256)
def _factor(criterion: str, draws: int, spread: float) -> tuple[float, ...]:
    return tuple([math.exp(spread * z) for z in stream(f"weight/{criterion}", draws)])


def _sample(option: str, values: Mapping[str, Value], weights: Sequence[Weight], drawn: _Drawn) -> list[float]:
    """Scores of one option: given the weights of a draw, its score is normal."""
    means = [w.final * values[w.criterion].mean for w in weights]
    variances = [(w.final * values[w.criterion].sd) ** 2 for w in weights]
    noise = stream(f"option/{option}", len(drawn.totals))
    return _scoring(len(weights))(means, variances, zip(*drawn, noise, strict=True))


@lru_cache(maxsize=64)
def _scoring(criteria: int) -> Callable[[list[float], list[float], Iterable[object]], list[float]]:
    """What works the scores out, draw by draw, with the sums over so many criteria written out.

    Most of the time of a consultation is spent here, and a sum that loops over its terms takes twice as long.
    """
    means, variances, factors, squares = ([f"{name}{i}" for i in range(criteria)] for name in ("m", "v", "f", "s"))
    mean, variance = ("+".join(map("*".join, zip(*of, strict=True))) for of in ((means, factors), (variances, squares)))
    unpacked = [f"({','.join(names)},)" if names else "()" for names in (means, variances, factors, squares)]
    known: dict[str, Any] = {"sqrt": math.sqrt}
    exec(  # noqa: S102  (names and numbers of its own)
        f"def scores(means, variances, draws):\n"
        f"    {unpacked[0]}, {unpacked[1]} = means, variances\n"
        f"    return [({mean or 0}+z*sqrt({variance or 0}))/total for {unpacked[2]}, {unpacked[3]}, total, z in draws]",
        known,
    )
    scores: Callable[[list[float], list[float], Iterable[object]], list[float]] = known["scores"]
    return scores


def _middle(sample: list[float]) -> tuple[float, float]:
    """The middle 90 % of the scores; the normal draws reach beyond what a score can be."""
    ordered = sorted(sample)
    edge = len(ordered) // 20
    return max(0.0, ordered[edge]), min(1.0, ordered[-1 - edge])
