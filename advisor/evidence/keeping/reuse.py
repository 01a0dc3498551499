"""What of a run still holds: a figure is used again only where everything that it depends on is as it was.

The figures of a run are relative to the rivals in it, so that a run is used as a whole or in part, and never mixed with
another one; times relative to the fastest are so to the fastest that is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from advisor.frozen import dataclass, replace
from advisor.model.measurement import TERMS, ClassResult, FrameworkRun, Measurements

Variant = tuple[str, str]
COUNTED = ("ok", "unstable")
"""Outcomes that come with a figure."""
MOST = 3
"""The worth of a run that has all that is needed."""


def has_figures(run: Measurements) -> bool:
    """Whether there is anything in it to keep."""
    return any(result.outcome in COUNTED for result in run.results)


def other_terms(run: Measurements) -> str:
    """That it was measured under other terms than those of now; empty where it was not."""
    if run.terms == TERMS:
        return ""
    return f"it was measured under version {run.terms} of the terms of comparison, which is {TERMS} now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A run without what no longer holds."""

    run: Measurements
    dropped: tuple[str, ...]
    """What was left out, each with why."""

    had: int
    """The rivals of which it had good figures when it was measured."""

    @property
    def worth(self) -> int:
        """`MOST` where as much can be compared as it takes, less where less, 0 where there is no figure at all."""
        now = rivals(self.run)
        if now:
            return MOST if now >= min(2, self.had) else 2
        return int(has_figures(self.run))


def rivals(run: Measurements) -> int:
    """The number of frameworks with a good figure."""
    return len({result.framework for result in run.results if result.outcome == "ok"})


def left(run: Measurements, changed: Mapping[Variant, str], versions: Mapping[str, int]) -> Left:
    """Leave out what no longer holds.

    `changed` says of a variant how what is installed differs from what was measured, empty where it does not; a variant
    of which it says nothing is of unknown version and does not count. `versions` are those of the probes as they are
    defined now.
    """
    had = rivals(run)
    if why := other_terms(run):
        return Left(run=replace(run, results=(), classes=()), dropped=(why,), had=had)
    unknown = "it was not written down where it was found, so that its version now is unknown"
    gone: dict[Variant, str] = {}
    for result in run.results:
        variant = (result.framework, result.variant)
        why = changed.get(variant, unknown)
        if result.outcome in COUNTED and why:
            gone[variant] = why
    probes = {
        result.probe: _other(result.probe, result.version, versions.get(result.function or result.probe))
        for result in run.results
        if versions.get(result.function or result.probe) != result.version
    }
    if not gone and not probes:
        return Left(run=run, dropped=(), had=had)
    kept = replace(
        run,
        frameworks=tuple(_told(framework, gone) for framework in run.frameworks),
        results=tuple(
            result
            for result in run.results
            if (result.framework, result.variant) not in gone and result.probe not in probes
        ),
        classes=tuple(_rescaled(run.classes, gone, probes)),
    )
    dropped = (*dict.fromkeys(_named(*entry) for entry in gone.items()), *probes.values())
    return Left(run=kept, dropped=dropped, had=had)


def _rescaled(
    classes: Collection[ClassResult], gone: Collection[Variant], probes: Collection[str]
) -> Iterator[ClassResult]:
    """Give what is left of every workload, relative to the fastest of it."""
    those = [
        result
        for result in classes
        if (result.framework, result.variant) not in gone and not set(result.probes) & set(probes)
    ]
    fastest: dict[tuple[str, str], float] = {}
    for result in those:
        key = (result.workload_class, result.name)
        fastest[key] = min(result.relative_time, fastest.get(key, result.relative_time))
    for result in those:
        least = fastest[result.workload_class, result.name]
        low, high = result.interval
        yield replace(result, relative_time=result.relative_time / least, interval=(low / least, high / least))


def _other(probe: str, measured: int, now: int | None) -> str:
    if now is None:
        return f"the probe {probe} is no longer defined"
    return f"the probe {probe} was measured by version {measured} of its definition, which is {now} now"


def _named(variant: Variant, why: str) -> str:
    """A reason that names its package speaks for itself."""
    return why if "was measured at" in why or "is no longer" in why else f"{variant[0]}: {why}"


def _told(framework: FrameworkRun, gone: Mapping[Variant, str]) -> FrameworkRun:
    why = gone.get((framework.framework, framework.variant))
    return replace(framework, outcome="skipped", reason=f"left out: {why}") if why else framework
