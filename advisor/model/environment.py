"""Environments that the program makes: what goes into one, and what has become of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from advisor.frozen import dataclass, field

SCHEMA = "advisor/environment/1"

State = Literal["ok", "broken", "incomplete"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Versions of a framework that are known to work together on some platforms."""

    framework: str
    platforms: tuple[str, ...]
    """`sys.platform` and `platform.machine()` of each, as `linux x86_64`."""
    accelerators: tuple[str, ...] = ()
    """Words of `train_hw`, one of which has to be there; empty for every machine."""
    ages: tuple[str, ...] = ()
    """Words of `chip_age`, one of which the accelerator has to have; empty for every age."""
    python: str
    """The Python versions it works with, as in `>=3.11,<3.15`."""
    requirements: tuple[str, ...]
    """What pip is given."""
    beside: tuple[str, ...] = ()
    """Releases of other packages that go with these and no others, where they are wanted."""
    pages: tuple[str, ...] = ()
    """Pages of wheels that the package index does not have, of one package each."""
    over: Mapping[str, str] = field(default_factory=dict)
    """Parts of a stack that it is for, each with the framework that is installed below it; empty for every stack."""
    modules: tuple[str, ...]
    """What has to load afterwards."""
    download_mb: int
    """About so much is fetched where nothing of it is kept from before."""
    installed_mb: int
    """About so much it takes on the disk."""
    least_mb: int = 0
    """The least it may take, where a smaller build may be found; 0 where there is none."""
    note: str = ""
    """What whoever is asked should know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What is written down of an environment, beside its folder: only what has it is the program's own."""

    framework: str
    complete: bool
    """Whether everything was installed, and loaded."""
    base: str
    """The interpreter that it was made with."""
    python: str
    """Its version."""
    installer: str
    requirements: tuple[str, ...]
    modules: tuple[str, ...]
    packages: Mapping[str, str] = field(default_factory=dict)
    """What is installed in it, and in which version."""
    size_mb: int = 0
    seconds: float = 0.0
    """How long it took."""
    made: str = ""
    """When, in UTC."""
    schema: str = SCHEMA


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an environment stands now."""

    framework: str
    state: State
    why: str
    """Why it is not ok; where it is, what was changed in it by others."""
    interpreter: str
    python: str
    packages: Mapping[str, str]
    size_mb: int
    made: str
