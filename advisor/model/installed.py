"""What is installed for one interpreter."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """One installed package, in the words of its own metadata."""

    version: str
    python: str
    """The Python versions it asks for, as in `>=3.11`."""
    licence: str
    """SPDX expression; empty where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One interpreter with what is installed for it."""

    interpreter: str
    python: str
    platform: str
    """`sys.platform` there."""
    machine: str
    """`platform.machine()` there."""
    packages: Mapping[str, Installed]
