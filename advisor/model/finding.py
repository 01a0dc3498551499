"""A rule that fired, put in words and tied to what it rests on."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.frozen import dataclass

VACANCY = "vacancy"
"""In the place of a rule: a component that an answer keeps out of the stack."""
NAMES_NOTHING = "names_nothing"
"""In the place of a rule: a name among the answers that is not known."""

POLICY = "policy"
"""In the place of a rule: a point of an organisation's policy."""


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
