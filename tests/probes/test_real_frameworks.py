"""The shipped probes in the frameworks that are installed here. Nothing is asserted about who is faster.

A framework that needs an environment of its own is looked for where `ADVISOR_TEST_PYTHONS` says, a list of
`FRAMEWORK=INTERPRETER` with the system's separator of paths.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest
import standin_folder

from advisor.evidence.probing import run as probing
from advisor.evidence.probing.plan import CANARY, Limits, Plan, offers
from advisor.evidence.probing.workloads import by_default
from advisor.frozen import replace
from advisor.loading.probes import load_models
from advisor.model.measurement import Measurements, ProbeResult
from advisor.model.probe import ProbeDefinition

pytestmark = [pytest.mark.frameworks, pytest.mark.slow]

MODULES = {
    "pytorch": "torch", "tensorflow": "tensorflow", "jax": "jax", "mlx": "mlx", "keras": "keras", "mxnet": "mxnet",
}  # fmt: skip
ELSEWHERE = dict(
    each.split("=", 1) for each in os.environ.get("ADVISOR_TEST_PYTHONS", "").split(os.pathsep) if "=" in each
)
SMALL: dict[str, dict[str, int]] = {
    "step_transformer": {"batch": 2, "sequence": 8, "width": 32, "layers": 1, "heads": 2, "vocabulary": 64},
    "step_encoder": {"batch": 3, "sequence": 8, "width": 32, "layers": 1, "heads": 2, "vocabulary": 64},
    "decode": {"batch": 2, "new_tokens": 4, "sequence": 8, "width": 32, "layers": 1, "heads": 2, "vocabulary": 64},
    "step_resnet": {
        "batch": 4, "image": 16, "width": 16, "stages": 2, "blocks": 1, "bottleneck": 0, "vocabulary": 5,
    },
    "forward_resnet": {
        "batch": 2, "image": 72, "width": 16, "stages": 2, "blocks": 1, "bottleneck": 1, "vocabulary": 5,
    },
    "step_vit": {"batch": 2, "image": 17, "patch": 4, "width": 32, "layers": 1, "heads": 2, "vocabulary": 5},
    "forward_vit": {"batch": 2, "image": 16, "patch": 4, "width": 32, "layers": 1, "heads": 2, "vocabulary": 5},
    "step_dlrm": {"batch": 32, "tables": 3, "table_rows": 50, "embedding_dim": 8, "mlp_width": 16, "mlp_layers": 1},
    "step_ncf": {"batch": 32, "tables": 4, "table_rows": 50, "embedding_dim": 8, "mlp_width": 16, "mlp_layers": 2},
    "step_towers": {"batch": 32, "tables": 2, "table_rows": 50, "embedding_dim": 8, "mlp_width": 16, "mlp_layers": 2},
    "step_policy": {"batch": 16, "width": 8, "mlp_width": 16, "mlp_layers": 1, "vocabulary": 4, "acts": 3},
    "step_pinn": {"points": 32, "derivative_order": 2, "mlp_width": 16, "mlp_layers": 2},
    "step_ode": {"batch": 8, "width": 4, "mlp_width": 16, "mlp_layers": 2, "solver_steps": 4},
}  # fmt: skip
"""Sizes at which what compiles does so soon. Of narrower convolutions by steps of two, PyTorch's spoil its memory."""


def _models() -> tuple[ProbeDefinition, ...]:
    """Every whole model, at sizes of its own."""
    models = load_models(standin_folder.PROBES / "workloads" / "models.yaml")
    every = replace(models, models={name: replace(model, default=True) for name, model in models.models.items()})
    return tuple(replace(each, sizes={"cpu": SMALL[each.id]}) for each in by_default(every))


HERE = {each.id: each for each in (*_models(), *standin_folder.definitions()) if each.devices == "any"}
"""What is measured on a processor."""
LEFT_OUT = {
    name: set(variants[0].left_out) for name, variants in offers(standin_folder.PROBES).items() if name != CANARY
}
QUICK = Limits(start_s=120, prepare_s=60, rounds_s=0.2)
"""Enough to run and check everything, and not to be believed."""
NARROW = "bfloat16"
"""Where a library has no unit for this type it may sum up in it, which is refused."""

BACKENDS = ("keras/tensorflow", "keras/torch")
COMPILED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(SMALL, ("tensorflow/xla", *BACKENDS)),
    "step_policy": ("pytorch/compiled", "tensorflow/xla", "mlx/compiled", *BACKENDS),
    "step_dlrm": ("pytorch/compiled", "tensorflow/xla", "mlx/compiled", *BACKENDS),
    "step_ncf": ("pytorch/compiled", "tensorflow/xla", "mlx/compiled", *BACKENDS),
    "step_towers": ("pytorch/compiled", "tensorflow/xla", "mlx/compiled", *BACKENDS),
    "step_pinn": ("pytorch/compiled", "tensorflow/xla", *BACKENDS),
    "decode": ("pytorch/compiled", "tensorflow/xla", "mlx/compiled", *BACKENDS),
    "optimiser": ("tensorflow/xla", "keras/tensorflow", "keras/torch"),
    "retrace": ("pytorch/compiled", "tensorflow/xla", "keras/tensorflow", "keras/torch"),
}
"""What the standard suite leaves out, as far as it compiles in seconds."""


def _installed(framework: str) -> bool:
    return framework in ELSEWHERE or importlib.util.find_spec(MODULES[framework]) is not None


def _plan(frameworks: tuple[str, ...], definitions: tuple[ProbeDefinition, ...]) -> Plan:
    return Plan(
        probes=standin_folder.PROBES,
        definitions=definitions,
        frameworks=frameworks,
        interpreters=ELSEWHERE,
        device="cpu",
        suite="standard",
        budget_s=900,
        limits=QUICK,
    )


@pytest.fixture(scope="session")
def standard() -> Measurements:
    frameworks = tuple(name for name in MODULES if _installed(name))
    if not frameworks:
        pytest.skip("no framework is installed")
    found = probing.run(_plan(frameworks, tuple(HERE.values())))
    print(f"\nstandard suite: {found.elapsed_s:.1f} s for {', '.join(frameworks)}")
    return found


def _results(found: Measurements, framework: str) -> dict[str, ProbeResult]:
    return {result.probe: result for result in found.results if result.framework == framework}


def _needs(framework: str) -> None:
    if not _installed(framework):
        pytest.skip(f"{MODULES[framework]} cannot be imported")


def _agrees(result: ProbeResult) -> None:
    definition = HERE[result.probe]
    if definition.dtype == NARROW and result.outcome == "failed":
        assert "differs from the float64 reference" in result.reason
        return
    assert result.outcome in {"ok", "unstable"}, (result.framework, result.variant, result.probe, result.reason)
    assert result.error is not None
    assert result.error <= definition.tolerance / 2, "the tolerance leaves too little room"


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
    results = _results(standard, framework)
    assert results
    for probe, result in results.items():
        if probe in LEFT_OUT[framework]:
            assert result.outcome == "not_applicable"
            assert result.reason
        else:
            _agrees(result)
    named = {probe for probe, each in HERE.items() if _is_for(each, framework)}
    assert named <= set(results)


def _is_for(definition: ProbeDefinition, framework: str) -> bool:
    return not definition.variants or any(name.startswith(f"{framework}/") for name in definition.variants)


def test_the_whole_run_is_reported(standard: Measurements) -> None:
    assert standard.elapsed_s > 0
    assert standard.canary_rate is not None
    assert standard.machine.quiet is not None
    assert {result.workload_class for result in standard.classes} <= {
        each.workload.workload_class for each in HERE.values() if each.workload
    }


def test_every_class_has_its_fastest_at_one(standard: Measurements) -> None:
    for word in {result.workload_class for result in standard.classes}:
        times = [result.relative_time for result in standard.classes if result.workload_class == word]
        assert times[0] == 1.0
        assert times == sorted(times)


def test_what_compiles_agrees_too() -> None:
    wanted = {name for names in COMPILED.values() for name in names if _installed(name.partition("/")[0])}
    if not wanted:
        pytest.skip("no framework is installed")
    definitions = tuple(replace(HERE[probe], variants=names) for probe, names in COMPILED.items())
    found = probing.run(_plan(tuple(sorted(wanted)), definitions))
    print(f"\ncompiled: {found.elapsed_s:.1f} s")
    missing = {f"{run.framework}/{run.variant}" for run in found.frameworks if run.outcome == "not_installed"}
    measured = {(each.probe, f"{each.framework}/{each.variant}"): each for each in found.results}
    for probe, names in COMPILED.items():
        for name in (wanted - missing).intersection(names):
            _agrees(measured[probe, name])
            assert measured[probe, name].first_s


def test_no_probe_file_is_named_like_a_module_of_a_framework() -> None:
    names = {path.stem for path in Path(standin_folder.PROBES).rglob("*.py")}
    assert names.isdisjoint({*MODULES, *MODULES.values(), "numpy", "jaxlib"})
