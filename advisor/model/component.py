"""The parts of a stack that stand around the primary framework."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from advisor.model.fact import Fact, Source

Status = Literal["active", "maintenance", "beta", "experimental", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A library, runtime, server or tool that a stack can name."""

    id: str
    name: str
    layer: str
    """One of the vocabulary's layers."""
    purpose: str
    status: Status
    source: Source
    """Where status and purpose were read."""
    requires: tuple[str, ...] = ()
    """Primaries of which one has to be the recommended one; empty when it goes with any."""
    excludes: tuple[str, ...] = ()
    """Components that cannot stand beside it in one place."""
    platforms: tuple[str, ...] = ()
    """Operating systems (words of `train_os`) where it runs, for the place it is put; empty where that is not bound."""
    successor: str = ""
    """What takes its place once its day is over."""
    note: str = ""

    @property
    def fact(self) -> Fact:
        """Status and purpose as a fact that findings can cite."""
        return Fact(
            id=f"component.{self.id}", attribute="status", value=self.status, source=self.source, note=self.purpose
        )
