"""Composes a stack from what rules propose: parts that go together, on their platforms, and no more than needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from advisor.model.answers import Answers
from advisor.model.component import Component
from advisor.model.recommendation import StackPart
from advisor.model.rule import PLACES, Put

MAX_IN_PLACE = 8
MAX_PARTS = 15
_OS_OF = {"develop": "develop_os", "train": "train_os"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A component that a finding puts into a place."""

    put: Put
    finding: str


def compose(
    proposals: Iterable[Proposal], primary: str, components: Mapping[str, Component], answers: Answers
) -> tuple[StackPart, ...]:
    """The parts that remain, by place; of two that exclude each other the preferred one, then the first by name."""
    found: dict[tuple[str, str], list[Proposal]] = {}
    for proposal in proposals:
        found.setdefault((proposal.put.place, proposal.put.component), []).append(proposal)
    ranked = sorted(found.items(), key=lambda item: (-max(p.put.prefer for p in item[1]), item[0][1], item[0][0]))
    chosen: list[tuple[Component, list[Proposal]]] = []
    for (place, name), group in ranked:
        component = components.get(name)
        if component is None or not _fits(component, place, primary, answers):
            continue
        beside = [other for other, others in chosen if others[0].put.place == place]
        if len(chosen) < MAX_PARTS and len(beside) < MAX_IN_PLACE and not any(_clash(component, o) for o in beside):
            chosen.append((component, group))
    parts = [
        StackPart(
            layer=component.layer,
            component=component.id,
            place=group[0].put.place,
            findings=tuple(sorted({p.finding for p in group})),
        )
        for component, group in chosen
    ]
    return tuple(sorted(parts, key=lambda part: (PLACES.index(part.place), part.layer, part.component)))


def _fits(component: Component, place: str, primary: str, answers: Answers) -> bool:
    if component.status == "ended" or (component.requires and primary not in component.requires):
        return False
    system = answers.get(_OS_OF.get(place, ""))
    return not (component.platforms and isinstance(system, str) and system not in component.platforms)


def _clash(one: Component, other: Component) -> bool:
    return other.id in one.excludes or one.id in other.excludes
