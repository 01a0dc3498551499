"""From whole models to classes of work: how long a step takes in each variant, relative to the fastest.

A model that was timed at two depths is extrapolated from them. For a class at its default sizes several models may
stand: then the times are their geometric mean, because only ratios between variants carry over, and of the variants
that have them all.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence

from advisor.frozen import dataclass, replace
from advisor.model.measurement import ClassResult, ProbeResult
from advisor.model.probe import ProbeDefinition, Workload
from advisor.model.score import NORMAL_90

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Time:
    """How long a step of a workload takes in one variant, by one model."""

    log: float
    """Of the time, against the other variants of the same workload."""
    error: float
    """Of that, from the rounds."""
    first_s: float
    sd: float


def _workload(those: Sequence[ProbeDefinition], good: Good) -> list[ClassResult]:
    """Give the results of one workload, by the models that stand for it."""
    models: dict[str, list[ProbeDefinition]] = {}
    for definition in those:
        models.setdefault(definition.called, []).append(definition)
    by_model = [_times(depths, good) for depths in models.values()]
    able = [variant for variant in good if all(variant in times for times in by_model)]
    mine = {variant: [times[variant] for times in by_model] for variant in able}
    logs = {variant: statistics.fmean(time.log for time in times) for variant, times in mine.items()}
    fastest = min(logs.values(), default=0.0)
    workload = those[0].workload or Workload(name="", workload_class="")
    composed = [
        ClassResult(
            name=workload.name,
            workload_class=workload.workload_class,
            framework=variant[0],
            variant=variant[1],
            relative_time=math.exp(logs[variant] - fastest),
            interval=_interval(logs[variant] - fastest, times),
            first_step_s=statistics.fmean(time.first_s for time in times),
            utilisation=None,
            sizes=workload.sizes,
            probes=tuple(definition.id for definition in those if definition.id in good[variant]),
        )
        for variant, times in mine.items()
    ]
    return sorted(composed, key=lambda result: (result.relative_time, result.framework, result.variant))


def _times(depths: Sequence[ProbeDefinition], good: Good) -> dict[Variant, _Time]:
    """Give the time of every variant by one model: from all of its depths, or else from the first.

    The times of two depths are extrapolated on a straight line. Where the second was not measured, the first is taken
    to grow as that of the others does.
    """
    first, *others = depths
    levels = {definition.id: _level(definition, good) for definition in depths}
    seconds = {
        variant: {each.id: math.exp(levels[each.id] + (found[each.id].paired or 0.0)) for each in depths}
        for variant, found in good.items()
        if all(each.id in found for each in depths)
    }
    times = {variant: _extrapolated(depths, good[variant], mine) for variant, mine in seconds.items()}
    grown = [time.log - math.log(seconds[variant][first.id]) for variant, time in times.items()]
    growth = statistics.fmean(grown) if grown else 0.0
    for variant, found in good.items():
        if others and variant not in times and (alone := found.get(first.id)):
            times[variant] = _Time(
                log=levels[first.id] + (alone.paired or 0.0) + growth,
                error=alone.paired_error or 0.0,
                first_s=alone.first_s or 0.0,
                sd=first.workload.sd_alone if first.workload else 0.0,
            )
    return times


def _level(definition: ProbeDefinition, good: Good) -> float:
    """Give the logarithm of a probe's seconds where its effects, which are relative to those of the others, are nil."""
    found = [results[definition.id] for results in good.values() if definition.id in results]
    return (
        statistics.fmean(math.log(result.value or 1.0) - (result.paired or 0.0) for result in found) if found else 0.0
    )


def _extrapolated(
    depths: Sequence[ProbeDefinition], found: Mapping[str, ProbeResult], seconds: Mapping[str, float]
) -> _Time:
    """Add up the times of the depths by their shares; more layers never take less time than the first depth."""
    shares = {definition.id: definition.workload.share if definition.workload else 1.0 for definition in depths}
    deepest = depths[0].id
    total = max(sum(share * seconds[probe] for probe, share in shares.items()), seconds[deepest])
    errors = (share * seconds[probe] / total * (found[probe].paired_error or 0.0) for probe, share in shares.items())
    first_s = sum(share * (found[probe].first_s or 0.0) for probe, share in shares.items())
    return _Time(
        log=math.log(total),
        error=math.hypot(*errors),
        first_s=max(first_s, found[deepest].first_s or 0.0),
        sd=depths[0].workload.sd if depths[0].workload else 0.0,
    )


def _interval(time: float, mine: Sequence[_Time]) -> tuple[float, float]:
    """Give the 90 % interval: of the rounds, and of what the probes leave open about the workload."""
    rounds = math.hypot(*(each.error for each in mine)) / len(mine)
    sd = max(each.sd for each in mine)
    half = NORMAL_90 * math.hypot(rounds, sd / math.sqrt(2))  # a ratio has two sides, of which this is one
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
