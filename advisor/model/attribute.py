"""What is known of every framework: the list of attributes that a fact can be about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from advisor.frozen import dataclass, field

Moves = Literal["release", "support", "interface", "licence", "history"]
"""How fast an attribute moves, which says how long a fact about it can be relied on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactAttribute:
    """One attribute, or a family of them with a member for each operating system, need, domain and so on."""

    id: str
    meaning: str
    moves: Moves
    row: str = ""
    """Its title in the table of options; empty where only rules and criteria use it."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Of a scale, best first: word to definition. Empty for free text."""
    members: tuple[str, ...] = ()
    """Of a family: the fact about `android` in the family `runtime` is `runtime.android`."""

    @property
    def names(self) -> tuple[str, ...]:
        """The attribute of every fact that belongs here."""
        return tuple(f"{self.id}.{member}" for member in self.members) or (self.id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Words of two or more attributes that cannot all be true of one framework."""

    never: Mapping[str, tuple[str, ...]]
    """Attribute to words; `{train_os}` in an attribute stands for each operating system in turn."""
    why: str


def general(name: str) -> str:
    """The attribute without the accelerator that a fact is limited to: `need.x@apple_gpu` is about `need.x`."""
    return name.partition("@")[0]


def family(name: str) -> str:
    """The id of the list's entry that a fact belongs to."""
    return general(name).partition(".")[0]
