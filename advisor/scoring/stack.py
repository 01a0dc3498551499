"""Composes a stack from what rules propose: parts that go together, where they can run, and no more than needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from advisor.frozen import dataclass
from advisor.model.answers import Answers
from advisor.model.component import HARDWARE, Component
from advisor.model.recommendation import StackPart
from advisor.model.rule import PLACES, Place, Put
from advisor.model.versions import standing

MAX_IN_PLACE = 8
MAX_PARTS = 15
_BOUND = {"mixed", "none"}
"""Answers about hardware that no component is held against."""

Barred = Callable[[str, Place], tuple[str, ...]]
"""What an organisation's policy has against a component in a place, as ids of findings; empty where it has nothing."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A component that a finding puts into a place."""

    put: Put
    finding: str


Reason = Literal[
    "ended",
    "primary",
    "constraint",
    "platform",
    "accelerator",
    "python",
    "policy",
    "excluded",
    "slot",
    "full",
    "lacking",
]
"""Why a component is left out, in the order in which it is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A component that was proposed for a place, or needed there by another one, and does not stand there."""

    component: str
    place: Place
    findings: tuple[str, ...]
    reason: Reason
    by: tuple[str, ...] = ()
    """What stands in its way: the successor, the primaries it goes with, the constraints, the answer of its place, the
    findings of the policy, the components that took the slot or exclude it, or those of which it needs one."""
    because: tuple[LeftOut, ...] = ()
    """Where it lacks another component, why none of these can be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A stack, and what was proposed for it in vain."""

    parts: tuple[StackPart, ...]
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    component: Component
    place: Place
    findings: frozenset[str]

    def left_out(self, reason: Reason, by: Iterable[str] = (), because: tuple[LeftOut, ...] = ()) -> LeftOut:
        return LeftOut(
            component=self.component.id,
            place=self.place,
            findings=tuple(sorted(self.findings)),
            reason=reason,
            by=tuple(sorted(by)),
            because=because,
        )


def compose(  # noqa: PLR0913  (what a stack is held within)
    proposals: Iterable[Proposal],
    primary: str,
    components: Mapping[str, Component],
    answers: Answers,
    slots: Mapping[str, int] | None = None,
    *,
    barred: Barred | None = None,
) -> Composition:
    """The parts that remain, by place, and what does not.

    A component is left out where it has ended, goes with another primary, runs on none of the machines of its place,
    breaks a constraint, or is `barred` by a policy. Of several in one slot (`slots`: layer to the most of it in a
    place), and of two that exclude each other, the preferred ones stay, then the first by name. What a part cannot do
    without comes with it; where that cannot be had, the part goes.
    """
    choice = _Choice(primary, components, answers, slots or {}, barred or (lambda *_: ()))
    tried = [choice.take(part) for part in _in_order(proposals, components)]
    found = [
        StackPart(
            layer=part.component.layer,
            component=part.component.id,
            place=part.place,
            findings=tuple(sorted(part.findings)),
        )
        for part in choice.taken
    ]
    there = {(part.component, part.place) for part in found}
    left_out = (left for left in tried if left is not None and (left.component, left.place) not in there)
    return Composition(
        parts=tuple(sorted(found, key=lambda part: (PLACES.index(part.place), part.layer, part.component))),
        left_out=tuple(sorted(left_out, key=lambda left: (PLACES.index(left.place), left.component))),
    )


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
        self,
        primary: str,
        components: Mapping[str, Component],
        answers: Answers,
        slots: Mapping[str, int],
        barred: Barred,
    ) -> None:
        self._primary, self._components, self._answers, self._slots = primary, components, answers, slots
        self._barred = barred
        self.taken: list[_Part] = []

    def take(self, part: _Part) -> LeftOut | None:
        """Take the part with what it cannot do without, or nothing of it and say why."""
        before = list(self.taken)
        left = self._add(part)
        if left is not None:
            self.taken = before
        return left

    def _add(self, part: _Part) -> LeftOut | None:
        name = part.component.id
        there = [i for i, old in enumerate(self.taken) if (old.component.id, old.place) == (name, part.place)]
        if there:
            old = self.taken[there[0]]
            self.taken[there[0]] = _Part(old.component, old.place, old.findings | part.findings)
            return None
        left = self._misfit(part) or self._not_allowed(part) or self._no_room(part)
        if left is not None:
            return left
        self.taken.append(part)
        groups = (group.split("|") for group in part.component.beside)
        return next((left for group in groups if (left := self._beside(group, part))), None)

    def _beside(self, group: list[str], part: _Part) -> LeftOut | None:
        """Nothing where one of the group is there, or can be taken to the same place.

        The part itself is there already, so that two which need each other come together.
        """
        if self._primary in group or any(other.component.id in group for other in self.taken):
            return None
        failed = []
        for name in group:
            before = list(self.taken)
            if name in self._components:
                left = self._add(_Part(self._components[name], part.place, part.findings))
                if left is None:
                    return None
                failed.append(left)
            self.taken = before
        return part.left_out("lacking", group, tuple(failed))

    def _not_allowed(self, part: _Part) -> LeftOut | None:
        against = self._barred(part.component.id, part.place)
        return part.left_out("policy", against) if against else None

    def _no_room(self, part: _Part) -> LeftOut | None:
        beside = [old for old in self.taken if old.place == part.place]
        excluding = [old.component.id for old in beside if _clash(part.component, old.component)]
        if excluding:
            return part.left_out("excluded", excluding)
        alike = [old.component.id for old in beside if old.component.layer == part.component.layer]
        if len(alike) >= self._slots.get(part.component.layer, MAX_PARTS):
            return part.left_out("slot", alike)
        full = len(self.taken) >= MAX_PARTS or len(beside) >= MAX_IN_PLACE
        return part.left_out("full", (old.component.id for old in beside)) if full else None

    def _misfit(self, part: _Part) -> LeftOut | None:
        """Why the component cannot stand in this place whatever else does."""
        component, place = part.component, part.place
        if component.status == "ended":
            return part.left_out("ended", filter(None, [component.successor]))
        if component.requires and self._primary not in component.requires:
            return part.left_out("primary", component.requires)
        limits = self._answers.get("constraints")
        broken = set(component.breaks) & set(limits if isinstance(limits, tuple) else ())
        # Without Python at run time, what trains may use it all the same.
        broken -= {"no_python_at_runtime"} if place != "deploy" else set()
        if broken:
            return part.left_out("constraint", broken)
        system, hardware = self._answers.get(f"{place}_os"), self._answers.get(HARDWARE[place])
        if component.platforms and isinstance(system, str) and system not in component.platforms:
            return part.left_out("platform", [f"{place}_os"])
        if component.accelerators and isinstance(hardware, str) and hardware not in (*component.accelerators, *_BOUND):
            return part.left_out("accelerator", [HARDWARE[place]])
        python = place == "deploy" or self._python(component)
        return None if python else part.left_out("python", ["python_version"])

    def _python(self, component: Component) -> bool:
        """Whether the Python that is forced on the team is one of those that the component asks for."""
        forced = self._answers.get("python_version")
        if not isinstance(forced, str) or component.python[:1] not in "<>=~!":
            return True
        return standing(forced, component.python) in ("served", "")


def _clash(one: Component, other: Component) -> bool:
    return other.id in one.excludes or one.id in other.excludes
