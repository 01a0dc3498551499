"""The run of the probes: everything is measured once, or again in new processes, and put together.

Whatever goes wrong in a worker is an outcome with its reason, and costs the others nothing. When a run is over, however
it ends, no process and no file of it is left.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from advisor.evidence.halt import Halt
from advisor.evidence.machine.detection import detect
from advisor.evidence.portable import identified
from advisor.evidence.probing import contention, entrants
from advisor.evidence.probing.canary import canary_rate, quiet_share
from advisor.evidence.probing.classes import compose
from advisor.evidence.probing.course import Conditions, Course, Found
from advisor.evidence.probing.generations import merge
from advisor.evidence.probing.plan import Plan, Progress, Report, offers, wanted
from advisor.evidence.probing.turn import turn
from advisor.evidence.probing.why import explained
from advisor.evidence.probing.workers import STOPPED, Keeper
from advisor.frozen import replace
from advisor.model.measurement import TERMS, FrameworkRun, Machine, Measurements, Outcome

QUIET_SHARE = 0.8
"""A machine was quiet when the canary ran as usual in this share of the rounds."""
LEAST_S = 10.0
"""Another generation is not begun with less time left than this."""
TELLING: tuple[Outcome, ...] = ("failed", "timed_out", "ok", "unstable", "skipped", "not_applicable")
"""What is said of a variant that fared otherwise in another process: a crash first of all, what was left out last."""


def silent(_: Progress, /) -> None:
    """Report nothing."""


def run(plan: Plan, report: Report = silent, halt: Halt | None = None) -> Measurements:
    """Measure what the plan asks for; where it is halted, what was measured until then.

    Whoever else measures on this machine is waited for before. Raises InputError for a framework that has no probes,
    StoreError where there is no place for temporary files or the other one does not end, and nothing else.
    """
    halt = halt or Halt()
    with turn(plan, report, halt):
        return _run(plan, report, halt)


def _run(plan: Plan, report: Report, halt: Halt) -> Measurements:
    began = time.monotonic()
    offered = offers(plan.probes, *plan.added)
    asked = wanted(plan, offered)
    machine = detect(changes=plan.machine)
    chosen, rest = entrants.choose(plan, asked, offered)
    bird = entrants.canary(chosen, offered)
    around = contention.look()
    conditions = Conditions(
        setting=entrants.settle(plan.threads, machine.cores, around),
        busy=around.busy,
        arch=machine.arch,
        ends=began + plan.budget_s,
    )
    found: list[Found] = []
    with Keeper(halt) as keeping:
        for number in range(plan.generations):
            left = plan.budget_s - (time.monotonic() - began)
            if number and (left < LEAST_S or keeping.halt.asked):
                break
            until = time.monotonic() + left / (plan.generations - number)
            course = Course(plan, report, replace(conditions, number=number, until=until), keeping)
            try:
                found.append(course.run([*chosen, *([bird] if bird else [])]))
            finally:
                course.end()
    elapsed_s = time.monotonic() - began
    report(Progress(kind="done", seconds_left=max(0.0, plan.budget_s - elapsed_s)))
    measured = _together(plan, machine, conditions, found)
    if keeping.halt.asked:
        measured = replace(measured, settings={**measured.settings, STOPPED.reason: "yes"})
    return identified(replace(measured, frameworks=(*measured.frameworks, *rest), elapsed_s=elapsed_s))


def _together(plan: Plan, machine: Machine, conditions: Conditions, found: Sequence[Found]) -> Measurements:
    canary = [block for each in found for block in each.canary]
    rate, share = canary_rate(canary), quiet_share(canary)
    results = merge([each.results for each in found])
    setting = conditions.setting
    quiet = share >= QUIET_SHARE if share is not None else None
    return Measurements(
        machine=replace(machine, quiet=False if conditions.busy else quiet),
        frameworks=tuple(_fared([each.frameworks for each in found])),
        results=results,
        classes=explained(compose(plan.definitions, results, rate), results, plan.composition),
        elapsed_s=0.0,
        measured=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        settings={
            "suite": plan.suite,
            "device": plan.device,
            "threads": str(setting.threads),
            "cores": ",".join(map(str, setting.cores)),
            "clock": conditions.clock,
            "generations": str(len(found)),
            "seed": str(plan.seed),
        },
        canary_rate=rate,
        terms=TERMS,
    )


def _fared(generations: Sequence[Sequence[FrameworkRun]]) -> list[FrameworkRun]:
    """Say of each variant how it fared, once."""
    by_name: dict[tuple[str, str, str], list[FrameworkRun]] = {}
    for runs in generations:
        for each in runs:
            by_name.setdefault((each.framework, each.variant, each.track), []).append(each)
    return [min(each, key=lambda fared: TELLING.index(fared.outcome)) for each in by_name.values()]
