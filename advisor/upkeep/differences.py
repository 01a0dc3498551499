"""What has changed between two states of the knowledge base, and in the answers that rest on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Literal

from advisor.frozen import dataclass
from advisor.model.fact import Fact, Source
from advisor.model.knowledge import Benchmark, KnowledgeBase
from advisor.model.rule import Condition, Effects, condition_words, effects_words
from advisor.model.vocabulary import Vocabulary

_UNSAID = frozenset({"id", "expires", "origin", "place"})
"""Parts of a thing that its id says, that follow from other things, or that say where it lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that is known, or that reasons with it, that is not what it was."""

    kind: Literal["added", "removed", "changed"]
    id: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a recommendation comes to."""

    primary: str
    status: str
    flags: tuple[str, ...]
    stack: tuple[str, ...]
    """Components with their places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reanswered:
    """A gold case whose answer is not what it was."""

    case: str
    title: str
    before: Answered
    after: Answered
    acceptable: tuple[str, ...]
    """The primaries that the case calls right."""


def differences(before: KnowledgeBase, after: KnowledgeBase) -> tuple[Change, ...]:
    """By id, everything that was added, removed or is not what it was."""
    return tuple(_compared(_said(before), _said(after)))


def _compared(old: Mapping[str, str], new: Mapping[str, str]) -> list[Change]:
    found = []
    for identity in sorted({*old, *new}):
        was, now = old.get(identity, ""), new.get(identity, "")
        if was != now:
            kind: Literal["added", "removed", "changed"] = "changed" if was and now else "removed" if was else "added"
            found.append(Change(kind=kind, id=identity, before=was, after=now))
    return found


def _said(base: KnowledgeBase) -> dict[str, str]:
    """Everything that a recommendation can rest on or say, as text, by id; what shares an id stands together."""
    said: dict[str, str] = {}
    for identity, text in (*_facts(base), *_reasoning(base), *_listed(base), *_vocabulary(base.vocabulary)):
        said[identity] = f"{said[identity]}; {text}" if identity in said else text
    return said


def _facts(base: KnowledgeBase) -> Iterator[tuple[str, str]]:
    for identity, fact in base.facts().items():
        yield identity, _fact(fact)
    for framework in base.frameworks.values():
        yield framework.id, _parts(framework, {"facts"})
    for component in base.components.values():
        package = f", package {component.package}" if component.package else ""
        asks = f", asks {', '.join(component.asks)}" if component.asks else ""
        yield f"component.{component.id}", f"name {component.name}{package}{asks}"
    for chip in base.hardware.values():
        yield f"hardware.{chip.id}", _parts(chip)


def _reasoning(base: KnowledgeBase) -> Iterator[tuple[str, str]]:
    yield "decision", _parts(base.decision)
    yield "speed", _parts(base.speed)
    yield "measured", _parts(base.measured)
    yield "memory", _parts(base.memory)
    for view in base.views:
        yield f"view.{view.id}", _parts(view)
    for rule in base.rules:
        yield f"rule.{rule.id}", _parts(rule)
    for criterion in base.criteria:
        yield f"criterion.{criterion.id}", _parts(criterion)
    for table in base.benchmarks:
        yield from _benchmark(table)


def _benchmark(table: Benchmark) -> Iterator[tuple[str, str]]:
    yield f"benchmark.{table.id}", _parts(table, {"rows"})
    for row in table.rows:
        yield f"benchmark.{row.id}", _parts(row)


def _listed(base: KnowledgeBase) -> Iterator[tuple[str, str]]:
    for belief in base.folklore:
        yield f"folklore.{belief.id}", _parts(belief)
    for entry in base.denied:
        yield f"denied.{entry.package}", _parts(entry, {"package"})
    for command in base.next_steps:
        yield f"next_step.{command.id}", _parts(command)
    for question in base.questions:
        yield f"question.{question.key}", _parts(question, {"key"})
    for attribute in base.attributes:
        yield f"attribute.{attribute.id}", _parts(attribute)
    for contradiction in base.contradictions:
        yield f"contradiction.{'+'.join(contradiction.never)}", _parts(contradiction)
    for moves, days in base.lifetimes.items():
        yield f"lifetime.{moves}", f"{days} days"


def _vocabulary(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    parts = {"answers", "derived", "projections", "implications", "bands"}
    for field in fields(vocabulary):
        if field.name not in parts and (words := _words(getattr(vocabulary, field.name))):
            yield f"vocabulary.{field.name}", words
    for kind, attributes in (("answer", vocabulary.answers), ("derived", vocabulary.derived)):
        for attribute in attributes:
            yield f"{kind}.{attribute.name}", _parts(attribute, {"name"})
    for projection in vocabulary.projections:
        yield f"projection.{projection.name}", _parts(projection, {"name"})
    for implication in vocabulary.implications:
        yield f"implication.{implication.key}.{implication.word}", _parts(implication, {"key", "word"})
    for band in vocabulary.bands:
        yield f"band.{band.key}", _parts(band, {"key"})


def _fact(fact: Fact) -> str:
    versions = f" for {fact.versions}" if fact.versions else ""
    note = f" {fact.note}" if fact.note else ""
    return f"{fact.said}{versions} ({'; '.join(map(_words, fact.sources))}){note}"


def _parts(thing: object, unsaid: Iterable[str] = ()) -> str:
    """The parts of a frozen value by name, without those that are empty."""
    left_out = _UNSAID.union(unsaid)
    named = fields(thing) if is_dataclass(thing) else ()
    said = {field.name: _words(getattr(thing, field.name)) for field in named if field.name not in left_out}
    return "; ".join(f"{name.replace('_', ' ')} {words}" for name, words in said.items() if words)


def _words(value: object) -> str:
    """A part of a thing as text; what has no words of its own is told by its parts."""
    match value:
        case Source():
            words = f"{value.grade}, {value.ref}, {value.observed}"
        case Condition():
            words = condition_words(value)
        case Effects():
            words = effects_words(value)
        case Mapping():
            words = ", ".join(f"{name} {_within(part)}" for name, part in value.items())
        case tuple() | list():
            words = ", ".join(map(_within, value))
        case None | False:
            words = ""
        case _:
            words = _parts(value) if is_dataclass(value) else str(value)
    return words


def _within(value: object) -> str:
    """A part that stands among others, in brackets where it is a list itself."""
    return f"({_words(value)})" if isinstance(value, (tuple, list)) else _words(value)
