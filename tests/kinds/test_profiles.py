"""`advisor hardware show`: what the user's own runs found on a machine with the chip, apart from what is published."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.program import Run

from advisor.cli.profiles import profiles
from advisor.evidence.keeping import store
from advisor.evidence.portable import identified
from advisor.frozen import replace
from advisor.loading.knowledge import load
from advisor.model.measurement import Measurements, ProbeResult
from kinds.made_up import APPLE, CPU, NVIDIA, measured

PRODUCTS = tuple(
    ProbeResult(
        framework=framework,
        variant=variant,
        probe="gemm",
        device=device,
        dtype="float32",
        outcome="ok",
        value=seconds,
        flops=1e12,
    )
    for framework, variant, device, seconds in (
        ("pytorch", "compiled", "cuda", 0.025),
        ("jax", "jit", "cuda", 0.02),
        ("jax", "jit", "cpu", 0.5),
    )
)


def with_products() -> Measurements:
    return identified(replace(measured(NVIDIA), results=PRODUCTS))


def test_own_and_imported_runs_stand_apart(run: Run, tmp_path: Path) -> None:
    found = with_products()
    store.add(found, tmp_path)
    home = {"ADVISOR_HOME": str(tmp_path)}
    shown = run("hardware", "show", "h100", env=home).stdout
    before, _, own = shown.partition("Measured in your runs")
    assert f"2026-11-01, elsewhere ({found.id[:8]}): Intel(R) Xeon(R)" in own
    assert "float32                 50 TFLOPS  jax/jit." in own
    assert "fastest: jax/jit at vision_train" in " ".join(own.split())
    assert "jax/jit" not in before
    document = run("hardware", "show", "h100", "--json", env=home).document
    (profile,) = document["runs"]
    assert profile["rates"] == [{"figure": "fp32_tflops", "value": 50.0, "variant": "jax/jit"}]
    assert document["measured"] == []


@pytest.mark.parametrize(("name", "there"), [("h100", 1), ("xeon", 1), ("epyc", 1), ("m3_max", 1), ("mi300x", 0)])
def test_a_run_speaks_for_the_chips_that_it_ran_on(name: str, there: int) -> None:
    chips = load(use_cache=False).hardware
    on_chips = [*profiles(chips[name], [with_products(), measured(CPU), measured(APPLE)], chips)]
    assert len(on_chips) == there
    # Of the processor beside an accelerator only what ran on it is said.
    assert all(not profile.fastest for profile in on_chips if name == "xeon")


def test_without_a_run_it_says_so(run: Run, tmp_path: Path) -> None:
    shown = run("hardware", "show", "h100", env={"ADVISOR_HOME": str(tmp_path)}).stdout
    assert "Measured in your runs\n  nothing\n" in shown


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_what_an_imported_run_says_of_its_machine_is_data(run: Run, tmp_path: Path, form: tuple[str, ...]) -> None:
    trap = replace(with_products(), machine=replace(NVIDIA, cpu="\x1b]0;x\x07\u202eevil"))
    store.add(identified(trap), tmp_path)
    ran = run("hardware", "show", "h100", *form, env={"ADVISOR_HOME": str(tmp_path)})
    assert ran.exit == 0
    assert "evil" in ran.stdout
    assert not {"\x1b", "\x07", "\u202e"} & {*ran.stdout}
