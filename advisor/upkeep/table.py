"""Options or components side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from advisor.frozen import dataclass
from advisor.model.attribute import FactAttribute
from advisor.model.component import THINGS
from advisor.model.fact import STATES, UNSUPPORTED, Fact
from advisor.model.framework import Framework
from advisor.model.knowledge import KnowledgeBase

_MEANINGS = {
    "layer": "what kind of part it is",
    "purpose": "what it is for",
    "goes_with": "the primaries it needs, and the parts that cannot stand beside it",
    "status": "its state by its own makers' word and releases",
    "licence": "SPDX identifier",
    "platforms": "operating systems and Python versions",
    "release": "the newest that is not withdrawn, and its day",
    "lineage": "what it replaces, and what takes its place",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What is known of one subject in one row."""

    text: str
    facts: tuple[str, ...]
    """Ids of the facts it says, for `knowledge show`."""
    grades: tuple[str, ...]
    observed: str
    """The oldest day on which one of them was seen."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One attribute across all subjects."""

    attribute: str
    title: str
    meaning: str
    cells: Mapping[str, Cell]
    """By subject; one of which nothing is known is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Subjects side by side."""

    subjects: tuple[str, ...]
    rows: tuple[Row, ...]


def of_frameworks(base: KnowledgeBase, options: Iterable[str], rows: Iterable[str] = ()) -> Table:
    """The options side by side; a family of attributes that is named in `rows` has a row for each member."""
    named = set(rows)
    found = [base.frameworks[name] for name in options]
    listed: list[Row] = []
    for attribute in base.attributes:
        if attribute.id in named and attribute.members:
            listed += [_single(attribute, name, found) for name in attribute.names]
        elif attribute.id in named or (attribute.row and not named):
            listed.append(_grouped(attribute, found) if attribute.members else _single(attribute, attribute.id, found))
    return Table(subjects=tuple(framework.id for framework in found), rows=tuple(listed))


def of_components(base: KnowledgeBase, layer: str = "") -> Table:
    """The components of a layer, or all, with their eight things."""
    found = {c.id: {f.attribute: f for f in c.facts} for c in base.components.values() if layer in ("", c.layer)}
    rows = tuple(
        Row(
            attribute=thing,
            title=thing.replace("_", " ").capitalize(),
            meaning=_MEANINGS[thing],
            cells={name: _cell(facts[thing].said, [facts[thing]]) for name, facts in found.items()},
        )
        for thing in THINGS
    )
    return Table(subjects=tuple(found), rows=rows)


def _single(attribute: FactAttribute, name: str, frameworks: list[Framework]) -> Row:
    member = name.partition(".")[2]
    title = f"{attribute.row or attribute.id}: {member}" if member else attribute.row or attribute.id
    cells = {f.id: _cell(fact.said, [fact]) for f in frameworks if (fact := f.facts.get(name))}
    return Row(attribute=name, title=title, meaning=attribute.meaning, cells=cells)


def _grouped(attribute: FactAttribute, frameworks: list[Framework]) -> Row:
    """A family in one cell: the members by their word, best first, without those that are not there."""
    cells = {}
    for framework in frameworks:
        facts = [fact for name in attribute.names if (fact := framework.facts.get(name))]
        words = [*list(attribute.words)[:-1], *sorted(STATES - {UNSUPPORTED})]
        groups = [
            f"{word}: {', '.join(members)}"
            for word in words
            if (members := [f.attribute.partition(".")[2] for f in facts if f.value == word])
        ]
        if facts:
            known = "" if len(facts) == len(attribute.names) else f" ({len(facts)} of {len(attribute.names)} stated)"
            cells[framework.id] = _cell(("; ".join(groups) or list(attribute.words)[-1]) + known, facts)
    return Row(attribute=attribute.id, title=attribute.row, meaning=attribute.meaning, cells=cells)


def _cell(text: str, facts: list[Fact]) -> Cell:
    return Cell(
        text=text,
        facts=tuple(fact.id for fact in facts),
        grades=tuple(dict.fromkeys(fact.source.grade for fact in facts)),
        observed=min(fact.source.observed for fact in facts),
        notes=tuple(fact.note for fact in facts if fact.note and len(facts) == 1),
    )
