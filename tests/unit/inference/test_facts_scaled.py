"""Numbers as both engines see them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.inference.facts import LIMIT, SCALE, scaled

numbers = st.floats(min_value=-1e14, max_value=1e14)


@given(numbers, numbers)
def test_scaling_keeps_the_order(one: float, other: float) -> None:
    assert (scaled(one) <= scaled(other)) or one > other


@given(numbers)
def test_scaling_is_exact_to_half_a_step(number: float) -> None:
    assert abs(scaled(number) - number * SCALE) <= 0.5


@given(st.integers(-(10**14), 10**14))
def test_whole_numbers_stay_exact(number: int) -> None:
    assert scaled(number) == number * SCALE


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), 1e300, -(10**400), LIMIT / SCALE])
def test_what_cannot_be_compared_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="expected a finite number nearer to 0 than 461168601842738"):
        scaled(number)
