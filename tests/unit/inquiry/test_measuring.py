"""What is said of a run while it goes on, and of what could be measured, before anything is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from advisor.evidence.probing.interpreters import Located
from advisor.evidence.probing.plan import Offer, Plan, Progress
from advisor.inquiry import prospect
from advisor.inquiry.measuring import Going, after, state, text
from advisor.model.measurement import ProbeResult
from advisor.model.probe import ProbeDefinition

DONE = ProbeResult(
    framework="jax", variant="jit", probe="gemm", device="cpu", dtype="float32", outcome="ok", value=1e-3,
    cpu_value=2e-3, paired=0.0, paired_error=0.01, samples=9,
)  # fmt: skip
SLOWER = replace(DONE, framework="mlx", variant="eager", paired=1.0)
STARTED = Progress(kind="started", seconds_left=60, framework="jax", variant="jit")
WAITING = Progress(kind="waiting", seconds_left=70, text="process 7")
AT_WORK = Progress(kind="probe", seconds_left=50, probe="gemm", number=1, of=4)
MEASURED = replace(AT_WORK, kind="measured", results=(DONE, SLOWER))
LOST = Progress(
    kind="failed", seconds_left=40, framework="mlx", variant="eager", probe="conv", outcome="failed", text="\x1b[31mno"
)
NUMPY = Offer(
    framework="numpy", variant="plain", files=(), modules=("numpy",), install="numpy", environment={}, left_out={}
)
HERE = Located(offer=replace(NUMPY, framework="jax"), interpreter="/usr/bin/python3", version="1.0", python="3.12.1")
GONE = replace(
    HERE,
    offer=replace(NUMPY, framework="mlx"),
    outcome="not_installed",
    reason="mlx cannot be imported there; install with: pip install mlx",
)


def told(*events: Progress) -> Going:
    going = Going()
    for event in events:
        going = after(going, event)
    return going


def test_the_newest_probe_comes_first_with_its_interval_and_what_went_wrong_before_it() -> None:
    conv = replace(MEASURED, probe="conv", results=tuple(replace(each, probe="conv") for each in (DONE, SLOWER)))
    lines = text(told(STARTED, AT_WORK, MEASURED, LOST, conv)).splitlines()
    assert lines[0] == "mlx/eager: failed in conv: ?[31mno"
    titles = [line.split()[0] for line in lines if "float32 on cpu" in line]
    assert titles == ["conv", "gemm"]
    assert any("2.72" in line and " to " in line for line in lines)


def test_what_was_measured_again_takes_the_place_of_what_it_was() -> None:
    again = replace(MEASURED, results=(DONE, replace(SLOWER, paired=2.0)))
    shown = text(told(MEASURED, again))
    assert "7.39" in shown
    assert "2.72" not in shown


def test_times_of_one_core_are_those_of_the_processor() -> None:
    busy = replace(MEASURED, results=tuple(replace(each, flags=("one_core",)) for each in (DONE, SLOWER)))
    assert "CPU time" in text(told(busy))
    assert "2.00 ms" in text(told(busy))
    assert "wall time" in text(told(MEASURED))


def test_what_is_at_work_and_how_long_it_may_take_is_said() -> None:
    waiting = told(WAITING)
    assert state(waiting, 70) == "Waiting for process 7, which measures on this machine, at most 70 s left."
    assert text(waiting) == "Two at once would disturb each other. Figures appear here as they come in.\n"
    assert state(told(STARTED), 60) == "Starting the frameworks, at most 60 s left."
    assert state(told(AT_WORK), 49.6) == "Measuring 1 of 4: gemm, at most 50 s left."
    assert text(told(STARTED)) == "Ready: jax/jit. Figures appear here as they come in.\n"


@given(st.lists(st.sampled_from([WAITING, STARTED, AT_WORK, MEASURED, LOST, Progress(kind="done", seconds_left=0)])))
def test_whatever_a_run_tells_no_line_is_too_wide_and_nothing_is_obeyed(events: list[Progress]) -> None:
    lines = text(told(*events)).splitlines()
    assert all(len(line) <= 80 and line.isprintable() for line in lines)


def test_what_is_missing_says_how_to_get_it() -> None:
    there, missing = prospect.frameworks({"mlx": [GONE], "jax": [HERE]}, {"mlx": 200})
    assert [(each.framework, each.version, each.interpreter) for each in there] == [("jax", "1.0", "/usr/bin/python3")]
    assert [(each.reason, each.command, each.download_mb) for each in missing] == [
        ("mlx cannot be imported there", "pip install mlx", 200)
    ]


def test_a_way_takes_no_longer_than_it_may() -> None:
    probes = tuple(
        ProbeDefinition(id=name, version=1, title="t", motivation="m", sizes={"cpu": {"width": 8}}, tolerance=1e-5)
        for name in ("gemm", "stream")
    )
    plan = Plan(probes=Path("probes"), definitions=probes, budget_s=120)
    way = prospect.way("quick", plan, [HERE])
    assert way.about == "2 probes, of jax"
    assert way.usual_s < prospect.way("quick", plan, [HERE, HERE]).usual_s < 120
    assert prospect.way("quick", replace(plan, budget_s=5), [HERE]).usual_s == 5
    assert prospect.proposed([prospect.no_way("auto", "why not"), way]) == 1
