"""From the blocks of one probe to a result for each variant: gates first, then figures. Pure functions."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from advisor.evidence.probing import gates
from advisor.evidence.probing.canary import CanaryBlock, implausible
from advisor.evidence.probing.gates import Terms
from advisor.evidence.probing.stability import Block, clean, median_interval, paired
from advisor.frozen import dataclass, replace
from advisor.model.measurement import ProbeResult, Samples

CROWDED = 0.2
"""Standard deviation, in logarithms, that contention adds to a ratio: two equal programs on loaded cores differed by up
to that much."""
DISTURBED = frozenset({"contended", "slowed", "shared"})
ONE_CORE = 0.15
"""What measuring on one core, because the others were taken, adds to a ratio that is to hold for all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is known of a variant's probe before its blocks."""

    blank: ProbeResult
    """The result with everything but figures."""
    terms: Terms
    values: Mapping[str, Any]
    """What `prepare` answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What holds for all variants of a run."""

    threads: int
    canary: Sequence[CanaryBlock] = ()
    """Its blocks of the whole run so far; empty where it says nothing about this kind of processor."""


def blank(name: str, terms: Terms) -> ProbeResult:
    """Give a result without figures; `name` is `framework/variant`."""
    framework, _, variant = name.partition("/")
    return ProbeResult(
        framework=framework,
        variant=variant,
        probe=terms.definition.id,
        function=terms.definition.called if terms.definition.called != terms.definition.id else "",
        version=terms.definition.version,
        device=terms.device,
        dtype=terms.definition.dtype,
        track=terms.track,
        outcome="ok",
    )


def checked(prepared: Prepared) -> ProbeResult:
    """Give the result as far as it goes before any block: not `ok` where there is nothing worth timing."""
    flags = (*gates.of_state(prepared.values, prepared.terms), *gates.of_compiling(prepared.values, prepared.terms))
    outcome, reason = gates.outcome(flags)
    error = float(prepared.values["error"])
    return replace(prepared.blank, outcome=outcome, reason=reason, flags=flags, error=error)


def assess(
    prepared: Mapping[str, Prepared],
    blocks: Mapping[str, Sequence[Block]],
    canary: Sequence[CanaryBlock],
    circumstances: Circumstances,
    after: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, ProbeResult]:
    """Turn blocks into results; `canary` has its blocks of the same rounds, `after` what was inspected afterwards."""
    results = {
        name: _result(prepared[name], found, canary, circumstances, (after or {}).get(name, {}))
        for name, found in blocks.items()
        if found
    }
    for on_cpu in (True, False):  # sizes differ from one kind of device to another: they are not compared
        good = {
            name: blocks[name]
            for name, found in results.items()
            if found.outcome == "ok" and (found.device == "cpu") is on_cpu
        }
        by_wall, by_processor = paired(good), paired(good, "cpu_s")
        for name in good:
            ratio, error = _ratio(by_wall[name], by_processor[name], results[name].flags)
            results[name] = replace(
                results[name],
                paired=ratio,
                paired_error=error,
                paired_cpu=by_processor[name][0],
                paired_cpu_error=by_processor[name][1],
            )
    return results


def _ratio(
    by_wall: tuple[float, float], by_processor: tuple[float, float], flags: Sequence[str]
) -> tuple[float, float]:
    """Choose the clock that counts, and widen its error by what it cannot see."""
    if "one_core" in flags:
        return by_processor[0], math.hypot(by_processor[1], ONE_CORE)
    return by_wall[0], math.hypot(by_wall[1], CROWDED if DISTURBED.intersection(flags) else 0.0)


def _result(
    prepared: Prepared,
    blocks: Sequence[Block],
    canary: Sequence[CanaryBlock],
    around: Circumstances,
    after: Mapping[str, Any],
) -> ProbeResult:
    kept = [blocks[number] for number in clean(blocks)]
    walls = [block.wall_s for block in kept]
    value, flops, given = statistics.median(walls), float(prepared.values["flops"]), checked(prepared)
    on_cpu, bound = given.device == "cpu", prepared.terms.definition.bound
    bounded = on_cpu and bound != "compile" and given.dtype == "float32"  # what the canary can be held against
    fast = bounded and implausible(prepared.terms.definition.called, flops, value, around.canary, around.threads)
    found = (
        *given.flags,
        *gates.of_state(after, prepared.terms),
        *gates.of_blocks(blocks, canary, prepared.terms, prepared.values, fast=fast),
    )
    flags = tuple(dict.fromkeys(found))
    outcome, reason = gates.outcome(flags)
    peak = prepared.values.get("peak_memory")
    return replace(
        given,
        outcome=outcome,
        reason=reason,
        value=value,
        interval=median_interval(walls),
        cpu_value=statistics.median(block.cpu_s for block in kept),
        first_s=None if "cached" in flags else float(prepared.values["first_s"]),
        samples=len(kept),
        flops=flops,
        flags=flags,
        peak_memory_mb=None if peak is None else peak / 2**20,
        raw=_samples(blocks),
    )


def _samples(blocks: Sequence[Block]) -> Samples:
    return Samples(
        wall_s=tuple(block.wall_s for block in blocks),
        cpu_s=tuple(block.cpu_s for block in blocks),
        clean=tuple(block.clean for block in blocks),
        delayed=tuple(block.delayed for block in blocks),
        stalled=tuple(block.stalled for block in blocks),
        generation=(0,) * len(blocks),
    )
