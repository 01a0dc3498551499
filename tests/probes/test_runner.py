"""The real runner over stand-ins: whatever one of them does, the others keep their results and nothing is left."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
import standin_folder
from standin_folder import GEMM, STREAM

from advisor.errors import InputError
from advisor.evidence.halt import Halt
from advisor.evidence.probing import run as probing
from advisor.evidence.probing.plan import Limits, Plan, Progress
from advisor.evidence.probing.stability import FEWEST
from advisor.frozen import replace
from advisor.locks import hold
from advisor.model.measurement import TERMS, FrameworkRun, Measurements, ProbeResult
from advisor.model.probe import ProbeDefinition, Workload

LIMITS = Limits(start_s=8, prepare_s=4, measure_s=3, rounds_s=1)


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give temporary files a place, and hold every run to leaving nothing in it."""
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    yield place
    assert list(place.iterdir()) == []
    assert standin_folder.processes(tmp_path) == []


def measure(
    tmp_path: Path, *standins: str, budget_s: float = 60, probes: tuple[ProbeDefinition, ...] = (GEMM, STREAM)
) -> Measurements:
    place = standin_folder.folder(tmp_path / "probes", *standins)
    return probing.run(Plan(probes=place, definitions=probes, budget_s=budget_s, limits=LIMITS))


def run_of(found: Measurements, framework: str) -> FrameworkRun:
    return next(run for run in found.frameworks if run.framework == framework and run.reason != "full suite")


def result_of(found: Measurements, framework: str, probe: str) -> ProbeResult:
    return next(result for result in found.results if (result.framework, result.probe) == (framework, probe))


def was_measured(found: Measurements, framework: str, probe: str) -> bool:
    """Tell whether there is a figure; on a busy machine it may be called unstable."""
    result = result_of(found, framework, probe)
    return result.value is not None and result.outcome in {"ok", "unstable"}


def test_a_good_framework_is_measured(tmp_path: Path) -> None:
    found = measure(tmp_path, "good")
    run, result = run_of(found, "good"), result_of(found, "good", "gemm")
    assert run.outcome in {"ok", "unstable"}
    assert (run.version, run.device) == ("1.0", "cpu")
    assert was_measured(found, "good", "gemm")
    assert result.value is not None
    assert result.value > 0
    assert result.interval is not None
    assert result.interval[0] <= result.value <= result.interval[1]
    assert result.flops == 2 * 128**3
    assert result.error is not None
    assert result.error < 2e-5
    assert found.canary_rate is not None
    assert found.id
    assert found.terms == TERMS
    assert {(each.workload_class, each.relative_time) for each in found.classes} <= {("llm_inference", 1.0)}


def test_who_is_far_behind_is_timed_no_more(tmp_path: Path) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good", "twin", "slow")
    found = probing.run(Plan(probes=place, definitions=(GEMM,), budget_s=60, limits=replace(LIMITS, rounds_s=6)))
    rounds = {name: len(result_of(found, name, "gemm").raw.wall_s) for name in ("good", "twin", "slow")}
    assert rounds["good"] == rounds["twin"] > rounds["slow"] >= FEWEST
    assert was_measured(found, "slow", "gemm")


def test_who_would_take_all_the_time_leaves_it_to_the_others(tmp_path: Path) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good", "twin", "slow")
    found = probing.run(Plan(probes=place, definitions=(GEMM,), budget_s=60, limits=replace(LIMITS, rounds_s=0.5)))
    rounds = {name: len(result_of(found, name, "gemm").raw.wall_s) for name in ("good", "twin", "slow")}
    assert rounds["slow"] < FEWEST <= rounds["good"] == rounds["twin"]
    assert result_of(found, "slow", "gemm").outcome == "unstable"


def test_who_is_hopeless_without_it_is_not_compiled_unless_that_is_asked_for(tmp_path: Path) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good", "tardy")
    given = replace(GEMM, workload=Workload(name="mine", workload_class="llm_inference", sizes={"width": 128}))
    plan = Plan(probes=place, definitions=(GEMM,), suite="full", limits=LIMITS)
    wished = replace(plan, frameworks=("good/plain", "tardy/plain", "tardy/compiled"))
    spared, sized, named = (
        next(result for result in probing.run(each).results if result.variant == "compiled")
        for each in (plan, replace(plan, definitions=(given,)), wished)
    )
    for left_out in (spared, sized):
        assert (left_out.outcome, left_out.value) == ("skipped", None)
        assert re.fullmatch(r"not compiled: without it \d{2,} times the fastest", left_out.reason)
    assert named.value is not None


def test_the_standard_suite_skips_the_other_variants_and_says_so(tmp_path: Path) -> None:
    found = measure(tmp_path, "good")
    plain, fancy = found.frameworks
    assert (plain.variant, plain.outcome in {"ok", "unstable"}) == ("plain", True)
    assert (fancy.variant, fancy.outcome, fancy.reason) == ("fancy", "skipped", "full suite")


def test_the_full_suite_runs_every_variant_in_its_own_environment(tmp_path: Path) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good")
    found = probing.run(Plan(probes=place, definitions=(GEMM,), suite="full", limits=LIMITS))
    assert [run.variant for run in found.frameworks if run.outcome in {"ok", "unstable"}] == ["plain", "fancy"]


def test_a_variant_that_is_named_runs_in_any_suite(tmp_path: Path) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good")
    found = probing.run(Plan(probes=place, definitions=(GEMM,), frameworks=("good/fancy",), limits=LIMITS))
    assert [run.variant for run in found.frameworks if run.outcome in {"ok", "unstable"}] == ["fancy"]


def test_an_unknown_framework_is_refused_with_those_there_are(tmp_path: Path) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good")
    with pytest.raises(InputError, match=r"no probes for theano There are: good, good/fancy, good/plain"):
        probing.run(Plan(probes=place, definitions=(GEMM,), frameworks=("theano",)))


def test_a_missing_framework_comes_with_the_command_that_installs_it(tmp_path: Path) -> None:
    found = measure(tmp_path, "good", "absent")
    run = run_of(found, "absent")
    assert run.outcome == "not_installed"
    assert "-m pip install 'no-such-framework[cpu]' numpy" in run.reason
    assert was_measured(found, "good", "gemm")


def test_an_import_error_is_an_outcome(tmp_path: Path) -> None:
    found = measure(tmp_path, "good", "broken")
    run = run_of(found, "broken")
    assert run.outcome == "failed"
    assert "libsomething.so.1" in run.reason
    assert was_measured(found, "good", "stream")


def test_an_exception_costs_only_its_own_probe(tmp_path: Path) -> None:
    found = measure(tmp_path, "raising")
    assert result_of(found, "raising", "gemm").outcome == "failed"
    assert result_of(found, "raising", "gemm").reason == "RuntimeError: no kernel for this"
    assert was_measured(found, "raising", "stream")
    assert run_of(found, "raising").outcome in {"ok", "unstable"}


def test_a_crash_keeps_what_was_measured_before_and_names_the_signal(tmp_path: Path) -> None:
    found = measure(tmp_path, "good", "crash")
    assert was_measured(found, "crash", "gemm")
    assert result_of(found, "crash", "stream").outcome == "failed"
    assert "SIGSEGV" in result_of(found, "crash", "stream").reason
    assert "about to fall over" in result_of(found, "crash", "stream").reason
    assert run_of(found, "crash").outcome == "failed"
    assert all(was_measured(found, "good", probe) for probe in ("gemm", "stream"))


def test_a_hang_is_ended_with_its_children_and_the_others_go_on(tmp_path: Path) -> None:
    found = measure(tmp_path, "good", "hang")
    assert result_of(found, "hang", "gemm").outcome == "timed_out"
    assert result_of(found, "hang", "stream").outcome == "timed_out"
    assert run_of(found, "hang").reason == "in gemm: no answer within 4 s"
    assert all(was_measured(found, "good", probe) for probe in ("gemm", "stream"))


def test_a_hang_at_import_is_ended(tmp_path: Path) -> None:
    found = measure(tmp_path, "good", "stuck")
    assert run_of(found, "stuck").outcome == "timed_out"
    assert was_measured(found, "good", "gemm")


def test_a_wrong_result_counts_for_nothing(tmp_path: Path) -> None:
    found = measure(tmp_path, "good", "wrong")
    for probe in ("gemm", "stream"):
        result = result_of(found, "wrong", probe)
        assert result.outcome == "failed"
        assert "differs from the float64 reference" in result.reason
        assert result.value is None
    assert "wrong" not in {each.framework for each in found.classes}


def test_chatter_is_a_log_and_never_an_answer(tmp_path: Path) -> None:
    found = measure(tmp_path, "noisy", probes=(GEMM,))
    assert was_measured(found, "noisy", "gemm")


def test_a_step_that_is_not_waited_for_is_implausible(tmp_path: Path) -> None:
    found = measure(tmp_path, "hasty", probes=(GEMM,))
    result = result_of(found, "hasty", "gemm")
    assert result.outcome == "failed"
    assert "implausible" in result.flags
    assert found.classes == ()


def test_compiling_inside_the_window_is_unstable(tmp_path: Path) -> None:
    found = measure(tmp_path, "compiling", probes=(GEMM,))
    assert result_of(found, "compiling", "gemm").outcome == "unstable"
    assert "compiled" in result_of(found, "compiling", "gemm").flags


def test_a_probe_a_framework_has_no_function_for_is_not_applicable(tmp_path: Path) -> None:
    found = measure(tmp_path, "good", probes=(ProbeDefinition(**{**_fields(GEMM), "id": "conv"}),))
    assert result_of(found, "good", "conv").outcome == "not_applicable"
    assert result_of(found, "good", "conv").reason == "there is no function conv in on_good.py"
    assert run_of(found, "good").outcome == "not_applicable"


def test_a_probe_that_is_left_out_has_the_files_own_reason(tmp_path: Path) -> None:
    probe = ProbeDefinition(**{**_fields(GEMM), "id": "attention", "variants": ("other/one",)})
    found = measure(tmp_path, "good", probes=(probe,))
    assert result_of(found, "good", "attention").reason == "it has no vectors"


def test_what_no_longer_fits_the_budget_is_skipped(tmp_path: Path) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good", "hang")
    patient = replace(LIMITS, prepare_s=600)
    found = probing.run(Plan(probes=place, definitions=(GEMM, STREAM), budget_s=10, limits=patient))
    assert {result_of(found, "hang", probe).reason for probe in ("gemm", "stream")} == {"budget"}
    assert result_of(found, "good", "stream").outcome == "skipped"
    assert result_of(found, "good", "stream").reason == "budget"


def test_who_is_too_late_for_the_budget_was_not_too_slow(tmp_path: Path) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good", "stuck")
    patient = replace(LIMITS, start_s=600)
    found = probing.run(Plan(probes=place, definitions=(GEMM,), budget_s=5, limits=patient))
    assert (run_of(found, "stuck").outcome, run_of(found, "stuck").reason) == ("skipped", "budget")


def test_an_interpreter_that_does_not_exist_is_an_outcome(tmp_path: Path) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good")
    gone = str(tmp_path / "no-python")
    found = probing.run(Plan(probes=place, definitions=(GEMM,), interpreters={"good": gone}, limits=LIMITS))
    assert {run.outcome for run in found.frameworks} == {"failed"}
    assert "no-python does not start" in found.frameworks[0].reason


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good")

    def interrupt(event: Progress) -> None:
        if event.kind == "probe":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        probing.run(Plan(probes=place, definitions=(GEMM,), limits=LIMITS), interrupt)


def test_a_run_that_is_halted_keeps_what_was_measured(tmp_path: Path) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good")
    halt, events = Halt(), []

    def stop(event: Progress) -> None:
        events.append(event.kind)
        if event.probe == "stream":
            halt.ask()

    found = probing.run(Plan(probes=place, definitions=(GEMM, STREAM), limits=LIMITS), stop, halt)
    assert was_measured(found, "good", "gemm")
    assert (result_of(found, "good", "stream").outcome, result_of(found, "good", "stream").reason) == (
        "skipped",
        "stopped",
    )
    assert found.settings["stopped"]
    assert events[-2:] == ["probe", "done"]


def test_a_run_is_halted_while_a_worker_hangs(tmp_path: Path) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good", "hang")
    halt = Halt()

    def stop(event: Progress) -> None:
        if event.kind == "probe":
            Timer(1, halt.ask).start()

    patient = replace(LIMITS, prepare_s=60)
    found = probing.run(Plan(probes=place, definitions=(GEMM,), budget_s=300, limits=patient), stop, halt)
    assert run_of(found, "hang").outcome == "skipped"
    assert result_of(found, "hang", "gemm").reason == "stopped"


def test_progress_is_told(tmp_path: Path) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good", "broken")
    events: list[Progress] = []
    probing.run(Plan(probes=place, definitions=(GEMM,), limits=LIMITS), events.append)
    told = [(event.kind, event.framework, event.probe) for event in events if event.framework != "numpy"]
    assert told[:5] == [
        ("starting", "broken", ""),
        ("starting", "good", ""),
        ("started", "broken", ""),
        ("started", "good", ""),
        ("probe", "", "gemm"),
    ]
    # Where the machine was busy, what was disturbed is measured again.
    assert {(event.kind, event.probe) for event in events if event.results} == {("measured", "gemm")}
    assert {result.framework for event in events for result in event.results} == {"good"}
    assert events[-1].kind == "done"
    assert next(event.outcome for event in events if event.kind == "started") == "failed"
    assert all(first.seconds_left >= second.seconds_left for first, second in pairwise(events))


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of POSIX")
def test_a_killed_parent_leaves_no_process_and_no_folder(tmp_path: Path, scratch: Path) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good", "hang")
    program = tmp_path / "parent.py"
    program.write_text(
        "import sys; from pathlib import Path; from standin_folder import GEMM\n"
        "from advisor.evidence.probing import run as probing; from advisor.evidence.probing.plan import Plan\n"
        f"probing.run(Plan(probes=Path({str(place)!r}), definitions=(GEMM,)),"
        " lambda event: print(event.kind, flush=True))\n",
        encoding="utf-8",
    )
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": paths}
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        assert any(line.strip() == "probe" for line in parent.stdout)
        _until(lambda: any("time.sleep" in line for line in standin_folder.processes(tmp_path)), 10)
        assert any(scratch.iterdir())
        parent.send_signal(signal.SIGKILL)
    _until(lambda: not standin_folder.processes(tmp_path) and not any(scratch.iterdir()), 5)


def _until(holds: Callable[[], bool], limit_s: float) -> None:
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def _fields(definition: ProbeDefinition) -> dict[str, Any]:
    return {name: getattr(definition, name) for name in definition.__slots__}


def test_what_is_halted_while_somebody_else_measures_has_no_figure(tmp_path: Path) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good")
    plan = Plan(probes=place, definitions=(GEMM,), limits=LIMITS, lock=tmp_path / "measuring.lock")
    halt, events = Halt(), []

    def stop(event: Progress) -> None:
        events.append(event.kind)
        halt.ask()

    descriptor = hold(tmp_path / "measuring.lock")
    found = probing.run(plan, stop, halt)
    os.close(descriptor)
    assert events[0] == "waiting"
    assert {run.outcome for run in found.frameworks} == {"skipped"}
    assert found.settings["stopped"]
    assert not any(result.value for result in found.results)
