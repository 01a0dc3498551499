"""What measurements of the class of work at hand are called, and what a first step is worth."""

from __future__ import annotations

from dataclasses import replace

import pytest
from consulting import base, session

from advisor.consult import observed
from advisor.loading.answers import check_answers
from advisor.loading.problems import Problems
from advisor.model.measurement import ClassResult, FrameworkRun, Machine, Measurements, ProbeResult
from advisor.scoring.values import UNKNOWN

MODEL = base().measured
ANSWERS = {"domain": "cv", "task": "experiment", "train_hw": "cpu", "train_os": "linux"}


def result(name: str, time: float, first_s: float = 1.0, shown_by: str = "") -> ClassResult:
    framework, _, variant = name.partition("/")
    return ClassResult(
        name="default",
        workload_class="vision_train",
        framework=framework,
        variant=variant,
        relative_time=time,
        interval=(time / 1.1, time * 1.1),
        first_step_s=first_s,
        utilisation=0.3 / time,
        shown_by=shown_by,
    )


def run(*results: ClassResult) -> Measurements:
    machine = Machine(fingerprint="f", os="linux", arch="x86_64", cpu="made up", cores=2, memory_gb=8.0)
    frameworks = tuple(
        FrameworkRun(framework=each.framework, variant=each.variant, outcome="ok", device="cpu", version="1", python="")
        for each in results
    )
    return Measurements(
        id="m",
        measured="2026-01-01T00:00:00Z",
        machine=machine,
        frameworks=frameworks,
        results=(),
        classes=results,
        elapsed_s=1.0,
    )


def starts(classes: list[ClassResult], *results: ProbeResult) -> observed.FirstSteps:
    return observed.FirstSteps(tuple(classes), results, "measurement.m")


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([result("jax/jit", 1.0), result("pytorch/eager", 1.08)], {"alike"}),
        ([result("jax/jit", 1.0), result("pytorch/eager", 3.1), result("mlx/eager", 9.0)], {"far_apart"}),
        ([result("jax/jit", 1.0), result("pytorch/eager", 1.2), result("mlx/eager", 9.0)], set()),
        ([result("jax/jit", 1.0, 40.0), result("pytorch/eager", 1.5)], {"slow_first_step"}),
        ([result("jax/jit", 1.0, 1.0, "dispatch"), result("pytorch/eager", 1.5)], {"dispatch_bound"}),
        ([result("jax/jit", 1.0, 1.0, "optimiser"), result("pytorch/eager", 1.5)], {"memory_bound"}),
        ([result("jax/jit", 1.0, 1.0, "gemm"), result("pytorch/eager", 1.5, 1.0, "dispatch")], set()),
        ([result("jax/jit", 1.0), result("jax/eager", 9.0)], set()),
        ([], set()),
    ],
)
def test_figures_become_words_that_rules_read(results: list[ClassResult], expected: set[str]) -> None:
    assert observed.words(results, MODEL) == expected


def test_of_a_framework_the_fastest_variant_counts() -> None:
    slow = [result("pytorch/compiled", 1.0, 90.0), result("pytorch/eager", 1.3, 0.1), result("jax/jit", 1.2)]
    assert observed.words(slow, MODEL) == {"slow_first_step"}
    assert starts(slow).value("pytorch", MODEL).mean < 0.1


def test_a_first_step_is_worth_less_the_longer_it_takes() -> None:
    results = [result(f"{name}/x", 1.0, first) for name, first in (("a", 0.5), ("b", 10.0), ("c", 500.0))]
    values = [starts(results).value(name, MODEL) for name in "abc"]
    assert [round(value.mean, 3) for value in values] == [1.0, 0.5, 0.0]
    assert {value.grade for value in values} == {"measured"}
    assert starts(results).value("d", MODEL) == UNKNOWN


def test_a_first_step_that_was_given_up_can_be_worth_no_more_than_the_time_that_it_had() -> None:
    given_up = ProbeResult(
        framework="b", variant="x", probe="step_x", device="cpu", dtype="float32", outcome="timed_out",
        first_at_least_s=10.0,
    )  # fmt: skip
    known = [replace(result("a/x", 1.0), probes=("step_x",))]
    value = starts(known, given_up).value("b", MODEL)
    assert value.most == pytest.approx(0.5)
    assert 0 < value.mean < value.most
    other = replace(given_up, probe="step_y")
    assert starts(known, other).value("b", MODEL) == UNKNOWN


def weights(measurements: Measurements | None) -> dict[str, tuple[float, dict[str, float]]]:
    problems = Problems()
    answers = check_answers(ANSWERS, base().vocabulary, [c.id for c in base().criteria], str, problems)
    problems.settle()
    weighed = session().adviser.weigh(answers, measurements=measurements)
    return {weight.criterion: (weight.final, dict(weight.moved_by)) for weight in weighed.weights}


def test_what_the_probes_find_sets_weights_and_is_named_as_what_moved_them() -> None:
    apart = run(result("jax/jit", 1.0, 40.0), result("pytorch/eager", 4.0), result("tensorflow/xla", 5.0))
    without, with_them = weights(None), weights(apart)
    assert with_them["speed"][0] > without["speed"][0]
    assert "PRE-094" in with_them["speed"][1]
    assert with_them["first_step"][0] > 0
    assert "PRE-096" in with_them["first_step"][1]
    assert "first_step" not in without


def test_a_measurement_that_sets_nobody_apart_takes_weight_from_speed() -> None:
    alike = run(result("jax/jit", 1.0), result("pytorch/eager", 1.05), result("tensorflow/xla", 1.02))
    assert weights(alike)["speed"][0] < weights(None)["speed"][0]


def test_what_was_measured_on_another_kind_of_chip_moves_no_weight() -> None:
    apart = run(result("jax/jit", 1.0, 40.0), result("pytorch/eager", 4.0), result("tensorflow/xla", 5.0))
    problems = Problems()
    raw = {**ANSWERS, "train_hw": "nvidia_gpu"}
    answers = check_answers(raw, base().vocabulary, [c.id for c in base().criteria], str, problems)
    problems.settle()
    elsewhere = session().adviser.weigh(answers, measurements=apart)
    assert not {rule for weight in elsewhere.weights for rule in weight.moved_by} & {"PRE-094", "PRE-096"}
