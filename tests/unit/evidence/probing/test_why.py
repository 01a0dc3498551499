from __future__ import annotations

import math
from typing import Any

import pytest

from advisor import resources
from advisor.evidence.probing.why import SAID, explained
from advisor.frozen import replace
from advisor.loading.probes import load_composition, load_definitions, load_models
from advisor.model.measurement import ClassResult, ProbeResult
from advisor.model.probe import Composition

CONSISTS = {"step_x": Composition(launches=100, shares={"gemm": 0.6, "stream": 0.3, "attention": 0.1})}


def probed(name: str, probe: str, seconds: float, **changes: Any) -> ProbeResult:
    framework, _, variant = name.partition("/")
    figures: dict[str, Any] = {"value": seconds, "paired": math.log(seconds), "outcome": "ok", **changes}
    return ProbeResult(framework=framework, variant=variant, probe=probe, device="cpu", dtype="float32", **figures)


def result(name: str, first_step_s: float = 1.0) -> ClassResult:
    framework, _, variant = name.partition("/")
    return ClassResult(
        name="default",
        workload_class="rl",
        framework=framework,
        variant=variant,
        relative_time=1.0,
        interval=(0.9, 1.1),
        first_step_s=first_step_s,
        utilisation=None,
        probes=("step_x",),
    )


def why(*results: ProbeResult, name: str = "a/x", first_step_s: float = 1.0) -> tuple[str, str]:
    (found,) = explained([result(name, first_step_s)], results, CONSISTS)
    return found.why, found.shown_by


def quick(name: str) -> list[ProbeResult]:
    return [probed(name, "gemm", 1e-3), probed(name, "stream", 1e-3), probed(name, "attention", 1e-3)]


def test_many_operations_that_take_long_to_start_are_dispatch() -> None:
    said, probe = why(probed("a/x", "step_x", 1e-3), probed("a/x", "dispatch", 101 * 6e-6), *quick("a/x"))
    assert said == "Bound by dispatch: 100 operations a step at 6 us each are 60% of it."
    assert probe == "dispatch"


def test_one_kind_that_others_are_quicker_at_is_a_slow_kernel() -> None:
    slow = [probed("a/x", "gemm", 4e-3), probed("a/x", "stream", 1e-3), probed("a/x", "attention", 1e-3)]
    said, probe = why(probed("a/x", "step_x", 1.0), *slow, *quick("b/x"))
    share = 0.6 * 4 / (0.6 * 4 + 0.3 + 0.1)
    assert said == (
        f"Bound by one slow kernel: matrix products take 4.0 times as long as in the quickest, {share:.0%} of its step."
    )
    assert probe == "gemm"


def test_who_is_quick_at_everything_is_bound_by_what_there_is_most_of() -> None:
    said, probe = why(probed("a/x", "step_x", 1.0), *quick("a/x"), *quick("b/x"))
    assert (said, probe) == ("Bound by arithmetic: matrix products are 60% of its step.", "gemm")
    memory = {"step_x": Composition(launches=1, shares={"stream": 0.9, "gemm": 0.1})}
    (found,) = explained([result("a/x")], [probed("a/x", "step_x", 1.0), *quick("a/x")], memory)
    assert found.why.startswith("Bound by memory: passes over whole arrays are 90%")


def test_a_first_step_that_compiles_for_long_is_said() -> None:
    said, _ = why(probed("a/x", "step_x", 0.01), *quick("a/x"), first_step_s=50.0)
    assert said.endswith("Its first step, compiling included, takes 50 s, as long as 5,000 later ones.")


@pytest.mark.parametrize(
    "known",
    [
        [],
        [probed("a/x", "attention", 1e-3)],
        [probed("b/x", "gemm", 1e-3)],
        [probed("a/x", "gemm", 1e-3, outcome="unstable")],
        [probed("a/x", "gemm", 1e-3, track="as_shipped")],
    ],
)
def test_where_too_little_was_measured_nothing_is_said(known: list[ProbeResult]) -> None:
    assert why(probed("a/x", "step_x", 1.0), *known) == ("", "")


def test_of_sizes_that_were_not_traced_only_the_first_step_is_known() -> None:
    sized = replace(result("a/x", first_step_s=50.0), sizes={"layers": 1})
    (found,) = explained([sized], [probed("a/x", "step_x", 0.01), *quick("a/x")], CONSISTS)
    assert found.why == "Its first step, compiling included, takes 50 s, as long as 5,000 later ones."
    assert found.shown_by == ""


def test_what_models_consist_of_is_known_of_all_and_timed_by_probes() -> None:
    probes = resources.probes()
    composition = load_composition(probes / "workloads" / "composition.yaml")
    assert set(composition) == set(load_models(probes / "workloads" / "models.yaml").models)
    kinds = {kind for each in composition.values() for kind in each.shares}
    assert kinds <= {definition.id for definition in load_definitions(probes / "definitions")}
    assert kinds <= set(SAID)
    assert all(sum(each.shares.values()) <= 1.0 + 0.005 * len(each.shares) for each in composition.values())  # rounded
