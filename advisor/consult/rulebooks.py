"""The three rulebooks of a consultation: one for the situation, one for each option, one for the verdict."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.inference.applicable import lower
from advisor.inference.engine import Kinds
from advisor.model.attribute import family
from advisor.model.fact import NOT_APPLICABLE
from advisor.model.knowledge import KnowledgeBase
from advisor.model.rule import Phase, Rule

PHASES: Mapping[str, tuple[Phase, ...]] = {
    "situation": ("derive", "preference"),
    "option": ("eligibility",),
    "verdict": ("stack", "caution"),
}
"""What each of them is made of, in the order in which they are consulted."""


def kinds(base: KnowledgeBase) -> Kinds:
    """Every attribute that a rule can read or derive, with how it takes values."""
    return {name: attribute.kind for name, attribute in base.vocabulary.attributes().items()}


def rulebooks(base: KnowledgeBase) -> dict[str, tuple[Rule, ...]]:
    """The rules of each, with conditions that mean the same to every engine."""
    dropped = _can_be_dropped(base)
    projections = base.vocabulary.projections
    about = {name for p in projections for name in (p.name, *(f"{p.name}.{word}" for word in p.words))}
    return {
        name: tuple(lower(rule, dropped, about) for rule in base.rules if rule.phase in phases)
        for name, phases in PHASES.items()
    }


def _can_be_dropped(base: KnowledgeBase) -> frozenset[str]:
    """The projections of which some option says that they do not apply to it."""
    facts = (fact for framework in base.frameworks.values() for fact in framework.facts.values())
    families = {family(fact.attribute) for fact in facts if fact.value == NOT_APPLICABLE}
    return frozenset(p.name for p in base.vocabulary.projections if not p.each and family(p.path) in families)
