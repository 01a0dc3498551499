"""What of a decision has come to its end of life."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.model.check import Point
from advisor.model.decision import Decision
from advisor.model.fact import Fact
from advisor.model.knowledge import KnowledgeBase

_UPKEEP, _OVER = "maintenance", "retired"
"""The fact that tells whether a framework is kept up, and its word for one that is not."""
_STATUS, _ENDED = "status", "ended"


def ended(then: Decision, base: KnowledgeBase) -> Iterator[Point]:
    """The framework that was recommended or chosen, and each part of the stack, whose makers have given it up."""
    subjects: dict[str, tuple[str, ...]] = {then.verdict.primary: ("verdict", "primary")}
    subjects |= {choice.option: ("chosen", str(len(then.chosen) - 1), "option") for choice in then.chosen[-1:]}
    for name, key in subjects.items():
        framework = base.frameworks.get(name)
        fact = framework.facts.get(_UPKEEP) if framework else None
        if fact is not None and fact.value == _OVER:
            yield _point(name, key, f"{name} has been retired.", fact)
    for place, part in enumerate(then.verdict.stack):
        component = base.components.get(part.component)
        if component is not None and component.status == _ENDED:
            successor = component.successor or "nothing"
            message = f"{component.name} has come to its end of life; {successor} takes its place."
            fact = next(fact for fact in component.facts if fact.attribute == _STATUS)
            yield _point(part.component, ("verdict", "stack", str(place)), message, fact)


def _point(subject: str, key: tuple[str, ...], message: str, fact: Fact) -> Point:
    told = f"{message} {fact.statement} Seen on {fact.source.observed} at {fact.source.ref}."
    return Point(kind="end-of-life", level="error", subject=subject, key=key, message=told)
