"""The shipped probes in the frameworks that are installed here. Nothing is asserted about who is faster."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import standin_folder

from advisor.evidence import probing
from advisor.evidence.plan import Limits, Plan
from advisor.model.measurement import Measurements, ProbeResult

pytestmark = [pytest.mark.frameworks, pytest.mark.slow]

MODULES = {"pytorch": "torch", "tensorflow": "tensorflow", "jax": "jax", "mlx": "mlx", "keras": "keras"}
OPERATIONS = ("dispatch", "gemm", "conv", "attention", "stream")
STEPS = ("step_mlp", "step_cnn", "step_transformer")
FULL = ("pytorch/compiled", "tensorflow/xla", "mlx/compiled", "keras/jax", "keras/tensorflow", "keras/torch")


def _installed(framework: str) -> bool:
    return importlib.util.find_spec(MODULES[framework]) is not None


@pytest.fixture(scope="session")
def standard() -> Measurements:
    frameworks = tuple(name for name in MODULES if _installed(name))
    if not frameworks:
        pytest.skip("no framework is installed")
    plan = Plan(
        probes=standin_folder.PROBES,
        definitions=standin_folder.definitions(),
        frameworks=frameworks,
        device="cpu",
        budget_s=180,
    )
    found = probing.run(plan)
    print(f"\nstandard suite: {found.elapsed_s:.1f} s for {', '.join(frameworks)}")
    return found


def _results(found: Measurements, framework: str) -> dict[str, ProbeResult]:
    return {result.probe: result for result in found.results if result.framework == framework}


def _needs(framework: str) -> None:
    if not _installed(framework):
        pytest.skip(f"{MODULES[framework]} cannot be imported")


@pytest.mark.parametrize("framework", MODULES)
def test_a_framework_is_measured(standard: Measurements, framework: str) -> None:
    _needs(framework)
    run = next(run for run in standard.frameworks if run.framework == framework)
    assert run.outcome in {"ok", "unstable"}, run.reason
    assert run.version
    assert run.device == "cpu"


@pytest.mark.parametrize("framework", MODULES)
def test_every_probe_agrees_with_the_reference(standard: Measurements, framework: str) -> None:
    _needs(framework)
    tolerances = {definition.id: definition.tolerance for definition in standin_folder.definitions()}
    results = _results(standard, framework)
    assert set(results) == {*OPERATIONS, *STEPS}
    for probe, result in results.items():
        if framework == "keras" and probe in OPERATIONS:
            assert result.outcome == "not_applicable"
            assert "back end" in result.reason
        else:
            assert result.outcome in {"ok", "unstable"}, result
            assert result.error is not None
            assert result.error <= tolerances[probe] / 2, "the tolerance leaves too little room"


def test_the_whole_run_is_reported(standard: Measurements) -> None:
    assert 0 < standard.elapsed_s < 190
    assert standard.canary_rate is not None
    assert standard.machine.quiet is not None
    assert {result.workload_class for result in standard.classes} <= {
        word for definition in standin_folder.definitions() for word in definition.classes
    }


def test_every_class_has_its_fastest_at_one(standard: Measurements) -> None:
    for word in {result.workload_class for result in standard.classes}:
        times = [result.relative_time for result in standard.classes if result.workload_class == word]
        assert times[0] == 1.0
        assert times == sorted(times)


def test_the_full_suite_compiles_and_agrees() -> None:
    wanted = tuple(name for name in FULL if _installed(name.partition("/")[0]))
    if not wanted:
        pytest.skip("no framework is installed")
    plan = Plan(
        probes=standin_folder.PROBES,
        definitions=tuple(each for each in standin_folder.definitions() if each.id == "step_mlp"),
        frameworks=wanted,
        suite="full",
        device="cpu",
        budget_s=150,
        limits=Limits(prepare_s=90),
    )
    found = probing.run(plan)
    outcomes = {f"{run.framework}/{run.variant}": (run.outcome, run.reason) for run in found.frameworks}
    missing = {name for name, (outcome, _) in outcomes.items() if outcome == "not_installed"}
    if missing == set(wanted):
        pytest.skip("nothing that was asked for can be imported")
    for name in set(wanted) - missing:
        assert outcomes[name][0] in {"ok", "unstable"}, outcomes
    assert all(result.first_s and result.error is not None for result in found.results)


def test_no_probe_file_is_named_like_a_module_of_a_framework() -> None:
    names = {path.stem for path in Path(standin_folder.PROBES).rglob("*.py")}
    assert names.isdisjoint({*MODULES, *MODULES.values(), "numpy", "jaxlib"})
