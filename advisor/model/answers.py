"""What is known of the situation, and from where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from advisor.frozen import dataclass, field

Answer = str | float | int | tuple[str, ...] | Mapping[str, float] | Mapping[str, str]
"""A word or text, a number, several words, `sizes` or `priorities`."""
Answers = Mapping[str, Answer]
"""By key of the vocabulary; checked. A key that is absent is open."""

Origin = Literal["answered", "project", "detected", "implied"]
"""`project`: read from the files of a project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Answers that exclude each other by definition, or an answer that this machine or the project contradicts."""

    word: Literal["definition", "detected_hardware", "project_files"]
    """What it is called among the words of the derived attribute `clash`."""
    said: Mapping[str, str]
    """The answers, by key."""
    message: str

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the answers."""
        return tuple(self.said)

    @property
    def id(self) -> str:
        """The id of the finding that it becomes."""
        return f"clash.{'.'.join(self.said)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSays:
    """What the files of a project were read as."""

    answers: Answers = field(default_factory=dict)
    """Those that are sure enough to be used."""
    present: tuple[str, ...] = ()
    """Keys that say what is there today, to which another answer contradicts the project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The answers, completed by what a project says, what was detected and what follows by definition."""

    answers: Answers
    origins: Mapping[str, Origin]
    """By key."""
