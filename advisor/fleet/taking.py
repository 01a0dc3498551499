"""Takes in what a node has measured: data from a stranger, which is checked like every other before it is kept."""

from __future__ import annotations

from collections.abc import Callable

from advisor.errors import InputError
from advisor.evidence.keeping.exchange import read_foreign
from advisor.evidence.keeping.reuse import has_figures
from advisor.evidence.portable import identified
from advisor.evidence.probing.workers import STOPPED
from advisor.fleet.planning import KIND, NODE, NODES, Kind, Task
from advisor.frozen import dataclass, replace
from advisor.model.fleet_probe import Fate, NodeFate
from advisor.model.measurement import Measurements
from advisor.render.measurements import machine_line

Keep = Callable[[Measurements], object]
"""Stores a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the turn of a node ended."""

    fate: Fate
    reason: str = ""
    content: bytes = b""
    """What was measured, as it is exported."""


def name_of(kind: Kind) -> str:
    """What a kind is called: its label, else what it is."""
    return kind.label or machine_line(kind.machine)


def taken(task: Task, ended: Ended, keep: Keep) -> NodeFate:
    """How a node fared, with what it has measured kept as a foreign run. Raises what `keep` raises."""
    node = task.place.node
    fate = NodeFate(node=node.id, address=node.address, kind=name_of(task.kind), fate=ended.fate, reason=ended.reason)
    if not ended.content:
        return fate
    try:
        found = read_foreign(ended.content, f"node {node.id}")
    except InputError as error:
        return replace(fate, fate="refused", reason=str(error))
    if found.machine.fingerprint != task.kind.machine.fingerprint:
        reason = f"it was {machine_line(task.kind.machine)}, and is {machine_line(found.machine)} now"
        return replace(fate, fate="refused", reason=reason)
    stopped = ended.fate == "measured" and STOPPED.reason in found.settings
    fate = replace(
        fate,
        fate="stopped" if stopped else ended.fate,
        reason="; ".join(filter(None, [ended.reason, _not_measured(found)])),
    )
    if not has_figures(found):
        return replace(fate, fate="no_figures") if fate.fate == "measured" else fate
    there = {KIND: task.kind.label, NODE: node.id, NODES: str(len(task.kind.places))}
    run = identified(replace(found, settings={**found.settings, **there}, foreign=True))
    keep(run)
    return replace(fate, run=run.id)


def _not_measured(found: Measurements) -> str:
    """Which frameworks have no figures, and why."""
    there = {run.framework for run in found.frameworks if run.outcome != "not_installed"}
    missing = dict.fromkeys(run.framework for run in found.frameworks if run.framework not in there)
    wrong = [
        f"{run.framework}/{run.variant}: {run.outcome.replace('_', ' ')}: {run.reason}".rstrip(": ")
        for run in found.frameworks
        if run.outcome in ("failed", "timed_out")
    ]
    return "; ".join([*([f"not installed: {', '.join(missing)}"] if missing else []), *wrong])
