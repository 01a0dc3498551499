"""Whether anything else wants the processor, looked at while nothing of ours runs."""

from __future__ import annotations

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
    times = psutil.cpu_times_percent(interval=seconds, percpu=True)
    return Contention(cores=tuple(1 - (each.idle + getattr(each, "iowait", 0.0)) / 100 for each in times))
