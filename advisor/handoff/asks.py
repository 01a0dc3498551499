"""What parts of a stack ask of the releases of other packages, and which release of a package meets that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from advisor.model.component import Component
from advisor.model.framework import Framework
from advisor.model.package import Package
from advisor.upkeep.verification import among


def asks_of(part: Component | Framework | None) -> tuple[Requirement, ...]:
    """Those that can be read: what an overlay says may be none."""
    if part is None:
        return ()
    return tuple(_read((*part.asks, part.pins) if isinstance(part, Component) else part.asks))


def _read(texts: Iterable[str]) -> Iterator[Requirement]:
    for text in filter(None, texts):
        with suppress(InvalidRequirement):
            yield Requirement(text)


def exact(ask: Requirement) -> str:
    """The one release that is asked for; empty where there may be several."""
    (only, *others) = [*ask.specifier] or [None]
    return only.version if only and not others and only.operator == "==" and not only.version.endswith("*") else ""


def newest(package: str, known: Package, asks: Iterable[Requirement]) -> str:
    """The newest release that all of them allow, or the newest of all where none is about it; empty for none."""
    about = [ask.specifier for ask in asks if canonicalize_name(ask.name) == canonicalize_name(package)]
    if not about:
        return known.latest
    allowed = [version for version in known.versions.split() if all(one.contains(version) for one in about)]
    return max((one for one in allowed if not among(one, known.withdrawn)), key=Version, default="")
