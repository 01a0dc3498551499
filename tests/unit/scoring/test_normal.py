"""Quantiles of the normal distribution are those of the standard library, to the last digit."""

from __future__ import annotations

from statistics import NormalDist

import pytest

from advisor.scoring.normal import quantile


@pytest.mark.parametrize("draws", [2, 7, 40, 500, 9999])
def test_a_quantile_is_that_of_the_standard_library(draws: int) -> None:
    places = [(i + 0.5) / draws for i in range(draws)]
    assert [quantile(p) for p in places] == pytest.approx([NormalDist().inv_cdf(p) for p in places], rel=1e-15)


@pytest.mark.parametrize("p", [1e-300, 1e-20, 1e-11, 0.075, 0.925, 1 - 1e-11])
def test_so_are_those_far_out(p: float) -> None:
    assert quantile(p) == pytest.approx(NormalDist().inv_cdf(p), rel=1e-15)


def test_the_middle_is_0() -> None:
    assert quantile(0.5) == 0.0
