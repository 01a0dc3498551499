"""What a set of timed blocks can be held to say: medians, intervals, paired ratios, and when to stop asking.

Pure functions. Times are compared within a round only: what slows the machine slows every framework of that round, and
cancels. Sequential medians were off by 20 to 55 % on two loaded cores, paired ones by 3 to 20 %.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Literal

from advisor.frozen import dataclass

LOOKS = (10, 20, 40)
"""Rounds after which stopping is considered; the last ends a probe in any case."""
MARGIN = math.log(1.05)
"""A smaller difference decides nothing for a person who chooses a framework."""
QUIET = 0.10
"""How far the canary may be from its median in a round that counts as undisturbed."""
CONTENDED = 0.90
"""A processor second for each second of wall time is what one busy thread takes; less means that it had to wait."""
DELAYED = 0.10
"""Share of a block that its threads may have been ready without a core. A matrix product on two threads took 1.6 ms
when neither was delayed, and 15 ms when one of them waited for the other's core all the time."""
SPELL_S = 0.02
"""Where delays cannot be read: one unwanted switch in this time is what a quiet system does."""
CROWDED = 0.2
"""Standard deviation, in logarithms, that contention adds to a ratio: two equal programs on loaded cores differed by up
to that much."""
WIDE = 1.0
"""A median whose 90 % interval reaches to twice or half of it has not been measured, only met. A narrower one counts
with its error: uncertain evidence is weighed by whoever uses it, and is not missing."""
FEWEST = 5
CANARY_SIZES = {"gemm": {"width": 512}, "stream": {"points": 4_000_000}}
"""The canary's own probes, the same whatever the device: it runs on the processor."""
GEMM_FLOPS = 2.0 * CANARY_SIZES["gemm"]["width"] ** 3
STREAM_FLOPS = 2.0 * CANARY_SIZES["stream"]["points"]
LIBRARY = 0.6
"""A canary's library reaches at least this much of what the processor can do; another may be that much faster."""
WINOGRAD = 2.25
"""Multiplications that Winograd's F(2x2, 3x3) saves, which a library may rightly use: they are counted directly."""
NECESSARY = 3 / 5
"""Of the five passes over memory that the canary's stream makes, three are necessary: two read, one written."""
TOLERATED = 1.05
CROWDED_OUT = 20.0
"""A canary that was hardly ever undisturbed may have been this much slower than it can be: it was, by 11 times."""

Verdict = Literal["resolved", "equivalent", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One timed block, for one iteration of it, in seconds."""

    wall_s: float
    cpu_s: float
    compilations: int = 0
    clean: bool = True
    """Whether its threads had the cores they wanted. A framework with more threads than cores delays itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryBlock:
    """The canary in one round: seconds for one matrix product and one stream, and the cores its product kept busy."""

    gemm_s: float
    stream_s: float
    busy: float
    clean: bool = True
    """As for a block; the canary has no more threads than cores, so nothing of its own delays it."""


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


def standard_error(values: Sequence[float]) -> float:
    """Give the standard error of the median from the median deviation, which a few disturbed rounds do not move.

    1.4826 turns the median deviation of normal noise into its standard deviation, 1.2533 the error of a mean into that
    of a median.
    """
    middle = statistics.median(values)
    deviation = statistics.median(abs(value - middle) for value in values)
    return 1.2533 * 1.4826 * deviation / math.sqrt(len(values))


def clean(blocks: Sequence[Block]) -> list[int]:
    """Give the numbers of the undisturbed blocks; of all where they are too few to go by."""
    found = [number for number, block in enumerate(blocks) if block.clean]
    return found if len(found) >= FEWEST else list(range(len(blocks)))


def differences(one: Sequence[Block], other: Sequence[Block]) -> list[float]:
    """Take the logarithm of the ratio of two variants' times, in rounds that left both undisturbed or else in all.

    A variant that hardly ever is undisturbed, as one that delays itself, puts no claim on the rounds.
    """
    both = sorted(set(clean(one)) & set(clean(other)))
    kept = both if len(both) >= FEWEST else range(len(one))
    return [math.log(one[number].wall_s / other[number].wall_s) for number in kept]


def undisturbed(wall_s: float, noise: Mapping[str, float]) -> bool:
    """Judge a block by what its worker read besides the time."""
    if noise.get("stolen"):
        return False
    if "delayed_s" in noise:
        return noise["delayed_s"] <= DELAYED * wall_s
    return noise.get("involuntary", 0) <= wall_s // SPELL_S


def verdict(one: Sequence[Block], other: Sequence[Block]) -> Verdict:
    """Tell whether two variants differ by more than the margin, by less, or whether that is still open."""
    low, high = median_interval(differences(one, other), 0.95)
    if low > MARGIN or high < -MARGIN:
        return "resolved"
    return "equivalent" if max(-low, high) < MARGIN else "open"


def decided(blocks: Mapping[str, Sequence[Block]]) -> bool:
    """Tell whether no pair is open."""
    return all(verdict(one, other) != "open" for one, other in combinations(blocks.values(), 2))


def paired(blocks: Mapping[str, Sequence[Block]]) -> dict[str, tuple[float, float]]:
    """Give each variant's logarithm of time on a common scale, with its standard error.

    The scale fits best, by least squares, to the median ratios of all pairs; its zero is the mean of the variants. A
    pair's median over rounds is not moved by what disturbed a third. Half of a pair's variance is each one's own.
    """
    found = {}
    for name, mine in blocks.items():
        pairs = [differences(mine, other) for rival, other in blocks.items() if rival != name]
        middle = sum(statistics.median(values) for values in pairs) / len(blocks)
        error = statistics.fmean(standard_error(values) for values in pairs) / math.sqrt(2) if pairs else 0.0
        found[name] = (middle, error)
    return found


def quiet_share(canary: Sequence[CanaryBlock]) -> float | None:
    """Give the share of rounds in which the canary was undisturbed and as fast as usual; None without any."""
    if not canary:
        return None
    usual = statistics.median(block.gemm_s for block in canary)
    return sum(block.clean and abs(block.gemm_s / usual - 1) <= QUIET for block in canary) / len(canary)


def canary_rate(canary: Sequence[CanaryBlock]) -> float | None:
    """Give the canary's operations a second where it was undisturbed; its best where it hardly ever was."""
    if not canary:
        return None
    times = [block.gemm_s for block in canary if block.clean]
    return GEMM_FLOPS / (statistics.median(times) if len(times) >= FEWEST else min(block.gemm_s for block in canary))


def peak(canary: Iterable[CanaryBlock], threads: int) -> float:
    """Give the most operations a second that the canary shows this processor to be capable of.

    The best round counts, since disturbance only slows. Where the matrix library used fewer cores than it was allowed,
    the others could have done as much: so the rate of one busy core times all of them.
    """
    return max(GEMM_FLOPS / block.gemm_s * threads / min(max(block.busy, 1.0), threads) for block in canary)


def flags(
    blocks: Sequence[Block], canary: Sequence[CanaryBlock], *, on_cpu: bool, settled: bool, implausible: bool
) -> tuple[str, ...]:
    """Say what is to be held against the blocks of one probe."""
    kept = [blocks[number] for number in clean(blocks)]
    walls = [block.wall_s for block in kept]
    low, high = median_interval(walls)
    middle, busy = statistics.median(walls), statistics.median(block.cpu_s / block.wall_s for block in kept)
    crowded = sum(not block.clean for block in canary) > len(canary) / 2
    found = {
        "contended": crowded or (on_cpu and busy < CONTENDED),
        "unsettled": not settled,
        "implausible": implausible,
        "compiled": any(block.compilations for block in blocks),
        "few_samples": len(kept) < FEWEST,
        "wide": max(high / middle, middle / low) - 1 > WIDE,
    }
    return tuple(name for name, true in found.items() if true)


def implausible(probe: str, flops: float, seconds: float, canary: Sequence[CanaryBlock], threads: int) -> bool:
    """Tell whether a processor cannot have done this in that time: then something was left out, or not waited for.

    The canary is one library on one day, not the peak: hence the allowances, which still catch what is left out, since
    a step that is not waited for looks ten times too fast and more. Only for processors whose float32 arithmetic NumPy
    can reach; Apple's and ARM's matrix units may be closed to it.
    """
    if not canary:
        return False
    margin = TOLERATED * (1.0 if sum(block.clean for block in canary) >= FEWEST else CROWDED_OUT)
    if probe == "stream":
        least = min(block.stream_s for block in canary) * NECESSARY / threads
        return seconds < least * flops / STREAM_FLOPS / margin
    saved = WINOGRAD if probe in {"conv", "step_cnn"} else 1.0
    return flops / seconds > margin / LIBRARY * saved * peak(canary, threads)
