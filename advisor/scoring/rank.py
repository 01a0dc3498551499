"""Scores options, and samples weights and values together to see how sure the order is.

Each stream of draws is a stratified sample of the normal distribution, shuffled by a generator that is seeded with the
stream's own name: the same for every call, and an option's draws do not depend on which others take part.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import exp, sqrt
from operator import mul
from typing import Any, NamedTuple

from advisor.model.knowledge import Decision
from advisor.model.score import Ranking, Scored, Value, Weight
from advisor.scoring.normal import quantile

SEED = 0


@lru_cache(maxsize=256)
def stream(name: str, draws: int) -> tuple[float, ...]:
    """Standard normal draws that belong to a name."""
    draw = random.Random(f"{SEED}/{name}").random
    # Sorting by random keys is a shuffle, and three times as quick as the one of the standard library.
    keys = [draw() for _ in range(draws)]
    quantiles = _quantiles(draws)
    return tuple(map(quantiles.__getitem__, sorted(range(draws), key=keys.__getitem__)))


@lru_cache(maxsize=8)
def _quantiles(draws: int) -> tuple[float, ...]:
    return tuple([quantile((i + 0.5) / draws) for i in range(draws)])


def expected(values: Mapping[str, Value], weights: Sequence[Weight]) -> float:
    """The expected score: the weighted sum of the values."""
    return sum(weight.final * values[weight.criterion].mean for weight in weights)


def best_first(scores: Mapping[str, float]) -> list[str]:
    """The options in the order of their scores, equals by name; rounding in the last digits makes no difference."""
    return sorted(scores, key=lambda option: (-round(scores[option], 9), option))


def leading(options: Mapping[str, Mapping[str, Value]], weights: Sequence[Weight]) -> str:
    """The option that is expected to be best; of equals the first by name."""
    return best_first({option: expected(values, weights) for option, values in options.items()})[0]


def rank(options: Mapping[str, Mapping[str, Value]], weights: Sequence[Weight], decision: Decision) -> Ranking:
    """The options by expected score, ties by name; options is by id, each with a value for every weight."""
    expectations = {option: expected(values, weights) for option, values in options.items()}
    return order(expectations, samples(options, weights, decision), decision, options, weights)


def samples(
    options: Mapping[str, Mapping[str, Value]], weights: Sequence[Weight], decision: Decision
) -> dict[str, tuple[float, ...]]:
    """The sampled scores of each option, in the order of their names."""
    # A criterion without any weight has no part in any draw.
    drawn = {weight.criterion: weight.final for weight in weights if weight.final}
    weighing = _Weighing(tuple(drawn), tuple(drawn.values()), decision.draws, decision.weight_spread)
    found: dict[str, tuple[float, ...]] = {}
    for option in sorted(options):
        values = [options[option][criterion] for criterion in drawn]
        means, sds = tuple([value.mean for value in values]), tuple([value.sd for value in values])
        found[option] = _sample(option, weighing, means, sds)
    return found


def order(
    expectations: Mapping[str, float],
    drawn: Mapping[str, tuple[float, ...]],
    decision: Decision,
    options: Mapping[str, Mapping[str, Value]] | None = None,
    weights: Sequence[Weight] = (),
) -> Ranking:
    """The options by what is expected of them, ties by name, and by the samples of each how sure that is.

    The samples are in the order of the names; options and weights are what they were drawn from, if that is one thing.
    """
    names = best_first(expectations)
    scored = tuple(
        Scored(
            option=option,
            score=expectations[option],
            interval=_within_scale(middle(drawn[option])),
            values=options[option] if options is not None else {},
        )
        for option in names
    )
    first = names[0]
    # Each draw as the scores of all options, and the place of the best: of equals the first by name.
    draws = list(zip(*drawn.values(), strict=True))
    bests = list(map(max, draws))
    wins = Counter(draw.index(best) for draw, best in zip(draws, bests, strict=True))
    places = {option: place for place, option in enumerate(drawn)}
    tied = tuple(s.option for s in scored[1:] if expectations[first] - s.score < decision.tie_margin)
    shortfall = [best - score for best, score in zip(bests, drawn[first], strict=True)]
    behind = [sorted(draw)[-2] > draw[places[first]] for draw, short in zip(draws, shortfall, strict=True) if short]
    return Ranking(
        scored=scored,
        weights=tuple(weights),
        p_best=wins[places[first]] / len(draws),
        p_top2=(len(draws) - sum(behind)) / len(draws),
        expected_regret=sum(shortfall) / len(draws),
        tied_with=tied,
        p_group=sum(wins[places[option]] for option in (first, *tied)) / len(draws),
    )


class _Weighing(NamedTuple):
    """Weights, and how they are drawn."""

    criteria: tuple[str, ...]
    finals: tuple[float, ...]
    draws: int
    spread: float


@lru_cache(maxsize=512)
def _sample(option: str, weighing: _Weighing, means: tuple[float, ...], sds: tuple[float, ...]) -> tuple[float, ...]:
    """Scores of one option: given the weights of a draw, its score is normal."""
    figures = tuple(map(mul, weighing.finals, means))
    sums = _summing(len(figures))(figures, _factors(weighing.criteria, weighing.draws, weighing.spread))
    noise = stream(f"option/{option}", weighing.draws)
    drawn = zip(sums, noise, _spreads(weighing, sds), _totals(weighing), strict=True)
    return tuple([(mean + z * spread) / total for mean, z, spread, total in drawn])


@lru_cache(maxsize=64)
def _spreads(weighing: _Weighing, sds: tuple[float, ...]) -> tuple[float, ...]:
    """By draw, the standard deviation of the sum of the values times the weights; alike for most options."""
    variances = tuple([(final * sd) ** 2 for final, sd in zip(weighing.finals, sds, strict=True)])
    factors = _factors(weighing.criteria, weighing.draws, weighing.spread)
    return tuple(map(sqrt, _summing(len(variances), power=2)(variances, factors)))


@lru_cache(maxsize=64)
def _totals(weighing: _Weighing) -> tuple[float, ...]:
    """By draw, the sum of the weights."""
    factors = _factors(weighing.criteria, weighing.draws, weighing.spread)
    return tuple([total or 1.0 for total in _summing(len(weighing.finals))(weighing.finals, factors)])


_Rows = tuple[tuple[float, ...], ...]


@lru_cache(maxsize=64)
def _factors(criteria: tuple[str, ...], draws: int, spread: float) -> _Rows:
    """For each draw what it makes of the weight of each criterion."""
    columns = [_factor(criterion, draws, spread) for criterion in criteria]
    return tuple(zip(*columns, strict=True)) if columns else ((),) * draws


@lru_cache(maxsize=256)
def _factor(criterion: str, draws: int, spread: float) -> tuple[float, ...]:
    return tuple(map(exp, [spread * z for z in stream(f"weight/{criterion}", draws)]))


@lru_cache(maxsize=64)
def _summing(terms: int, power: int = 1) -> Callable[[Sequence[float], _Rows], list[float]]:
    """What multiplies the powers of each row by so many figures and sums them up, with the sum written out.

    Most of the time of a consultation is spent here, and a sum that loops over its terms takes twice as long.
    """
    figures, parts = ([f"{name}{i}" for i in range(terms)] for name in ("figure", "part"))
    powers = [f"({'*'.join([part] * power)})" for part in parts]
    products = "+".join(map("*".join, zip(figures, powers, strict=True))) or "0.0"
    known: dict[str, Any] = {}
    exec(  # noqa: S102  (names of its own)
        f"def summed(figures, rows):\n"
        f"    {_unpacking(figures)} = figures\n"
        f"    return [{products} for {_unpacking(parts)} in rows]",
        known,
    )
    summed: Callable[[Sequence[float], _Rows], list[float]] = known["summed"]
    return summed


def _unpacking(names: list[str]) -> str:
    return f"({','.join(names)},)" if names else "()"


def middle(sample: Sequence[float]) -> tuple[float, float]:
    """The middle 90 % of a sample."""
    ordered = sorted(sample)
    edge = len(ordered) // 20
    return ordered[edge], ordered[-1 - edge]


def _within_scale(interval: tuple[float, float]) -> tuple[float, float]:
    """An interval of scores; the normal draws reach beyond what a score can be."""
    return max(0.0, interval[0]), min(1.0, interval[1])
