"""From whole models to classes of work: how long a step takes in each variant, relative to the fastest.

Of a class at its default sizes several models may stand: then the times are their geometric mean, because only ratios
between variants carry over, and of the variants that have them all.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence

from advisor.frozen import replace
from advisor.model.measurement import ClassResult, ProbeResult
from advisor.model.probe import ProbeDefinition, Workload

NINETY = 1.645
"""Standard errors on either side of a 90 % interval."""

Variant = tuple[str, str]
Good = Mapping[Variant, Mapping[str, ProbeResult]]


def compose(
    definitions: Sequence[ProbeDefinition], results: Iterable[ProbeResult], canary_rate: float | None
) -> tuple[ClassResult, ...]:
    """Give the result of every workload from the good results of one device; sorted by class, the fastest first.

    Results from different kinds of device are never composed, since their sizes differ: an accelerator's count where
    there are any.
    """
    good = _good(results)
    workloads: dict[tuple[str, str], list[ProbeDefinition]] = {}
    for definition in definitions:
        if definition.workload:
            key = (definition.workload.workload_class, definition.workload.name)
            workloads.setdefault(key, []).append(definition)
    found: list[ClassResult] = []
    for _, those in sorted(workloads.items()):
        found += _on_one_scale(_workload(those, good), those, good, canary_rate)
    return tuple(found)


def _good(results: Iterable[ProbeResult]) -> dict[Variant, dict[str, ProbeResult]]:
    kept = [
        result
        for result in results
        if result.outcome == "ok" and result.track == "matched" and result.paired is not None and result.value
    ]
    if any(result.device != "cpu" for result in kept):
        kept = [result for result in kept if result.device != "cpu"]
    good: dict[Variant, dict[str, ProbeResult]] = {}
    for result in kept:
        good.setdefault((result.framework, result.variant), {})[result.probe] = result
    return good


def _workload(those: Sequence[ProbeDefinition], good: Good) -> list[ClassResult]:
    """Give the results of one workload, by the probes that stand for it."""
    probes = [definition.id for definition in those]
    able = {
        variant: [found[probe] for probe in probes]
        for variant, found in good.items()
        if all(probe in found for probe in probes)
    }
    times = {variant: statistics.fmean(result.paired or 0.0 for result in mine) for variant, mine in able.items()}
    fastest = min(times.values(), default=0.0)
    workload = those[0].workload or Workload(name="", workload_class="")
    composed = [
        ClassResult(
            name=workload.name,
            workload_class=workload.workload_class,
            framework=variant[0],
            variant=variant[1],
            relative_time=math.exp(times[variant] - fastest),
            interval=_interval(times[variant] - fastest, mine, workload.sd),
            first_step_s=sum(result.first_s or 0.0 for result in mine) / len(mine),
            utilisation=None,
            sizes=workload.sizes,
            probes=tuple(probes),
        )
        for variant, mine in able.items()
    ]
    return sorted(composed, key=lambda result: (result.relative_time, result.framework, result.variant))


def _interval(time: float, mine: Sequence[ProbeResult], sd: float) -> tuple[float, float]:
    """Give the 90 % interval: of the rounds, and of what the probes leave open about the workload."""
    rounds = math.hypot(*(result.paired_error or 0.0 for result in mine)) / len(mine)
    half = NINETY * math.hypot(rounds, sd / math.sqrt(2))  # a ratio has two sides, of which this is one
    return math.exp(time - half), math.exp(time + half)


def _on_one_scale(
    composed: Sequence[ClassResult], those: Sequence[ProbeDefinition], good: Good, canary_rate: float | None
) -> list[ClassResult]:
    """Give every result its utilisation: a level for the whole workload, over which the ratios are those of its times.

    The level is the geometric mean, over the variants, of what the rate of its first probe says, held against what is
    full speed for such a model.
    """
    levels = [
        math.log(rate * result.relative_time)
        for result in composed
        if (rate := _utilisation(good[result.framework, result.variant][those[0].id], canary_rate))
    ]
    if not levels or not those[0].workload:
        return list(composed)
    level = math.exp(statistics.fmean(levels)) / those[0].workload.reach
    return [replace(result, utilisation=level / result.relative_time) for result in composed]


def _utilisation(result: ProbeResult, canary_rate: float | None) -> float | None:
    if not canary_rate or not result.flops or not result.value:
        return None
    return result.flops / result.value / canary_rate
