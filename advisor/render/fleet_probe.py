"""What probing a cluster came to, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.loading.structure import plain
from advisor.model.fleet_probe import FleetProbe, NodeFate, NodeKind
from advisor.render.json import DIGITS, written
from advisor.render.lines import counted, folded, text

_SHORT = 8
"""Digits of an id that are shown."""


def as_json(found: FleetProbe) -> str:
    """The document over several lines, floats to 6 digits."""
    return written(plain(found, DIGITS))


def as_text(found: FleetProbe) -> str:
    """Each kind with what is measured of it, then how the nodes fared that could not be measured as they should."""
    return text(_lines(found))


def _lines(found: FleetProbe) -> Iterator[str]:
    nodes = sum(kind.nodes for kind in found.kinds)
    yield f"{counted(nodes, 'node')} of {counted(len(found.kinds), 'kind')}, Ray {found.ray}, {found.suite} suite."
    for kind in found.kinds:
        yield ""
        yield from _kind(kind)
    told = [node for node in found.nodes if node.reason or node.fate != "measured"]
    if told:
        yield ""
    for node in told:
        yield from folded(_fate(node), "", "  ")
    if found.complete:
        return
    yield ""
    yield "Not everything is measured; called again, only what is missing is probed."


def _kind(kind: NodeKind) -> Iterator[str]:
    yield from folded(kind.name, "", "  ")
    if kind.machine != kind.name:
        yield from folded(kind.machine, "  ", "  ")
    ids = ", ".join(run[:_SHORT] for run in kind.runs)
    missing = kind.wanted - len(kind.runs)
    measured = f"measured: {ids}" if ids else "not measured"
    short = f"; {missing} more wanted" if ids and missing > 0 else ""
    yield from folded(f"{counted(kind.nodes, 'node')}; {measured}{short}", "  ", "  ")


def _fate(node: NodeFate) -> str:
    where = f"{node.kind}, node {node.node[:_SHORT]}" if node.kind else f"node {node.node[:_SHORT]}"
    reason = f": {node.reason}" if node.reason else ""
    return f"{where} ({node.address}): {node.fate.replace('_', ' ')}{reason}"
