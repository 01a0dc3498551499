"""A rule that fired, put in words and tied to what it rests on."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Rule, sentence, the facts it used and the evidence behind them."""

    id: str
    rule: str
    message: str
    facts: Mapping[str, object]
    """Attribute to value, as the rule saw them."""
    evidence: tuple[str, ...]
    """Ids of evidence."""
