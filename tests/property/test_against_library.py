"""The order of the options against an established library of decision methods, over random tables."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
from pymcdm.methods import SPOTIS, TOPSIS, WSM
from pymcdm.methods.mcda_method import MCDA_method
from test_scoring_laws import DECISION

from advisor.model.score import Ranking, Value, Weight
from advisor.scoring.rank import rank

TABLES = 1000
ADDED = "an irrelevant option"


class Table(NamedTuple):
    """Weights that sum to 1, and options with a value from 0 to 1 for each of them."""

    weights: Sequence[float]
    options: Mapping[str, Sequence[float]]

    def with_another(self, seed: int) -> Table:
        """The table with one option more, which is anything."""
        random = Random(f"added {seed}")
        return Table(self.weights, {**self.options, ADDED: [random.random() for _ in self.weights]})


@functools.cache
def tables() -> tuple[Table, ...]:
    return tuple(map(table, range(TABLES)))


def table(seed: int) -> Table:
    random = Random(seed)
    raw = [random.uniform(0.05, 1) for _ in range(random.randint(2, 8))]
    options = {f"option {i}": [random.random() for _ in raw] for i in range(random.randint(3, 9))}
    return Table([weight / sum(raw) for weight in raw], options)


def ranked(made: Table) -> Ranking:
    criteria = [f"criterion {i}" for i in range(len(made.weights))]
    weights = [
        Weight(criterion=name, base=weight, moved_by={}, final=weight)
        for name, weight in zip(criteria, made.weights, strict=True)
    ]
    options = {
        option: {name: Value(mean=mean, sd=0.1, grade="judged") for name, mean in zip(criteria, means, strict=True)}
        for option, means in made.options.items()
    }
    return rank(options, weights, DECISION)


def scores(made: Table) -> dict[str, float]:
    return {scored.option: scored.score for scored in ranked(made).scored}


def order(made: Table) -> list[str]:
    """The options that were there before another was added, from the best."""
    return [scored.option for scored in ranked(made).scored if scored.option != ADDED]


def by_library(method: MCDA_method, made: Table) -> dict[str, float]:
    """What the library makes of each option; it warns of a best and a worst one unless it is told not to look."""
    found = method(np.array(list(made.options.values())), made.weights, [1] * len(made.weights), validation=False)
    return dict(zip(made.options, map(float, found), strict=True))


def order_by_topsis(made: Table) -> list[str]:
    closeness = by_library(TOPSIS(), made)
    return [option for option in sorted(made.options, key=lambda option: -closeness[option]) if option != ADDED]


def test_the_score_is_the_weighted_sum_of_the_library() -> None:
    """On scales that are fixed beforehand the library's normalisation has nothing left to do."""
    for made in tables():
        sums = by_library(WSM(lambda column, **_: column), made)
        assert scores(made) == pytest.approx(sums, abs=1e-12)
        assert order(made) == sorted(sums, key=lambda option: -sums[option])


def test_the_score_is_what_is_left_of_the_distance_to_the_ideal() -> None:
    """SPOTIS is the library's method against fixed bounds: it measures how far an option is from the best of each."""
    for made in tables():
        bounds = np.array([[0.0, 1.0]] * len(made.weights))
        distances = by_library(SPOTIS(bounds), made)
        assert scores(made) == pytest.approx({option: 1 - far for option, far in distances.items()}, abs=1e-12)


def test_an_added_option_reorders_the_others_by_topsis_and_never_here() -> None:
    pairs = [(made, made.with_another(seed)) for seed, made in enumerate(tables())]
    assert [order(after) for _, after in pairs] == [order(before) for before, _ in pairs]
    by_topsis = [
        seed for seed, (before, after) in enumerate(pairs) if order_by_topsis(after) != order_by_topsis(before)
    ]
    assert len(by_topsis) > TABLES / 10
