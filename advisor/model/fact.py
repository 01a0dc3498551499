"""A graded, dated, sourced statement about a framework or component."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Grade = Literal["measured", "official", "registry", "maintainer", "third_party", "judged", "seed_claim"]
"""How a statement is known, strongest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a statement comes from."""

    ref: str
    """An address, `owner/name:path@commit`, `pypi:NAME==VERSION`, or how it was measured."""
    observed: str
    """The day or month it was seen there, `YYYY-MM-DD` or `YYYY-MM`."""
    grade: Grade
    expires: str = ""
    """The day from which it should be looked at again; empty where it does not age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is known of one attribute of one framework or component."""

    id: str
    """`SUBJECT.ATTRIBUTE`, unique in the knowledge base."""
    attribute: str
    value: str | tuple[str, ...]
    """A word, a text, or several."""
    source: Source
    note: str = ""

    @property
    def statement(self) -> str:
        """The fact as a short sentence."""
        value = ", ".join(self.value) if isinstance(self.value, tuple) else self.value
        return f"{self.id} is {value}." + (f" {self.note}" if self.note else "")
