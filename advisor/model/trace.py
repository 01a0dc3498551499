"""What an engine did: which rules fired, on what, and what they concluded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from advisor.frozen import dataclass

Given = str | float | frozenset[str]
"""A word or text, a number, or a set of words: what an attribute can be. An attribute that is not there is unknown."""
Facts = Mapping[str, Given]


class Premise(NamedTuple):
    """One fact that a rule rested on."""

    attribute: str
    state: Literal["is", "lacks", "known", "unknown"]
    value: str | float = ""
    """The word or number it is, or the word it lacks; empty for known and unknown."""


class Firing(NamedTuple):
    """A rule that fired, with the premises of the alternative of its condition that held."""

    rule: str
    premises: tuple[Premise, ...]
    """Sorted, each once."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything that fired, in order of priority, rule and premises: the same for every engine."""

    firings: tuple[Firing, ...]
    derived: Mapping[str, frozenset[str]]
    """Derived attribute to the words that were concluded."""
