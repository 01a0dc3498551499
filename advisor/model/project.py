"""What the files of a project say, and what a library in them means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from advisor.frozen import dataclass, field
from advisor.model.answers import Answer

Sureness = Literal["hint", "likely", "certain"]
"""How sure a sign is, from the least.

- `certain`: stated by a pin, or by a lock for what the project asks for, or by a file that can mean nothing else.
- `likely`: asked for without a version, or imported by code that is neither a test nor an example.
- `hint`: an optional extra, a test, an example, a file of continuous integration: shown, and used for nothing.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What something that can be met in a project says."""

    package: tuple[str, ...] = ()
    """Python packages, as a package index spells them."""
    name: tuple[str, ...] = ()
    """Dotted names of Python, with everything below them; with a dot before it, a method that is called."""
    npm: tuple[str, ...] = ()
    """Packages of JavaScript."""
    image: tuple[str, ...] = ()
    """Container images, `*` for any text; what they are followed by does not matter."""
    mark: tuple[str, ...] = ()
    """Text on a line of a file that builds, deploys or configures, outside comments."""
    file: tuple[str, ...] = ()
    """Names of files, `*` for any text before them."""
    below: str = ""
    """Of packages: only where every version that is allowed lies below this one."""
    since: str = ""
    """Of packages: only where a version of this or later is allowed, or none is told."""
    part: str = ""
    """The framework or component that is in use then."""
    says: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    """Answers by key. `chip` is an accelerator of which only the task tells what it is for."""
    sure: Sureness
    """The most that it can be."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """`knowledge/signs.yaml`."""

    signs: tuple[Sign, ...]
    present: tuple[str, ...]
    """Keys that say what is there today: another answer contradicts the project."""
    says_more: Mapping[str, Mapping[str, tuple[str, ...]]]
    """By key, words that say more than others, which are then passed over."""
    borrowed: Mapping[str, tuple[str, ...]]
    """By a dotted name, those below it that code in another framework uses too: data, files, settings."""
    together: Mapping[str, Mapping[str, tuple[str, ...]]]
    """By key, a word that stands for all of several."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something was seen."""

    file: str
    """Below the folder that was read, with nothing in it that a terminal obeys."""
    line: int = 0
    """0 for the file as a whole."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An answer that the files speak for."""

    answer: Answer
    sure: Sureness
    why: tuple[str, ...]
    where: tuple[Place, ...]
    """The first few of each sort."""
    seen: int
    """In so many places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the files say about one key."""

    key: str
    answer: Answer | None
    """None where they contradict each other, which is left open."""
    sure: Sureness
    candidates: tuple[Candidate, ...]
    """What speaks for the answer, then what else was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A framework or component that the project works with."""

    part: str
    versions: tuple[str, ...] = ()
    """Those that are pinned or locked; where none is, the ranges that are allowed."""
    sure: Sureness
    where: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A project, or one of several in a folder."""

    path: str
    """Below the folder that was read; `.` for itself."""
    name: str = ""
    """As it calls itself."""
    python: tuple[str, ...] = ()
    """The versions of Python that it allows."""
    uses: tuple[Use, ...] = ()
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What was found in a folder: the document of `advisor intake --json`."""

    schema: Literal["advisor/intake/1"] = "advisor/intake/1"
    parts: tuple[Part, ...]
    meant: str | None
    """The path of the part whose answers count; None where it has to be said which."""
    why: str
    """Why that one, or what has to be said."""
    files: int
    """That were looked at."""
    read: int
    left_out: tuple[str, ...] = ()
    """What was not read, and why."""

    @property
    def part(self) -> Part | None:
        """The part whose answers count."""
        return next((part for part in self.parts if part.path == self.meant), None)
