"""Scores options, and samples weights and values together to see how sure the order is.

Each stream of draws is a stratified sample of the normal distribution, shuffled by a generator that is seeded with the
stream's own name: the same for every call, and an option's draws do not depend on which others take part.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import mul
from statistics import NormalDist

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
    weighing = [weight for weight in weights if weight.final]
    drawn = _drawn_weights(weighing, decision)
    squared = [tuple([weight * weight for weight in row]) for row in drawn]
    samples = {option: _sample(option, values, weighing, drawn, squared) for option, values in options.items()}
    order = sorted(options, key=lambda option: (-round(expected(options[option], weights), 9), option))
    scored = tuple(
        Scored(
            option=option,
            score=expected(options[option], weights),
            interval=_middle(samples[option]),
            values=options[option],
        )
        for option in order
    )
    first = order[0]
    bests = [max(column) for column in zip(*samples.values(), strict=True)]
    wins = _wins(samples)
    tied = tuple(s.option for s in scored[1:] if scored[0].score - s.score < decision.tie_margin)
    shortfall = [best - score for best, score in zip(bests, samples[first], strict=True)]
    return Ranking(
        scored=scored,
        weights=tuple(weights),
        p_best=wins[first] / len(bests),
        p_top2=_top_two(first, samples) / len(bests),
        expected_regret=sum(shortfall) / len(bests),
        tied_with=tied,
        p_group=sum(wins[option] for option in (first, *tied)) / len(bests),
    )


@lru_cache(maxsize=256)
def _factors(name: str, draws: int, spread: float) -> tuple[float, ...]:
    """What each draw makes of a weight."""
    return tuple(math.exp(spread * z) for z in stream(name, draws))


def _drawn_weights(weights: Sequence[Weight], decision: Decision) -> list[tuple[float, ...]]:
    """For each draw the weights, each moved by a factor around 1, summing to 1."""
    columns = [
        [w.final * factor for factor in _factors(f"weight/{w.criterion}", decision.draws, decision.weight_spread)]
        for w in weights
    ]
    rows: list[tuple[float, ...]] = []
    for row in zip(*columns, strict=True) if columns else [()] * decision.draws:
        total = sum(row) or 1.0
        rows.append(tuple([weight / total for weight in row]))
    return rows


def _sample(
    option: str,
    values: Mapping[str, Value],
    weights: Sequence[Weight],
    drawn: list[tuple[float, ...]],
    squared: list[tuple[float, ...]],
) -> list[float]:
    """Scores of one option: given the weights of a draw, its score is normal."""
    means = [values[w.criterion].mean for w in weights]
    variances = [values[w.criterion].sd ** 2 for w in weights]
    noise = stream(f"option/{option}", len(drawn))
    # `sum` over `map` stays in C, where most of the time of a consultation is spent.
    return [
        sum(map(mul, row, means)) + z * math.sqrt(sum(map(mul, squares, variances)))
        for row, squares, z in zip(drawn, squared, noise, strict=True)
    ]


def _middle(sample: list[float]) -> tuple[float, float]:
    """The middle 90 % of the scores; the normal draws reach beyond what a score can be."""
    ordered = sorted(sample)
    edge = len(ordered) // 20
    return max(0.0, ordered[edge]), min(1.0, ordered[-1 - edge])


def _wins(samples: Mapping[str, list[float]]) -> dict[str, int]:
    options = sorted(samples)
    wins = dict.fromkeys(options, 0)
    for column in zip(*(samples[option] for option in options), strict=True):
        wins[options[column.index(max(column))]] += 1
    return wins


def _top_two(first: str, samples: Mapping[str, list[float]]) -> int:
    others = [samples[option] for option in samples if option != first]
    return sum(sum(other[i] > score for other in others) < 2 for i, score in enumerate(samples[first]))
