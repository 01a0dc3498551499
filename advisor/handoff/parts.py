"""What installs the recommended stack in one place: requirements, and what of it no package index has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from advisor.evidence.environments.making import fitting
from advisor.frozen import dataclass
from advisor.handoff.ground import Ground, serves
from advisor.loading.registry import Registry
from advisor.model.component import Component
from advisor.model.environment import Recipe
from advisor.model.fact import NOT_APPLICABLE, OPEN, Source
from advisor.model.knowledge import KnowledgeBase
from advisor.model.package import Package
from advisor.model.recommendation import Recommendation

RECIPES = "probes/environments.yaml of advisor"
_ANYWHERE = "any"
_PLAIN = ("cpu", "none", "apple_gpu")
"""Accelerators for which the build for every machine is the right one, or the only one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the stack, and what installs it."""

    name: str
    requirements: tuple[str, ...] = ()
    """Empty where the package index has nothing to install, or nothing that fits."""
    about: str
    """What it is, and where that was read."""
    lacks: str = ""
    """Why it cannot be had here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """What installs a stack."""

    ground: Ground
    python: str
    """The Python that it is for; empty where none fits the primary."""
    parts: tuple[Part, ...]


def handoff(
    recommendation: Recommendation,
    base: KnowledgeBase,
    registry: Registry,
    recipes: Iterable[Recipe],
    ground: Ground,
) -> Handoff:
    """The parts for one place, the primary first."""
    return _Packer(base, registry, tuple(recipes), ground).pack(recommendation)


class _Packer:
    def __init__(self, base: KnowledgeBase, registry: Registry, recipes: tuple[Recipe, ...], ground: Ground) -> None:
        self.base, self.registry, self.recipes, self.ground = base, registry, recipes, ground
        self.python = ""
        self.pinned: dict[str, str] = {}
        """Package to the release that stands among the requirements."""
        self.beside: Mapping[str, str] = {}

    def pack(self, recommendation: Recommendation) -> Handoff:
        verdict = recommendation.recommendation
        names = dict.fromkeys(part.component for part in verdict.stack if part.place == self.ground.place)
        parts: list[Part] = []
        if verdict.primary in self.base.frameworks and self._runs_here(verdict.primary, names):
            parts.append(self._primary(verdict.primary))
        else:
            self.python = self.ground.python_for()
        parts += [self._component(name) for name in names if name != verdict.primary]
        return Handoff(ground=self.ground, python=self.python, parts=tuple(parts))

    def _runs_here(self, primary: str, names: Iterable[str]) -> bool:
        """Whether the place needs the primary: what serves a model in the end often does without."""
        if self.ground.place != "deploy":
            return True
        known = [self.base.components[name] for name in names if name in self.base.components]
        return primary in names or any(primary in component.requires for component in known)

    def _primary(self, name: str) -> Part:
        option, ground = self.base.frameworks[name], self.ground
        ours = [recipe for recipe in self.recipes if recipe.framework == name]
        if not ours:
            known = self.registry.packages.get(option.package)
            self.python = ground.python_for(known.python if known else "") or ground.python
            return self._package(name, option.package, option.summary)
        recipe = fitting(ours, {ground.accelerator}, ground.platform)
        if recipe is None:
            self.python = ground.python_for()
            there = ", ".join(sorted({one for each in ours for one in each.platforms}))
            lacks = f"no versions are known to work on {ground.platform}, only on {there}"
            return Part(name=name, about=option.summary, lacks=lacks)
        self.python = ground.python_for(recipe.python)
        if not self.python:
            self.python = ground.python
            lacks = f"the versions that are known to work are for Python {recipe.python}"
            return Part(name=name, about=option.summary, lacks=lacks)
        denied = [why for pin in _pins(recipe.requirements).items() if (why := self._denied(*pin))]
        if denied:
            return Part(name=name, about=option.summary, lacks=" ".join(denied))
        self.beside = _pins(recipe.beside)
        self.pinned |= _pins(recipe.requirements)
        plain = ground.accelerator in _PLAIN or recipe.accelerators
        other = "" if plain else f" These are builds for every machine: none is known for {ground.accelerator}."
        about = f"{option.summary} Versions that were seen to work together ({RECIPES}). {recipe.note}".rstrip() + other
        return Part(name=name, requirements=recipe.requirements, about=about)

    def _component(self, name: str) -> Part:
        if name in self.base.frameworks and name not in self.base.components:
            option = self.base.frameworks[name]
            return self._package(name, option.package, option.summary)
        component = self.base.components[name]
        if not component.package:
            return Part(name=name, about=_elsewhere(component))
        return self._package(name, component.package, component.purpose, component.pins)

    def _package(self, name: str, package: str, about: str, pins: str = "") -> Part:
        """The newest release of a package, or why it cannot be had."""
        known = self.registry.packages.get(package)
        said = _sourced(about, self.registry.source(package)) if known else about
        if package in self.beside:
            said = f"{about.rstrip('.')}; the release that goes with those above ({RECIPES})."
        if package in self.pinned:
            return Part(name=name, about=f"It comes with {package}=={self.pinned[package]} above.")
        version = self.beside.get(package) or (known.latest if known else "")
        lacks = self._against(package, version, pins)
        if lacks:
            return Part(name=name, about=said, lacks=lacks)
        self.pinned[package] = version
        return Part(name=name, requirements=(f"{package}=={version}",), about=said + self._minding(known))

    def _minding(self, known: Package | None) -> str:
        """What whoever installs it should know."""
        if known is None or not known.wheels:
            return " It comes as source and is built where it is installed." if known else ""
        minor = ".".join(self.python.split(".")[:2])
        if not minor or not known.interpreters or minor in known.interpreters:
            return ""
        # A wheel for the stable interface of an older Python serves, and is not among them.
        return f" It has wheels of its own for Python {', '.join(known.interpreters)}; another may have to build it."

    def _against(self, package: str, version: str, pins: str) -> str:
        return next(self._objections(package, version, pins), "")

    def _objections(self, package: str, version: str, pins: str) -> Iterator[str]:
        known = self.registry.packages.get(package)
        if not _sound(package, version):
            yield "the package index names no release of it" if known or not version else "its name is no package's"
            return
        if denied := self._denied(package, version):
            yield denied
        if known is not None and version in known.withdrawn:
            yield f"{package} {version} was withdrawn"
        if known is not None and version == known.latest:
            yield from self._unfit(package, version, known)
        yield from self._clashing(package, version, pins)

    def _denied(self, package: str, version: str) -> str:
        """Why a release must not be installed; empty where nothing is known against it."""
        for denied in self.base.denied:
            if denied.package == canonicalize_name(package) and version in denied.versions:
                return f"{package} {version} must not be installed: {denied.why} {denied.instead}".rstrip(".")
        return ""

    def _unfit(self, package: str, version: str, known: Package) -> Iterator[str]:
        if self.python and not serves(self.python, known.python):
            yield f"{package} {version} asks for Python {known.python}, and this is {self.python}"
        ours = {_ANYWHERE, self.ground.wheel} | ({"macos universal"} if "macos" in self.ground.wheel else set())
        if known.wheels and not ours & {*known.wheels}:
            yield f"{package} {version} has no wheel for {self.ground.wheel}, only for {', '.join(known.wheels)}"

    def _clashing(self, package: str, version: str, pins: str) -> Iterator[str]:
        try:
            asked = Requirement(pins) if pins else None
        except InvalidRequirement:
            asked = None
        stands = self.pinned.get(asked.name.lower()) if asked else None
        if asked and stands and not asked.specifier.contains(stands, prereleases=True):
            yield f"{package} {version} asks for {pins}, and {asked.name}=={stands} stands above"


def _sound(package: str, version: str) -> bool:
    """Whether both can stand in a requirement: they may come from an overlay."""
    try:
        canonicalize_name(package, validate=True)
        Version(version)
    except (InvalidName, InvalidVersion):
        return False
    return bool(re.fullmatch(r"[\w.+!-]+", version, re.ASCII))


def _pins(requirements: Iterable[str]) -> dict[str, str]:
    """Package to release, of requirements that name one."""
    found = [Requirement(requirement) for requirement in requirements]
    return {one.name.lower(): next(iter(one.specifier)).version for one in found if len(one.specifier) == 1}


def _elsewhere(component: Component) -> str:
    released = "" if component.release in (*OPEN, NOT_APPLICABLE) else f", {component.release}"
    return _sourced(f"{component.purpose}{released}", component.source)


def _sourced(said: str, source: Source) -> str:
    return f"{said.rstrip('.')} [{source.ref}, {source.observed}]."
