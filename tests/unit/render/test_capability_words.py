from __future__ import annotations

from dataclasses import replace

from advisor.model.capability import Refuted
from advisor.model.fact import Fact, Source
from advisor.model.measurement import CapabilityResult, FrameworkRun, Machine, Measurements
from advisor.render.measurements import as_json, as_markdown, as_text

RUN = FrameworkRun(framework="jax", variant="jit", version="0.10.2", device="cpu", python="3.11.7", outcome="ok")
WORKS = CapabilityResult(
    framework="jax", variant="jit", capability="vmap", outcome="ok", version="0.10.2", device="cpu"
)
FAILED = replace(WORKS, capability="hessian", outcome="failed", reason="ValueError: a | b\x1b[31m <b>no</b>.")
ABSENT = replace(WORKS, capability="export_onnx", outcome="not_installed", reason="it needs jax2onnx")
OTHER = replace(WORKS, framework="mlx", variant="eager", version="0.32.0")
TRIED = Measurements(
    machine=Machine(fingerprint="f", os="linux", arch="x86_64", cpu="made up", cores=4, memory_gb=15.5),
    frameworks=(RUN, replace(RUN, framework="mlx", variant="eager")),
    results=(),
    classes=(),
    elapsed_s=31.0,
    measured="2026-11-29T10:00:00Z",
    capabilities=(WORKS, replace(WORKS, capability="fp64"), FAILED, ABSENT, OTHER),
)
FACT = Fact(
    id="jax.need.x",
    attribute="need.x",
    value="native",
    source=Source(ref="docs", observed="2026-01-01", grade="official"),
)
REFUTED = Refuted(documented=FACT, observed=replace(FACT, value="failed"), result=FAILED)


def test_text_tells_what_works_first_then_every_reason() -> None:
    text = as_text(TRIED)
    told = text[text.index("Capabilities\n") :].splitlines()
    assert told[1:6] == [
        "  jax/jit 0.10.2 on cpu",
        "    Works          vmap, fp64.",
        "    Failed         hessian: ValueError: a | b?[31m <b>no</b>.",
        "    Not installed  export_onnx: it needs jax2onnx.",
        "  mlx/eager 0.32.0 on cpu",
    ]


def test_markdown_has_a_row_for_each_and_obeys_nothing() -> None:
    said = as_markdown(TRIED)
    assert "| capability | jax/jit 0.10.2 | mlx/eager 0.32.0 |\n|---|---|---|\n| vmap | works | works |\n" in said
    assert "| fp64 | works |  |\n" in said
    assert "| export\\_onnx | not installed |  |\n" in said
    assert "- jax/jit, hessian: failed. ValueError: a \\| b" in said
    assert "<b>" not in said


def test_nothing_is_said_of_the_quiet_of_a_machine_where_nothing_was_timed() -> None:
    assert "anything else was running" not in as_text(TRIED)
    assert "anything else was running" in as_text(replace(TRIED, capabilities=()))


def test_what_is_documented_otherwise_is_told_in_both() -> None:
    text = " ".join(as_text(TRIED, [REFUTED]).split())
    said = "documented: need.x is native (docs, 2026-01-01); observed here with 0.10.2 on cpu: failed"
    assert f"Documented otherwise jax/jit, hessian: {said}" in text
    assert f"## Documented otherwise\n\n- jax/jit, hessian: {said}" in as_markdown(TRIED, [REFUTED])
    assert "Documented otherwise" not in as_text(TRIED)


def test_without_any_there_is_no_section() -> None:
    bare = replace(TRIED, capabilities=())
    assert "Capabilities" not in as_text(bare) + as_markdown(bare)
    assert '"capabilities": []' in as_json(bare)


def test_of_a_page_that_a_framework_raises_the_beginning_is_told() -> None:
    page = replace(FAILED, reason="No kernel\nfor this. " * 40)
    text = " ".join(as_text(replace(TRIED, capabilities=(page,))).split())
    assert "hessian: No kernel for this. No kernel" in text
    assert "kernel for [...]." in text or "this. [...]." in text or "No [...]." in text
    assert len(page.brief) <= 200
    assert replace(FAILED, reason="x" * 300).brief == "x" * 194 + " [...]"


def test_no_line_is_wider_than_a_terminal() -> None:
    long = replace(FAILED, reason="x" * 300)
    assert all(len(line) <= 80 for line in as_text(replace(TRIED, capabilities=(long,)), [REFUTED]).splitlines())
