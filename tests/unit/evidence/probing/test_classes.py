from __future__ import annotations

import math
from dataclasses import replace

import pytest

from advisor.evidence.probing.classes import compose
from advisor.model.measurement import Outcome, ProbeResult
from advisor.model.probe import ProbeDefinition


def definition(name: str, **classes: float) -> ProbeDefinition:
    return ProbeDefinition(
        id=name, version=1, title="t", motivation="m", sizes={"cpu": {}}, tolerance=1.0, classes=classes
    )


def result(name: str, probe: str, seconds: float, *, outcome: Outcome = "ok", device: str = "cpu") -> ProbeResult:
    framework, _, variant = name.partition("/")
    return ProbeResult(
        framework=framework,
        variant=variant,
        probe=probe,
        device=device,
        dtype="float32",
        outcome=outcome,
        value=seconds,
        first_s=10 * seconds,
        flops=1e9,
        paired=math.log(seconds),
        paired_error=0.01,
    )


STEP, GEMM = definition("step_x", rl=0.8), definition("gemm", rl=0.2)


def test_times_are_a_weighted_geometric_mean_relative_to_the_fastest() -> None:
    results = [
        result("a/x", "step_x", 1),
        result("a/x", "gemm", 4),
        result("b/x", "step_x", 2),
        result("b/x", "gemm", 1),
    ]
    fast, slow = compose((STEP, GEMM), results, None)
    assert (fast.framework, fast.relative_time, slow.framework) == ("a", 1.0, "b")
    assert slow.relative_time == pytest.approx(2**0.8 * 0.25**0.2)
    assert fast.interval[0] < 1 < fast.interval[1]


def test_a_whole_step_says_how_long_the_first_takes_and_how_busy_it_is() -> None:
    (only,) = compose((STEP, GEMM), [result("a/x", "step_x", 0.5), result("a/x", "gemm", 4)], 8e9)
    assert only.first_step_s == 5.0
    assert only.utilisation == pytest.approx(0.25)


def test_without_a_canary_utilisation_is_unknown() -> None:
    (only,) = compose((STEP,), [result("a/x", "step_x", 1)], None)
    assert only.utilisation is None


def test_without_a_whole_step_the_first_is_the_sum_of_its_operations() -> None:
    parts = definition("gemm", rl=0.6), definition("stream", rl=0.4)
    (only,) = compose(parts, [result("a/x", "gemm", 1), result("a/x", "stream", 2)], None)
    assert only.first_step_s == 30.0


def test_a_missing_probe_widens_the_interval_and_moves_nothing() -> None:
    whole = [result("a/x", "step_x", 1), result("a/x", "gemm", 1)]
    part = result("b/x", "step_x", 1)
    one, other = compose((STEP, GEMM), [*whole, part], None)
    assert one.relative_time == other.relative_time == 1.0
    widths = {each.framework: each.interval[1] / each.interval[0] for each in (one, other)}
    assert widths["b"] > widths["a"]


def test_another_variant_of_the_same_framework_stands_in() -> None:
    eager = [result("a/eager", "step_x", 1), result("a/eager", "gemm", 4)]
    rival = [result("b/x", "step_x", 1), result("b/x", "gemm", 1)]
    found = {f"{each.framework}/{each.variant}": each for each in compose(
        (STEP, GEMM), [*eager, *rival, result("a/fast", "step_x", 1)], None
    )}  # fmt: skip
    assert found["a/fast"].relative_time == pytest.approx(found["a/eager"].relative_time)
    assert found["a/fast"].interval[1] > found["a/eager"].interval[1]


def test_without_its_main_probe_a_variant_is_absent() -> None:
    assert compose((STEP, GEMM), [result("a/x", "gemm", 1)], None) == ()


@pytest.mark.parametrize("outcome", ["unstable", "failed", "skipped"])
def test_only_good_results_count(outcome: Outcome) -> None:
    assert compose((STEP,), [result("a/x", "step_x", 1, outcome=outcome)], None) == ()


def test_devices_are_not_mixed() -> None:
    mixed = [result("a/x", "step_x", 1, device="cuda"), result("b/x", "step_x", 1)]
    assert [each.framework for each in compose((STEP,), mixed, None)] == ["a"]


def test_uncertain_evidence_has_a_wide_interval() -> None:
    doubtful = replace(result("b/x", "step_x", 1), paired_error=0.5)
    sure, vague = compose((STEP,), [result("a/x", "step_x", 1), doubtful], None)
    assert vague.interval[1] > 2 > sure.interval[1]


def test_the_order_by_utilisation_is_the_order_by_time() -> None:
    results = [
        result("a/x", "step_x", 1),
        result("a/x", "gemm", 4),
        result("b/x", "step_x", 2),
        result("b/x", "gemm", 0.001),
    ]
    composed = compose((STEP, GEMM), results, 8e9)
    levels = [each.relative_time * (each.utilisation or 0.0) for each in composed]
    assert levels == pytest.approx([levels[0]] * len(levels))


def test_what_is_not_bound_by_arithmetic_says_nothing_of_its_rate() -> None:
    stream = replace(definition("stream", scientific=0.6), bound="bandwidth")
    gemm = definition("gemm", scientific=0.4)
    results = [result("a/x", "stream", 100), result("a/x", "gemm", 0.5)]
    (only,) = compose((stream, gemm), results, 8e9)
    assert only.utilisation == pytest.approx(0.25)
