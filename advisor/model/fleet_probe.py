"""What probing a cluster came to: which kinds of machine there are, and how each node fared that was turned to."""

from __future__ import annotations

from typing import Literal

from advisor.frozen import dataclass

SCHEMA = "advisor/fleet-probe/1"

Fate = Literal["measured", "no_figures", "stopped", "busy", "refused", "hung", "out_of_memory", "preempted", "died"]
"""A closed set. Only `measured` counts; every other one comes with its reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeKind:
    """Nodes that are the same kind of machine."""

    name: str
    """The label that its nodes carry, else what the machine is, on one line."""
    fingerprint: str
    """Of the machine, as in its measurements."""
    machine: str
    """What it is, on one line."""
    nodes: int
    """How many nodes there are of it."""
    wanted: int
    """How many of them were to be measured."""
    runs: tuple[str, ...]
    """The ids of the measurements that there are of it now: those of before first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFate:
    """How a node fared."""

    node: str
    """As Ray calls it."""
    address: str
    kind: str
    """The name of its kind; empty where it did not tell what it is."""
    fate: Fate
    reason: str = ""
    """Why it was not measured; of one that was, what could not be measured on it."""
    run: str = ""
    """The id of what was measured on it and is stored."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetProbe:
    """One call of `advisor fleet probe`."""

    ray: str
    """The version of Ray that the cluster runs."""
    suite: str
    kinds: tuple[NodeKind, ...]
    nodes: tuple[NodeFate, ...]
    """Those that were turned to, in the order in which they ended; of most nodes nothing has to be said."""
    schema: str = SCHEMA

    @property
    def complete(self) -> bool:
        """Whether every kind has the measurements that were asked for, and every node told what it is."""
        unseen = any(not node.kind for node in self.nodes)
        return bool(self.kinds) and not unseen and all(len(kind.runs) >= kind.wanted for kind in self.kinds)
