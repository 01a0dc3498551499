"""`advisor knowledge show`: whatever has an id, with its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from advisor.inquiry.things import Thing, everything, facts_about, look_up
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


def shown_as(identity: str, base: KnowledgeBase) -> tuple[Any, str]:
    """As a document and in words, what has that id: a fact, framework, component, attribute, rule, belief or table."""
    known = everything(base)
    thing = look_up(known, identity, "knowledge show")
    if isinstance(thing, FactAttribute):
        facts = facts_about(base, thing, identity)
        return {**plain(thing), "facts": plain(facts)}, words.attribute(thing, facts)
    return plain(thing), _in_words(thing, known)


_WORDS: Mapping[type, Callable[[Any], str]] = {
    Framework: lambda one: words.framework(one.name, one.summary, one.facts.values()),
    Component: words.component,
    Rule: rules.rule,
    Benchmark: words.benchmark,
    Folklore: words.belief,
    Command: words.command,
}


def _in_words(thing: Thing, known: Mapping[str, Thing]) -> str:
    if not isinstance(thing, Fact):
        return _WORDS[type(thing)](thing)
    attribute = known.get(general(thing.attribute))
    return words.fact(thing, attribute if isinstance(attribute, FactAttribute) else None)
