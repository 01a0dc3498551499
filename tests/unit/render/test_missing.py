from __future__ import annotations

from dataclasses import replace

from advisor.model.measurement import FrameworkRun, Machine, Measurements, ProbeResult
from advisor.render.measured.missing import gaps

MACHINE = Machine(fingerprint="f", os="linux", arch="x86_64", cpu="made up", cores=4, memory_gb=None)
RUN = FrameworkRun(framework="jax", variant="jit", version="1", device="cpu", python="/p", outcome="ok")
DONE = ProbeResult(
    framework="jax", variant="jit", probe="gemm", device="cpu", dtype="float32", outcome="ok", value=1.0, samples=9
)
LOST = replace(DONE, outcome="failed", value=None, reason="it crashed")
MEASURED = Measurements(
    machine=MACHINE, frameworks=(), results=(), classes=(), elapsed_s=1.0, measured="2026-11-29T00:00:00Z"
)


def told(
    frameworks: tuple[FrameworkRun, ...] = (), results: tuple[ProbeResult, ...] = ()
) -> list[tuple[str, str, str]]:
    found = gaps(replace(MEASURED, frameworks=frameworks, results=results))
    return [(gap.outcome, gap.who, gap.reason) for gap in found]


def test_a_lost_worker_is_told_once_with_every_probe_it_cost() -> None:
    later = replace(LOST, probe="conv", reason="its worker was lost in gemm: it crashed")
    fared = replace(RUN, outcome="failed", reason="in gemm: it crashed")
    first = replace(DONE, probe="stream")
    assert told((fared,), (first, LOST, later)) == [("failed", "jax/jit in gemm and conv", "it crashed")]


def test_variants_with_the_same_reason_are_named_together() -> None:
    late = [replace(RUN, variant=name, outcome="skipped", reason="full suite") for name in ("a", "b", "c")]
    (found,) = told(tuple(late))
    assert found == ("skipped", "jax/a, jax/b and jax/c", "`advisor probe --suite full` measures every variant")


def test_more_names_than_anybody_reads_are_counted() -> None:
    late = [replace(LOST, probe=f"p{i}", outcome="skipped", reason="budget") for i in range(9)]
    (found,) = told(results=(DONE, *late))
    assert found[1] == "jax/jit in p0, p1, p2, p3, p4 and 4 more"


def test_what_failed_comes_before_what_does_not_apply() -> None:
    other = replace(LOST, probe="upload", outcome="not_applicable", reason="nothing has to be moved.")
    assert [outcome for outcome, *_ in told(results=(other, LOST, DONE))] == ["failed", "not_applicable"]


def test_what_fails_only_as_it_comes_says_so() -> None:
    shipped = replace(RUN, track="as_shipped", outcome="failed", reason="no")
    assert told((RUN, shipped)) == [("failed", "jax/jit as shipped", "no")]
    assert told((replace(shipped, track="matched"), shipped)) == [("failed", "jax/jit", "no")]


def test_a_figure_with_a_flag_stands_in_the_table_and_is_not_missing() -> None:
    assert told(results=(replace(DONE, outcome="unstable", flags=("wide",), reason="it varied"),)) == []


def test_a_command_is_told_apart_unless_a_stranger_wrote_it() -> None:
    absent = replace(RUN, outcome="not_installed", reason="jax cannot be imported there; install with: pip install jax")
    own = replace(MEASURED, frameworks=(absent,))
    assert [(gap.reason, gap.command) for gap in gaps(own)] == [("jax cannot be imported there", "pip install jax")]
    assert [gap.command for gap in gaps(replace(own, foreign=True))] == [""]
