"""A cluster that is made up: nodes of several kinds, and what becomes of each that is probed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from advisor.evidence.halt import Halt
from advisor.evidence.portable import document, identified
from advisor.evidence.probing.plan import Plan, Progress
from advisor.fleet.driving import Errand, Order, Report
from advisor.fleet.node import Look
from advisor.fleet.planning import Node, Place
from advisor.fleet.taking import Ended
from advisor.frozen import replace
from advisor.model.measurement import TERMS, FrameworkRun, Machine, Measurements, ProbeResult

PLAN = Plan(probes=Path("nowhere"), definitions=(), frameworks=("good", "absent"))


def order(per_kind: int = 1) -> Order:
    return Order(plan=PLAN, per_kind=per_kind)


def machine(kind: int) -> Machine:
    return Machine(fingerprint=f"{kind:016x}", os="linux", arch="x86_64", cpu=f"Chip {kind}", cores=8, memory_gb=64.0)


def run_on(there: Machine, **changes: Any) -> Measurements:
    """A run with a figure of the one framework, and without the other."""
    found = Measurements(
        machine=there,
        frameworks=(
            FrameworkRun(framework="good", variant="plain", version="1.0", device="cpu", python="3.11", outcome="ok"),
            FrameworkRun(
                framework="absent", variant="plain", version="", device="", python="", outcome="not_installed"
            ),
        ),
        results=(
            ProbeResult(
                framework="good", variant="plain", probe="gemm", device="cpu", dtype="float32", outcome="ok", value=1e-3
            ),
        ),
        classes=(),
        elapsed_s=1.0,
        measured="2026-01-01T00:00:00Z",
        settings={"suite": "quick", "device": "auto"},
        terms=TERMS,
    )
    return identified(replace(found, **changes))


def measured(there: Machine, **changes: Any) -> Ended:
    """That a node sends such a run."""
    return Ended(fate="measured", content=json.dumps(document(run_on(there, **changes))).encode())


class MadeUp:
    """So many nodes, of kinds by turns; `fates` says how nodes end that do not just measure."""

    version = "2.0"

    def __init__(
        self,
        nodes: int,
        kinds: int,
        fates: Mapping[int, Ended] | None = None,
        *,
        labels: Sequence[str] = ("",),
        hosts: Callable[[int], str] = str,
    ) -> None:
        self._nodes = [
            Node(id=f"{i:08}", address=f"10.0.{i // 256}.{i % 256}", label=labels[i % len(labels)])
            for i in range(nodes)
        ]
        self._kinds, self._fates, self._hosts = kinds, fates or {}, hosts
        self._lock = threading.Lock()
        self._busy: list[str] = []
        self.probed: list[int] = []
        self.most_on_a_host = 0
        self.on_probe: Callable[[Halt], None] = lambda _: None

    def machine(self, number: int) -> Machine:
        return machine(number % self._kinds)

    def look(self, halt: Halt) -> Iterator[tuple[Node, Look | Ended]]:  # noqa: ARG002  (as Ray does)
        for i, node in enumerate(self._nodes):
            fate = self._fates.get(i)
            if fate is not None and fate.fate == "refused":
                yield node, fate
            else:
                there = Look(machine=self.machine(i), host=self._hosts(i), platform="linux x86_64", program="1")
                yield node, there

    def probe(self, place: Place, errand: Errand, report: Report, halt: Halt) -> Ended:  # noqa: ARG002  (as Ray does)
        number = int(place.node.id)
        with self._lock:
            self._busy.append(place.host)
            self.probed.append(number)
            self.most_on_a_host = max(self.most_on_a_host, self._busy.count(place.host))
        report(Progress(kind="probe", seconds_left=9.0, probe="gemm", number=1, of=2))
        self.on_probe(halt)
        with self._lock:
            self._busy.remove(place.host)
        if halt.asked:
            return Ended(fate="stopped", reason="it was stopped")
        return self._fates.get(number) or measured(self.machine(number))
