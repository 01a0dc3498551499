"""Collects what is wrong with files, so that all of it is said at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from advisor.errors import InputError, Problem
from advisor.frozen import dataclass, field

MOST = 300
"""Finding the nearest word for each of a hundred thousand would take minutes."""

Path = tuple[str | int, ...]
T = TypeVar("T")


@dataclass(slots=True)
class Problems:
    """Grows while files are read; `settle` raises what has come together."""

    found: list[Problem] = field(default_factory=list)

    def add(self, message: str, place: str = "", hint: str = "") -> None:
        """Note one problem; of more than anybody reads, the first are raised at once."""
        self.found.append(Problem(message=message, place=place, hint=hint))
        if len(self.found) >= MOST:
            self.found.append(Problem(message=f"There is more: these are the first {MOST} problems."))
            self.settle()

    def settle(self) -> None:
        """Raise every problem found, if any."""
        if self.found:
            raise InputError(*self.found)


def nearest(word: object, allowed: Iterable[str], *, limit: int = 12) -> str:
    """A hint at the allowed word that was probably meant, or the list of them where it is short."""
    words = sorted(allowed)
    in_small = {known.lower(): known for known in words}
    from difflib import get_close_matches  # noqa: PLC0415  (for a mistake only)

    close = get_close_matches(str(word)[:80].lower(), in_small, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {in_small[close[0]]!r}?"
    if len(words) <= limit:
        return f"Allowed: {', '.join(words)}." if words else ""
    return f"Allowed are {len(words)} words, {', '.join(words[:3])} among them."


def shown(value: object, *, limit: int = 60) -> str:
    """A value from outside as it can stand in a message: short, on one line, nothing that a terminal obeys."""
    try:
        # Of a long text no more than can be shown is looked at.
        text = repr(value[: limit + 1]) if isinstance(value, str) else str(value).replace("\n", " ")
    except (ValueError, RecursionError):
        # A number of more digits than Python writes out, or lists in lists in lists.
        return f"a {type(value).__name__} that is too large to be shown"
    safe = printable(text)
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"


def printable(text: str) -> str:
    """The text without what a terminal obeys or no output can hold, as in the name of a file that somebody sent."""
    return "".join(c if c.isprintable() else "?" for c in text)
