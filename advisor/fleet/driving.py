"""Drives the probing of a cluster: looks at its nodes, probes as many of each kind as are wanted, keeps what comes.

Whatever a node does is an outcome. What was measured is kept at once, so that a call that is cut short is gone on with
by the next one: what is stored is all that it goes by.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Protocol

from advisor.evidence.halt import Halt
from advisor.evidence.probing.plan import Plan, Progress
from advisor.fleet import planning
from advisor.fleet.node import Look
from advisor.fleet.planning import Kind, Node, Place, Task, Tried
from advisor.fleet.taking import Ended, Keep, name_of, taken
from advisor.frozen import dataclass, replace
from advisor.model.environment import Recipe
from advisor.model.fleet_probe import FleetProbe, NodeFate, NodeKind
from advisor.model.measurement import Measurements
from advisor.render.lines import counted
from advisor.render.measured import going
from advisor.render.measurements import machine_line

Say = Callable[[str], None]
"""Is told how it goes, a line at a time, from any thread."""
Report = Callable[[Progress], None]
"""Is told what happens on a node."""

MOST_AT_ONCE = 64
"""Nodes that are probed at the same time."""
SHORT = 8
"""Digits of a node's id that are said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked of the whole cluster."""

    plan: Plan
    """Its frameworks by name."""
    per_kind: int = 1
    installer: str = ""
    """`pip` or `uv`; empty where frameworks are those that the nodes have."""
    recipes: tuple[Recipe, ...] = ()
    patience_s: float = 60.0
    """How long a node may be busy with something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What is to be done on one node."""

    plan: Plan
    patience_s: float
    installer: str = ""
    environments: Mapping[str, tuple[str, ...]]
    """Framework to what is to be installed for it; those that are not in it are looked for on the node."""


class Cluster(Protocol):
    """What there is to be probed."""

    @property
    def version(self) -> str:
        """That of Ray."""

    def look(self, halt: Halt) -> Iterator[tuple[Node, Look | Ended]]:
        """Every node that work is given to, with what it says of itself, or why it says nothing; as they answer."""

    def probe(self, place: Place, errand: Errand, report: Report, halt: Halt) -> Ended:
        """Probe a node while nothing else is given to it; halted, it ends soon. What goes wrong is how it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What whoever drives has at hand."""

    stored: tuple[Measurements, ...] = ()
    """What was measured before."""
    keep: Keep
    say: Say
    halt: Halt


def probe(cluster: Cluster, order: Order, desk: Desk) -> FleetProbe:
    """Probe what is not stored yet, and keep each run as it comes. Raises what `keep` raises."""
    fates: list[NodeFate] = []
    kinds = planning.kinds(_answering(cluster, fates, desk))
    nodes = sum(len(kind.places) for kind in kinds)
    desk.say(f"{counted(nodes, 'node')} of {counted(len(kinds), 'kind')}, Ray {cluster.version}")
    brought = {kind.key: {*order.plan.interpreters, *_errand(order, kind).environments} for kind in kinds}
    tried = [*planning.measured_before(desk.stored, brought, order.plan)]
    for kind in kinds:
        if sum(each.kind == kind.key for each in tried) >= planning.wanted(kind, order.per_kind):
            desk.say(f"{name_of(kind)}: was measured before")
    for task, ended, seconds in _in_turn(cluster, order, desk, kinds, tried):
        fate = replace(taken(task, ended, desk.keep), seconds=round(seconds, 1))
        tried[tried.index(_tried(task))] = replace(_tried(task), fate=fate.fate, run=fate.run)
        fates.append(fate)
        desk.say(f"{_where(task)}: {in_words(fate)}")
    return FleetProbe(
        ray=cluster.version,
        suite=order.plan.suite,
        kinds=tuple(_told(kind, tried, order.per_kind) for kind in kinds),
        nodes=tuple(fates),
    )


def in_words(fate: NodeFate) -> str:
    """How a node fared, with the reason."""
    return f"{fate.fate.replace('_', ' ')}{f': {fate.reason}' if fate.reason else ''}"


def _answering(cluster: Cluster, fates: list[NodeFate], desk: Desk) -> Iterator[tuple[Node, Look]]:
    """The nodes that say what they are; of the others it is noted why not."""
    for node, answer in cluster.look(desk.halt):
        if isinstance(answer, Ended):
            fate = NodeFate(node=node.id, address=node.address, kind="", fate=answer.fate, reason=answer.reason)
            fates.append(fate)
            desk.say(f"node {node.id[:SHORT]}: {in_words(fate)}")
        else:
            yield node, answer


def _in_turn(
    cluster: Cluster, order: Order, desk: Desk, kinds: tuple[Kind, ...], tried: list[Tried]
) -> Iterator[tuple[Task, Ended, float]]:
    """Begin with what is due, and give each node back as it ends; whoever takes it notes in `tried` how it fared."""
    crew = ThreadPoolExecutor(MOST_AT_ONCE, "node")
    waiting: dict[Future[Ended], tuple[Task, float]] = {}
    try:
        while True:
            for task in () if desk.halt.asked else planning.due(kinds, tried, order.per_kind):
                tried.append(_tried(task))
                desk.say(f"{_where(task)}: begins")
                errand = _errand(order, task.kind)
                future = crew.submit(cluster.probe, task.place, errand, _reporting(task, desk.say), desk.halt)
                waiting[future] = task, time.monotonic()
            if not waiting:
                return
            # The main thread hears of an interrupt only when it does not wait.
            done, _ = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
            for future in done:
                task, since = waiting.pop(future)
                yield task, future.result(), time.monotonic() - since
    finally:
        if waiting:
            desk.halt.ask()
        crew.shutdown(cancel_futures=True)


def _errand(order: Order, kind: Kind) -> Errand:
    return Errand(
        plan=order.plan,
        patience_s=order.patience_s,
        installer=order.installer,
        environments=planning.environments(kind, order.recipes, order.plan.frameworks) if order.installer else {},
    )


def _reporting(task: Task, say: Say) -> Report:
    def report(event: Progress) -> None:
        said = going.mishap(event)
        if event.kind == "probe":
            said = f"probe {going.doing(event)}, {going.left(event.seconds_left)}{going.process(event)}"
        if said:
            say(f"{_where(task)}: {said}")

    return report


def _where(task: Task) -> str:
    return f"{name_of(task.kind)}, node {task.place.node.id[:SHORT]}"


def _tried(task: Task) -> Tried:
    """That a node is being probed."""
    return Tried(kind=task.kind.key, node=task.place.node.id, host=task.place.host)


def _told(kind: Kind, tried: Iterable[Tried], per_kind: int) -> NodeKind:
    return NodeKind(
        name=name_of(kind),
        fingerprint=kind.machine.fingerprint,
        machine=machine_line(kind.machine),
        nodes=len(kind.places),
        wanted=planning.wanted(kind, per_kind),
        runs=tuple(each.run for each in tried if each.kind == kind.key and each.fate == "measured"),
    )
