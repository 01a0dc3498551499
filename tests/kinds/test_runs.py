"""Runs by the kind of machine: which one speaks for a kind, and what the kinds are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.evidence.keeping.kinds import names, newest, passed_over
from advisor.evidence.portable import identified
from advisor.frozen import replace
from advisor.model.measurement import Measurements, ProbeResult
from kinds.made_up import APPLE, CPU, NVIDIA, measured

RUNS = tuple(measured(machine, day) for machine in (CPU, NVIDIA, APPLE) for day in (1, 2, 3))


@given(st.permutations(RUNS))
def test_of_every_kind_the_newest_counts_in_whatever_order_they_come(runs: list[Measurements]) -> None:
    assert newest(runs) == newest(RUNS)
    assert {run.measured[:10] for run in newest(runs)} == {"2026-11-03"}
    counting = {run.id for run in newest(runs)}
    over = passed_over(runs, newest(runs))
    assert {own for others in over.values() for own in others} == {run.id for run in RUNS} - counting


@pytest.mark.parametrize(
    "worse",
    [
        identified(replace(measured(NVIDIA, 9), classes=())),
        identified(replace(measured(NVIDIA, 9), settings={"device": "cpu"})),
    ],
    ids=["without a figure", "of the processor alone"],
)
def test_a_newer_run_that_says_less_gives_way(worse: Measurements) -> None:
    assert newest([worse, measured(NVIDIA, 1)]) == (measured(NVIDIA, 1),)
    assert newest([worse]) == (worse,)


def compared(day: int, *frameworks: str, **settings: str) -> Measurements:
    run = measured(CPU, day)
    results = tuple(
        ProbeResult(
            framework=name, variant="eager", probe="gemm", device="cpu", dtype="float32", outcome="ok", value=1e-3
        )
        for name in frameworks
    )
    return identified(replace(run, results=results, settings={**run.settings, **settings}))


@pytest.mark.parametrize(
    ("older", "newer", "counts"),
    [
        (compared(1, "pytorch", "jax"), compared(2, "pytorch", "jax", stopped="yes"), 1),
        (compared(1, "pytorch"), compared(2, "pytorch", "jax", stopped="yes"), 1),
        (compared(1, "pytorch", "jax"), compared(2, "pytorch"), 1),
        (compared(1, "pytorch", "jax", "mlx"), compared(2, "pytorch", "jax"), 2),
        (compared(1, "pytorch"), compared(2, "pytorch", "jax"), 2),
        (compared(1, stopped="yes"), compared(2, stopped="yes"), 2),
    ],
)
def test_what_was_stopped_or_compares_nothing_gives_way(older: Measurements, newer: Measurements, counts: int) -> None:
    assert newest([older, newer]) == newest([newer, older]) == (older if counts == 1 else newer,)


def test_a_kind_is_called_by_what_computes_and_no_two_alike() -> None:
    called = names([CPU, NVIDIA, APPLE])
    assert called == {
        CPU.fingerprint: "AMD EPYC 9654 (96 cores)",
        NVIDIA.fingerprint: "8 x NVIDIA H100 80GB HBM3",
        APPLE.fingerprint: "Apple M3 Max",
    }
    other = replace(APPLE, memory_gb=128.0, fingerprint="f0" * 8)
    assert set(names([APPLE, other]).values()) == {
        f"Apple M3 Max ({APPLE.fingerprint})",
        "Apple M3 Max (f0f0f0f0f0f0f0f0)",
    }
