"""Holds facts against what is installed on this machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_version
from packaging.version import Version

from advisor.frozen import dataclass
from advisor.model.component import Component
from advisor.model.fact import STATES, UNSUPPORTED, Fact
from advisor.model.framework import Framework
from advisor.model.installed import Environment, Installed
from advisor.model.knowledge import KnowledgeBase

_SYSTEMS = {
    "linux": "linux",
    "darwin arm64": "macos_arm64",
    "darwin x86_64": "macos_x86",
    "win32": "windows_native",
}
"""The word of the family `wheels` for a platform, where need be with its machine."""
_ON_INDEX = {"linux": "linux", "darwin": "macos", "win32": "windows"}
"""How platforms are called in `architectures`."""
_MACHINES = {"amd64": "x86_64", "aarch64": "arm64", "i386": "x86", "i686": "x86"}
"""How machines are called there, where they call themselves otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One fact held against one installed package."""

    fact: str
    verdict: Literal["holds", "contradicted", "older", "denied"]
    """`older`: it was observed of another release than the one installed here."""
    found: str
    """What is the case here."""


def packages(base: KnowledgeBase) -> frozenset[str]:
    """The packages of frameworks and components."""
    named = {name for f in base.frameworks.values() for name in (f.package, f.binary_package)}
    return frozenset(named | {c.package for c in base.components.values()}) - {""}


def watched(base: KnowledgeBase) -> frozenset[str]:
    """Those, and the packages of which releases are denied."""
    return packages(base) | {entry.package for entry in base.denied}


def verify(base: KnowledgeBase, environment: Environment) -> tuple[Held, ...]:
    """Every fact that this environment can say something about."""
    return (
        *(held for f in base.frameworks.values() for held in _of_framework(f, environment)),
        *(held for c in base.components.values() for held in _of_component(c, environment)),
        *denied(base, environment),
    )


def _of_framework(framework: Framework, environment: Environment) -> Iterator[Held]:
    yield from _of_wheels(framework, environment)
    installed = environment.packages.get(framework.package)
    if installed is None:
        return
    facts = framework.facts
    if fact := facts.get("latest_release"):
        yield from _release(fact, installed)
    if (fact := facts.get("licence")) and fact.value not in STATES and installed.licence:
        said = {fact.value} if isinstance(fact.value, str) else set(fact.value)
        holds = bool(said & set(re.split(r"[\s()]+", installed.licence)))
        found = f"its metadata says {installed.licence}"
        yield Held(fact=fact.id, verdict="holds" if holds else "contradicted", found=found)
    for fact in facts.values():
        if fact.versions and not _within(installed.version, fact.versions):
            found = f"{installed.version} is installed, which is not in {fact.versions}"
            yield Held(fact=fact.id, verdict="older", found=found)


def _of_component(component: Component, environment: Environment) -> Iterator[Held]:
    installed = environment.packages.get(component.package)
    if installed is not None:
        (fact,) = (fact for fact in component.facts if fact.attribute == "release")
        yield from _release(fact, installed)


def _of_wheels(framework: Framework, environment: Environment) -> Iterator[Held]:
    """What is said of packages for this platform; they can lie in another package than the framework itself."""
    package = framework.binary_package or framework.package
    installed = environment.packages.get(package)
    if installed is None:
        return
    system, machine = environment.platform, environment.machine.lower()
    machine = _MACHINES.get(machine, machine)
    found = f"{package} {installed.version} is installed on {system} {environment.machine}"
    named = _SYSTEMS.get(system) or _SYSTEMS.get(f"{system} {machine}", "")
    if (fact := framework.facts.get(f"wheels.{named}")) and fact.value not in STATES - {UNSUPPORTED}:
        there = fact.value not in ("none", UNSUPPORTED)
        yield Held(fact=fact.id, verdict="holds" if there else "contradicted", found=found)
    newest, fact = framework.facts.get("latest_release"), framework.facts.get("architectures")
    if newest is None or fact is None or fact.value in STATES or system not in _ON_INDEX:
        return
    # A build of its own, as in 2.0+cpu, lies on another index.
    if _canonical(installed.version) == _canonical(newest.said.partition(" ")[0]):
        said = {fact.value} if isinstance(fact.value, str) else set(fact.value)
        able = said & {"any", f"{_ON_INDEX[system]} {machine}", f"{_ON_INDEX[system]} universal"}
        yield Held(fact=fact.id, verdict="holds" if able else "contradicted", found=found)


def _release(fact: Fact, installed: Installed) -> Iterator[Held]:
    """A newer release than the newest known contradicts the fact; an older one, or a preview, does not."""
    if fact.value in STATES:
        return
    known = fact.said.partition(" ")[0]
    try:
        here, newest = Version(installed.version.partition("+")[0]), Version(known)
        newer = here > newest and (newest.is_prerelease or not here.is_prerelease)
    except ValueError:
        newer = False
    found = f"{installed.version} is installed"
    yield Held(fact=fact.id, verdict="contradicted" if newer else "holds", found=found)


def _within(version: str, versions: str) -> bool:
    try:
        return SpecifierSet(versions).contains(Version(version), prereleases=True)
    except ValueError:
        return True


def denied(base: KnowledgeBase, environment: Environment) -> Iterator[Held]:
    """The releases installed there that must never be used."""
    for entry in base.denied:
        installed = environment.packages.get(entry.package)
        if installed is not None and among(installed.version, entry.versions):
            found = f"{entry.package} {installed.version} is installed: {entry.why} {entry.instead}"
            yield Held(fact=f"denied.{entry.package}", verdict="denied", found=found)


def among(version: str, versions: Iterable[str]) -> bool:
    """Whether it is one of those releases: `2.0.0+cpu` is `2.0`, built for something."""
    return bool({_canonical(version), _canonical(version.partition("+")[0])} & set(map(_canonical, versions)))


def _canonical(version: str) -> str:
    try:
        return canonicalize_version(version)
    except ValueError:  # It has more digits than a number is read from.
        return version
