"""Draws facts at random, for someone to check again at their source."""

from __future__ import annotations

import random

from advisor.model.fact import Fact
from advisor.model.knowledge import KnowledgeBase


def draw(base: KnowledgeBase, count: int, seed: int) -> tuple[Fact, ...]:
    """So many facts of frameworks and components; the same knowledge and seed draw the same ones."""
    facts = base.facts()
    chosen = random.Random(seed).sample(sorted(facts), min(count, len(facts)))
    return tuple(facts[identity] for identity in chosen)
