"""What fits the memory of the accelerators, reckoned by parameters and bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.intake.memory import suffices
from advisor.loading.knowledge import load

BASE = load(use_cache=False)


def words(**answers: float | str) -> set[str]:
    return set(suffices(answers, BASE.vocabulary, BASE.memory))


@pytest.mark.parametrize(
    ("billions", "memory", "count", "expected"),
    [
        (1, 24, 1, {"trains_on_one", "trains_on_all", "serves_on_one"}),
        (7, 24, 1, {"adapters_on_one", "serves_on_one"}),
        (13, 24, 1, {"four_bit_on_one", "serves_four_bit_on_one"}),
        (70, 24, 1, {"exceeds", "serves_not"}),
        (13, 24, 2, {"four_bit_on_one", "adapters_on_all", "serves_four_bit_on_one"}),
        (70, 24, 8, {"adapters_on_all", "serves_on_all"}),
        (70, 80, 8, {"four_bit_on_one", "adapters_on_all", "serves_four_bit_on_one"}),
        (70, 80, 64, {"four_bit_on_one", "trains_on_all", "serves_four_bit_on_one"}),
        (400, 80, 1, {"exceeds", "serves_not"}),
    ],
)
def test_what_fits(billions: float, memory: float, count: int, expected: set[str]) -> None:
    assert words(model_params_b=billions, accel_mem_gb=memory, accelerator_count=count) == expected


def test_nothing_is_said_where_size_or_memory_are_open() -> None:
    assert words(model_params_b=7) == words(accel_mem_gb=80) == words() == set()


def test_without_a_count_only_one_accelerator_is_spoken_of() -> None:
    assert words(model_params_b=7, accel_mem_gb=24) == {"adapters_on_one", "serves_on_one"}
    assert words(model_params_b=700, accel_mem_gb=24) == set()


def test_of_a_size_class_only_what_is_too_much_is_said() -> None:
    assert words(model_size="large", accel_mem_gb=24, accelerator_count=1) == set()
    assert words(model_size="xlarge", accel_mem_gb=8, accelerator_count=1) == {"exceeds", "serves_not"}


@given(
    st.floats(0.01, 2000),
    st.floats(1, 300),
    st.integers(1, 4096),
    st.floats(1, 10),
    st.sampled_from(("memory", "count")),
)
def test_more_memory_or_more_accelerators_never_hold_less(
    billions: float, memory: float, count: int, factor: float, more: str
) -> None:
    order = ("exceeds", "four_bit_on_all", "adapters_on_all", "trains_on_all")
    big = memory * (factor if more == "memory" else 1.0), int(count * (factor if more == "count" else 1.0))

    def best(memory: float, count: int) -> int:
        found = words(model_params_b=billions, accel_mem_gb=memory, accelerator_count=count)
        together = {word.replace("_on_one", "_on_all") for word in found}
        return max(i for i, word in enumerate(order) if word in together)

    assert best(*big) >= best(memory, count)
