"""The capabilities of the frameworks that are installed here, tried once; who needs a place of its own is looked for
where `ADVISOR_TEST_PYTHONS` says."""

from __future__ import annotations

import pytest
import standin_folder
from test_real_frameworks import ELSEWHERE, MODULES, _installed

from advisor.evidence.probing import trying
from advisor.evidence.probing.plan import Limits, Plan
from advisor.loading.capabilities import load_capabilities
from advisor.model.measurement import Measurements

pytestmark = [pytest.mark.frameworks, pytest.mark.slow]

DEFINITIONS = load_capabilities(trying.file_of(standin_folder.PROBES))
COMPILERS = {"compile", "dynamic_shapes", "control_flow"}
"""Where PyTorch calls a compiler for C++, which takes most of the time; each is tried once, in PyTorch itself."""
VARIANTS = ("keras/jax", "keras/tensorflow", "keras/torch")

FAILING = {
    ("mlx/eager", "control_flow"): "failed",
    ("mxnet/hybrid", "bf16"): "failed",
    ("mxnet/hybrid", "hessian"): "failed",
    ("keras/torch", "export_savedmodel"): "failed",
    ("keras/torch", "fp64"): "wrong",
}
"""What does not work in the releases that the tests are pinned to."""


def _tried(frameworks: tuple[str, ...], without: set[str]) -> Measurements:
    plan = Plan(
        probes=standin_folder.PROBES,
        definitions=(),
        frameworks=frameworks,
        interpreters=ELSEWHERE,
        device="cpu",
        budget_s=900,
        limits=Limits(start_s=120),
    )
    return trying.run(plan, [each for each in DEFINITIONS if each.id not in without])


@pytest.fixture(scope="module")
def tried() -> tuple[Measurements, ...]:
    frameworks = tuple(name for name in MODULES if _installed(name))
    if not frameworks:
        pytest.skip("no framework is installed")
    others = tuple(name for name in frameworks if name != "keras")
    runs = [_tried(others, set())] if others else []
    runs += [_tried(VARIANTS, COMPILERS)] if "keras" in frameworks else []
    print(f"\ncapabilities: {sum(run.elapsed_s for run in runs):.1f} s for {', '.join(frameworks)}")
    return tuple(runs)


@pytest.mark.parametrize("framework", MODULES)
def test_what_a_framework_can_do_is_found(tried: tuple[Measurements, ...], framework: str) -> None:
    if not _installed(framework):
        pytest.skip(f"{MODULES[framework]} cannot be imported")
    results = [each for run in tried for each in run.capabilities if each.framework == framework]
    assert {each.outcome for each in results} >= {"ok", "not_applicable"}
    for each in results:
        known = FAILING.get((f"{each.framework}/{each.variant}", each.capability))
        assert each.outcome in ({known} if known else {"ok", "not_installed", "not_applicable"}), each
        assert each.version
        assert each.device == "cpu"
        assert bool(each.reason) is (each.outcome != "ok"), each


def test_only_other_packages_are_not_installed(tried: tuple[Measurements, ...]) -> None:
    lacking = [each for run in tried for each in run.capabilities if each.outcome == "not_installed"]
    assert all(each.capability.startswith("export_") for each in lacking)
    assert all(each.reason.startswith("it needs ") for each in lacking)
