from __future__ import annotations

import pytest

from advisor.evidence.probing.canary import (
    GEMM_FLOPS,
    STREAM_FLOPS,
    CanaryBlock,
    canary_rate,
    crowded,
    implausible,
    peak,
    quiet_share,
)
from advisor.evidence.probing.stability import FEWEST


def canary(*gemms: float, stream_s: float = 1e-3, busy: float = 2.0) -> list[CanaryBlock]:
    return [CanaryBlock(gemm_s=gemm, stream_s=stream_s, busy=busy) for gemm in gemms]


def test_the_canarys_rate_is_of_its_undisturbed_rounds() -> None:
    slow = CanaryBlock(gemm_s=9e-3, stream_s=1.0, busy=2.0, clean=False)
    assert canary_rate([]) is None
    assert canary_rate([*canary(*[1e-3] * FEWEST), *[slow] * 20]) == pytest.approx(GEMM_FLOPS / 1e-3)
    assert canary_rate([*canary(2e-3), slow, slow]) == pytest.approx(GEMM_FLOPS / 2e-3)


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
    assert not implausible("stream", STREAM_FLOPS / 40, 0.1e-3 / 40, known, 2), "they may lie in a cache"


def test_it_is_crowded_where_most_rounds_were_disturbed() -> None:
    disturbed = CanaryBlock(gemm_s=1.0, stream_s=1.0, busy=2.0, clean=False)
    assert crowded([disturbed, disturbed, *canary(1.0)])
    assert not crowded([disturbed, *canary(1.0, 1.0)])
    assert not crowded([])
