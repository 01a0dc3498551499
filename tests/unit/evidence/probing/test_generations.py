from __future__ import annotations

import math
import random
import statistics

import pytest

from advisor.evidence.probing.generations import RESTART, merge
from advisor.frozen import replace
from advisor.model.measurement import Outcome, ProbeResult, Samples


def result(name: str, paired: float, *, error: float = 0.01, outcome: Outcome = "ok") -> ProbeResult:
    walls = (math.exp(paired),) * 6
    return ProbeResult(
        framework=name,
        variant="x",
        probe="gemm",
        device="cpu",
        dtype="float32",
        outcome=outcome,
        value=walls[0],
        first_s=1.0,
        paired=paired,
        paired_error=error,
        paired_cpu=paired,
        paired_cpu_error=error,
        raw=Samples(
            wall_s=walls, cpu_s=walls, clean=(True,) * 6, delayed=(0.0,) * 6, stalled=(0.0,) * 6, generation=(0,) * 6
        ),
    )


def difference(results: tuple[ProbeResult, ...]) -> float:
    one, other = (each.paired for each in results)
    assert one is not None
    assert other is not None
    return one - other


def test_one_process_keeps_its_figures_and_owns_up_to_what_another_might_show() -> None:
    (only,) = merge([[result("a", 0.5)]])
    assert (only.value, only.generations) == (math.exp(0.5), 1)
    assert only.paired_error == pytest.approx(math.hypot(0.01, RESTART))


def test_two_processes_are_averaged_and_their_samples_kept_apart() -> None:
    merged = merge([[result("a", 0.2), result("b", 0.0)], [result("a", 0.4), result("b", 0.0)]])
    assert difference(merged) == pytest.approx(0.3)
    assert merged[0].generations == 2
    assert merged[0].raw.generation == (0,) * 6 + (1,) * 6
    assert merged[0].samples == 12


def test_processes_that_disagree_widen_the_error() -> None:
    alike = merge([[result("a", 0.2), result("b", 0.0)]] * 2)
    apart = merge([[result("a", 0.2), result("b", 0.0)], [result("a", 0.8), result("b", 0.0)]])
    assert (apart[0].paired_error or 0) > 3 * (alike[0].paired_error or 0)


def test_the_error_covers_what_starts_differ_by() -> None:
    drawn, inside = random.Random(0), 0
    for _ in range(400):
        runs = [[result("a", drawn.gauss(0.1, 0.06)), result("b", 0.0)] for _ in range(4)]
        merged = merge(runs)
        inside += abs(difference(merged) - 0.1) < 2 * math.hypot(*(each.paired_error or 0 for each in merged))
    assert inside / 400 > 0.9


def test_a_rival_that_missed_a_process_moves_nobodys_ratio() -> None:
    both = [result("a", 0.3), result("b", -0.3)]
    three = [result("a", 0.3 - 0.9), result("b", -0.3 - 0.9), result("c", 1.8)]
    merged = {each.framework: each.paired or 0.0 for each in merge([both, three])}
    assert merged["a"] - merged["b"] == pytest.approx(0.6)
    assert merged["c"] - merged["b"] == pytest.approx(1.8 + 0.3 + 0.9)


@pytest.mark.parametrize("order", [1, -1])
def test_a_crash_in_one_process_is_a_crash(order: int) -> None:
    runs = [[result("a", 0.0)], [replace(result("a", 0.0), outcome="failed", reason="it fell over")]]
    (only,) = merge(runs[::order])
    assert (only.outcome, only.reason) == ("failed", "it fell over")


@pytest.mark.parametrize("other", ["skipped", "unstable"])
def test_what_one_process_measured_well_stands(other: Outcome) -> None:
    (only,) = merge([[result("a", 0.2)], [result("a", 5.0, outcome=other)]])
    assert (only.outcome, only.generations) == ("ok", 1)
    assert statistics.fmean(only.raw.wall_s) == pytest.approx(math.exp(0.2))


def test_what_no_process_measured_well_says_so() -> None:
    (only,) = merge([[result("a", 0.2, outcome="skipped")], [result("a", 0.2, outcome="unstable")]])
    assert only.outcome == "unstable"
