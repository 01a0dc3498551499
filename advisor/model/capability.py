"""What a framework can be tried for, and what trying says of a documented fact."""

from __future__ import annotations

from advisor.frozen import dataclass
from advisor.model.fact import Fact
from advisor.model.measurement import CapabilityResult


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityDefinition:
    """One entry of `probes/capabilities/definitions.yaml`; each framework's file has a function of the same name."""

    id: str
    title: str
    shows: str
    """What is known where it works."""
    attribute: str
    """What the knowledge base documents of it."""
    working_refutes: tuple[str, ...] = ()
    """Words of that attribute's scale that cannot be true of a framework in which it works."""
    failing_refutes: tuple[str, ...] = ()
    """Words that cannot be true where it does not."""
    entries: tuple[str, ...] = ()
    """Where the attribute is a list or a text: what an entry is called that claims it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuted:
    """A documented fact, and what was observed here instead."""

    documented: Fact
    observed: Fact
    result: CapabilityResult
    """What was tried."""

    @property
    def said(self) -> str:
        """Both, with source, day and version."""
        fact, result = self.documented, self.result
        note = f" ({fact.note.rstrip('.')})" if fact.note else ""
        what = self.observed.said.replace("_", " ")
        reason = f": {result.brief}" if result.reason else ""
        return (
            f"{result.framework}/{result.variant}, {result.capability}: documented: {fact.attribute} is {fact.said} "
            f"({fact.source.ref}, {fact.source.observed}){note}; observed here with {result.version} on "
            f"{result.device}: {what}{reason}."
        )
