"""Doors to a machine that is made up: what is found there, measured and made is what a test says."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Semaphore

from cli.stored import measured

from advisor.errors import InputError, Problem
from advisor.evidence.halt import Halt
from advisor.evidence.probing.plan import Limits, Plan, Progress, Report
from advisor.inquiry import prospect
from advisor.inquiry.prospect import Missing, Prospect, There
from advisor.model.answers import Answers
from advisor.model.measurement import Measurements, ProbeResult
from advisor.model.probe import ProbeDefinition
from advisor.tui.desk import Desk, Measured

PLAN = Plan(
    probes=Path("probes"),
    definitions=tuple(
        ProbeDefinition(id=name, version=1, title="t", motivation="m", sizes={"cpu": {"width": 8}}, tolerance=1e-5)
        for name in ("step_mlp", "step_resnet", "decode", "gemm")
    ),
    budget_s=120.0,
    limits=Limits(),
)
THERE = (
    There(framework="jax", version="0.10.2", python="3.11.7", interpreter="/usr/bin/python3", variants=("jit",)),
    There(
        framework="pytorch",
        version="2.13.0+cpu",
        python="3.11.7",
        interpreter="/home/ada/.local/share/advisor/environments/pytorch/bin/python",
        variants=("eager", "compiled"),
    ),
)
MISSING = (
    Missing(
        framework="mlx",
        reason="mlx cannot be imported there",
        command="/usr/bin/python3 -m pip install 'mlx[cpu]' numpy",
        download_mb=200,
    ),
    Missing(framework="mxnet", reason="mxnet cannot be imported there", command="advisor env create mxnet"),
)
NOBODY = Prospect(
    there=(), missing=MISSING, ways=tuple(prospect.no_way(name, "no framework was found") for name in prospect.TITLES)
)
TAKES = """\
mlx: mlx[cpu]==0.32.2, numpy==2.4.6 for Python 3.11.7, by pip; about 200 MB to
  fetch, 600 MB on the disk.
  $ /usr/bin/python3 -m venv /home/ada/.local/share/advisor/environments/mlx
Together about 200 MB to fetch and 600 MB of disk: a minute or two at 10 MB/s.
"""


def ready(*, auto: bool = True) -> Prospect:
    """Two frameworks, of which one that is measured."""
    way = functools.partial(prospect.Way, plan=PLAN)
    first = way(name="auto", title=prospect.TITLES["auto"], about="4 probes, of jax and pytorch", usual_s=48)
    none = prospect.no_way("auto", "no speed that is still open changes it")
    return Prospect(
        there=THERE,
        missing=MISSING,
        ways=(
            first if auto else none,
            way(name="quick", title=prospect.TITLES["quick"], about="11 probes, of jax and pytorch", usual_s=110),
            way(
                name="full", title=prospect.TITLES["full"], about="27 probes, 2 times, of jax and pytorch", usual_s=840
            ),
        ),
    )


def run_here(**changes: object) -> Measurements:
    """A run of two frameworks, one quicker than the other, with something to hold against a figure."""
    whole = measured()
    flagged = tuple(
        replace(result, flags=("contended",) if number == 1 else (), first_s=0.4, peak_memory_mb=12.0)
        for number, result in enumerate(whole.results)
    )
    return replace(whole, results=flagged, settings={"suite": "quick", "threads": "2"}, **changes)  # type: ignore[arg-type]


def events(run: Measurements) -> list[Progress]:
    """What the run told on its way."""
    by_probe: dict[str, list[ProbeResult]] = {}
    for result in run.results:
        by_probe.setdefault(result.probe, []).append(result)
    told: list[Progress] = []
    for each in (every for every in run.frameworks if every.device):
        beginning = Progress(kind="starting", seconds_left=120, framework=each.framework, variant=each.variant)
        told += [beginning, replace(beginning, kind="started", outcome=each.outcome, text=each.reason)]
    for number, (probe, results) in enumerate(by_probe.items(), 1):
        begun = Progress(kind="probe", seconds_left=110 - 10 * number, probe=probe, number=number, of=len(by_probe))
        told += [begun, replace(begun, kind="measured", results=tuple(results))]
    return told


@dataclass
class Bench:
    """A stand-in for the doors; a run goes on by as many events as a test lets it."""

    furnish: Callable[[Measurements | None], Desk]
    prospect: Prospect = field(default_factory=ready)
    run: Measurements = field(default_factory=run_here)
    wrong: str = ""
    said: tuple[str, ...] = ()
    worthy: tuple[str, ...] = ()
    steps: Semaphore = field(default_factory=lambda: Semaphore(0))
    log: list[str] = field(default_factory=list)

    def worth(self, answers: Answers) -> tuple[str, ...]:
        return self.worthy if answers else ()

    def look(self, answers: Answers) -> Prospect:
        self.log.append(f"look {len(answers)}")
        return self.prospect

    def measure(self, plan: Plan, answers: Answers, report: Report, halt: Halt) -> Measured:
        self.log.append(f"measure {len(answers)} {plan.budget_s:.0f} s")
        halt.wakes(self.steps.release)
        if self.wrong:
            raise InputError(Problem(message=self.wrong))
        found = self.run
        for event in events(found):
            self.steps.acquire()
            if halt.asked:
                self.log.append("halted")
                found = replace(found, settings={**found.settings, "stopped": "yes"})
                break
            report(event)
        self.log.append("stored")
        return Measured(found=found, desk=self.furnish(found), said=self.said)

    def order(self, framework: str) -> str:
        if framework != "mlx":
            raise InputError(Problem(message=f"no versions of {framework} are known to work here.", place="env"))
        return TAKES

    def make(self, framework: str, say: Callable[[str], None], halt: Halt) -> str:
        halt.wakes(self.steps.release)
        say(f"{framework}: /usr/bin/python3 -m venv environments/{framework}")
        self.steps.acquire()
        if halt.asked:
            return f"{framework}: not made: it was stopped.\n"
        self.log.append(f"made {framework}")
        return f"{framework}: made in 9 s, 600 MB, 3 packages.\n"

    def go_on(self) -> None:
        """Let a run come to its end."""
        self.steps.release(1000)


def lost(run: Measurements) -> Measurements:
    """The run, had one of its workers crashed at the start."""
    frameworks = tuple(
        replace(each, outcome="failed", reason="the process ended by SIGSEGV") if each.framework == "pytorch" else each
        for each in run.frameworks
    )
    return replace(run, frameworks=frameworks, results=tuple(r for r in run.results if r.framework != "pytorch"))
