"""What the commands have to do with a cluster: probe its kinds of machine, and share a batch out among its nodes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from advisor import resources
from advisor.cli.output import notice
from advisor.errors import InputError, Problem
from advisor.frozen import replace
from advisor.loading.problems import printable

if TYPE_CHECKING:
    import argparse

    from advisor.cli.jobs import Answer, Line, Opening
    from advisor.fleet.cluster import RayCluster
    from advisor.fleet.driving import Order
    from advisor.model.fleet_probe import FleetProbe

_AHEAD = 4
"""Groups of lines for each processor of a cluster that are read before it is their turn."""
_TOGETHER = 16
"""Lines in a group: to hand one over takes Ray a good part of what it takes to answer one."""


def probe(arguments: argparse.Namespace) -> FleetProbe:
    """Probe the kinds of a cluster with progress on standard error, and store what was measured.

    Interrupted, it stores what was measured until then, and raises KeyboardInterrupt.
    """
    from advisor.cli.measuring import interrupts  # noqa: PLC0415  (a batch needs nothing of this)
    from advisor.evidence.halt import Halt  # noqa: PLC0415
    from advisor.evidence.keeping import store  # noqa: PLC0415
    from advisor.fleet import driving  # noqa: PLC0415

    order, halt, home = _order(arguments), Halt(), resources.home()
    desk = driving.Desk(
        stored=() if arguments.again else tuple(kept.run for kept in store.kept(home, notice)),
        keep=lambda run: store.add(run, home, notice),
        say=_say,
        halt=halt,
    )
    with _joined(arguments.address, "fleet probe") as cluster, interrupts(halt):
        found = driving.probe(cluster, order, desk)
    if halt.asked:
        if any(node.run for node in found.nodes):
            notice(Problem(message="what was measured until then is stored.", place="fleet probe"))
        raise KeyboardInterrupt
    return found


def answered(lines: Iterable[Line], opening: Opening[Line], address: str, *, together: bool) -> Iterator[str]:
    """The answers to the lines, worked out by a cluster, in their order; `together`, several of them at a time."""
    from advisor.cli.jobs import in_order  # noqa: PLC0415

    rest, size = iter(lines), _TOGETHER if together else 1
    groups = iter(lambda: tuple(islice(rest, size)), ())
    with _joined(address, "--ray") as cluster:
        yield from in_order(groups, cluster.answering(partial(_open, opening)), cluster.cores * _AHEAD)


def _open(opening: Opening[Line]) -> Answer[tuple[Line, ...]]:
    """What answers several lines at a time."""
    answer = opening()
    return lambda group: "".join(map(answer, group))


def _joined(address: str, place: str) -> AbstractContextManager[RayCluster]:
    """The cluster at an address, as a context."""
    from advisor.fleet import quiet  # noqa: PLC0415

    os.environ.update(quiet.VARIABLES)
    try:
        from advisor.fleet.joining import joined  # noqa: PLC0415  (an extra, which nothing else needs)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("advisor"):
            raise
        hint = 'Install it: pip install "framework-advisor[fleet]".'
        message = f"the package {error.name} is not installed."
        raise InputError(Problem(message=message, place=place, hint=hint)) from None
    return joined(address)


def _order(arguments: argparse.Namespace) -> Order:
    """What is asked of the cluster, as the command line says."""
    from advisor.cli.ordering import recipes  # noqa: PLC0415
    from advisor.cli.planning import plan  # noqa: PLC0415
    from advisor.evidence.probing.plan import offers, wanted  # noqa: PLC0415
    from advisor.fleet.driving import Order  # noqa: PLC0415

    asked = plan(arguments)
    # By name, since a later call has to know of each whether it was measured.
    names = asked.frameworks or tuple(wanted(asked, offers(asked.probes, *asked.added)))
    return Order(
        plan=replace(asked, frameworks=names),
        per_kind=arguments.per_kind,
        installer=arguments.installer or "",
        recipes=recipes() if arguments.installer else (),
        patience_s=arguments.wait,
    )


def _say(line: str) -> None:
    sys.stderr.write(f"advisor: {printable(line)}\n")
    sys.stderr.flush()
