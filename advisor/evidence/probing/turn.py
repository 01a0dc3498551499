"""Who measures on this machine: one process at a time, since two at once would disturb each other's figures.

Whoever has the turn holds a file locked, and has written into it who it is and how long it may take. The lock falls
with the process, however it ends.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from advisor.errors import Problem, StoreError
from advisor.evidence.halt import Halt
from advisor.evidence.probing.plan import Plan, Progress, Report
from advisor.frozen import dataclass
from advisor.locks import hold

LOOK_S = 0.5
"""How often it is looked whether the other one is done."""
GRACE_S = 60.0
"""A run may go on for so long after the end of its budget: what has begun is brought to its end."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the turn."""

    name: str = "another process"
    until: int = 0
    """When its budget ends, by the clock of the machine."""


@contextmanager
def turn(plan: Plan, report: Report, halt: Halt) -> Iterator[None]:
    """Wait until nobody else measures here, which is reported, and keep everybody else waiting.

    Halted, it waits no longer; where nothing can be locked, nobody is waited for. Raises StoreError where the other one
    should have been done long ago.
    """
    descriptor = _waited(plan.lock, report, halt) if plan.lock is not None else None
    try:
        if descriptor is not None:
            _sign(descriptor, plan.budget_s)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _waited(lock: Path, report: Report, halt: Halt) -> int | None:
    """A descriptor that holds the lock; None where it was halted, or nothing can be locked."""
    told: Holder | None = None
    deadline = 0.0
    while not halt.asked:
        try:
            return hold(lock)
        except BlockingIOError:
            holder, now = _holder(lock), time.time()
        except OSError:
            return None
        if holder != told:
            told, deadline = holder, max(holder.until, now) + GRACE_S
            report(Progress(kind="waiting", seconds_left=max(0.0, holder.until - now), text=holder.name))
        elif now > deadline:
            message = f"{holder.name} measures on this machine, and should have been done long ago."
            raise StoreError(Problem(message=message, place=str(lock), hint="End it, and measure again."))
        time.sleep(LOOK_S)
    return None


def _sign(descriptor: int, budget_s: float) -> None:
    """Write down who has the turn, and until when. The first byte is what is locked, and on Windows not read then."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f" {os.getpid()} {time.time() + budget_s:.0f}".encode())


def _holder(lock: Path) -> Holder:
    """Who has written that down."""
    try:
        with lock.open("rb", buffering=0) as file:
            file.seek(1)
            process, until = map(int, file.read(64).split())
    except (OSError, ValueError):
        return Holder()
    return Holder(f"process {process}", until)
