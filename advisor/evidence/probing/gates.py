"""What a figure has to pass before it counts: flags, each with what it holds against the figure. Pure functions.

Most of what makes comparisons unfair leaves a trace that needs no knowledge of the framework: an iteration that does
not depend on the one before, more threads than were allowed, an array that lies elsewhere than it was sent.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from advisor.evidence.probing.canary import CanaryBlock, crowded
from advisor.evidence.probing.stability import FEWEST, Block, Clock, clean, median_interval
from advisor.frozen import dataclass
from advisor.model.measurement import Outcome, Track
from advisor.model.probe import ProbeDefinition

CONTENDED = 0.90
"""A processor second for each second of wall time is what one busy thread takes; less means that it had to wait."""
WIDE = 1.0
"""A median whose 90 % interval reaches to twice or half of it has not been measured, only met. A narrower one counts
with its error: uncertain evidence is weighed by whoever uses it, and is not missing."""
DISTURBED = 0.2
"""Share of the blocks above which heat, or somebody else on the accelerator, is said of all of them."""
SUBNORMAL = 1e-3
"""Share of values below the least normal number: processors may be a hundred times slower on them."""
FEWEST_COMPILED = 3
"""Compiling takes too long for more."""
SPARE = 2
"""Threads besides those that compute: the one that calls, one that hands out work."""
INTEGERS = frozenset({"int8", "int16", "int32", "int64", "uint8", "uint32", "uint64", "bool"})
"""Types of indices and labels, which have no precision to compare."""

FAILED = {
    "implausible": "faster than this processor can be: something was left out or not waited for",
    "frozen": "an iteration gave the same as the one before: something was baked in or its result dropped",
    "wrong_device": "its arrays do not lie on the device it was said to run on",
    "wrong_type": "its arrays are not of the type that was asked for",
    "wrong_layout": "its images do not lie in memory as this framework wants them",
    "wrong_threads": "it uses another number of threads than the others",
    "denormal": "its values decayed to denormal numbers, on which processors are slow, or to nothing",
    "not_finite": "its values grew beyond what is a number",
}
"""Flags that mean that something else was measured than what was asked for."""
UNSTABLE = {
    "compiled": "something was compiled inside the timed window",
    "few_samples": "too few blocks were timed",
    "wide": "its time varied too much to give a median",
    "warm_cache": "it was compiled before: a cache answered where compiling was to be timed",
}
"""Flags that mean that it was measured badly."""
SAID = {**FAILED, **UNSTABLE}
"""Flags that keep a value from counting, with why; others only go along with it: `contended`, `slowed` (by
heat or power), `shared` (with somebody else's work on the accelerator), `unsettled`, `one_core`, `reduced_precision`,
`cached` (its first step says nothing about compiling), `uncompared` and `other_types` (of a user's own steps)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a probe was to be measured under."""

    definition: ProbeDefinition
    track: Track
    device: str
    threads: int
    compiles: bool = False
    """Whether a first call of this variant compiles."""
    layout: str = ""
    """How the framework says that it wants images; empty where it says nothing."""
    declared: int | None = None
    """Threads that it says it uses."""
    clock: Clock = "wall_s"
    """What counts: the processor's where neighbours want the cores and every worker has one thread on one core."""


def outcome(flags: Sequence[str]) -> tuple[Outcome, str]:
    """Give the outcome that flags amount to, with the reason."""
    reason = "; ".join(SAID[flag] for flag in flags if flag in SAID)
    if any(flag in FAILED for flag in flags):
        return "failed", reason
    return ("unstable", reason) if reason else ("ok", "")


def of_state(values: Mapping[str, Any], terms: Terms) -> tuple[str, ...]:
    """Say what is wrong with the arrays of a probe, from what its worker answered to `prepare` or `inspect`."""
    on_cpu, matched = terms.device == "cpu", terms.track == "matched"
    types = set(values.get("dtypes") or ()) - INTEGERS
    layout = values.get("layout")
    threads = terms.declared is not None and terms.declared != terms.threads
    found = {
        "frozen": bool(values.get("frozen")) and terms.definition.devices == "any",
        "wrong_device": any(each != terms.device for each in values.get("devices") or ()),
        "wrong_type": matched and bool(types - {"float32", terms.definition.dtype}),
        "wrong_layout": matched and bool(layout and terms.layout) and layout != terms.layout,
        "wrong_threads": matched and on_cpu and threads,
        "denormal": values.get("subnormal", 0.0) > SUBNORMAL or bool(values.get("vanished")),
        "not_finite": values.get("finite") is False,
        "uncompared": values.get("compared") is False,
        "other_types": bool(values.get("other_types")),
        "reduced_precision": not matched and values.get("error", 0.0) > terms.definition.tolerance,
    }
    return tuple(name for name, true in found.items() if true)


def of_compiling(values: Mapping[str, Any], terms: Terms) -> tuple[str, ...]:
    """Say whether the first step was spared the compiling that it was to time."""
    if terms.definition.bound == "compile":
        spared = bool(values.get("cache_hits")) or (terms.compiles and not values.get("first_compilations"))
        return ("warm_cache",) if spared else ()
    return ("cached",) if values.get("cache_hits") else ()


def of_blocks(
    blocks: Sequence[Block],
    canary: Sequence[CanaryBlock],
    terms: Terms,
    values: Mapping[str, Any],
    *,
    fast: bool,
) -> tuple[str, ...]:
    """Say what is to be held against the blocks of one probe; `fast` tells that no processor is so fast."""
    kept = [blocks[number] for number in clean(blocks)] if terms.clock == "wall_s" else list(blocks)
    times = [getattr(block, terms.clock) for block in kept]
    low, high = median_interval(times)
    middle, busy = statistics.median(times), statistics.median(block.cpu_s / block.wall_s for block in kept)
    on_cpu = terms.device == "cpu"
    most = statistics.median(block.busy_threads for block in kept)
    found = {
        "contended": crowded(canary) or (on_cpu and busy < CONTENDED),
        "slowed": sum(block.slowed for block in blocks) > len(blocks) * DISTURBED,
        "shared": sum(block.shared for block in blocks) > len(blocks) * DISTURBED,
        "unsettled": not values.get("settled", True) and terms.definition.bound != "compile",
        "implausible": fast,
        "wrong_threads": on_cpu and terms.track == "matched" and most > 2 * terms.threads + SPARE,
        "compiled": terms.definition.bound != "compile" and any(block.compilations for block in blocks),
        "few_samples": len(kept) < (FEWEST_COMPILED if terms.definition.bound == "compile" else FEWEST),
        "wide": max(high / middle, middle / low) - 1 > WIDE,
        "one_core": terms.clock == "cpu_s",
    }
    return tuple(name for name, true in found.items() if true)
