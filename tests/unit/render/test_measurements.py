from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from advisor.loading.structure import structure
from advisor.model.measurement import Accelerator, ClassResult, FrameworkRun, Machine, Measurements, ProbeResult
from advisor.render.measurements import as_json, as_text, machine_line

MACHINE = Machine(
    fingerprint="f",
    os="linux",
    arch="x86_64",
    cpu="made up",
    cores=4,
    memory_gb=15.5,
    accelerators=(Accelerator(vendor="nvidia_gpu", name="made up card"),),
    quiet=True,
)
GOOD = FrameworkRun(framework="jax", variant="jit", version="0.8", device="cpu", python="/p", outcome="ok")
BAD = replace(GOOD, framework="mxnet", variant="hybrid", outcome="not_installed", reason="install with: pip")
RESULT = ProbeResult(
    framework="jax",
    variant="jit",
    probe="gemm",
    device="cpu",
    dtype="float32",
    outcome="ok",
    value=0.00123456789123,
    interval=(0.0012, 0.0013),
    flags=("contended",),
)
LOST = replace(RESULT, framework="mxnet", outcome="failed", value=None, interval=None, flags=(), reason="it broke")
CLASS = ClassResult(
    name="default",
    workload_class="llm_train",
    framework="jax",
    variant="jit",
    relative_time=1.25,
    interval=(1.1, 1.4),
    first_step_s=2.0,
    utilisation=0.5,
)
MEASURED = Measurements(
    machine=MACHINE,
    frameworks=(GOOD, BAD),
    results=(RESULT, LOST),
    classes=(CLASS, replace(CLASS, framework="pytorch", variant="eager", relative_time=1.0, interval=(0.9, 1.1))),
    elapsed_s=12.4,
    measured="2026-11-22T00:00:00Z",
)


def test_the_document_is_the_measurements_to_nine_digits() -> None:
    document = json.loads(as_json(MEASURED))
    assert document["results"][0]["value"] == 0.001234568
    assert document["schema"] == "advisor/measurements/1"
    rounded = replace(RESULT, value=0.001234568)
    assert structure(Measurements, document) == replace(MEASURED, results=(rounded, LOST))


def test_text_says_how_each_framework_fared_and_why() -> None:
    text = re.sub(r" +", " ", as_text(MEASURED))
    assert "jax/jit ok 0.8 on cpu\n" in text
    assert "mxnet/hybrid not_installed install with: pip\n" in text
    assert "gemm jax/jit 1.23 ms 1.2 ms to 1.3 ms ok contended\n" in text
    assert "failed (it broke)\n" in text
    assert text.index("pytorch/eager 1.00") < text.index("jax/jit 1.25 1.10 to 1.40 2.0 s\n")


@pytest.mark.parametrize(
    ("value", "shown"), [(2.0, "2 s"), (1.0, "1 s"), (0.5, "500 ms"), (2.5e-6, "2.5 us"), (3e-9, "3 ns"), (0.0, "0 ns")]
)
def test_times_have_three_digits_and_a_unit(value: float, shown: str) -> None:
    text = as_text(replace(MEASURED, results=(replace(RESULT, value=value, interval=None),)))
    assert f" {shown} " in text


@pytest.mark.parametrize(("quiet", "says"), [(True, "was quiet"), (False, "busy"), (None, "unknown")])
def test_text_says_whether_the_machine_was_quiet(quiet: object, says: str) -> None:
    machine = replace(MACHINE, quiet=quiet if isinstance(quiet, bool) else None)
    assert says in as_text(replace(MEASURED, machine=machine)).splitlines()[1]


def test_a_machine_of_which_little_is_known_is_still_one_line() -> None:
    bare = replace(MACHINE, memory_gb=None, accelerators=())
    assert machine_line(bare) == "made up, 4 cores, no accelerator, linux"
    assert machine_line(MACHINE) == "made up, 4 cores, 15.5 GB, made up card, linux"


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\u202eb", "a\nb", "\x00\x9b"], ids=ascii)
def test_what_a_framework_wrote_cannot_steer_the_terminal(text: str) -> None:
    measured = replace(
        MEASURED,
        machine=replace(MACHINE, cpu=text),
        frameworks=(replace(BAD, reason=text), replace(GOOD, version=text, device=text)),
        results=(replace(LOST, reason=text), replace(LOST, reason=text, outcome="not_applicable")),
    )
    shown = as_text(measured)
    assert text not in shown
    assert all(character.isprintable() for character in shown.replace("\n", ""))
    assert len(shown.splitlines()) == len(as_text(replace(MEASURED, results=measured.results)).splitlines())
