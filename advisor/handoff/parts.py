"""What installs the recommended stack in one place: requirements, and what of it no package index has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.requirements import Requirement
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from advisor.evidence.environments.making import fitting
from advisor.frozen import dataclass
from advisor.handoff.asks import asks_of, exact, newest
from advisor.handoff.ground import Ground, serves
from advisor.loading.registry import Registry
from advisor.model.component import Component
from advisor.model.environment import Recipe
from advisor.model.fact import NOT_APPLICABLE, OPEN, Source
from advisor.model.framework import Framework
from advisor.model.knowledge import KnowledgeBase
from advisor.model.package import Package
from advisor.model.recommendation import Recommendation
from advisor.upkeep.verification import among

RECIPES = "probes/environments.yaml of advisor"
_ANYWHERE = "any"
_PLAIN = ("cpu", "arm_cpu", "none", "apple_gpu")
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
    pages: tuple[str, ...] = ()
    """Pages with wheels of some of them that the package index does not have."""


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
        self.names: frozenset[str] = frozenset()
        """Of everything in the stack."""
        self.asks: list[Requirement] = []
        """Of all of these."""
        self.beside: dict[str, str] = {}
        self.pages: list[str] = []

    def pack(self, recommendation: Recommendation) -> Handoff:
        verdict = recommendation.recommendation
        names = dict.fromkeys(part.component for part in verdict.stack if part.place == self.ground.place)
        self.names = frozenset(names)
        self.asks = [ask for name in (verdict.primary, *names) for ask in asks_of(self._part(name))]
        parts: list[Part] = []
        if verdict.primary in self.base.frameworks and self._runs_here(verdict.primary, names):
            parts += self._primary(verdict.primary)
        else:
            self.python = self.ground.python_for()
        there = {verdict.primary, *(part.name for part in parts)}
        parts += [self._component(name) for name in names if name not in there]
        pages = [page for page in self.pages if _name_of(page) in self.pinned]
        return Handoff(ground=self.ground, python=self.python, parts=tuple(parts), pages=tuple(pages))

    def _part(self, name: str) -> Component | Framework | None:
        return self.base.components.get(name) or self.base.frameworks.get(name)

    def _runs_here(self, primary: str, names: Iterable[str]) -> bool:
        """Whether the place needs the primary: what serves a model in the end often does without."""
        if self.ground.place != "deploy":
            return True
        known = [self.base.components[name] for name in names if name in self.base.components]
        return primary in names or any(primary in component.requires for component in known)

    def _primary(self, name: str) -> Iterator[Part]:
        """The primary, and what it runs on; the Python is chosen for it."""
        option, ground = self.base.frameworks[name], self.ground
        ours = self._recipes_of(name)
        if not ours:
            known = self.registry.packages.get(option.package)
            self.python = ground.python_for(known.python if known else "") or ground.python
            yield self._package(name, option.package, option.summary, asks_of(option))
            return
        recipe = fitting(ours, ground.accelerators, ground.platform, ground.age)
        if recipe is None:
            self.python = ground.python_for()
            there = ", ".join(sorted({one for each in ours for one in each.platforms}))
            lacks = f"no versions are known to work on {ground.platform}, only on {there}"
            yield Part(name=name, about=option.summary, lacks=lacks)
            return
        self.python = ground.python_for(recipe.python, *self._pythons()) or ground.python_for(recipe.python)
        if not self.python:
            self.python = ground.python
            lacks = f"the versions that are known to work are for Python {recipe.python}"
            yield Part(name=name, about=option.summary, lacks=lacks)
            return
        yield self._known(name, recipe)
        yield from (self._other(below) for part, below in recipe.over.items() if part in self.names)

    def _pythons(self) -> Iterator[str]:
        """What the packages of the stack ask of Python."""
        parts = (self.base.components[name] for name in self.names if name in self.base.components)
        packages = (self.registry.packages.get(part.package) for part in parts)
        return (known.python for known in packages if known is not None)

    def _recipes_of(self, name: str) -> list[Recipe]:
        """Those for a part of the stack, where it has one; else the usual ones."""
        ours = [recipe for recipe in self.recipes if recipe.framework == name]
        return [one for one in ours if self.names & {*one.over}] or [one for one in ours if not one.over]

    def _known(self, name: str, recipe: Recipe) -> Part:
        """A framework in the versions that were seen to work together."""
        option, pins = self.base.frameworks[name], _pins(recipe.requirements)
        if denied := [why for pin in pins.items() if (why := self._denied(*pin))]:
            return Part(name=name, about=option.summary, lacks=" ".join(denied))
        new = tuple(one for one in recipe.requirements if Requirement(one).name.lower() not in self.pinned)
        self.beside |= _pins(recipe.beside)
        self.pinned |= pins
        self.pages += recipe.pages
        plain = self.ground.accelerator in _PLAIN or recipe.accelerators
        other = "" if plain else f" These are builds for every machine: none is known for {self.ground.accelerator}."
        about = f"{option.summary} Versions that were seen to work together ({RECIPES}). {recipe.note}".rstrip() + other
        return Part(name=name, requirements=new, about=about)

    def _other(self, name: str) -> Part:
        """A framework that plays a part beside the primary: as it would be as one, where that goes with what stands."""
        option, ground = self.base.frameworks[name], self.ground
        recipe = fitting(self._recipes_of(name), ground.accelerators, ground.platform, ground.age)
        fits = recipe is not None and serves(self.python, recipe.python)
        if recipe is None or not fits or self._differs(_pins(recipe.requirements)) or option.package in self.pinned:
            return self._package(name, option.package, option.summary, asks_of(option))
        return self._known(name, recipe)

    def _differs(self, pins: Mapping[str, str]) -> bool:
        return any(self.pinned.get(package, version) != version for package, version in pins.items())

    def _component(self, name: str) -> Part:
        if name in self.base.frameworks and name not in self.base.components:
            return self._other(name)
        component = self.base.components[name]
        if not component.package:
            return Part(name=name, about=_elsewhere(component))
        return self._package(name, component.package, component.purpose, asks_of(component))

    def _package(self, name: str, package: str, about: str, asks: Sequence[Requirement]) -> Part:
        """The newest release of a package that the rest of the stack goes with, or why it cannot be had."""
        known = self.registry.packages.get(package)
        said = _sourced(about, self.registry.source(package)) if known else about
        if package in self.beside:
            said = f"{about.rstrip('.')}; the release that goes with those above ({RECIPES})."
        if package in self.pinned:
            return Part(name=name, about=f"It comes with {package}=={self.pinned[package]} above.")
        version = self.beside.get(package) or (newest(package, known, self.asks) if known else "")
        lacks = self._against(package, version, asks)
        if lacks:
            return Part(name=name, about=said, lacks=lacks)
        pins = {package: version, **self._along(asks)}
        self.pinned |= pins
        requirements = tuple(f"{one}=={release}" for one, release in pins.items())
        return Part(name=name, requirements=requirements, about=said + self._minding(known))

    def _along(self, asks: Iterable[Requirement]) -> dict[str, str]:
        """Exact releases that a part asks for, of packages that are none of the stack."""
        parts = {part.package for name in self.names if (part := self._part(name))}
        found = {ask.name: exact(ask) for ask in asks if ask.name.lower() not in {*self.pinned, *parts}}
        return {name: version for name, version in found.items() if version and _sound(name, version)}

    def _minding(self, known: Package | None) -> str:
        """What whoever installs it should know."""
        if known is None or not known.wheels:
            return " It comes as source and is built where it is installed." if known else ""
        minor = ".".join(self.python.split(".")[:2])
        if not minor or not known.interpreters or minor in known.interpreters:
            return ""
        # A wheel for the stable interface of an older Python serves, and is not among them.
        return f" It has wheels of its own for Python {', '.join(known.interpreters)}; another may have to build it."

    def _against(self, package: str, version: str, asks: Sequence[Requirement]) -> str:
        return next(self._objections(package, version, asks), "")

    def _objections(self, package: str, version: str, asks: Sequence[Requirement]) -> Iterator[str]:
        known = self.registry.packages.get(package)
        if known is not None and not version:
            yield "none of its releases is what the rest of the stack asks for"
            return
        if not _sound(package, version):
            yield "the package index names no release of it" if known or not version else "its name is no package's"
            return
        if denied := self._denied(package, version):
            yield denied
        if known is not None and among(version, known.withdrawn):
            yield f"{package} {version} was withdrawn"
        if known is not None and version == known.latest:
            yield from self._unfit(package, version, known)
        for ask in asks:
            stands = self.pinned.get(ask.name.lower())
            if stands and not ask.specifier.contains(stands, prereleases=True):
                yield f"{package} {version} asks for {ask}, and {ask.name}=={stands} stands above"

    def _denied(self, package: str, version: str) -> str:
        """Why a release must not be installed; empty where nothing is known against it."""
        for denied in self.base.denied:
            if denied.package == canonicalize_name(package) and among(version, denied.versions):
                return f"{package} {version} must not be installed: {denied.why} {denied.instead}".rstrip(".")
        return ""

    def _unfit(self, package: str, version: str, known: Package) -> Iterator[str]:
        if self.python and not serves(self.python, known.python):
            yield f"{package} {version} asks for Python {known.python}, and this is {self.python}"
        ours = {_ANYWHERE, self.ground.wheel} | ({"macos universal"} if "macos" in self.ground.wheel else set())
        if known.wheels and not ours & {*known.wheels}:
            yield f"{package} {version} has no wheel for {self.ground.wheel}, only for {', '.join(known.wheels)}"


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


def _name_of(page: str) -> str:
    """The package whose wheels a page has: the end of its address."""
    return page.rstrip("/").rpartition("/")[2]


def _elsewhere(component: Component) -> str:
    released = "" if component.release in (*OPEN, NOT_APPLICABLE) else f", {component.release}"
    return _sourced(f"{component.purpose}{released}", component.source)


def _sourced(said: str, source: Source) -> str:
    return f"{said.rstrip('.')} [{source.ref}, {source.observed}]."
