from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest

from advisor.evidence.stability import (
    FEWEST,
    GEMM_FLOPS,
    STREAM_FLOPS,
    Block,
    CanaryBlock,
    canary_rate,
    clean,
    decided,
    differences,
    flags,
    implausible,
    median_interval,
    paired,
    peak,
    quiet_share,
    standard_error,
    undisturbed,
    verdict,
)


def blocks(walls: Sequence[float], *, disturbed: frozenset[int] = frozenset()) -> list[Block]:
    return [Block(wall_s=w, cpu_s=w, clean=number not in disturbed) for number, w in enumerate(walls)]


def canary(*gemms: float, stream_s: float = 1e-3, busy: float = 2.0) -> list[CanaryBlock]:
    return [CanaryBlock(gemm_s=gemm, stream_s=stream_s, busy=busy) for gemm in gemms]


def found(blocks: Sequence[Block], *, settled: bool = True, implausible: bool = False) -> tuple[str, ...]:
    return flags(blocks, (), on_cpu=True, settled=settled, implausible=implausible)


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


def test_the_canarys_rate_is_of_its_undisturbed_rounds() -> None:
    slow = CanaryBlock(gemm_s=9e-3, stream_s=1.0, busy=2.0, clean=False)
    assert canary_rate([]) is None
    assert canary_rate([*canary(*[1e-3] * FEWEST), *[slow] * 20]) == pytest.approx(GEMM_FLOPS / 1e-3)
    assert canary_rate([*canary(2e-3), slow, slow]) == pytest.approx(GEMM_FLOPS / 2e-3)


def test_a_clear_difference_is_resolved_and_none_is_equivalent() -> None:
    assert verdict(blocks([2.0] * 10), blocks([1.0] * 10)) == "resolved"
    assert verdict(blocks([1.0] * 10), blocks([2.0] * 10)) == "resolved"
    assert verdict(blocks([1.01] * 10), blocks([1.0] * 10)) == "equivalent"
    assert verdict(blocks([0.8, 1.2] * 5), blocks([1.0] * 10)) == "open"


def test_one_open_pair_leaves_the_whole_open() -> None:
    sure = {"a": blocks([1.0] * 10), "b": blocks([2.0] * 10)}
    assert decided(sure)
    assert not decided({**sure, "c": blocks([0.8, 1.2] * 5)})
    assert decided({"alone": blocks([1.0])})


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


def test_steady_blocks_have_no_flags() -> None:
    assert found(blocks([1.0, 1.01] * 10)) == ()


def test_each_flag_has_its_cause() -> None:
    assert found([Block(wall_s=1.0, cpu_s=0.5)] * 10) == ("contended",)
    assert found(blocks([1.0] * 10), settled=False) == ("unsettled",)
    assert found(blocks([1.0] * 10), implausible=True) == ("implausible",)
    assert found([*blocks([1.0] * 9), Block(wall_s=1.0, cpu_s=1.0, compilations=1)]) == ("compiled",)
    assert found(blocks([1.0] * (FEWEST - 1))) == ("few_samples",)
    assert found(blocks([1.0, 5.0] * 10)) == ("wide",)


def test_a_crowded_canary_is_contention() -> None:
    crowded = [CanaryBlock(gemm_s=1.0, stream_s=1.0, busy=2.0, clean=number % 3 == 0) for number in range(9)]
    assert flags(blocks([1.0] * 9), crowded, on_cpu=True, settled=True, implausible=False) == ("contended",)


def test_a_machine_is_quiet_when_the_canary_is_as_usual() -> None:
    assert quiet_share([]) is None
    assert quiet_share(canary(1.0, 1.0, 1.05, 2.0)) == 0.75


def test_the_peak_is_the_best_round_on_all_cores() -> None:
    assert peak(canary(1e-3, 2e-3), threads=2) == pytest.approx(GEMM_FLOPS / 1e-3)
    assert peak(canary(1e-3, busy=1.0), threads=4) == pytest.approx(GEMM_FLOPS / 1e-3 * 4)


def test_a_library_may_be_better_than_the_canary_and_still_be_plausible() -> None:
    known = canary(*[1e-3] * FEWEST)
    assert not implausible("gemm", GEMM_FLOPS, 0.7e-3, known, 2)
    assert implausible("gemm", GEMM_FLOPS, 0.1e-3, known, 2)
    assert not implausible("conv", GEMM_FLOPS, 0.3e-3, known, 2)
    assert not implausible("gemm", GEMM_FLOPS, 1e-9, [], 2)


def test_a_canary_that_was_disturbed_proves_little() -> None:
    assert not implausible("gemm", GEMM_FLOPS, 0.1e-3, canary(1e-3), 2)
    assert implausible("gemm", GEMM_FLOPS, 1e-6, canary(1e-3), 2)


def test_a_stream_cannot_pass_memory_faster_than_all_cores_could() -> None:
    known = canary(*[1.0] * FEWEST, stream_s=1e-3)
    assert not implausible("stream", STREAM_FLOPS, 0.4e-3, known, 2)
    assert implausible("stream", STREAM_FLOPS, 0.1e-3, known, 2)
