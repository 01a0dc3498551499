"""A logarithmic axis of times relative to the fastest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from advisor.frozen import dataclass
from advisor.render.measured.panels import Panel
from advisor.render.measured.ties import Timed

STEPS = ((8.0, (1.0, 1.5, 2.0, 3.0, 5.0)), (500.0, (1.0, 2.0, 5.0)), (math.inf, (1.0,)))
"""Of the ticks, in each power of ten, for an axis that is no longer than the first figure."""
LEAST = math.log(1.5)
"""The axis reaches at least so far, so that a difference of nothing does not look like one."""
SPARE = math.log(2.0)
"""The ends of intervals move those of the axis by no more than this: one figure that is hardly known must not squeeze
all others together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """From one logarithm to another."""

    low: float
    high: float

    def share(self, logarithm: float) -> float:
        """Where it lies between the ends, from 0 to 1; what lies beyond is at the end."""
        return min(1.0, max(0.0, (logarithm - self.low) / (self.high - self.low)))

    def beyond(self, logarithm: float) -> bool:
        """Tell whether it lies outside."""
        return not self.low <= logarithm <= self.high

    def ticks(self) -> Iterator[tuple[float, str]]:
        """The logarithms at which there is a line, with what stands there; 1 first, since it is the last to do without.

        The longer the axis, the fewer in each power of ten.
        """
        steps = next(steps for most, steps in STEPS if self.high - self.low <= math.log(most))
        first, last = math.floor(self.low / math.log(10)), math.ceil(self.high / math.log(10))
        every = max(1, math.ceil((last - first) / 12))
        for power in sorted(range(first, last + 1), key=lambda power: (power < 0, abs(power))):
            for step in steps if power % every == 0 else ():
                place = math.log(step) + power * math.log(10)
                if not self.beyond(place):
                    yield place, _label(step, power)


def axis(panels: Iterable[Panel]) -> Axis:
    """One axis for all of them, so that the same length is the same ratio everywhere."""
    times = [row.place.timed for panel in panels for row in panel.rows if row.place]
    return around(times)


def around(times: Iterable[Timed]) -> Axis:
    """The axis that has 1 and all times on it, and of their intervals what is reasonable."""
    known = list(times)
    least = min([0.0, *(each.time for each in known)])
    most = max([LEAST, *(each.time for each in known)])
    low = max(least - SPARE, min([0.0, *(each.time - each.below for each in known)]))
    high = min(most + SPARE, max([most, *(each.time + each.above for each in known)]))
    edge = (high - low) * 0.02
    return Axis(low=low - edge, high=high + edge)


def _label(step: float, power: int) -> str:
    if -3 <= power <= 4:
        return f"{step * 10.0**power:.10g}"
    return f"{step:g}e{power}"
