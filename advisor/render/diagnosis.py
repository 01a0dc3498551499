"""What `advisor doctor` found: as a value, as JSON and as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from advisor.evidence.machine.fitness import NAMES, Advice
from advisor.evidence.machine.framework_builds import Build
from advisor.frozen import dataclass
from advisor.loading.structure import plain
from advisor.model.measurement import Accelerator, FrameworkRun, Machine
from advisor.render.json import DIGITS, written
from advisor.render.lines import WIDTH, text

_NAME, _LEFT = 14, 2
"""Columns of a value's name, and before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Everything the command says."""

    advisor: str
    engine: str
    home: str
    """Where measurements are stored; empty where another machine was diagnosed."""
    machine: Machine
    builds: tuple[Build, ...]
    """What each framework was built for, by interpreter."""
    frameworks: tuple[FrameworkRun, ...]
    """What can be probed; with the devices that each says it sees, where it was started."""
    measured: str
    """When this kind of machine was last measured; empty if never."""
    advice: tuple[Advice, ...]
    """What is wrong or better done otherwise, and what to do."""
    refuted: tuple[str, ...] = ()
    """What is documented of a framework, and was observed otherwise here."""


def as_json(found: Diagnosis) -> str:
    """One JSON document."""
    return written(plain(found, DIGITS))


def as_text(found: Diagnosis) -> str:
    """The machine, its accelerators, the frameworks, and what to do."""
    machine = found.machine
    lines = [
        f"advisor {found.advisor}, engine {found.engine}",
        "",
        "Machine",
        *_row("processor", _processor(machine)),
        *_row("instructions", " ".join(machine.instructions)),
        *_row("memory", _memory(machine)),
        *_row("system", _system(machine)),
        *_row("inside", " on ".join(part for part in (machine.container, machine.virtual) if part)),
        *_row("power", ", ".join(part for part in (machine.power, _clock(machine)) if part)),
        *_row("fingerprint", machine.fingerprint),
        *_row("measured", (found.measured or "never") if found.home else ""),
        *_row("stored in", found.home),
        "",
        "Accelerators",
        *_accelerators(machine.accelerators),
        "",
        "Frameworks",
        *_builds(found.builds),
        *_runs(found.frameworks),
        "",
        *_refuted(found.refuted),
        *_advice(found.advice),
    ]
    return text(lines)


def _processor(machine: Machine) -> str:
    used, there = machine.cores, machine.logical_cores
    cores = f"{used} of {there} threads" if there and there != used else f"{used} threads"
    if machine.physical_cores:
        cores += f", {machine.physical_cores} cores"
    if machine.sockets and machine.sockets > 1:
        cores += f", {machine.sockets} sockets"
    if machine.numa_nodes and machine.numa_nodes > 1:
        cores += f", {machine.numa_nodes} NUMA nodes"
    cache = f", {machine.last_cache_mb:g} MB of last cache" if machine.last_cache_mb else ""
    return f"{machine.cpu}, {cores}{cache}"


def _memory(machine: Machine) -> str:
    if machine.memory_gb is None:
        return "unknown"
    limit = f", of which {machine.memory_limit_gb:g} GB may be used" if machine.memory_limit_gb else ""
    return f"{machine.memory_gb:g} GB{limit}"


def _system(machine: Machine) -> str:
    kernel = f"kernel {machine.kernel}" if machine.kernel else ""
    translated = "translated by Rosetta" if machine.translated else ""
    parts = (f"{machine.os} on {machine.arch}", kernel, machine.libc, translated)
    return ", ".join(part for part in parts if part)


def _clock(machine: Machine) -> str:
    return f"governor {machine.governor}" if machine.governor else ""


def _accelerators(cards: Sequence[Accelerator]) -> Iterator[str]:
    counted: dict[tuple[object, ...], int] = {}
    kinds: dict[tuple[object, ...], Accelerator] = {}
    for card in cards:
        kind = (card.vendor, card.name, card.memory_gb, card.driver, card.architecture, card.units)
        counted[kind], kinds[kind] = counted.get(kind, 0) + 1, card
    for same, card in kinds.items():
        count = f"{counted[same]} x " if counted[same] > 1 else ""
        named = {"nvidia_gpu": f"compute capability {card.architecture}"}.get(card.vendor, card.architecture)
        parts = (
            f"{count}{card.name}",
            f"{card.memory_gb:g} GB" if card.memory_gb is not None else "",
            named if card.architecture else "",
            f"{card.units} units" if card.units else "",
            f"driver {card.driver}" if card.driver else "",
        )
        yield from _wrapped(", ".join(part for part in parts if part), _LEFT, _LEFT + 2)
    if not cards:
        yield " " * _LEFT + "none that the operating system reports"


def _builds(builds: Sequence[Build]) -> Iterator[str]:
    several = len({build.interpreter for build in builds}) > 1
    last = ""
    for build in sorted(builds, key=lambda build: (build.interpreter, build.framework)):
        if several and build.interpreter != last:
            last = build.interpreter
            yield f"{' ' * _LEFT}in {last} (Python {build.python})"
        on = f", running on {', '.join(NAMES.get(name, name) for name in build.backends)}" if build.backends else ""
        made = f"built for {', '.join(build.built_for)}" if build.built_for else "with no back end that is installed"
        name = NAMES.get(build.framework, build.framework)
        yield from _row(name, f"{build.version}, {made if not on else 'no kernels of its own'}{on}")


def _runs(runs: Sequence[FrameworkRun]) -> Iterator[str]:
    """What can be probed in a line, then one for each that cannot."""
    able = [run for run in runs if run.outcome == "ok"]
    if able:
        yield from _row("can be probed", ", ".join(f"{run.framework}/{run.variant}" for run in able))
    for run in able:
        if run.devices:
            yield from _row("sees", f"{run.framework}/{run.variant}: {', '.join(dict.fromkeys(run.devices))}")
    for run in runs:
        if run.outcome != "ok":
            reason = f"{run.framework}/{run.variant}: {run.outcome.replace('_', ' ')}. {run.reason}".strip()
            yield from _row("cannot", reason)


def _refuted(refuted: Sequence[str]) -> Iterator[str]:
    if refuted:
        yield "Documented otherwise"
        for said in refuted:
            yield from _wrapped(said, _LEFT, _LEFT + 2)
        yield ""


def _advice(advice: Sequence[Advice]) -> Iterator[str]:
    if not advice:
        yield "Nothing is wrong."
        return
    yield "What to do"
    for number, one in enumerate(advice, start=1):
        mark = f"{number}. "
        yield from _wrapped(f"{mark}{one.message}", _LEFT, _LEFT + len(mark))
        # Commands are not broken into lines, so that they can be copied.
        yield from (f"{' ' * (_LEFT + len(mark))}$ {command}" for command in one.commands)


def _row(name: str, said: str) -> Iterator[str]:
    if said:
        yield from _wrapped(f"{name:{_NAME}}{said}", _LEFT, _LEFT + _NAME)


def _wrapped(said: str, first: int, rest: int) -> list[str]:
    """Text in lines; a word stays whole, however long: it can be a path."""
    return textwrap.wrap(
        said,
        WIDTH,
        initial_indent=" " * first,
        subsequent_indent=" " * rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
