"""Published and measured speed of an option on a class of workload, as one value.

Everything is in natural logarithms of utilisation: arithmetic rate over that of a plain matrix product in NumPy on the
same machine. The prior comes from published tables, the likelihood from probes, both normal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from advisor.frozen import dataclass, field
from advisor.model.knowledge import Benchmark, BenchmarkRow, SpeedModel
from advisor.model.score import NORMAL_90, Value
from advisor.scoring.median import median

if TYPE_CHECKING:
    from advisor.model.measurement import ClassResult, ProbeResult

_NOTHING = 1e-9
"""Probability below which a bound leaves nothing of what was thought before."""
_CONTRADICTED = 2.0
"""Standard deviations between published and measured from which on only the machine counts."""

EQUAL = 1e-6
"""Logarithms of speed that differ by less are the same."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Log utilisation, and what it rests on."""

    mean: float
    sd: float
    share: float
    """Weight of the measurement in it, from 0 to 1."""
    variant: str = ""
    """The variant that was best, as `framework/variant`."""
    evidence: tuple[str, ...] = ()
    direct: bool = False
    """Whether the option itself was measured on the accelerator in question."""
    bound: float | None = None
    """The greatest log utilisation it can have, where timing it was given up."""


@dataclass(frozen=True, slots=True)
class Published:
    """A row of a published table, with the variant that the others in it are read against."""

    row: BenchmarkRow
    reference: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A published ratio of times that this machine does not show."""

    row: str
    """Id of the published row."""
    variant: str
    reference: str
    published: float
    """Time of the variant over that of the reference."""
    measured: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of speed on one class of workload."""

    rows: tuple[Published, ...]
    measured: Mapping[str, tuple[float, float]]
    """`framework/variant` to log utilisation and its standard deviation: of the rounds, and of what they leave open."""
    direct: bool
    """Whether it was measured on the accelerator in question; otherwise it speaks from a distance."""
    measurement: str = ""
    """Id of the measurements, as evidence."""
    bounds: Mapping[str, float] = field(default_factory=dict)
    """`framework/variant` to the greatest log utilisation it can have, where timing it was given up."""


def gather(  # noqa: PLR0913  (what there is to know)
    workload: str,
    benchmarks: Iterable[Benchmark],
    classes: Iterable[ClassResult],
    measurement: str,
    *,
    direct: bool,
    results: Iterable[ProbeResult] = (),
) -> Evidence:
    """The rows and results that speak of a class of workload."""
    rows = tuple(
        Published(row, table.reference) for table in benchmarks for row in table.rows if row.workload_class == workload
    )
    relevant = [c for c in classes if c.workload_class == workload and c.utilisation]
    measured = {f"{c.framework}/{c.variant}": _observed(c) for c in relevant}
    bounds: dict[str, float] = {}
    for variant, bound in _bounds(relevant, results) if direct else ():
        bounds[variant] = min(bound, bounds.get(variant, bound))
    return Evidence(rows, measured, direct, measurement if measured else "", bounds)


def _bounds(relevant: Sequence[ClassResult], results: Iterable[ProbeResult]) -> Iterator[tuple[str, float]]:
    """What was given up while it was timed, against the fastest that was not."""
    fastest = max(relevant, key=lambda result: result.utilisation or 0.0, default=None)
    if fastest is None:
        return
    by_probe = [result for result in results if result.probe in fastest.probes]
    of_fastest = {
        result.probe: result.value
        for result in by_probe
        if (result.framework, result.variant) == (fastest.framework, fastest.variant) and result.value
    }
    for result in by_probe:
        seconds = of_fastest.get(result.probe)
        if result.outcome == "timed_out" and result.at_least_s and seconds:
            rate = (fastest.utilisation or 1.0) * seconds / result.at_least_s
            yield f"{result.framework}/{result.variant}", math.log(rate)


def posterior(option: str, evidence: Evidence, model: SpeedModel) -> Speed:
    """The log utilisation of the option's best variant."""
    priors = {variant: _prior(variant, evidence.rows, model) for variant in _variants(option, evidence)}
    if not priors:
        return _level(_nothing(model), evidence, model)
    speeds = [_update(variant, prior, evidence, model) for variant, prior in priors.items()]
    known = [speed for speed in speeds if speed.share > 0] or speeds
    # Of equals the surer one: the last digit of a sum does not decide.
    best = max(speed.mean for speed in known)
    equals = [speed for speed in known if best - speed.mean < EQUAL]
    return max(equals, key=lambda speed: (-speed.sd, speed.variant))


def conflicts(evidence: Evidence, model: SpeedModel) -> tuple[Conflict, ...]:
    """The published ratios that are further from the measured ones than chips, versions and tasks usually are."""
    return tuple(_conflicts(evidence, model)) if evidence.direct else ()


def _conflicts(evidence: Evidence, model: SpeedModel) -> Iterator[Conflict]:
    for published in evidence.rows:
        row, reference = published.row, published.reference
        for variant in sorted(set(row.times) & set(evidence.measured) - {reference}):
            if reference not in evidence.measured or reference not in row.times:
                continue
            (rate, sd), (other, other_sd) = evidence.measured[variant], evidence.measured[reference]
            said, found = row.times[variant] / row.times[reference], math.exp(other - rate)
            if abs(math.log(said / found)) > math.hypot(model.sd_distance, sd, other_sd):
                yield Conflict(row.id, variant, reference, said, found)


def value(speed: Speed, model: SpeedModel) -> Value:
    """The value of a speed on the logarithmic scale, capped at both ends."""
    low, high = math.log(model.worst_utilisation), math.log(model.best_utilisation)
    mean = _placed(speed.mean, low, high)
    unmeasured = "documented" if speed.evidence else "judged"
    grade = "measured" if speed.direct else "derived" if speed.share else unmeasured
    # Only a measurement on the accelerator in question can show that an option is too slow.
    most = _placed(speed.mean if speed.bound is None else speed.bound, low, high) if speed.direct else 1.0
    return Value(mean=mean, sd=speed.sd / (high - low), most=most, grade=grade, evidence=speed.evidence)


def _placed(mean: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (mean - low) / (high - low)))


def _variants(option: str, evidence: Evidence) -> list[str]:
    published = {variant for each in evidence.rows for variant in each.row.times}
    named = {*published, *evidence.measured, *evidence.bounds}
    return sorted(variant for variant in named if variant.partition("/")[0] == option)


def _observed(result: ClassResult) -> tuple[float, float]:
    """Log utilisation of a class result, and the standard deviation that its 90 % interval stands for."""
    low, high = result.interval
    spread = math.log(high / low) / (2 * NORMAL_90) if high > low > 0 else 0.0
    return math.log(result.utilisation or 1.0), spread


def _nothing(model: SpeedModel) -> Speed:
    return Speed(math.log(model.typical_utilisation), model.sd_unpublished, 0.0)


def _prior(variant: str, rows: tuple[Published, ...], model: SpeedModel) -> Speed:
    """From published rows, shrunk towards knowing nothing by the distance they have to bridge."""
    relevant = [(p.row, p.reference) for p in rows if variant in p.row.times and p.reference in p.row.times]
    if not relevant:
        nothing = _nothing(model)
        return Speed(nothing.mean, nothing.sd, 0.0, variant)
    gains = [math.log(row.times[reference] / row.times[variant]) for row, reference in relevant]
    mean = sum(gains) / len(gains)
    scatter = sum((gain - mean) ** 2 for gain in gains) / len(gains)
    published = scatter / len(gains) + model.sd_distance**2
    trust = model.sd_unpublished**2 / (model.sd_unpublished**2 + published)
    sd = math.sqrt(trust * published)
    ids = tuple(f"benchmark.{row.id}" for row, _ in relevant)
    return Speed(math.log(model.typical_utilisation) + trust * mean, sd, 0.0, variant, ids)


def _level(prior: Speed, evidence: Evidence, model: SpeedModel) -> Speed:
    """The prior moved by what the measured variants say of this machine as a whole; of another one they say nothing.

    The median, so that a table that is wrong about one variant does not move all others.
    """
    if not evidence.direct:
        return prior
    gaps = [
        log_rate - _prior(variant, evidence.rows, model).mean for variant, (log_rate, _) in evidence.measured.items()
    ]
    if not gaps:
        return prior
    return Speed(prior.mean + median(gaps), prior.sd, 0.0, prior.variant, prior.evidence)


def _typical(evidence: Evidence, model: SpeedModel) -> float:
    """What to add to rates of another machine so that only the ratios between variants speak."""
    priors = [_prior(variant, evidence.rows, model).mean for variant in evidence.measured]
    rates = [log_rate for log_rate, _ in evidence.measured.values()]
    return (sum(priors) - sum(rates)) / len(rates)


def _update(variant: str, prior: Speed, evidence: Evidence, model: SpeedModel) -> Speed:
    levelled = _level(prior, evidence, model)
    if variant not in evidence.measured:
        return _below(levelled, evidence.bounds[variant], evidence) if variant in evidence.bounds else levelled
    log_rate, rounds = evidence.measured[variant]
    if not evidence.direct:
        log_rate += _typical(evidence, model)
    distance = 0.0 if evidence.direct else model.sd_distance
    noise = rounds**2 + distance**2
    if abs(log_rate - levelled.mean) > _CONTRADICTED * math.sqrt(levelled.sd**2 + noise):
        # Tables that the machine contradicts are no longer listened to; how far they reach is known no better for it.
        nothing = _level(_nothing(model), evidence, model)
        levelled = Speed(nothing.mean, levelled.sd, 0.0, variant)
    share = levelled.sd**2 / (levelled.sd**2 + noise)
    mean = share * log_rate + (1 - share) * levelled.mean
    ids = (evidence.measurement, *levelled.evidence)
    return Speed(mean, math.sqrt(share * noise), share, variant, ids, evidence.direct)


def _below(prior: Speed, bound: float, evidence: Evidence) -> Speed:
    """What is known of a speed that is at most so much: the prior without what lies above, by its mean and spread.

    The moments of the truncated normal distribution: N. L. Johnson and S. Kotz, Continuous Univariate Distributions 1,
    1970, section 13.7.
    """
    edge = (bound - prior.mean) / prior.sd
    inside = 0.5 * math.erfc(-edge / math.sqrt(2))
    # Far below everything that was thought possible, only the bound itself is left.
    slope = math.exp(-(edge**2) / 2) / math.sqrt(2 * math.pi) / inside if inside > _NOTHING else -edge
    mean = prior.mean - prior.sd * slope if inside > _NOTHING else bound
    narrowed = max(0.0, 1 - edge * slope - slope**2) if inside > _NOTHING else 0.0
    ids = (evidence.measurement, *prior.evidence)
    return Speed(mean, prior.sd * math.sqrt(narrowed), 1 - narrowed, prior.variant, ids, evidence.direct, bound)
