"""`advisor knowledge show`: whatever has an id, with its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from advisor.errors import InputError, Problem
from advisor.loading.problems import nearest, shown
from advisor.loading.structure import plain
from advisor.model.attribute import FactAttribute, general
from advisor.model.component import Component
from advisor.model.fact import Fact
from advisor.model.framework import Framework
from advisor.model.knowledge import Benchmark, Folklore, KnowledgeBase
from advisor.model.next_step import Command
from advisor.model.rule import Rule
from advisor.render import knowledge as words
from advisor.render import rules

_Thing = Fact | Framework | Component | FactAttribute | Rule | Folklore | Benchmark | Command


def shown_as(identity: str, base: KnowledgeBase) -> tuple[Any, str]:
    """As a document and in words, what has that id."""
    known = _everything(base)
    if identity not in known:
        kinds = "fact, framework, component, attribute, rule, belief, table or command"
        message = f"{shown(identity)} is not known: no {kinds}."
        raise InputError(Problem(message=message, place="knowledge show", hint=nearest(identity, known)))
    thing = known[identity]
    if isinstance(thing, FactAttribute):
        names = thing.names if identity == thing.id else (identity,)
        facts = [framework.facts[n] for framework in base.frameworks.values() for n in names if n in framework.facts]
        return {**plain(thing), "facts": plain(facts)}, words.attribute(thing, facts)
    return plain(thing), _in_words(thing, known)


def _everything(base: KnowledgeBase) -> dict[str, _Thing]:
    """By id, also as evidence names it; of two things with one id the later one counts."""
    found: dict[str, _Thing] = {}
    found |= {name: belief for belief in base.folklore for name in (belief.id, f"folklore.{belief.id}")}
    found |= {name: rule for rule in base.rules for name in (rule.id, f"rule.{rule.id}")}
    found |= {f"benchmark.{name}": table for table in base.benchmarks for name in (table.id, *_rows(table))}
    found |= {f"next_step.{command.id}": command for command in base.next_steps}
    found |= {name: attribute for attribute in base.attributes for name in (attribute.id, *attribute.names)}
    found |= {name: part for part in base.components.values() for name in (part.id, f"component.{part.id}")}
    return found | dict(base.frameworks) | base.facts()


def _rows(table: Benchmark) -> list[str]:
    return [row.id for row in table.rows]


_WORDS: Mapping[type, Callable[[Any], str]] = {
    Framework: lambda one: words.framework(one.name, one.summary, one.facts.values()),
    Component: words.component,
    Rule: rules.rule,
    Benchmark: words.benchmark,
    Folklore: words.belief,
    Command: words.command,
}


def _in_words(thing: _Thing, known: dict[str, _Thing]) -> str:
    if not isinstance(thing, Fact):
        return _WORDS[type(thing)](thing)
    attribute = known.get(general(thing.attribute))
    return words.fact(thing, attribute if isinstance(attribute, FactAttribute) else None)
