"""Runs by the kind of machine that they were measured on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from advisor.evidence.keeping.reuse import COUNTED, rivals
from advisor.evidence.probing.workers import STOPPED
from advisor.loading.problems import printable
from advisor.model.measurement import Machine, Measurements

_LONGEST = 60
"""Characters of a name."""
_RIVALS = 2
"""Frameworks between which something can be said."""


def newest(runs: Iterable[Measurements]) -> tuple[Measurements, ...]:
    """Of every kind of machine the newest run that has figures, else the newest, in the order of their names.

    What was asked of the processor alone gives way to any other run on a machine with an accelerator, what was stopped
    to what was not, and what compares no frameworks to what does.
    """
    best: dict[str, Measurements] = {}
    for run in runs:
        kind = run.machine.fingerprint
        if kind not in best or _worth(run) > _worth(best[kind]):
            best[kind] = run
    called = names(run.machine for run in best.values())
    return tuple(sorted(best.values(), key=lambda run: called[run.machine.fingerprint]))


def passed_over(runs: Iterable[Measurements], counting: Sequence[Measurements]) -> Mapping[str, tuple[str, ...]]:
    """By kind of machine the ids of the runs that do not count because another one does, where there are any."""
    ids = {run.id for run in counting}
    found: dict[str, set[str]] = {}
    for run in runs:
        if run.id not in ids:
            found.setdefault(run.machine.fingerprint, set()).add(run.id)
    return {kind: tuple(sorted(others)) for kind, others in found.items()}


def names(machines: Iterable[Machine]) -> Mapping[str, str]:
    """What each kind is called, by its fingerprint: by its accelerators, else its processor; no two alike."""
    called = {machine.fingerprint: _called(machine) for machine in machines}
    alike = Counter(called.values())
    return {kind: name if alike[name] == 1 else f"{name} ({kind})" for kind, name in called.items()}


def _called(machine: Machine) -> str:
    counted = Counter(card.name for card in machine.accelerators)
    cards = [f"{count} x {name}" if count > 1 else name for name, count in counted.items()]
    return printable(", ".join(cards) or f"{machine.cpu} ({machine.cores} cores)")[:_LONGEST]


def _worth(run: Measurements) -> tuple[bool, bool, bool, int, str, str]:
    figures = any(result.outcome in COUNTED for result in run.results) or bool(run.classes)
    all_devices = run.settings.get("device", "auto") in ("", "auto") or not run.machine.accelerators
    whole = STOPPED.reason not in run.settings
    return figures, all_devices, whole, min(_RIVALS, rivals(run)), run.measured, run.id
