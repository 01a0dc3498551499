from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from advisor.evidence.probing import gates
from advisor.evidence.probing.canary import CanaryBlock
from advisor.evidence.probing.gates import Terms
from advisor.evidence.probing.stability import FEWEST, Block
from advisor.frozen import replace
from advisor.model.probe import ProbeDefinition

GEMM = ProbeDefinition(id="gemm", version=1, title="t", motivation="m", sizes={"cpu": {}}, tolerance=1e-5)
TERMS = Terms(definition=GEMM, track="matched", device="cpu", threads=2, layout="NHWC", declared=2)
SOUND: Mapping[str, Any] = {
    "devices": ["cpu"],
    "dtypes": ["float32", "int32"],
    "layout": "NHWC",
    "subnormal": 0.0,
    "finite": True,
    "frozen": False,
    "error": 1e-6,
}


def blocks(walls: Sequence[float]) -> list[Block]:
    return [Block(wall_s=w, cpu_s=w, busy_threads=2) for w in walls]


def found(
    timed: Sequence[Block], canary: Sequence[CanaryBlock] = (), *, settled: bool = True, fast: bool = False
) -> tuple[str, ...]:
    return gates.of_blocks(timed, canary, TERMS, {"settled": settled}, fast=fast)


def test_sound_arrays_have_no_flags() -> None:
    assert gates.of_state(SOUND, TERMS) == ()
    assert gates.of_state({}, TERMS) == (), "what is not told is not held against anybody"


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ({"frozen": True}, "frozen"),
        ({"devices": ["cpu", "cuda"]}, "wrong_device"),
        ({"dtypes": ["float16"]}, "wrong_type"),
        ({"layout": "NCHW"}, "wrong_layout"),
        ({"subnormal": 0.01}, "denormal"),
        ({"vanished": True}, "denormal"),
        ({"finite": False}, "not_finite"),
    ],
)
def test_each_thing_wrong_with_arrays_has_its_flag(change: Mapping[str, Any], flag: str) -> None:
    assert gates.of_state({**SOUND, **change}, TERMS) == (flag,)
    assert gates.outcome((flag,))[0] == "failed"


def test_another_number_of_threads_is_no_match_but_on_an_accelerator() -> None:
    assert gates.of_state(SOUND, replace(TERMS, declared=8)) == ("wrong_threads",)
    assert gates.of_state(SOUND, replace(TERMS, declared=None)) == ()
    assert gates.of_state({**SOUND, "devices": ["cuda"]}, replace(TERMS, declared=8, device="cuda")) == ()


def test_as_shipped_a_framework_has_its_own_terms_and_its_precision_is_told() -> None:
    own = {**SOUND, "dtypes": ["bfloat16"], "layout": "NCHW", "error": 1e-3}
    assert gates.of_state(own, replace(TERMS, track="as_shipped", declared=64)) == ("reduced_precision",)
    assert gates.outcome(("reduced_precision",)) == ("ok", "")


def test_what_moves_data_gives_the_same_each_time() -> None:
    moves = replace(GEMM, devices="accelerator")
    assert gates.of_state({**SOUND, "frozen": True}, replace(TERMS, definition=moves)) == ()


def test_a_cache_spares_compiling() -> None:
    compiling = replace(TERMS, definition=replace(GEMM, bound="compile"), compiles=True)
    assert gates.of_compiling({"first_compilations": 1, "cache_hits": 0}, compiling) == ()
    assert gates.of_compiling({"first_compilations": 1, "cache_hits": 1}, compiling) == ("warm_cache",)
    assert gates.of_compiling({"first_compilations": 0, "cache_hits": 0}, compiling) == ("warm_cache",)
    assert gates.of_compiling({"first_compilations": 0, "cache_hits": 0}, replace(compiling, compiles=False)) == ()
    assert gates.of_compiling({"cache_hits": 3}, TERMS) == ("cached",)


def test_steady_blocks_have_no_flags() -> None:
    assert found(blocks([1.0, 1.01] * 10)) == ()


def test_each_flag_of_blocks_has_its_cause() -> None:
    assert found([Block(wall_s=1.0, cpu_s=0.5)] * 10) == ("contended",)
    assert found(blocks([1.0] * 10), settled=False) == ("unsettled",)
    assert found(blocks([1.0] * 10), fast=True) == ("implausible",)
    assert found([*blocks([1.0] * 9), Block(wall_s=1.0, cpu_s=1.0, compilations=1)]) == ("compiled",)
    assert found(blocks([1.0] * (FEWEST - 1))) == ("few_samples",)
    assert found(blocks([1.0, 5.0] * 10)) == ("wide",)
    assert found([Block(wall_s=1.0, cpu_s=1.0, busy_threads=16)] * 10) == ("wrong_threads",)


def test_a_crowded_canary_is_contention() -> None:
    crowded = [CanaryBlock(gemm_s=1.0, stream_s=1.0, busy=2.0, clean=number % 3 == 0) for number in range(9)]
    assert found(blocks([1.0] * 9), crowded) == ("contended",)


def test_a_chip_that_was_slowed_or_shared_is_said() -> None:
    hot = [Block(wall_s=1.0, cpu_s=1.0, slowed=number < 3) for number in range(10)]
    assert found(hot) == ("slowed",)
    assert found(hot[2:]) == ()
    assert found([Block(wall_s=1.0, cpu_s=1.0, shared=True)] * 10) == ("shared",)


def test_where_compiling_is_timed_it_may_happen() -> None:
    compiling = replace(TERMS, definition=replace(GEMM, bound="compile"))
    timed = [Block(wall_s=1.0, cpu_s=1.0, compilations=1)] * 3
    assert gates.of_blocks(timed, (), compiling, {"settled": False}, fast=False) == ()


def test_every_flag_that_counts_against_a_figure_says_why() -> None:
    for flag, reason in gates.SAID.items():
        outcome, said = gates.outcome(("contended", flag))
        assert outcome == ("failed" if flag in gates.FAILED else "unstable")
        assert said == reason
