from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest

from advisor.evidence.probing.stability import (
    FEWEST,
    Block,
    clean,
    differences,
    median_interval,
    paired,
    standard_error,
    standing,
    undisturbed,
    verdict,
)


def blocks(walls: Sequence[float], *, disturbed: frozenset[int] = frozenset()) -> list[Block]:
    return [Block(wall_s=w, cpu_s=w, clean=number not in disturbed) for number, w in enumerate(walls)]


def test_the_interval_of_ten_values_leaves_out_one_on_either_side_at_95() -> None:
    assert median_interval(range(1, 11), 0.95) == (2, 9)


def test_the_interval_of_ten_values_leaves_out_two_on_either_side_at_85() -> None:
    assert median_interval(range(1, 11), 0.85) == (3, 8)


@pytest.mark.parametrize("values", [[3.0], [1.0, 2.0], [1.0, 5.0, 9.0]])
def test_too_few_values_give_all_there_is(values: list[float]) -> None:
    assert median_interval(values, 0.95) == (values[0], values[-1])


def test_the_interval_covers_the_median_as_often_as_it_says() -> None:
    drawn = random.Random(0)
    intervals = (median_interval([drawn.gauss(0, 1) for _ in range(21)], 0.9) for _ in range(2000))
    share = sum(low <= 0 <= high for low, high in intervals) / 2000
    assert 0.89 < share < 0.97


def test_the_standard_error_is_that_of_the_median() -> None:
    drawn = random.Random(1)
    errors = [standard_error([drawn.gauss(0, 1) for _ in range(40)]) for _ in range(500)]
    assert sum(errors) / 500 == pytest.approx(1.2533 / math.sqrt(40), rel=0.1)


def test_what_slows_a_whole_round_cancels() -> None:
    slow = [1.0, 3.0, 1.0, 7.0, 2.0, 1.0, 5.0]
    one, other = blocks([0.2 * s for s in slow]), blocks([0.1 * s for s in slow])
    assert differences(one, other) == pytest.approx([math.log(2)] * 7)


def test_disturbed_rounds_are_left_out_where_enough_remain() -> None:
    one = blocks([1.0] * 6 + [9.0] * 4, disturbed=frozenset({6, 7, 8, 9}))
    assert differences(one, blocks([1.0] * 10)) == [0.0] * 6
    assert clean(one) == [0, 1, 2, 3, 4, 5]


def test_a_variant_that_delays_itself_leaves_the_others_undisturbed_rounds() -> None:
    steady, always = blocks([1.0] * 6 + [9.0] * 4, disturbed=frozenset({6, 7, 8, 9})), frozenset(range(10))
    assert differences(steady, blocks([1.0] * 10, disturbed=always)) == [0.0] * 6


def test_all_rounds_count_where_hardly_any_was_undisturbed() -> None:
    one = blocks([1.0] * 10, disturbed=frozenset(range(FEWEST + 1)))
    assert len(differences(one, blocks([1.0] * 10))) == 10
    assert len(clean(one)) == 10


@pytest.mark.parametrize(
    ("noise", "expected"),
    [
        ({}, True),
        ({"delayed_s": 0.0005, "involuntary": 9}, True),
        ({"delayed_s": 0.0011}, False),
        ({"involuntary": 1}, False),
        ({"involuntary": 0}, True),
        ({"delayed_s": 0.0, "stolen": 1}, False),
    ],
)
def test_a_block_of_ten_milliseconds_is_judged_by_what_was_read_beside_it(
    noise: dict[str, float], *, expected: bool
) -> None:
    assert undisturbed(0.01, noise) is expected


def test_a_clear_difference_is_resolved_and_none_is_equivalent() -> None:
    assert verdict(blocks([2.0] * 10), blocks([1.0] * 10)) == "resolved"
    assert verdict(blocks([1.0] * 10), blocks([2.0] * 10)) == "resolved"
    assert verdict(blocks([1.01] * 10), blocks([1.0] * 10)) == "equivalent"
    assert verdict(blocks([0.8, 1.2] * 5), blocks([1.0] * 10)) == "open"
    assert verdict(blocks([0.97, 1.03] * 5), blocks([1.0] * 10)) == "open", "equal, and not known well"


def test_one_open_pair_leaves_the_whole_open() -> None:
    sure = {"a": blocks([1.0] * 10), "b": blocks([2.0] * 10)}
    assert standing(sure) == "resolved"
    assert standing({**sure, "c": blocks([0.8, 1.2] * 5)}) == "open"
    assert standing({"alone": blocks([1.0])}) == "equivalent"


def test_where_more_rounds_cannot_decide_none_are_asked_for() -> None:
    drawn = random.Random(2)
    noisy = blocks([1.05 * math.exp(drawn.gauss(0, 0.2)) for _ in range(40)])
    assert verdict(noisy, blocks([1.0] * 40)) == "stable"
    assert verdict(noisy[:8], blocks([1.0] * 8)) == "open", "of so few the noise is not known"


def test_noise_that_comes_and_goes_is_not_known() -> None:
    drawn = random.Random(3)
    growing = blocks([1.05 * math.exp(drawn.gauss(0, 0.05 if n < 20 else 0.4)) for n in range(40)])
    assert verdict(growing, blocks([1.0] * 40)) == "open"


def test_processor_time_counts_in_disturbed_rounds_too() -> None:
    one = [Block(wall_s=9.0, cpu_s=2.0, clean=False)] * 3 + [Block(wall_s=2.0, cpu_s=2.0)] * 7
    other = [Block(wall_s=1.0, cpu_s=1.0)] * 10
    assert differences(one, other, "cpu_s") == pytest.approx([math.log(2)] * 10)
    assert paired({"one": one, "other": other}, "cpu_s")["one"][0] == pytest.approx(math.log(2) / 2)


def test_paired_figures_differ_by_the_logarithm_of_the_ratio() -> None:
    scale = paired({"a": blocks([1.0] * 10), "b": blocks([2.0] * 10), "c": blocks([8.0] * 10)})
    assert scale["b"][0] - scale["a"][0] == pytest.approx(math.log(2))
    assert scale["c"][0] - scale["b"][0] == pytest.approx(math.log(4))
    assert sum(value for value, _ in scale.values()) == pytest.approx(0)
    assert all(error == 0 for _, error in scale.values())


def test_a_disturbed_third_does_not_move_a_pair() -> None:
    noisy = blocks([1.0, 50.0] * 5)
    scale = paired({"a": blocks([1.0] * 10), "b": blocks([2.0] * 10), "noisy": noisy})
    assert scale["b"][0] - scale["a"][0] == pytest.approx(math.log(2))
    assert scale["noisy"][1] > 0.3


def test_one_variant_alone_is_at_zero() -> None:
    assert paired({"a": blocks([1.0, 2.0])}) == {"a": (0.0, 0.0)}
    assert paired({}) == {}
