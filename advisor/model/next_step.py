"""Commands of other tools that go on from a recommendation."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.frozen import dataclass, field
from advisor.model.fact import Source
from advisor.model.rule import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Where a value of a command comes from."""

    key: str
    """Of the answers."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Answers that have to be so for the value to mean what the command takes it for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What can be done next where a component is in the stack, as a command with named gaps."""

    id: str
    component: str
    """A component of the stack, or the primary."""
    place: Place
    command: tuple[str, ...]
    """Word by word. A word in capitals is a gap: it is filled in from `inputs`, or stays for the reader."""
    inputs: Mapping[str, Input] = field(default_factory=dict)
    """By gap; a gap that is not there stays."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Answers without which the command is no use."""
    does: str
    source: Source
    origin: str = ""
    """The overlay it came from; empty for what comes with the program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """A command with what is known of its gaps."""

    component: str
    place: Place
    command: str
    """As a shell takes it; words in capitals are for the reader to fill in."""
    open: tuple[str, ...]
    """Those words."""
    does: str
    findings: tuple[str, ...]
    """Why the component is in the stack; empty for the primary."""
    evidence: tuple[str, ...]
