"""What a package index says of a package, and releases that must never be recommended."""

from __future__ import annotations

import re

from advisor.frozen import dataclass
from advisor.model.fact import Source


def canonical(name: str) -> str:
    """The name of a package as indexes compare it: what `packaging` says of it, which takes long to load."""
    return re.sub(r"[-_.]+", "-", name).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What the index said of one package: of its final releases, or of all where there is no final one yet."""

    observed: str
    """The day it was asked, `YYYY-MM-DD`."""
    latest: str
    """The newest release that is neither withdrawn nor denied; `unknown` where there is none."""
    released: str
    first: str
    """The day of the first release on the index."""
    recent: int
    """Releases in the two years before the day it was asked."""
    every: int
    """Median of the days between those."""
    python: str
    """The Python versions that the newest release asks for, as in `>=3.11`."""
    wheels: tuple[str, ...] = ()
    """Platforms of the newest release's wheels, such as `linux x86_64`; `any` for pure Python; empty for none."""
    interpreters: tuple[str, ...] = ()
    """Python versions of the newest release's wheels, where they differ by version."""
    withdrawn: tuple[str, ...] = ()
    """Releases that were yanked."""
    versions: str
    """Every release, separated by spaces, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A release that cannot change any more: an index that says something else of it is not the one that was asked."""

    package: str
    version: str
    digest: str
    """`sha256:` of its first file by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Releases that must never be recommended."""

    package: str
    """Its name as the package index compares names: `red-frame` for `Red_Frame`."""
    versions: tuple[str, ...]
    why: str
    instead: str
    """What to do: the release to take, and what else."""
    source: Source
