"""Looks up what a finding or contribution rests on: facts, rules, rows of published tables, measurements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from advisor.frozen import dataclass, field, replace
from advisor.model.fact import Fact, Source
from advisor.model.knowledge import KnowledgeBase
from advisor.model.recommendation import Evidence
from advisor.model.rule import Rule

if TYPE_CHECKING:
    from advisor.model.measurement import Measurements

_MOST_KEPT = 20_000


@dataclass(slots=True)
class Library:
    """The evidence of a knowledge base by id, each put in words once."""

    base: KnowledgeBase
    rules: Mapping[str, Rule]
    """Those of the base, by id."""
    kept: dict[tuple[str, str], Evidence] = field(default_factory=dict)

    def evidence(self, identity: str, day: str) -> Evidence:
        """What is known under this id, with its expiry judged by the day."""
        key = identity, day
        if key not in self.kept:
            if len(self.kept) >= _MOST_KEPT:
                self.kept.clear()
            found = self._look_up(identity)
            self.kept[key] = replace(found, expired=bool(found.expires) and found.expires <= day)
        return self.kept[key]

    def _look_up(self, identity: str) -> Evidence:
        kind, _, rest = identity.partition(".")
        if kind == "rule":
            rule = self.rules[rest]
            return replace(_from(identity, f"{rule.title}: {rule.reason}", rule.source), origin=rule.origin)
        if kind == "benchmark":
            table, row = next((t, r) for t in self.base.benchmarks for r in t.rows if r.id == rest)
            return _from(identity, f"{row.task}, {table.hardware}, {row.unit}.", table.source)
        if kind == "next_step":
            step = next(command for command in self.base.next_steps if command.id == rest)
            return replace(_from(identity, step.does, step.source), origin=step.origin)
        fact = self._of_component(rest) if kind == "component" else self.base.frameworks[kind].facts[rest]
        found = _from(identity, fact.statement, fact.source)
        together = "; ".join(source.ref for source in fact.sources)
        return replace(found, source=together, expires=fact.expires, origin=fact.origin)

    def _of_component(self, name: str) -> Fact:
        component, _, thing = name.rpartition(".")
        return next(fact for fact in self.base.components[component].facts if fact.attribute == thing)


def measured(identity: str, measurements: Measurements) -> Evidence:
    """What was measured, as evidence."""
    return Evidence(
        id=identity,
        statement=f"{len(measurements.results)} results on {measurements.machine.cpu}.",
        grade="measured",
        source="advisor probe",
        observed=measurements.measured,
        expires="",
    )


def _from(identity: str, statement: str, source: Source) -> Evidence:
    return Evidence(
        id=identity,
        statement=statement,
        grade=source.grade,
        source=source.ref,
        observed=source.observed,
        expires="",
    )
