"""Which nodes to probe: pure functions of what the nodes are, what is stored, and what became of those tried."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from advisor.evidence.environments.making import fitting
from advisor.evidence.keeping.reuse import has_figures, other_terms
from advisor.evidence.probing.plan import Plan
from advisor.evidence.probing.workers import STOPPED
from advisor.fleet.node import Look
from advisor.frozen import dataclass, field
from advisor.model.environment import Recipe
from advisor.model.fleet_probe import Fate
from advisor.model.measurement import Machine, Measurements

KIND, NODE, NODES = "kind", "node", "nodes"
"""What the settings of a run say of where it was measured: the label, the node, and how many there are like it."""
SPARE = 1
"""Where nodes fail, so many more of their kind are tried than were to be measured."""
BUSY = 15
"""Where nodes are busy, which says nothing of others of their kind, so many more are tried besides."""

_ASKED_OTHERWISE = ("CPU", "GPU", "memory", "object_store_memory")
"""Resources that are not asked for by name like all others; the last cannot be asked for."""

Key = tuple[str, str]
"""What tells a kind from others: the label of its nodes, and the fingerprint of the machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node of a cluster, as Ray lists it."""

    id: str
    address: str
    label: str = ""
    """What the operator calls its kind."""
    resources: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A node, and the host that it is on."""

    node: Node
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Nodes that are the same kind of machine, under the same label."""

    label: str
    machine: Machine
    platform: str
    places: tuple[Place, ...]

    @property
    def key(self) -> Key:
        """What tells it from others."""
        return self.label, self.machine.fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A node that was probed, or is being probed, now or by an earlier call."""

    kind: Key
    node: str
    host: str = ""
    fate: Fate | None = None
    """None while it is being probed."""
    run: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A node to be probed for its kind."""

    kind: Kind
    place: Place


def kinds(looked: Iterable[tuple[Node, Look]]) -> tuple[Kind, ...]:
    """The kinds of machine among nodes, by label and fingerprint; of each kind one look is kept."""
    found: dict[Key, tuple[Look, list[Place]]] = {}
    for node, look in looked:
        _, places = found.setdefault((node.label, look.machine.fingerprint), (look, []))
        places.append(Place(node=node, host=look.host))
    return tuple(
        Kind(
            label=label,
            machine=look.machine,
            platform=look.platform,
            places=tuple(sorted(places, key=lambda place: place.node.id)),
        )
        for (label, _), (look, places) in sorted(found.items(), key=lambda item: item[0])
    )


def measured_before(
    runs: Iterable[Measurements], brought: Mapping[Key, Collection[str]], plan: Plan
) -> Iterator[Tried]:
    """What stored runs have measured of kinds in the way that is asked for, whole and with figures.

    The plan names its frameworks: a run that left one out does not count. Nor does one that did not find a framework
    that is `brought` to its kind now, by an installer or an interpreter. A node that was measured twice counts once.
    """
    seen: set[tuple[Key, str]] = set()
    asked = {name.partition("/")[0] for name in plan.frameworks}
    for run in runs:
        key = run.settings.get(KIND, ""), run.machine.fingerprint
        same = (run.settings.get("suite"), run.settings.get("device")) == (plan.suite, plan.device)
        if key not in brought or not same or other_terms(run) or STOPPED.reason in run.settings:
            continue
        told = {
            each.framework
            for each in run.frameworks
            if each.outcome != "not_installed" or each.framework not in brought[key]
        }
        node = run.settings.get(NODE, "")
        if asked <= told and has_figures(run) and not (node and (key, node) in seen):
            seen.add((key, node))
            yield Tried(kind=key, node=node, fate="measured", run=run.id)


def due(found: Sequence[Kind], tried: Collection[Tried], per_kind: int) -> Iterator[Task]:
    """The nodes to begin with now: as many of each kind as are still wanted, none twice, one at a time on a host."""
    busy = {each.host for each in tried if each.fate is None}
    for kind in found:
        ours = [each for each in tried if each.kind == kind.key]
        good = sum(each.fate in (None, "measured") for each in ours)
        turned_away = min(BUSY, sum(each.fate == "busy" for each in ours))
        open_now = min(per_kind - good, per_kind + SPARE + turned_away - len(ours))
        known = {each.node for each in ours}
        for place in kind.places:
            if open_now <= 0:
                break
            if place.node.id not in known and place.host not in busy:
                open_now -= 1
                busy.add(place.host)
                yield Task(kind=kind, place=place)


def wanted(kind: Kind, per_kind: int) -> int:
    """How many nodes of a kind are to be measured: no more than there are."""
    return min(per_kind, len(kind.places))


def everything(node: Node) -> Mapping[str, Any]:
    """All that a node has to give, in the words in which Ray is asked for it: who holds that is alone there."""
    others = {
        name: amount
        for name, amount in node.resources.items()
        if name not in _ASKED_OTHERWISE and not name.startswith("node:")
    }
    return {
        "num_cpus": node.resources["CPU"],
        "num_gpus": node.resources.get("GPU", 0),
        "memory": int(node.resources.get("memory", 0)),
        "resources": others,
    }


def environments(kind: Kind, recipes: Sequence[Recipe], frameworks: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Framework to what is to be installed for it on nodes of this kind; those without a recipe are left out."""
    vendors = {card.vendor for card in kind.machine.accelerators}
    names = dict.fromkeys(name.partition("/")[0] for name in frameworks)
    fits = {name: fitting((one for one in recipes if one.framework == name), vendors, kind.platform) for name in names}
    return {name: recipe.requirements for name, recipe in fits.items() if recipe is not None}
