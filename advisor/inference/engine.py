"""What a rules engine has to be able to do, whoever does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from advisor.errors import InputError
from advisor.model.rule import Rule
from advisor.model.trace import Facts, Trace
from advisor.model.vocabulary import AttributeKind

Kinds = Mapping[str, AttributeKind]
"""Every attribute that a rulebook may read or derive, with how it takes values."""


class RulebookError(InputError):
    """Rules that no engine may run as they stand: each problem names the rule, what was expected and what to do."""


class Engine(Protocol):
    """A compiled rulebook that can be consulted any number of times, from any thread."""

    name: str

    def consult(self, facts: Facts, *, premises: bool = True) -> Trace:
        """Fire every rule that holds for these facts and what is derived from them.

        Seen from outside, a pure function. Without `premises` it need not be said on what each rule fired, and the
        facts are taken as they are, which lets some engines answer much sooner.
        """

    def consult_each(self, shared: Facts, each: Sequence[Facts], *, premises: bool = True) -> list[Trace]:
        """What `consult` says of each of these facts beside those that all share, in their order.

        No conclusions are among those of each.
        """

    def close(self) -> None:
        """Give back what the engine holds; consulting it afterwards is an error."""


class Compile(Protocol):
    """Makes an engine from rules, or raises `RulebookError` naming every rule that it cannot take."""

    def __call__(self, rules: tuple[Rule, ...], kinds: Kinds) -> Engine:
        """Compile the rules over the attributes."""
