"""What a set of timed blocks can be held to say: medians, intervals, paired ratios, and when to stop asking.

Pure functions. Times are compared within a round only: what slows the machine slows every framework of that round, and
cancels. Sequential medians were off by 20 to 55 % on two loaded cores, paired ones by 3 to 20 %.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

LOOKS = (10, 20, 40)
"""Rounds after which stopping is considered; the last ends a probe in any case."""
MARGIN = math.log(1.05)
"""A smaller difference decides nothing for a person who chooses a framework."""
QUIET = 0.10
"""How far the canary may be from its median in a round that counts as undisturbed."""
CONTENDED = 0.90
"""A processor second for each second of wall time is what one busy thread takes; less means that it had to wait."""
WIDE = 0.25
"""A median whose 90 % interval is wider than this on either side has not been measured, only met."""
FEWEST = 5

Verdict = Literal["resolved", "equivalent", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One timed block, for one iteration of it, in seconds."""

    wall_s: float
    cpu_s: float
    compilations: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryBlock:
    """The canary in one round: seconds for one matrix product and one stream, and the cores its product kept busy."""

    gemm_s: float
    stream_s: float
    busy: float


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


def centred(times: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """Take the logarithm of every time less the mean of its round; the sequences are rounds in the same order."""
    logs = {name: [math.log(value) for value in values] for name, values in times.items()}
    rounds = min((len(values) for values in logs.values()), default=0)
    means = [statistics.fmean(values[index] for values in logs.values()) for index in range(rounds)]
    return {name: [values[index] - means[index] for index in range(rounds)] for name, values in logs.items()}


def standard_error(values: Sequence[float]) -> float:
    """Give the standard error of the median from the median deviation, which a few disturbed rounds do not move.

    1.4826 turns the median deviation of normal noise into its standard deviation, 1.2533 a mean's error into a median's.
    """
    middle = statistics.median(values)
    deviation = statistics.median(abs(value - middle) for value in values)
    return 1.2533 * 1.4826 * deviation / math.sqrt(len(values))


def verdict(one: Sequence[float], other: Sequence[float]) -> Verdict:
    """Tell whether two variants differ by more than the margin, by less, or whether that is still open."""
    differences = [math.log(a / b) for a, b in zip(one, other, strict=True)]
    low, high = median_interval(differences, 0.95)
    if low > MARGIN or high < -MARGIN:
        return "resolved"
    return "equivalent" if -MARGIN < low and high < MARGIN else "open"


def decided(times: Mapping[str, Sequence[float]]) -> bool:
    """Tell whether no pair is open."""
    return all(verdict(one, other) != "open" for one, other in combinations(times.values(), 2))


def undisturbed(canary: Sequence[float]) -> list[int]:
    """Give the rounds in which the canary ran as usual; all of them where fewer than half did, since then none is."""
    if not canary:
        return []
    usual = statistics.median(canary)
    quiet = [index for index, value in enumerate(canary) if abs(value / usual - 1) <= QUIET]
    return quiet if len(quiet) >= max(FEWEST, len(canary) / 2) else list(range(len(canary)))


def quiet_share(canary: Sequence[float]) -> float | None:
    """Give the share of rounds in which the canary was within its margin; None without any."""
    if not canary:
        return None
    usual = statistics.median(canary)
    return sum(abs(value / usual - 1) <= QUIET for value in canary) / len(canary)


def peak(canary: Iterable[CanaryBlock], flops: float, threads: int) -> float:
    """Give the most operations a second that the canary shows this processor to be capable of.

    The best round counts, since disturbance only slows. Where the matrix library used fewer cores than it was allowed,
    the others could have done as much: so the rate of one busy core times all of them.
    """
    return max(flops / block.gemm_s * threads / min(max(block.busy, 1.0), threads) for block in canary)


def flags(blocks: Sequence[Block], *, on_cpu: bool, settled: bool, implausible: bool) -> tuple[str, ...]:
    """Say what is to be held against the blocks of one probe."""
    low, high = median_interval([block.wall_s for block in blocks])
    middle = statistics.median(block.wall_s for block in blocks)
    busy = statistics.median(block.cpu_s / block.wall_s for block in blocks)
    found = {
        "contended": on_cpu and busy < CONTENDED,
        "unsettled": not settled,
        "implausible": implausible,
        "compiled": any(block.compilations for block in blocks),
        "few_samples": len(blocks) < FEWEST,
        "wide": max(high / middle, middle / low) - 1 > WIDE,
    }
    return tuple(name for name, true in found.items() if true)
