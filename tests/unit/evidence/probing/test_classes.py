from __future__ import annotations

import math
from dataclasses import replace

import pytest

from advisor.evidence.probing.classes import compose
from advisor.model.measurement import Outcome, ProbeResult
from advisor.model.probe import ProbeDefinition, Workload


def model(name: str, workload_class: str = "rl", *, sd: float = 0.0, reach: float = 1.0) -> ProbeDefinition:
    workload = Workload(name="default", workload_class=workload_class, sd=sd, reach=reach)
    return ProbeDefinition(
        id=name, version=1, title="t", motivation="m", sizes={"cpu": {}}, tolerance=1.0, workload=workload
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


STEP, LOOP = model("step_x"), model("loop_x")
GEMM = replace(STEP, id="gemm", workload=None)


def test_times_are_relative_to_the_fastest() -> None:
    fast, slow = compose((STEP, GEMM), [result("a/x", "step_x", 2), result("b/x", "step_x", 1)], None)
    assert (fast.framework, fast.relative_time, slow.framework) == ("b", 1.0, "a")
    assert slow.relative_time == pytest.approx(2)
    assert fast.interval[0] < 1 < fast.interval[1]


def test_several_models_of_a_class_count_alike_in_ratios() -> None:
    results = [
        result("a/x", "step_x", 1),
        result("a/x", "loop_x", 4),
        result("b/x", "step_x", 2),
        result("b/x", "loop_x", 1),
    ]
    fast, slow = compose((STEP, LOOP), results, None)
    assert (fast.framework, slow.framework) == ("b", "a")
    assert slow.relative_time == pytest.approx(2**0.5)


def test_who_lacks_one_of_them_is_absent() -> None:
    results = [result("a/x", "step_x", 1), result("a/x", "loop_x", 4), result("b/x", "step_x", 2)]
    assert [each.framework for each in compose((STEP, LOOP), results, None)] == ["a"]


DEPTH = {"deep": (3, 4.5), "shallow": (1, -3.5)}
"""Of a model with ten layers that is timed with three and with one: how many, and how often its time counts."""


def depths() -> tuple[ProbeDefinition, ...]:
    usual = Workload(name="mine", workload_class="rl", sd=0.1, sd_alone=0.4)
    return tuple(
        replace(model(name), function="step_x", workload=replace(usual, share=share))
        for name, (_, share) in DEPTH.items()
    )


def timed(name: str, once: float, layer: float, *probes: str) -> list[ProbeResult]:
    return [result(name, probe, once + DEPTH[probe][0] * layer) for probe in probes or DEPTH]


def test_what_a_step_costs_once_is_not_taken_for_what_a_layer_costs() -> None:
    results = [*timed("a/x", 5, 1), *timed("b/x", 0.5, 2)]
    fast, slow = compose(depths(), results, None)
    assert (fast.framework, slow.framework) == ("a", "b")
    assert slow.relative_time == pytest.approx(20.5 / 15)
    assert fast.first_step_s == pytest.approx(150)


def test_more_layers_never_take_less_time() -> None:
    noisy = [result("a/x", "deep", 1), result("a/x", "shallow", 2), *timed("b/x", 0, 1)]
    fast, slow = compose(depths(), noisy, None)
    assert fast.framework == "a"
    assert slow.relative_time == pytest.approx(10)


def test_a_depth_that_was_not_measured_is_taken_to_be_as_with_the_others_and_owned_up_to() -> None:
    results = [*timed("a/x", 0, 1), *timed("b/x", 0, 2, "deep")]
    known, guessed = compose(depths(), results, None)
    assert guessed.relative_time == pytest.approx(2)
    assert (known.probes, guessed.probes) == (("deep", "shallow"), ("deep",))
    widths = [math.log(each.interval[1] / each.interval[0]) for each in (known, guessed)]
    assert widths[1] > 2 * widths[0]


def test_single_operations_count_for_nothing() -> None:
    results = [result("a/x", "step_x", 1), result("a/x", "gemm", 9), result("b/x", "step_x", 2)]
    assert [each.framework for each in compose((STEP, GEMM), results, None)] == ["a", "b"]


def test_the_model_says_how_long_the_first_step_takes_and_how_busy_it_is() -> None:
    (only,) = compose((STEP, GEMM), [result("a/x", "step_x", 0.5), result("a/x", "gemm", 4)], 8e9)
    assert only.first_step_s == 5.0
    assert only.utilisation == pytest.approx(0.25)
    assert only.probes == ("step_x",)


def test_full_speed_is_what_such_a_model_can_reach() -> None:
    (only,) = compose((model("step_x", reach=0.1),), [result("a/x", "step_x", 0.5)], 8e9)
    assert only.utilisation == pytest.approx(2.5)


def test_without_a_canary_utilisation_is_unknown() -> None:
    (only,) = compose((STEP,), [result("a/x", "step_x", 1)], None)
    assert only.utilisation is None


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


def test_what_a_miniature_leaves_open_is_in_the_interval_of_a_ratio() -> None:
    """Two variants that are off by half of the variance each: the ratio of their times is off by all of it."""
    one, other = (result(name, "step_x", 1) for name in ("a/x", "b/x"))
    exact = [replace(each, paired_error=0.0) for each in (one, other)]
    first, second = compose((model("step_x", sd=0.3),), exact, None)
    halves = [math.log(each.interval[1]) for each in (first, second)]
    assert math.hypot(*halves) == pytest.approx(1.645 * 0.3)


def test_the_order_by_utilisation_is_the_order_by_time() -> None:
    results = [result("a/x", "step_x", 1), result("b/x", "step_x", 2)]
    composed = compose((STEP,), results, 8e9)
    levels = [each.relative_time * (each.utilisation or 0.0) for each in composed]
    assert levels == pytest.approx([levels[0]] * len(levels))
