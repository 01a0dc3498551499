"""Whether anything else wants the processor, looked at while nothing of ours runs."""

from __future__ import annotations

import time
from typing import Any

import psutil

from advisor.frozen import dataclass

LOOK_S = 0.3
"""Long enough for a hundred ticks of the kernel's clock on two cores, short enough for nobody to mind."""
BUSY = 0.25
"""Share of one core: who takes less is met now and then, and left out of account round by round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contention:
    """How much of the cores others were using."""

    cores: tuple[float, ...]
    """Share of each core that was in use, from 0 to 1."""

    @property
    def busy(self) -> bool:
        """Whether several threads could not each have a core to themselves."""
        return any(share > BUSY for share in self.cores)

    def quietest(self, allowed: list[int]) -> list[int]:
        """Give the core with the least on it, of those that may be used; the first where they cannot be told apart."""
        known = [core for core in allowed if core < len(self.cores)]
        return [min(known, key=lambda core: self.cores[core])] if known else allowed[:1]


def look(seconds: float = LOOK_S) -> Contention:
    """Watch the cores for a moment; what a hypervisor gives to others counts as used."""
    before = psutil.cpu_times(percpu=True)
    time.sleep(seconds)
    return Contention(cores=tuple(map(_used, before, psutil.cpu_times(percpu=True))))


def _used(before: Any, after: Any) -> float:
    """Give the share of the time between two readings of a core in which it was not idle; 0 where no time is told.

    What guests took is in the time of the user who runs them, so it is not counted again.
    """
    spent = {name: getattr(after, name) - getattr(before, name) for name in after._fields if "guest" not in name}
    total = sum(spent.values())
    idle = spent["idle"] + spent.get("iowait", 0.0)
    return max(0.0, 1 - idle / total) if total > 0 else 0.0
