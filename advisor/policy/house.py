"""A policy as it applies to what is known on one day: what it keeps out, and how it moves weights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping

from advisor.frozen import dataclass, field, replace
from advisor.loading.structure import plain
from advisor.model.component import Component
from advisor.model.finding import POLICY, Finding
from advisor.model.framework import Framework
from advisor.model.knowledge import Criterion, KnowledgeBase
from advisor.model.policy import PRIORITIES, WEIGHTS, Policy, Violation
from advisor.model.rule import Place
from advisor.policy.objections import of_all, of_component, of_option

Against = Mapping[str, tuple[Violation, ...]]
"""What the policy has against an option or component, by name; absent where that is nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A policy, and what it has against options and components on a day."""

    policy: Policy
    day: str
    options: Against
    components: Against
    leave: frozenset[str] = field(default_factory=frozenset)
    """Options that are let through as if the policy allowed them."""

    @property
    def enforced(self) -> bool:
        """Whether it keeps anything out, and moves weights."""
        return self.policy.mode == "enforce"

    def against(self, option: str) -> tuple[Finding, ...]:
        """What keeps an option from being ranked."""
        errors = (one for one in self.options.get(option, ()) if one.severity == "error")
        return tuple(_finding(self.policy, one, "option") for one in errors) if self.keeps_out(option) else ()

    def keeps_out(self, option: str) -> bool:
        """Whether something does."""
        barred = self.enforced and option not in self.leave
        return barred and any(one.severity == "error" for one in self.options.get(option, ()))

    def barring(self, component: str, place: Place) -> tuple[Finding, ...]:
        """What keeps a component from a place of the stack."""
        return tuple(
            _finding(self.policy, replace(one, place=place), "component")
            for one in self.components.get(component, ())
            if self.enforced and one.severity == "error" and one.place in (None, place)
        )

    def barred(self, component: str, place: Place) -> tuple[str, ...]:
        """The same, as ids."""
        return tuple(finding.id for finding in self.barring(component, place))

    def own(self, missed: Finding, option: str) -> Finding:
        """A must that an option misses, as one of the policy and of no answer."""
        return replace(
            missed,
            rule=POLICY,
            message=f"{self.policy.title} keeps it out: {missed.message}",
            facts={POLICY: self.policy.name or "unnamed", "option": option},
            evidence=(PRIORITIES, *missed.evidence),
        )

    @property
    def priorities(self) -> Mapping[str, str]:
        """Criterion to level, for those of which the answers say nothing."""
        return self.policy.priorities if self.enforced else {}

    def shifts(self, criteria: Iterable[Criterion]) -> Iterator[tuple[str, dict[str, float]]]:
        """Of each criterion that the policy weighs, how far it moves that within its band."""
        for criterion in criteria if self.enforced else ():
            weight = self.policy.weights.get(criterion.id, criterion.weight)
            low, high = criterion.band
            room = high - criterion.weight if weight > criterion.weight else criterion.weight - low
            if weight != criterion.weight and room:
                yield criterion.id, {WEIGHTS: (weight - criterion.weight) / room}

    def allowing(self, option: str) -> House:
        """The same, but with leave for an option."""
        return replace(self, leave=self.leave | {option})

    def over(self, frameworks: Mapping[str, Framework]) -> House:
        """The same policy over other options."""
        return replace(self, options=_options(self.policy, frameworks, self.day))


def house(policy: Policy, base: KnowledgeBase, day: str) -> House:
    """The policy as it applies to this knowledge on that day."""
    return House(
        policy=policy,
        day=day,
        options=_options(policy, base.frameworks, day),
        components=_components(policy, base.components, day),
    )


def digest(policy: Policy) -> str:
    """The digest of what the policy says, however its file puts it."""
    content = json.dumps(plain(policy), sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"


def _options(policy: Policy, frameworks: Mapping[str, Framework], day: str) -> Against:
    return of_all(policy, map(of_option, frameworks.values()), day)


def _components(policy: Policy, components: Mapping[str, Component], day: str) -> Against:
    return of_all(policy, map(of_component, components.values()), day)


def _finding(policy: Policy, violation: Violation, kind: str) -> Finding:
    where = f"{violation.subject}.{violation.place}" if violation.place else violation.subject
    return Finding(
        id=f"{violation.rule}@{where}",
        rule=POLICY,
        message=f"{policy.title} keeps it out: {violation.message} {violation.remedy}",
        facts={POLICY: policy.name or "unnamed", kind: violation.subject},
        evidence=(violation.rule, *violation.evidence),
    )
