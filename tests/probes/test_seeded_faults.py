"""Each way to be unfair that is known is done on purpose: it is flagged, and moves no ranking."""

from __future__ import annotations

from pathlib import Path

import pytest
import standin_folder
from hogs import hogs
from standin_folder import GEMM

from advisor.evidence.probing import run as probing
from advisor.evidence.probing.plan import Limits, Plan
from advisor.frozen import replace
from advisor.model.measurement import Measurements, ProbeResult
from advisor.model.probe import ProbeDefinition, Workload

LIMITS = Limits(start_s=20, prepare_s=10, measure_s=5, rounds_s=1)
COMPILE = ProbeDefinition(
    id="gemm",
    version=1,
    title="t",
    motivation="m",
    sizes={"cpu": {"width": 128}},
    tolerance=2e-5,
    bound="compile",
    workload=Workload(name="default", workload_class="llm_inference"),
)
FAULTS = {
    "not_synchronised": "implausible",
    "lower_precision": "differs from the float64 reference",
    "captured_constant": "frozen",
    "dropped_output": "0 outputs are not what the reference compares",
    "told_threads": "wrong_threads",
    "used_threads": "wrong_threads",
    "denormals": "denormal",
    "wrong_layout": "wrong_layout",
    "recompiling": "compiled",
    "wrong_device": "wrong_device",
    "wrong_type": "wrong_type",
    "swapped": "another question",
}


def measure(place: Path, definition: ProbeDefinition, *variants: str) -> Measurements:
    names = tuple(f"faulty/{variant}" for variant in variants)
    return probing.run(
        Plan(probes=place, definitions=(definition,), frameworks=names, budget_s=120, limits=LIMITS, threads=1)
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return standin_folder.folder(tmp_path_factory.mktemp("faults") / "probes", "faulty")


@pytest.fixture(scope="module")
def together(place: Path) -> Measurements:
    return measure(place, GEMM, "sound", *FAULTS)


def result_of(found: Measurements, variant: str) -> ProbeResult:
    return next(result for result in found.results if result.variant == variant)


@pytest.mark.parametrize(("variant", "trace"), FAULTS.items())
def test_a_fault_is_flagged_and_moves_nothing(together: Measurements, variant: str, trace: str) -> None:
    result = result_of(together, variant)
    assert result.outcome in {"failed", "unstable"}
    assert trace in result.flags or trace in result.reason
    assert result.reason
    assert variant not in {each.variant for each in together.classes}


def test_what_is_sound_is_told_apart(together: Measurements) -> None:
    assert result_of(together, "sound").outcome == "ok", result_of(together, "sound")
    assert [each.variant for each in together.classes] == ["sound"]
    assert together.classes[0].relative_time == 1.0


def test_a_warm_cache_is_no_cold_compilation(place: Path) -> None:
    result = result_of(measure(place, COMPILE, "warm_cache"), "warm_cache")
    assert (result.outcome, result.flags) == ("unstable", ("warm_cache",))
    assert "cache" in result.reason


def test_a_warm_cache_says_nothing_about_the_first_step(place: Path) -> None:
    result = result_of(measure(place, GEMM, "warm_cache"), "warm_cache")
    assert "cached" in result.flags
    assert result.first_s is None
    assert result.value is not None


def test_on_a_busy_machine_equals_stay_equal_and_it_is_said(tmp_path: Path) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good", "twin")
    with hogs():
        found = probing.run(Plan(probes=place, definitions=(GEMM, standin_folder.STREAM), limits=LIMITS, budget_s=60))
    assert found.machine.quiet is False
    assert found.settings["clock"] == "cpu_s"
    assert all("one_core" in result.flags for result in found.results if result.value)
    fastest, other = found.classes
    assert {fastest.framework, other.framework} == {"good", "twin"}
    assert other.interval[0] <= 1.0, "a tie was called a difference"


ADDED = {
    "reference.py": """
from typing import Any, NamedTuple
import numpy as np

class Problem(NamedTuple):
    inputs: Any
    flops: float
    error: Any
    lasting: slice

def both(sizes, seed):
    return Problem({"x": np.ones(512, np.float32)}, 512.0, lambda outputs: 0.0, slice(2))

def first(sizes, seed):
    return both(sizes, seed)._replace(lasting=slice(1))

def sparse(sizes, seed):
    return Problem({"x": np.ones(3_000_000, np.float32)}, 1.0, lambda outputs: 0.0, slice(1))
""",
    "in_good.py": """
import numpy as np

def use(framework):
    pass

def both(inputs, sizes):
    least, rest = np.float32(1e-40), np.float32(0.2)
    return (inputs["x"], inputs["x"]), lambda state: (-state[0], np.maximum(state[1] * rest, least)), list

first = both

def sparse(inputs, sizes):
    def step(x):
        x[1] += 1
        return x

    return inputs["x"], step, lambda x: [x]
""",
}


@pytest.mark.parametrize(("function", "flags"), [("both", ("denormal",)), ("first", ())])
def test_what_decays_in_any_real_run_may(tmp_path: Path, function: str, flags: tuple[str, ...]) -> None:
    result = _of_an_added_probe(tmp_path, function)
    assert result.flags == flags, result
    assert (result.outcome == "ok") is (flags == ())


def test_one_number_of_many_that_changes_in_place_is_another_result(tmp_path: Path) -> None:
    assert "frozen" not in _of_an_added_probe(tmp_path, "sparse").flags


def _of_an_added_probe(tmp_path: Path, function: str) -> ProbeResult:
    place, added = standin_folder.folder(tmp_path / "probes", "good"), tmp_path / "added"
    added.mkdir()
    for name, text in ADDED.items():
        (added / name).write_text(text, encoding="utf-8")
    definition = replace(GEMM, id=function, function=function, workload=None)
    plan = Plan(probes=place, added=(added,), definitions=(definition,), limits=LIMITS, budget_s=60, threads=1)
    (result,) = probing.run(plan).results
    return result
