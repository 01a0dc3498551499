"""Which times are told apart, and which are a tie. Pure functions, the same for every format and for the progress."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from operator import attrgetter

from advisor.evidence.probing.stability import MARGIN
from advisor.frozen import dataclass

_LARGEST = 700.0
"""A logarithm beyond which there is no floating-point number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A time with its 90 % interval, in natural logarithms on a scale common to those it is compared with."""

    name: str
    time: float
    below: float = 0.0
    """From the lower end of the interval to the time."""
    above: float = 0.0
    """From the time to the upper end of the interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a time comes in."""

    timed: Timed
    rank: int
    """From 1, the same for all of a tie; the next one counts all that come before: 1, 1, 3."""
    tied: bool
    """Whether it shares its rank."""


def timed(name: str, time: float, interval: tuple[float, float]) -> Timed | None:
    """Take a time and its interval, both in one unit, to logarithms; None where the time is no positive number."""
    if not (math.isfinite(time) and time > 0):
        return None
    middle = math.log(time)
    low, high = (math.log(end) if math.isfinite(end) and end > 0 else math.nan for end in interval)
    below, above = max(0.0, middle - low), max(0.0, high - middle)
    # An end that is no number is not known, and then neither is how sure the time is.
    return Timed(
        name=name,
        time=middle,
        below=math.inf if math.isnan(low) else below,
        above=math.inf if math.isnan(high) else above,
    )


def tied(one: Timed, other: Timed) -> bool:
    """Tell whether two times cannot be told apart by what matters.

    They are a tie unless the 90 % interval of their ratio lies wholly beyond 5 %. The errors of both are taken as
    independent, so the half-widths that face each other add up as squares: the lower end of the interval of the slower
    one over the faster one is `d - sqrt(below_slower^2 + above_faster^2)`, with d the difference of the logarithms.
    """
    faster, slower = sorted((one, other), key=attrgetter("time"))
    return slower.time - faster.time - math.hypot(slower.below, faster.above) <= MARGIN


def ranked(times: Iterable[Timed]) -> tuple[Place, ...]:
    """Give every time its place, the fastest first.

    Being tied is not handed on from neighbour to neighbour, or a long row of small steps would be one tie. So each tie
    is led by its fastest, and goes on for as long as the next one cannot be told apart from that leader.
    """
    groups: list[list[Timed]] = []
    for each in sorted(times, key=attrgetter("time", "name", "below", "above")):
        if groups and tied(groups[-1][0], each):
            groups[-1].append(each)
        else:
            groups.append([each])
    return tuple(_places(groups))


def _places(groups: Sequence[Sequence[Timed]]) -> Iterable[Place]:
    before = 0
    for group in groups:
        for each in group:
            yield Place(timed=each, rank=before + 1, tied=len(group) > 1)
        before += len(group)


def ratio(logarithm: float) -> float:
    """Give the ratio that a difference of logarithms stands for, the largest number where it is none."""
    return math.exp(max(-_LARGEST, min(_LARGEST, logarithm)))
