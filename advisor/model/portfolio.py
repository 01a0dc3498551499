"""Many projects side by side: what each is to be built on, and what one framework for all of them would cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from advisor.frozen import dataclass
from advisor.model.recommendation import Status
from advisor.model.rule import Place

SCHEMA = "advisor/portfolio/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What building a project on one of the frameworks would cost it, against what is best for it."""

    option: str
    lost: float | None
    """Score that it falls short of the best; None where it is ruled out."""
    tied: bool = False
    """Whether the difference is inside the noise."""
    reason: str = ""
    """Why it is ruled out; empty where it is not."""
    speed: tuple[float, float] | None = None
    """The value of its speed and that of the best, from 0 to 1; None where one of them was not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project, and what is recommended for it."""

    line: int
    id: str | int | None
    status: Status
    primary: str
    tied_with: tuple[str, ...]
    stack: Mapping[Place, tuple[str, ...]]
    p_best: float | None
    level: Literal["high", "medium", "low"] | None
    """None where no option was weighed."""
    costs: tuple[Cost, ...]
    """Of every option; none where no framework is recommended, so that there is nothing to lose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that is no project."""

    line: int
    id: str | int | None
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What one framework for all projects would cost."""

    option: str
    ruled_out: int
    """Projects that it is ruled out for."""
    lost: float
    """Score that the other projects lose, in all."""
    most: float
    """What the project that loses most loses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """The projects of a file, in its order."""

    schema: str = SCHEMA
    projects: tuple[Project, ...]
    bad: tuple[BadLine, ...]
    statuses: Mapping[Status, int]
    """How many projects have it, the most frequent first."""
    primaries: Mapping[str, int]
    """How many projects are to be built on it, the most frequent first."""
    compared: int
    """Projects for which a framework is recommended: those that a common one is held against."""
    common: tuple[Common, ...]
    """The one that costs least first: ruled out for the fewest projects, then the least score lost in all."""
    knowledge: str
    rules: str
    as_of: str
