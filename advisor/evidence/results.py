"""From the blocks of one probe to a result for each variant: gates first, then figures. Pure functions."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from advisor.evidence.stability import (
    CROWDED,
    Block,
    CanaryBlock,
    clean,
    flags,
    implausible,
    median_interval,
    paired,
)
from advisor.frozen import dataclass, replace
from advisor.model.measurement import Outcome, ProbeResult

UNSOUND = {
    "implausible": "faster than this processor can be: something was left out or not waited for",
    "compiled": "something was compiled inside the timed window",
    "few_samples": "too few blocks were timed",
    "wide": "its time varied too much to give a median",
}
"""Flags that keep a value from counting, with why; the others only go along with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is known of a variant's probe before its blocks."""

    blank: ProbeResult
    """The result with everything but figures."""
    values: Mapping[str, Any]
    """What `prepare` answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What this processor can do, as far as the canary shows."""

    canary: Sequence[CanaryBlock]
    """Its blocks of the whole run so far; empty where it says nothing about this kind of processor."""
    threads: int


def blank(name: str, probe: str, device: str, outcome: Outcome = "ok", reason: str = "") -> ProbeResult:
    """Give a result without figures; `name` is `framework/variant`."""
    framework, _, variant = name.partition("/")
    return ProbeResult(
        framework=framework,
        variant=variant,
        probe=probe,
        device=device,
        dtype="float32",
        outcome=outcome,
        reason=reason,
    )


def assess(
    prepared: Mapping[str, Prepared],
    blocks: Mapping[str, Sequence[Block]],
    canary: Sequence[CanaryBlock],
    bound: Bound,
) -> dict[str, ProbeResult]:
    """Turn blocks into results; `canary` has its blocks of the same rounds."""
    results = {name: _result(prepared[name], found, canary, bound) for name, found in blocks.items() if found}
    for on_cpu in (True, False):  # sizes differ from one kind of device to another: they are not compared
        good = [name for name, found in results.items() if found.outcome == "ok" and (found.device == "cpu") is on_cpu]
        for name, (middle, error) in paired({name: blocks[name] for name in good}).items():
            crowded = CROWDED if "contended" in results[name].flags else 0.0
            results[name] = replace(results[name], paired=middle, paired_error=math.hypot(error, crowded))
    return results


def _result(prepared: Prepared, blocks: Sequence[Block], canary: Sequence[CanaryBlock], bound: Bound) -> ProbeResult:
    kept = [blocks[number] for number in clean(blocks)]
    walls = [block.wall_s for block in kept]
    value, flops, given = statistics.median(walls), float(prepared.values["flops"]), prepared.blank
    on_cpu = given.device == "cpu"
    found = flags(
        blocks,
        canary,
        on_cpu=on_cpu,
        settled=bool(prepared.values["settled"]),
        implausible=on_cpu and implausible(given.probe, flops, value, bound.canary, bound.threads),
    )
    wrong = [flag for flag in found if flag in UNSOUND]
    outcome: Outcome = "failed" if "implausible" in wrong else "unstable" if wrong else "ok"
    return replace(
        given,
        outcome=outcome,
        reason="; ".join(UNSOUND[flag] for flag in wrong),
        value=value,
        interval=median_interval(walls),
        cpu_value=statistics.median(block.cpu_s for block in kept),
        first_s=float(prepared.values["first_s"]),
        samples=len(kept),
        flops=flops,
        flags=found,
        error=float(prepared.values["error"]),
    )
