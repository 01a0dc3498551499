"""What a set of timed blocks can be held to say: medians, intervals, paired ratios, and when to stop asking.

Pure functions. Times are compared within a round only: what slows the machine slows every framework of that round, and
cancels. Sequential medians were off by 20 to 55 % on two loaded cores, paired ones by 3 to 20 %, and those of processor
time by 0.6 to 6 %.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Literal, TypeVar

from advisor.frozen import dataclass

LOOKS = (10, 20, 40, 80)
"""Rounds after which stopping is considered; the last ends a probe in any case."""
MARGIN = math.log(1.05)
"""A smaller difference decides nothing for a person who chooses a framework."""
FINE = 0.01
"""Equals are timed until their ratio is known this well: to be called equal is a result as well."""
STEADY = 0.25
"""Noise is known when its estimates from two halves of the rounds differ by less than this."""
DELAYED = 0.10
"""Share of a block that its threads may have been ready without a core. A matrix product on two threads took 1.6 ms
when neither was delayed, and 15 ms when one of them waited for the other's core all the time."""
SPELL_S = 0.02
"""Where delays cannot be read: one unwanted switch in this time is what a quiet system does."""
FEWEST = 5

T = TypeVar("T")
Clock = Literal["wall_s", "cpu_s"]
"""The wall's, or the processor's: that of all threads, in which no neighbour shows but through caches and memory."""
Verdict = Literal["resolved", "equivalent", "stable", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One timed block, for one iteration of it, in seconds."""

    wall_s: float
    cpu_s: float
    compilations: int = 0
    clean: bool = True
    """Whether its threads had the cores they wanted. A framework with more threads than cores delays itself."""
    slowed: bool = False
    """Whether the chip was kept from its usual clock, by heat or by power; False where nothing tells."""
    shared: bool = False
    """Whether somebody else computed on the same accelerator; False where nothing tells."""
    busy_threads: int = 0
    """Threads that took part in it; 0 where that cannot be read."""
    delayed: float = 0.0
    """Seconds for which its threads were ready and had no core, for a second of the block; 0 where unknown."""
    stalled: float = 0.0
    """Seconds for which anything on the machine waited for a core, for a second of the block; 0 where unknown."""


def median_interval(values: Sequence[float], level: float = 0.90) -> tuple[float, float]:
    """Give the interval of the median by order statistics: it needs no assumption about the noise.

    The k-th smallest and k-th largest enclose the median with probability 1 - 2 P(Binomial(n, 1/2) < k). With too few
    values for the level, the smallest and the largest are all that can be said.
    """
    ordered, n = sorted(values), len(values)
    outside, k = 0.0, 0
    while k < n // 2:
        outside += math.comb(n, k) * 0.5**n
        if 2 * outside > 1 - level:
            break
        k += 1
    k = max(k, 1)
    return ordered[k - 1], ordered[n - k]


def spread(values: Sequence[float]) -> float:
    """Give the standard deviation by the median deviation, which a few disturbed rounds do not move.

    1.4826 turns the median deviation of normal noise into its standard deviation.
    """
    middle = statistics.median(values)
    return 1.4826 * statistics.median(abs(value - middle) for value in values)


def standard_error(values: Sequence[float]) -> float:
    """Give the standard error of the median: 1.2533 turns the error of a mean of normal noise into that of a median."""
    return 1.2533 * spread(values) / math.sqrt(len(values))


def clean(blocks: Sequence[Block]) -> list[int]:
    """Give the numbers of the undisturbed blocks; of all where they are too few to go by."""
    return clean_of(range(len(blocks)), [block.clean for block in blocks])


def clean_of(values: Sequence[T], clean: Sequence[bool]) -> list[T]:
    """Give the values of undisturbed blocks; all where they are too few to go by."""
    found = [value for value, undisturbed in zip(values, clean, strict=True) if undisturbed]
    return found if len(found) >= FEWEST else list(values)


def differences(one: Sequence[Block], other: Sequence[Block], clock: Clock = "wall_s") -> list[float]:
    """Take the logarithm of the ratio of two variants' times, in rounds that left both undisturbed or else in all.

    A variant that hardly ever is undisturbed, as one that delays itself, puts no claim on the rounds. Of processor time
    every round counts: who had to wait for a core took none of it meanwhile.
    """
    both = sorted(set(clean(one)) & set(clean(other))) if clock == "wall_s" else []
    kept = both if len(both) >= FEWEST else range(min(len(one), len(other)))
    return [math.log(getattr(one[number], clock) / getattr(other[number], clock)) for number in kept]


def undisturbed(wall_s: float, noise: Mapping[str, float]) -> bool:
    """Judge a block by what its worker read besides the time."""
    if noise.get("stolen"):
        return False
    if "delayed_s" in noise:
        return noise["delayed_s"] <= DELAYED * wall_s
    return noise.get("involuntary", 0) <= wall_s // SPELL_S


def verdict(one: Sequence[Block], other: Sequence[Block], clock: Clock = "wall_s") -> Verdict:
    """Tell whether two variants differ by more than the margin, by less, or whether more rounds could tell."""
    found = differences(one, other, clock)
    low, high = median_interval(found, 0.95)
    if low > MARGIN or high < -MARGIN:
        return "resolved"
    if max(-low, high) < MARGIN:
        return "equivalent" if (high - low) / 2 < FINE else "open"
    return "stable" if _hopeless(found, (high - low) / 2) else "open"


def _hopeless(found: Sequence[float], half: float) -> bool:
    """Tell whether the noise is known well enough to say that even the last look would decide nothing.

    The interval narrows with the square root of the rounds; a ratio that lies closer to a margin than it will then
    reach stays open.
    """
    if len(found) < LOOKS[1]:
        return False
    first, second = found[: len(found) // 2], found[len(found) // 2 :]
    one, other = spread(first), spread(second)
    if abs(one - other) > STEADY * max(one, other):
        return False
    gap = abs(abs(statistics.median(found)) - MARGIN)
    return half * math.sqrt(len(found) / LOOKS[-1]) > gap


def standing(blocks: Mapping[str, Sequence[Block]], clock: Clock = "wall_s") -> Verdict:
    """Tell how a probe stands: open while any pair is; else by the least that its pairs came to."""
    verdicts = {verdict(one, other, clock) for one, other in combinations(blocks.values(), 2)}
    ranked: tuple[Verdict, ...] = ("open", "stable", "resolved", "equivalent")
    return next((word for word in ranked if word in verdicts), "equivalent")


def paired(blocks: Mapping[str, Sequence[Block]], clock: Clock = "wall_s") -> dict[str, tuple[float, float]]:
    """Give each variant's logarithm of time on a common scale, with its standard error.

    The scale fits best, by least squares, to the median ratios of all pairs; its zero is the mean of the variants. A
    pair's median over rounds is not moved by what disturbed a third. Half of a pair's variance is each one's own.
    """
    found = {}
    for name, mine in blocks.items():
        pairs = [differences(mine, other, clock) for rival, other in blocks.items() if rival != name]
        middle = sum(statistics.median(values) for values in pairs) / len(blocks)
        error = statistics.fmean(standard_error(values) for values in pairs) / math.sqrt(2) if pairs else 0.0
        found[name] = (middle, error)
    return found
