"""What is known of the situation, and from where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from advisor.frozen import dataclass

Answer = str | float | int | tuple[str, ...] | Mapping[str, float] | Mapping[str, str]
"""A word or text, a number, several words, `sizes` or `priorities`."""
Answers = Mapping[str, Answer]
"""By key of the vocabulary; checked. A key that is absent is open."""

Origin = Literal["answered", "detected", "implied"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Answers that exclude each other by definition, or an answer that this machine contradicts."""

    word: Literal["definition", "detected_hardware"]
    """What it is called among the words of the derived attribute `clash`."""
    said: Mapping[str, str]
    """The answers, by key."""
    message: str

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the answers."""
        return tuple(self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The answers, completed by what was detected and what follows by definition."""

    answers: Answers
    origins: Mapping[str, Origin]
    """By key."""
