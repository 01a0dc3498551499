"""Whether a run that came from elsewhere was measured with what is here now: told by versions alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from advisor.evidence.keeping.database import driver
from advisor.evidence.keeping.reuse import COUNTED, other_terms
from advisor.model.framework import Framework
from advisor.model.measurement import Machine, Measurements

_BUILDS = ("", "-cpu", "-gpu", "-macos")


def packages(run: Measurements, frameworks: Mapping[str, Framework]) -> Mapping[str, tuple[str, ...]]:
    """The names that each framework with a figure can be installed by."""
    measured = dict.fromkeys(result.framework for result in run.results if result.outcome in COUNTED)
    known = [frameworks[name] for name in measured if name in frameworks and frameworks[name].package]
    return {
        each.id: tuple(dict.fromkeys(filter(None, (*(each.package + build for build in _BUILDS), each.binary_package))))
        for each in known
    }


def aged(run: Measurements, here: Machine, found: Mapping[str, Collection[str]]) -> tuple[tuple[str, str], ...]:
    """Each driver, framework or terms that are others now, with a sentence; `found` are the versions that are here.

    What is not here at all may be somewhere else, and says nothing.
    """
    return (*_terms(run), *_drivers(run, here), *_versions(run, found))


def _terms(run: Measurements) -> Iterator[tuple[str, str]]:
    if why := other_terms(run):
        yield "terms", f"{why[:1].upper()}{why[1:]}."


def _drivers(run: Measurements, here: Machine) -> Iterator[tuple[str, str]]:
    was, now = driver(run.machine), driver(here)
    if was != now:
        yield "driver", f"It was measured with driver {was or 'unknown'}, which is {now or 'unknown'} now."


def _versions(run: Measurements, found: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    measured: dict[str, set[str]] = {}
    for each in run.frameworks:
        if each.version and each.outcome in COUNTED:
            measured.setdefault(each.framework, set()).add(_public(each.version))
    for framework, versions in measured.items():
        now = {_public(version) for version in found.get(framework, ())}
        if now and versions.isdisjoint(now):
            told = f"{', '.join(sorted(versions))}, and is {', '.join(sorted(now))} here now"
            yield framework, f"{framework} was measured at {told}."


def _public(version: str) -> str:
    """A version without the name of its build."""
    return version.partition("+")[0]
