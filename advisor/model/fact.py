"""A graded, dated, sourced statement about a framework or component."""

from __future__ import annotations

import re
from typing import Literal

from advisor.frozen import dataclass

Grade = Literal["measured", "official", "registry", "maintainer", "third_party", "judged", "seed_claim"]
"""How a statement is known, strongest first."""

PRIMARY = frozenset[str]({"measured", "official", "registry", "maintainer"})
"""Grades of those who have to know: own observation, the project itself, the package index, the maintainers."""

CLAIMED: Grade = "seed_claim"
"""Of what the comparison that this project began from says alone: shown, and never scored."""

UNSUPPORTED = "not_supported"
"""Its makers say no. To rules it is the word of the scale that means none."""
NOT_APPLICABLE = "not_applicable"
"""The question makes no sense here. A condition that asks it is dropped."""
OPEN = frozenset[str]({"unknown", "not_available", "error"})
"""Looked for and not found, kept from us, or failed to be looked up: neither good nor bad."""
STATES = frozenset[str]({UNSUPPORTED, NOT_APPLICABLE, *OPEN})
"""What can stand instead of a word or a text."""


_RELEASED = re.compile(r"\((\d{4}-\d{2}-\d{2})\)")
_INSTALLED = re.compile(r"installed:([A-Za-z0-9][A-Za-z0-9._-]*)==([0-9][A-Za-z0-9.!]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a statement comes from."""

    ref: str
    """An address, `owner/name:path@commit`, `pypi:NAME==VERSION`, or how it was measured."""
    observed: str
    """The day it was seen there, `YYYY-MM-DD`."""
    grade: Grade


def measured_of(source: Source) -> tuple[str, str] | None:
    """Package and version, where it was seen in an installed package: `installed:jax==0.10.2 (introspected)`."""
    found = _INSTALLED.match(source.ref) if source.grade == "measured" else None
    return (found[1].lower().replace("_", "-"), found[2]) if found else None


def released_on(release: str) -> str:
    """The day that a release is stated with, as in `2.15.0 (2026-10-28)`; empty where there is none."""
    found = _RELEASED.search(release)
    return found[1] if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is known of one attribute of one framework or component."""

    id: str
    """`SUBJECT.ATTRIBUTE`, unique in the knowledge base."""
    attribute: str
    value: str | tuple[str, ...]
    """A word, a text, or several; or one of `STATES`."""
    source: Source
    also: tuple[Source, ...] = ()
    """Further sources, where only several together show it."""
    note: str = ""
    versions: str = ""
    """The releases it holds for, as in `>=2.4,<3`; empty for all that are in use."""
    expires: str = ""
    """The day from which it should be looked at again; empty where it does not age."""
    origin: str = ""
    """The overlay it came from; empty for what comes with the program."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """All of them."""
        return (self.source, *self.also)

    @property
    def said(self) -> str:
        """The value as text."""
        return ", ".join(self.value) if isinstance(self.value, tuple) else self.value

    @property
    def statement(self) -> str:
        """The fact as a short sentence."""
        versions = f" for {self.versions}" if self.versions else ""
        return f"{self.id} is {self.said}{versions}." + (f" {self.note}" if self.note else "")
