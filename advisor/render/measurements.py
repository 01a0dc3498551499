"""Measurements as JSON, and as tables for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator

from advisor.loading.structure import plain
from advisor.model.measurement import ClassResult, Machine, Measurements, ProbeResult


def as_json(measured: Measurements) -> str:
    """One JSON document; times keep nine digits, since a dispatch takes microseconds."""
    return json.dumps(plain(measured, 9), indent=2, ensure_ascii=False) + "\n"


def as_text(measured: Measurements) -> str:
    """The machine, how each framework fared, the classes of workload, and every probe."""
    lines = [*_machine(measured), *_frameworks(measured), *_classes(measured), *_results(measured)]
    return "\n".join(map(_harmless, lines)) + "\n"


def machine_line(machine: Machine) -> str:
    """The machine on one line."""
    memory = f", {machine.memory_gb:g} GB" if machine.memory_gb is not None else ""
    cards = ", ".join(f"{a.name}" for a in machine.accelerators) or "no accelerator"
    return f"{machine.cpu}, {machine.cores} cores{memory}, {cards}, {machine.os}"


def _harmless(line: str) -> str:
    """The line without what a terminal obeys: parts of it were written by frameworks and drivers."""
    return line if line.isprintable() else "".join(c if c.isprintable() else "?" for c in line)


def _machine(measured: Measurements) -> Iterator[str]:
    words = {True: "the machine was quiet", False: "the machine was busy: compare with care", None: "load unknown"}
    quiet = words[measured.machine.quiet]
    yield machine_line(measured.machine)
    yield f"{measured.elapsed_s:.0f} s, {quiet}"


def _frameworks(measured: Measurements) -> Iterator[str]:
    yield ""
    for run in measured.frameworks:
        about = f"{run.version} on {run.device}" if run.outcome in ("ok", "unstable") else run.reason
        yield f"{_name(run.framework, run.variant)} {run.outcome:14} {about}".rstrip()


def _classes(measured: Measurements) -> Iterator[str]:
    if not measured.classes:
        return
    yield from ("", f"{'one step, relative to the fastest':41}{'90 % interval':>18}{'first step':>12}")
    last = ""
    for result in sorted(measured.classes, key=_by_time):
        heading = result.workload_class if result.workload_class != last else ""
        last = result.workload_class
        low, high = result.interval
        interval, first = f"{low:.2f} to {high:.2f}", f"{result.first_step_s:.1f} s"
        name = _name(result.framework, result.variant)
        yield f"{heading:17}{name}{result.relative_time:>6.2f}{interval:>18}{first:>12}"


def _by_time(result: ClassResult) -> tuple[str, float, str]:
    return result.workload_class, result.relative_time, f"{result.framework}/{result.variant}"


def _results(measured: Measurements) -> Iterator[str]:
    """A row for each probe that was tried, then in a few words what does not apply."""
    yield from ("", f"{'probe':17}{'variant':18}{'one iteration':>14}{'90 % interval':>24}  outcome")
    tried = [result for result in measured.results if result.outcome != "not_applicable"]
    for result in sorted(tried, key=lambda r: (r.probe, r.value is None, r.value or 0.0, r.framework)):
        yield _row(result)
    left_out: dict[tuple[str, str], list[str]] = {}
    for result in measured.results:
        if result.outcome == "not_applicable":
            name = f"{result.framework}/{result.variant}"
            left_out.setdefault((name, result.reason), []).append(result.probe)
    for (name, reason), probes in sorted(left_out.items()):
        yield f"{name}: {', '.join(sorted(probes))} not applicable. {reason}"


def _row(result: ProbeResult) -> str:
    value = _seconds(result.value) if result.value is not None else ""
    interval = " to ".join(_seconds(end) for end in result.interval) if result.interval else ""
    said = " ".join([result.outcome, *result.flags, *([f"({result.reason})"] if result.reason else [])])
    return f"{result.probe:17}{_name(result.framework, result.variant)}{value:>14}{interval:>24}  {said}"


def _name(framework: str, variant: str) -> str:
    return f"{framework}/{variant}".ljust(18)


def _seconds(value: float) -> str:
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "us")):
        if value * factor >= 1:
            return f"{value * factor:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"
