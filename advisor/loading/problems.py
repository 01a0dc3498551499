"""Collects what is wrong with files, so that all of it is said at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from advisor.errors import InputError, Problem

Path = tuple[str | int, ...]
T = TypeVar("T")


@dataclass(slots=True)
class Problems:
    """Grows while files are read; `settle` raises what has come together."""

    found: list[Problem] = field(default_factory=list)

    def add(self, message: str, place: str = "", hint: str = "") -> None:
        """Note one problem."""
        self.found.append(Problem(message=message, place=place, hint=hint))

    def settle(self) -> None:
        """Raise every problem found, if any."""
        if self.found:
            raise InputError(*self.found)


def nearest(word: object, allowed: Iterable[str], *, limit: int = 12) -> str:
    """A hint at the allowed word that was probably meant, or the list of them where it is short."""
    words = sorted(allowed)
    close = difflib.get_close_matches(str(word)[:80].lower(), words, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]!r}?"
    if len(words) <= limit:
        return f"Allowed: {', '.join(words)}." if words else ""
    return f"Allowed are {len(words)} words, {', '.join(words[:3])} among them."


def shown(value: object, *, limit: int = 60) -> str:
    """A value from outside as it can stand in a message: short, on one line, nothing that a terminal obeys."""
    text = repr(value) if isinstance(value, str) else str(value).replace("\n", " ")
    safe = "".join(c if c.isprintable() else "?" for c in text)
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"
