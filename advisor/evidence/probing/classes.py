"""From probes to classes of workload: how long a step takes in each variant, relative to the fastest.

Each definition says which share of a class it stands for. The times of a class are composed as a weighted geometric
mean of ratios, because only ratios between frameworks carry over from a probe to a workload; a whole training step
has the largest share where there is one, and corrects what single operations miss.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence

from advisor.frozen import replace
from advisor.model.measurement import ClassResult, ProbeResult
from advisor.model.probe import ProbeDefinition

LEAST_SHARE = 0.5
"""A variant takes part in a class when its good probes stand for at least this much of it."""
IMPUTED = 0.3
"""Standard deviation, in logarithms, of a missing probe's ratio around the variant's other ones: single operations of
two frameworks differ by about this much more or less than their whole steps do."""
WHOLE = ("step_", "decode")
"""What the names of probes begin with that are whole steps, and not single operations."""
NINETY = 1.645
"""Standard errors on either side of a 90 % interval."""

Variant = tuple[str, str]
Term = tuple[float, float]
Shares = Mapping[str, float]
Good = Mapping[Variant, Mapping[str, ProbeResult]]


def compose(
    definitions: Sequence[ProbeDefinition], results: Iterable[ProbeResult], canary_rate: float | None
) -> tuple[ClassResult, ...]:
    """Compose every class from the good results of one device; sorted by class, the fastest first.

    Results from different kinds of device are never composed, since their sizes differ: an accelerator's count where
    there are any.
    """
    good = _good(results)
    names = sorted({name for definition in definitions for name in definition.classes})
    arithmetic = {definition.id for definition in definitions if definition.bound == "arithmetic"}
    found: list[ClassResult] = []
    for name in names:
        shares = {d.id: d.classes[name] for d in definitions if name in d.classes}
        composed = _class(name, shares, good)
        found += _on_one_scale(composed, {p: shares[p] for p in shares if p in arithmetic}, good, canary_rate)
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


def _stand_in(good: Good, variant: Variant, probe: str) -> ProbeResult | None:
    """Find the same probe in another variant of the framework: both call the same libraries for a single operation."""
    others = (found[probe] for other, found in good.items() if other[0] == variant[0] and probe in found)
    return next(others, None)


def _on_one_scale(
    composed: Sequence[ClassResult], shares: Shares, good: Good, canary_rate: float | None
) -> list[ClassResult]:
    """Give every result its utilisation: a level for the whole class, over which the ratios are those of its times.

    The level is the geometric mean, over the variants, of what the rate of the class's largest arithmetic probe says.
    """
    main = max(shares, key=lambda probe: shares[probe], default="")
    levels = [
        math.log(rate * result.relative_time)
        for result in composed
        if (timed := good[result.framework, result.variant].get(main)) and (rate := _utilisation(timed, canary_rate))
    ]
    if not levels:
        return list(composed)
    level = math.exp(statistics.fmean(levels))
    return [replace(result, utilisation=level / result.relative_time) for result in composed]


def _class(name: str, shares: Shares, good: Good) -> list[ClassResult]:
    main = max(shares, key=lambda probe: shares[probe])
    able = {
        variant: {probe: found[probe] for probe in shares if probe in found}
        for variant, found in good.items()
        if main in found and sum(shares[probe] for probe in shares if probe in found) >= LEAST_SHARE
    }
    terms = {variant: _terms(variant, shares, found, good) for variant, found in able.items()}
    centres = _centres(shares, list(terms.values()))
    times = {variant: _time(shares, found, centres) for variant, found in terms.items()}
    fastest = min((time for time, _ in times.values()), default=0.0)
    composed = [
        ClassResult(
            name="default",
            workload_class=name,
            framework=variant[0],
            variant=variant[1],
            relative_time=math.exp(time - fastest),
            interval=(math.exp(time - fastest - NINETY * error), math.exp(time - fastest + NINETY * error)),
            first_step_s=_first_step(able[variant]),
            utilisation=None,
        )
        for variant, (time, error) in times.items()
    ]
    return sorted(composed, key=lambda result: (result.relative_time, result.framework, result.variant))


def _terms(variant: Variant, shares: Shares, found: Mapping[str, ProbeResult], good: Good) -> dict[str, Term]:
    """Give the logarithm of time and its standard error for each probe that is known, or has a stand-in."""
    terms = {probe: (result.paired or 0.0, result.paired_error or 0.0) for probe, result in found.items()}
    for probe in shares:
        stand_in = None if probe in terms else _stand_in(good, variant, probe)
        if stand_in:
            terms[probe] = (stand_in.paired or 0.0, IMPUTED)
    return terms


def _centres(shares: Shares, terms: Sequence[Mapping[str, Term]]) -> dict[str, float]:
    """Give the zero of each probe's scale: the mean of the variants that have all probes, so that it is one scale."""
    complete = [found for found in terms if len(found) == len(shares)] or terms
    return {
        probe: statistics.fmean([found[probe][0] for found in complete if probe in found] or [0.0]) for probe in shares
    }


def _time(shares: Shares, terms: Mapping[str, Term], centres: Mapping[str, float]) -> Term:
    """Compose a step's time and its standard error; a missing probe is taken to be like the variant's others."""
    covered = sum(shares[probe] for probe in terms)
    time = sum(shares[probe] * (value - centres[probe]) for probe, (value, _) in terms.items()) / covered
    variance = sum((shares[probe] / covered * error) ** 2 for probe, (_, error) in terms.items())
    return time, math.sqrt(variance + ((1 - covered) * IMPUTED) ** 2)


def _first_step(found: Mapping[str, ProbeResult]) -> float:
    """Give the seconds until a first step is done: of a whole step where there is one, else of its operations."""
    known = {probe: result.first_s for probe, result in found.items() if result.first_s is not None}
    whole = [first_s for probe, first_s in known.items() if probe.startswith(WHOLE)]
    return whole[0] if whole else sum(known.values())


def _utilisation(result: ProbeResult, canary_rate: float | None) -> float | None:
    if not canary_rate or not result.flops or not result.value:
        return None
    return result.flops / result.value / canary_rate
