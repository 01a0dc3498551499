"""What was measured of the class of work at hand: in words that rules read, and as the value of a first step."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from advisor.frozen import dataclass
from advisor.model.knowledge import MeasuredModel
from advisor.model.score import Value
from advisor.scoring.median import median
from advisor.scoring.values import UNKNOWN, UNKNOWN_SD

if TYPE_CHECKING:
    from advisor.model.measurement import ClassResult, ProbeResult

BOUND = {"dispatch": "dispatch_bound"} | dict.fromkeys(
    ("stream", "normalise", "reduction", "gather", "scatter", "optimiser"), "memory_bound"
)
"""The probe that shows what bounds a step, to the word for it."""
FEWEST = 2
"""Frameworks between which something can be said."""
SPREAD = 0.1
"""Of the value of a first step: compiling takes longer on one day than on the next."""


def words(classes: Iterable[ClassResult], model: MeasuredModel) -> frozenset[str]:
    """What the results of one class of work come to; nothing where there is nothing to compare."""
    best = list(_best(classes).values())
    if len(best) < FEWEST:
        return frozenset()
    fastest = min(best, key=lambda result: (result.relative_time, result.framework))
    times = [result.relative_time / fastest.relative_time for result in best]
    found = {BOUND.get(fastest.shown_by, "")}
    if max(times) <= model.alike:
        found.add("alike")
    if median(times) >= model.far_apart:
        found.add("far_apart")
    if any(result.first_step_s >= model.slow_first_step_s for result in best):
        found.add("slow_first_step")
    return frozenset(found - {""})


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What was measured of first steps on the work at hand."""

    classes: tuple[ClassResult, ...]
    results: tuple[ProbeResult, ...]
    measurement: str
    """The measurements, as evidence."""

    def value(self, option: str, model: MeasuredModel) -> Value:
        """The value of the first step of an option's fastest variant.

        Where it was given up there is a most that it can be; where nothing was measured it is unknown.
        """
        result = _best(self.classes).get(option)
        if result is not None and result.first_step_s > 0:
            value = _worth(result.first_step_s, model)
            return Value(mean=value, sd=SPREAD, most=value, grade="measured", evidence=(self.measurement,))
        probes = {probe for each in self.classes for probe in each.probes}
        mine = [each for each in self.results if each.framework == option and each.probe in probes]
        waited = [each.first_at_least_s for each in mine if each.first_at_least_s]
        if result is not None or not waited:
            return UNKNOWN
        most = _worth(min(waited), model)
        evidence = (self.measurement,)
        return Value(mean=most / 2, sd=most * UNKNOWN_SD, most=most, grade="measured", evidence=evidence)


def _worth(seconds: float, model: MeasuredModel) -> float:
    low, high = math.log(model.best_first_step_s), math.log(model.worst_first_step_s)
    return 1 - min(1.0, max(0.0, (math.log(seconds) - low) / (high - low)))


def _best(classes: Iterable[ClassResult]) -> Mapping[str, ClassResult]:
    """Of every framework the result of its fastest variant."""
    best: dict[str, ClassResult] = {}
    for result in classes:
        known = best.get(result.framework)
        if known is None or (result.relative_time, result.variant) < (known.relative_time, known.variant):
            best[result.framework] = result
    return best
