"""The canary: a matrix product and a stream without any framework, timed in every round beside the frameworks.

It tells how quiet the machine was, and what its processor can plausibly do. Pure functions.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

from advisor.evidence.probing.stability import FEWEST
from advisor.frozen import dataclass
from advisor.model.probe import ProbeDefinition

SIZES = {"gemm": {"width": 512}, "stream": {"points": 4_000_000}}
PROBES = tuple(
    ProbeDefinition(id=name, version=1, title=name, motivation="", sizes={"cpu": sizes}, tolerance=1.0)
    for name, sizes in SIZES.items()
)
"""Its own, the same whatever the device: it runs on the processor."""
GEMM_FLOPS = 2.0 * SIZES["gemm"]["width"] ** 3
STREAM_FLOPS = 2.0 * SIZES["stream"]["points"]
QUIET = 0.10
"""How far it may be from its median in a round that counts as undisturbed."""
LIBRARY = 0.6
"""Its library reaches at least this much of what the processor can do; another may be that much faster."""
WINOGRAD = 2.25
"""Multiplications that Winograd's F(2x2, 3x3) saves, which a library may rightly use: they are counted directly."""
NECESSARY = 3 / 5
"""Of the five passes over memory that its stream makes, three are necessary: two read, one written."""
TOLERATED = 1.05
CROWDED_OUT = 20.0
"""A canary that was hardly ever undisturbed may have been this much slower than it can be: it was, by 11 times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryBlock:
    """The canary in one round: seconds for one matrix product and one stream, and the cores its product kept busy."""

    gemm_s: float
    stream_s: float
    busy: float
    clean: bool = True
    """As for a block; the canary has no more threads than cores, so nothing of its own delays it."""


def quiet_share(canary: Sequence[CanaryBlock]) -> float | None:
    """Give the share of rounds in which the canary was undisturbed and as fast as usual; None without any."""
    if not canary:
        return None
    usual = statistics.median(block.gemm_s for block in canary)
    return sum(block.clean and abs(block.gemm_s / usual - 1) <= QUIET for block in canary) / len(canary)


def crowded(canary: Sequence[CanaryBlock]) -> bool:
    """Tell whether most rounds were disturbed."""
    return sum(not block.clean for block in canary) > len(canary) / 2


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


def implausible(probe: str, flops: float, seconds: float, canary: Sequence[CanaryBlock], threads: int) -> bool:
    """Tell whether a processor cannot have done this in that time: then something was left out, or not waited for.

    The canary is one library on one day, not the peak: hence the allowances, which still catch what is left out, since
    a step that is not waited for looks ten times too fast and more. Only for processors whose float32 arithmetic NumPy
    can reach; Apple's and ARM's matrix units may be closed to it. Shorter vectors than the canary's may lie in a cache.
    """
    if not canary:
        return False
    margin = TOLERATED * (1.0 if sum(block.clean for block in canary) >= FEWEST else CROWDED_OUT)
    if probe == "stream":
        least = min(block.stream_s for block in canary) * NECESSARY / threads
        return flops >= STREAM_FLOPS and seconds < least * flops / STREAM_FLOPS / margin
    saved = WINOGRAD if probe in {"conv", "step_resnet", "forward_resnet"} else 1.0
    return flops / seconds > margin / LIBRARY * saved * peak(canary, threads)
