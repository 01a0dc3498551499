"""The errors a user can meet: each names the thing, what was expected, where, and what to do."""

from __future__ import annotations

import re

from advisor.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in something a user gave, with its address."""

    message: str
    """What is wrong and what was expected, as a sentence."""
    place: str = ""
    """Where: `file:line`, and the key below it."""
    hint: str = ""
    """What to do: the nearest allowed word, or the command that mends it."""

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text} {self.hint}" if self.hint else text


def _in_order(problem: Problem) -> tuple[tuple[int, str], ...]:
    """By place, with the numbers in it by size: line 2 before line 10."""
    parts = re.split(r"(\d+)", str(problem))
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


class AdvisorError(Exception):
    """A mistake in what the user gave, as opposed to a bug: shown without a traceback, all problems at once."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = tuple(sorted(problems, key=_in_order))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[AdvisorError], tuple[Problem, ...]]:
        """How it is copied, to another process among others."""
        return type(self), self.problems


class InputError(AdvisorError):
    """Answers, options of a command, knowledge or rules that cannot be used as they stand."""


class StoreError(AdvisorError):
    """The folder for stored measurements cannot be read or written."""
