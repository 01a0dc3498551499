from __future__ import annotations

import json
import math
import re
from dataclasses import replace

import pytest

from advisor.loading.structure import structure
from advisor.model.measurement import Accelerator, ClassResult, FrameworkRun, Machine, Measurements, ProbeResult
from advisor.render.measured.text import ASCII, UNICODE
from advisor.render.measurements import FORMATS, as_json, as_markdown, as_svg, as_text, machine_line

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
REASON = "mxnet cannot be imported there; install with: pip install mxnet"
BAD = replace(GOOD, framework="mxnet", variant="hybrid", outcome="not_installed", reason=REASON)
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
    paired=0.0,
    paired_error=0.01,
)
LOST = replace(
    RESULT, framework="mxnet", outcome="failed", value=None, interval=None, flags=(), paired=None, reason="it broke"
)
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


def words(measured: Measurements) -> str:
    """The text with one blank wherever there are several, and without gridlines."""
    return re.sub(r" +", " ", as_text(measured).replace("┊", " ")).replace(" \n", "\n")


def test_the_document_is_the_measurements_to_nine_digits() -> None:
    document = json.loads(as_json(MEASURED))
    assert document["results"][0]["value"] == 0.001234568
    assert document["schema"] == "advisor/measurements/1"
    rounded = replace(RESULT, value=0.001234568)
    assert structure(Measurements, document) == replace(MEASURED, results=(rounded, LOST))


def test_text_says_how_each_framework_fared_and_why() -> None:
    text = words(MEASURED)
    assert "jax/jit 0.8 cpu unknown unknown unknown\n" in text
    assert "Not installed mxnet/hybrid: mxnet cannot be imported there.\n $ pip install mxnet\n" in text
    assert "1 jax/jit 1.23 ms 1.00 0.98 to 1.02\n" in text
    assert "Failed mxnet/jit: it broke.\n" in text
    assert text.index(" 1 pytorch/eager 1.00 ") < text.index(" 2 jax/jit 1.25 ")
    assert "2.00 s\n" in text


def test_a_flag_that_all_figures_have_is_told_once_and_others_at_their_figures() -> None:
    other = replace(RESULT, framework="keras", flags=("contended", "unsettled", "made_up"))
    text = words(replace(MEASURED, results=(RESULT, other)))
    assert "All of them: its threads had to wait for a core" in text
    assert " ab\n" in text
    assert " a it was still getting faster" in text
    assert " b made up.\n" in text


def test_a_figure_that_does_not_count_says_so_in_its_row() -> None:
    wide = replace(RESULT, outcome="unstable", flags=("wide",), reason="it varied", paired=None)
    assert "- jax/jit 1.23 ms unstable\n" in words(replace(MEASURED, results=(wide,)))
    assert "All of them: its time varied too much" in words(replace(MEASURED, results=(wide,)))


def test_the_time_that_is_shown_is_the_one_that_was_compared() -> None:
    shared = replace(MEASURED, results=(replace(RESULT, cpu_value=0.002),), settings={"clock": "cpu_s"})
    assert "CPU time" in words(shared)
    assert "1 jax/jit 2.00 ms 1.00" in words(shared)
    assert "wall time" in words(replace(shared, settings={}))
    assert "1 jax/jit 1.23 ms 1.00" in words(replace(shared, settings={}))


def test_as_it_comes_a_framework_stands_below_its_equal_terms() -> None:
    shipped = replace(RESULT, track="as_shipped", value=0.0005, interval=None, paired=-0.6931471805599453)
    text = words(replace(MEASURED, results=(shipped, RESULT)))
    assert "1 jax/jit 1.23 ms 1.00 0.98 to 1.02\n as shipped 500 us 0.50 0.49 to 0.51\n" in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [(2.0, "2.00 s"), (1234.0, "1234 s"), (0.5, "500 ms"), (2.5e-6, "2.50 us"), (3e-9, "3.00 ns"), (0.0, "0 ns")],
)
def test_times_have_three_digits_and_a_unit(value: float, shown: str) -> None:
    text = as_text(replace(MEASURED, results=(replace(RESULT, value=value, interval=None),)))
    assert f" {shown} " in text


@pytest.mark.parametrize(
    ("quiet", "settings", "says"),
    [
        (True, {}, "Quiet: nothing else of weight was running."),
        (False, {}, "Busy: something else was using the cores at times; compare with care."),
        (False, {"clock": "cpu_s"}, "was measured on one of 4 cores, by processor time."),
        (None, {}, "Unknown whether anything else was running."),
    ],
)
def test_text_says_whether_the_machine_was_quiet(quiet: bool | None, settings: dict[str, str], says: str) -> None:  # noqa: FBT001
    text = as_text(replace(MEASURED, machine=replace(MACHINE, quiet=quiet), settings=settings))
    assert says in " ".join(text.split())


def test_text_says_what_slowed_the_machine() -> None:
    slow = replace(MACHINE, power="battery", throttled=("too hot",), translated=True)
    text = words(replace(MEASURED, machine=slow))
    assert all(said in text for said in ("On battery", "Slowed down: too hot.", "translated by Rosetta"))


def test_text_says_how_it_was_measured_as_far_as_that_is_known() -> None:
    assert "\n12 s in all; 2026-11-22 00:00 UTC.\n" in words(replace(MEASURED, results=()))
    settings = {"suite": "quick", "threads": "1", "device": "cpu"}
    twice = replace(RESULT, generations=2, samples=40)
    text = " ".join(as_text(replace(MEASURED, results=(twice,), settings=settings)).split())
    assert "Quick suite, processor only, 1 thread, every variant in 2 processes of its own, up to 40 rounds" in text


def test_what_cannot_be_drawn_is_unknown_and_last() -> None:
    odd = replace(CLASS, relative_time=math.nan, interval=(0.0, math.inf))
    vague = replace(CLASS, framework="keras", interval=(0.0, math.inf))
    measured = replace(MEASURED, classes=(odd, vague))
    text = words(measured)
    assert text.index("1 keras/jit 1.25") < text.index("- jax/jit unknown")
    assert "◂" in text
    assert "▸" in text
    assert "jax/jit: unknown" in as_svg(measured)


def test_the_chart_can_be_drawn_in_ascii() -> None:
    assert as_text(MEASURED, unicode=False).isascii()
    assert not as_text(MEASURED).isascii()


def test_a_machine_of_which_little_is_known_is_still_one_line() -> None:
    bare = replace(MACHINE, memory_gb=None, accelerators=())
    assert machine_line(bare) == "made up, 4 cores, no accelerator, linux"
    assert machine_line(MACHINE) == "made up, 4 cores, 15.5 GB, made up card, linux"


@pytest.mark.parametrize(
    ("encoding", "fit"), [("utf-8", True), ("cp437", False), ("ascii", False), (None, False), ("no such", False)]
)
def test_the_signs_of_a_chart_are_known_to_fit_an_encoding(encoding: str | None, fit: bool) -> None:  # noqa: FBT001
    assert UNICODE.fit(encoding) is fit
    assert ASCII.fit("ascii")


def test_every_format_ends_with_one_line_break() -> None:
    for render in FORMATS.values():
        assert re.search(r"[^\n]\n\Z", render(MEASURED))


def test_without_classes_the_probes_are_drawn_and_without_those_nothing() -> None:
    assert "Probes: time relative to the fastest" in as_svg(replace(MEASURED, classes=()))
    assert "Nothing could be compared." in as_svg(replace(MEASURED, classes=(), results=()))


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
    for render in (as_svg, as_markdown):
        assert text not in render(measured)
        assert all(character.isprintable() for character in render(measured).replace("\n", ""))
