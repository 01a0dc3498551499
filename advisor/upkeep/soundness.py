"""Whether a knowledge base is complete, used, dated, free of contradictions, and mostly from who has to know."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.model.knowledge import KnowledgeBase
from advisor.upkeep.completeness import Coverage, unused
from advisor.upkeep.contradictions import contradictions

PRIMARY_SHARE = 0.9
"""Of the facts about each framework, those that have to come from who has to know."""


def unsound(
    base: KnowledgeBase, frameworks: Mapping[str, Coverage], components: Mapping[str, Coverage], today: str
) -> list[str]:
    """What is wrong, each in a sentence; empty where the knowledge, which is covered as said, is sound."""
    missing = [name for coverage in (*frameworks.values(), *components.values()) for name in coverage.missing]
    problems = [f"{identity} is missing, or unknown without a note on what was tried." for identity in missing]
    problems += [f"nothing reads {identity}." for identity in unused(base)]
    problems += contradictions(base, today)
    problems += [
        f"{name}: {coverage.share:.0%} of the facts are from a primary source; expected {PRIMARY_SHARE:.0%}."
        for name, coverage in frameworks.items()
        if coverage.share < PRIMARY_SHARE
    ]
    return problems
