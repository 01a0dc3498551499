"""Whatever has an id in a knowledge base: what findings, evidence and explanations name."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.errors import InputError, Problem
from advisor.loading.problems import nearest, shown
from advisor.model.attribute import FactAttribute
from advisor.model.component import Component
from advisor.model.fact import Fact
from advisor.model.framework import Framework
from advisor.model.knowledge import Benchmark, Folklore, KnowledgeBase
from advisor.model.next_step import Command
from advisor.model.rule import Rule

Thing = Fact | Framework | Component | FactAttribute | Rule | Folklore | Benchmark | Command


def everything(base: KnowledgeBase) -> dict[str, Thing]:
    """By id, also as evidence names it; of two things with one id the later one counts."""
    found: dict[str, Thing] = {}
    found |= {name: belief for belief in base.folklore for name in (belief.id, f"folklore.{belief.id}")}
    found |= {name: rule for rule in base.rules for name in (rule.id, f"rule.{rule.id}")}
    found |= {f"benchmark.{name}": table for table in base.benchmarks for name in (table.id, *_rows(table))}
    found |= {f"next_step.{command.id}": command for command in base.next_steps}
    found |= {name: attribute for attribute in base.attributes for name in (attribute.id, *attribute.names)}
    found |= {name: part for part in base.components.values() for name in (part.id, f"component.{part.id}")}
    return found | dict(base.frameworks) | base.facts()


def _rows(table: Benchmark) -> list[str]:
    return [row.id for row in table.rows]


def look_up(known: Mapping[str, Thing], identity: str, place: str) -> Thing:
    """What has that id; raises `InputError` where nothing has."""
    if identity not in known:
        kinds = "fact, framework, component, attribute, rule, belief, table or command"
        message = f"{shown(identity)} is not known: no {kinds}."
        raise InputError(Problem(message=message, place=place, hint=nearest(identity, known)))
    return known[identity]


def facts_about(base: KnowledgeBase, attribute: FactAttribute, identity: str) -> list[Fact]:
    """What is known of each framework in an attribute, or in the member of its family that the id names."""
    names = attribute.names if identity == attribute.id else (identity,)
    return [framework.facts[n] for framework in base.frameworks.values() for n in names if n in framework.facts]
