"""Where the frameworks of a run were found, and what has become of them since: read from metadata, nothing is started.

pip puts what it installs beside a folder of metadata, and takes that away with it. So it is enough to look at one small
file of each package to know whether it is still the same.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.frozen import dataclass
from advisor.model.package import canonical

if TYPE_CHECKING:
    from advisor.evidence.probing.plan import Plan

QUERY = """
import json, os, sys
sys.path[:] = [entry for entry in sys.path if entry]
from importlib import metadata

def found(module):
    top = module.partition(".")[0]
    for name in (top, top + "-cpu", top + "-gpu", top + "-macos"):
        try:
            of = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        return {"module": module, "name": of.metadata["Name"], "version": of.version,
                "metadata": os.path.abspath(str(getattr(of, "_path", "")))}
    return {"module": module, "name": top, "version": "", "metadata": ""}

print()
print(json.dumps({"interpreter": sys.executable, "packages": [found(module) for module in sys.argv[1:]]}))
"""
"""Asks an interpreter where the packages of modules lie; their names are those that `interpreters` looks for."""
LIMIT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """An installed package."""

    module: str
    """What it was looked for by."""
    name: str
    version: str
    """Empty where it was not told."""
    metadata: str
    """The folder or file of its metadata."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a variant of a framework was found."""

    framework: str
    variant: str
    interpreter: str
    packages: tuple[Package, ...]
    """What its figures depend on, itself first."""


def places(plan: Plan) -> tuple[Place, ...]:
    """Where a plan finds each variant that can be run, by asking the interpreters once more."""
    from advisor.evidence.probing.entrants import choose  # noqa: PLC0415  (a recommendation starts nothing)
    from advisor.evidence.probing.plan import offers, wanted  # noqa: PLC0415
    from advisor.evidence.probing.workers import environment  # noqa: PLC0415

    offered = offers(plan.probes, *plan.added)
    located, _ = choose(plan, wanted(plan, offered), offered)
    variables = environment(os.environ, threads=1, scratch=Path.cwd(), device="cpu", extra={})
    modules: dict[str, dict[str, None]] = {}
    for found in located:
        modules.setdefault(found.interpreter, {}).update(dict.fromkeys(found.offer.modules))
    asked = {interpreter: look(interpreter, names, variables) for interpreter, names in modules.items()}
    there = []
    for found in located:
        interpreter, packages = asked[found.interpreter]
        needed = [package for package in packages if package.module in found.offer.modules]
        needed.sort(key=lambda package: found.offer.modules.index(package.module))
        place = Place(
            framework=found.offer.framework,
            variant=found.offer.variant,
            interpreter=interpreter,
            packages=tuple(needed),
        )
        there.append(place)
    return tuple(there)


def look(interpreter: str, modules: Iterable[str], variables: Mapping[str, str]) -> tuple[str, tuple[Package, ...]]:
    """The interpreter by its full path, and the package of each module; none where it cannot be asked."""
    import subprocess  # noqa: PLC0415  (to look at what was found before, nothing is started)

    command = [interpreter, "-c", QUERY, *modules]
    with suppress(OSError, subprocess.SubprocessError, ValueError, LookupError, TypeError):
        done = subprocess.run(  # noqa: S603 - it has just been measured
            command, capture_output=True, timeout=LIMIT_S, check=True, text=True, env=dict(variables)
        )
        said = json.loads(done.stdout.strip().splitlines()[-1])
        return said["interpreter"], tuple(Package(**package) for package in said["packages"])
    return interpreter, ()


def changed(place: Place) -> str:
    """How the packages found there differ from what they were, in words; empty where they are the same."""
    if not place.packages or not all(package.version for package in place.packages):
        return "its version was not told, so that it cannot be held against the one that is installed now"
    if not os.path.exists(place.interpreter):  # noqa: PTH110 - a recommendation pays for every path that is made
        return f"the Python that it was measured in is gone ({place.interpreter})"
    for package in place.packages:
        now = installed(package)
        if now is None:
            return f"{package.name} {package.version} is no longer installed where it was measured"
        if now != package.version:
            return f"{package.name} was measured at {package.version} and is {now} now"
    return ""


def installed(package: Package) -> str | None:
    """The version that is installed now where the package was; nothing where it is no longer there."""
    version = _version(package.metadata)
    if version is not None:
        return version
    folder, wanted = os.path.dirname(package.metadata), canonical(package.name)  # noqa: PTH120
    with suppress(OSError):
        for entry in sorted(os.listdir(folder)):  # noqa: PTH208
            stem, kind = os.path.splitext(entry)  # noqa: PTH122
            if kind in (".dist-info", ".egg-info") and canonical(stem.partition("-")[0]) == wanted:
                found = _version(f"{folder}/{entry}")
                if found is not None:
                    return found
    return None


def _version(metadata: str) -> str | None:
    """The version that metadata gives; nothing where there is none."""
    for file in (f"{metadata}/METADATA", f"{metadata}/PKG-INFO", metadata):
        with suppress(OSError), open(file, encoding="utf-8", errors="replace") as lines:  # noqa: PTH123
            for line in lines:
                if line.startswith("Version:"):
                    return line[8:].strip()
                if not line.strip():
                    break
    return None
