"""What the package index said of packages when it was last asked: `knowledge/registry.yaml`, written by machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from advisor.frozen import dataclass, field
from advisor.loading.folders import Folder
from advisor.loading.problems import Problems, shown
from advisor.loading.validate import validate
from advisor.model.fact import Source
from advisor.model.package import Canary, Package

REGISTRY = "registry.yaml"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryFile:
    """`knowledge/registry.yaml`."""

    canary: Canary | None = None
    packages: Mapping[str, Package] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Registry:
    """What is known of the packages, by name."""

    canary: Canary | None = None
    packages: Mapping[str, Package] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    """Of a package that an overlay speaks of, the overlay."""

    def source(self, name: str) -> Source:
        """Where the facts about a package come from."""
        package = self.packages[name]
        return Source(ref=f"pypi:{name}=={package.latest}", observed=package.observed, grade="registry")

    def facts(self, name: str, binary: str) -> Iterator[tuple[str, str | tuple[str, ...], str]]:
        """Attributes, values and notes of what the index says of a framework, whose wheels may lie elsewhere."""
        package = self.packages.get(name)
        if package is None:
            return
        if package.latest == UNKNOWN:
            for attribute in ("first_release", "latest_release", "release_cadence", "python", "architectures"):
                yield attribute, UNKNOWN, "Every release on the index was withdrawn or is denied."
            return
        wheels = self.packages.get(binary, package)
        silent = package.first == UNKNOWN
        since = UNKNOWN if silent else f"on the package index since {package.first}"
        yield "first_release", since, "The index does not say." if silent else ""
        yield "latest_release", released(package), ""
        every = f", every {package.every} days in the median" if package.recent > 1 else ""
        yield "release_cadence", f"{package.recent} in two years{every}", ""
        yield "python", wheels.interpreters or package.interpreters or declared(package), ""
        yield "architectures", wheels.wheels or "none", ""

    def check_range(self, versions: str, name: str, place: str, problems: Problems) -> None:
        """Note a range of versions that contains no release of the package."""
        try:
            wanted = SpecifierSet(versions)
        except InvalidSpecifier:
            problems.add(f"{shown(versions)} is no range of versions.", place, 'Write it as in ">=2.4,<3".')
            return
        known = _versions(self.packages[name].versions) if name in self.packages else ()
        if known and not any(wanted.contains(version, prereleases=True) for version in known):
            problems.add(f"no release of {name} is in {shown(versions)}.", place, f"The newest is {known[-1]}.")


@cache
def _versions(text: str) -> tuple[Version, ...]:
    """Every release that can be read as one, in the order of the text."""
    found = []
    for word in text.split():
        try:
            found.append(Version(word))
        except InvalidVersion:
            continue
    return tuple(found)


def released(package: Package) -> str:
    """The newest release with its day, where the index says that."""
    return package.latest if UNKNOWN in (package.latest, package.released) else f"{package.latest} ({package.released})"


def declared(package: Package) -> str:
    """The Python versions that the newest release asks for."""
    return package.python or "not declared to the index"


def read_registry(folders: tuple[Folder, ...], problems: Problems) -> Registry:
    """What all folders say together; a later one takes the place of an earlier one, package by package."""
    canary, packages, origins = None, dict[str, Package](), dict[str, str]()
    for folder in folders:
        if not os.path.lexists(folder.path / REGISTRY):
            continue
        document = folder.document(REGISTRY, problems)
        found = validate(RegistryFile, document, problems) if document else None
        if found is not None:
            canary = found.canary or canary
            packages |= found.packages
            origins |= dict.fromkeys(found.packages, folder.origin)
    return Registry(canary=canary, packages=packages, origins=origins)
