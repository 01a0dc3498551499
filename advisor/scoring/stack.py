"""Composes a stack from what rules propose: parts that go together, where they can run, and no more than needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from advisor.model.answers import Answers
from advisor.model.component import Component
from advisor.model.recommendation import StackPart
from advisor.model.rule import PLACES, Place, Put

MAX_IN_PLACE = 8
MAX_PARTS = 15
_HARDWARE = {"develop": "develop_hw", "train": "train_hw", "deploy": "deploy_chip"}
_BOUND = {"mixed", "none"}
"""Answers about hardware that no component is held against."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A component that a finding puts into a place."""

    put: Put
    finding: str


@dataclass(frozen=True, slots=True)
class _Part:
    component: Component
    place: Place
    findings: frozenset[str]


def compose(
    proposals: Iterable[Proposal],
    primary: str,
    components: Mapping[str, Component],
    answers: Answers,
    slots: Mapping[str, int] | None = None,
) -> tuple[StackPart, ...]:
    """The parts that remain, by place.

    A component is left out where it has ended, goes with another primary, runs on none of the machines of its place,
    or breaks a constraint. Of several in one slot (`slots`: layer to the most of it in a place), and of two that
    exclude each other, the preferred ones stay, then the first by name. What a part cannot do without comes with it;
    where that cannot be had, the part goes.
    """
    choice = _Choice(primary, components, answers, slots or {})
    for part in _in_order(proposals, components):
        choice.take(part)
    found = (
        StackPart(
            layer=part.component.layer,
            component=part.component.id,
            place=part.place,
            findings=tuple(sorted(part.findings)),
        )
        for part in choice.taken
    )
    return tuple(sorted(found, key=lambda part: (PLACES.index(part.place), part.layer, part.component)))


def _in_order(proposals: Iterable[Proposal], components: Mapping[str, Component]) -> list[_Part]:
    """What is proposed, each once for a place, the most preferred first."""
    found: dict[tuple[Place, str], list[Proposal]] = {}
    for proposal in proposals:
        found.setdefault((proposal.put.place, proposal.put.component), []).append(proposal)
    ranked = sorted(found.items(), key=lambda item: (-max(p.put.prefer for p in item[1]), item[0][1], item[0][0]))
    return [
        _Part(components[name], place, frozenset(p.finding for p in group))
        for (place, name), group in ranked
        if name in components
    ]


class _Choice:
    """The parts taken so far."""

    def __init__(
        self, primary: str, components: Mapping[str, Component], answers: Answers, slots: Mapping[str, int]
    ) -> None:
        self._primary, self._components, self._answers, self._slots = primary, components, answers, slots
        self.taken: list[_Part] = []

    def take(self, part: _Part) -> None:
        """Take the part with what it cannot do without, or nothing of it."""
        before = list(self.taken)
        if not self._add(part, frozenset()):
            self.taken = before

    def _add(self, part: _Part, above: frozenset[str]) -> bool:
        name = part.component.id
        there = [i for i, old in enumerate(self.taken) if (old.component.id, old.place) == (name, part.place)]
        if there:
            old = self.taken[there[0]]
            self.taken[there[0]] = _Part(old.component, old.place, old.findings | part.findings)
            return True
        if name in above or not self._fits(part.component, part.place) or not self._room(part):
            return False
        self.taken.append(part)
        return all(self._beside(group.split("|"), part, above | {name}) for group in part.component.beside)

    def _beside(self, group: list[str], part: _Part, above: frozenset[str]) -> bool:
        """Whether one of the group is there, or can be taken to the same place."""
        if self._primary in group or any(other.component.id in group for other in self.taken):
            return True
        for name in group:
            before = list(self.taken)
            if name in self._components and self._add(_Part(self._components[name], part.place, part.findings), above):
                return True
            self.taken = before
        return False

    def _room(self, part: _Part) -> bool:
        beside = [old for old in self.taken if old.place == part.place]
        alike = sum(old.component.layer == part.component.layer for old in beside)
        return (
            len(self.taken) < MAX_PARTS
            and len(beside) < MAX_IN_PLACE
            and alike < self._slots.get(part.component.layer, MAX_IN_PLACE)
            and not any(_clash(part.component, old.component) for old in beside)
        )

    def _fits(self, component: Component, place: Place) -> bool:
        if component.status == "ended" or (component.requires and self._primary not in component.requires):
            return False
        limits = self._answers.get("constraints")
        broken = set(component.breaks) & set(limits if isinstance(limits, tuple) else ())
        # Without Python at run time, what trains may use it all the same.
        if broken - ({"no_python_at_runtime"} if place != "deploy" else set()):
            return False
        system, hardware = self._answers.get(f"{place}_os"), self._answers.get(_HARDWARE[place])
        if component.platforms and isinstance(system, str) and system not in component.platforms:
            return False
        if component.accelerators and isinstance(hardware, str) and hardware not in (*component.accelerators, *_BOUND):
            return False
        return place == "deploy" or self._python(component)

    def _python(self, component: Component) -> bool:
        """Whether the Python that is forced on the team is one of those that the component asks for."""
        forced = self._answers.get("python_version")
        if not isinstance(forced, str) or component.python[:1] not in "<>=~!":
            return True
        from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415  (only a forced one needs it)

        try:
            return SpecifierSet(component.python).contains(forced, prereleases=True)
        except InvalidSpecifier:
            return True


def _clash(one: Component, other: Component) -> bool:
    return other.id in one.excludes or one.id in other.excludes
