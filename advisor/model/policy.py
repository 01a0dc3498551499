"""What an organisation asks of every decision, and where a decision falls short of it."""

from __future__ import annotations

from typing import Literal

from advisor.frozen import dataclass
from advisor.model.rule import Place

Severity = Literal["error", "warning", "note"]
"""Only an error is a violation that stands in the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One point in which a recommendation falls short of a policy."""

    rule: str
    """The id of the point in the policy."""
    severity: Severity
    subject: str
    """The option, component or answer that it is about."""
    place: Place | None = None
    """Where in the stack; None where it is about the whole."""
    message: str
    """What falls short, and why that matters to the organisation."""
    remedy: str
    """What would end it."""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReport:
    """What a policy says of one recommendation."""

    name: str
    mode: Literal["audit", "enforce"]
    """`audit` reports; `enforce` also keeps from the ranking what the policy does not allow."""
    digest: str
    violations: tuple[Violation, ...]
