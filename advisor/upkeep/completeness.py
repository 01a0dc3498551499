"""What is known of every framework and component, held against what should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from advisor.frozen import dataclass
from advisor.model.attribute import general
from advisor.model.fact import OPEN, PRIMARY, Fact
from advisor.model.knowledge import KnowledgeBase
from advisor.model.rule import attributes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How complete one part of the knowledge base is, and how it is known."""

    facts: int
    unknown: int
    """Facts that were looked for and not found."""
    primary: int
    """Facts from those who have to know."""
    missing: tuple[str, ...]
    """Ids of facts that should be there, or that are unknown without a word on what was tried."""

    @property
    def share(self) -> float:
        """The share of facts from a primary source."""
        return self.primary / self.facts if self.facts else 1.0


def frameworks(base: KnowledgeBase) -> dict[str, Coverage]:
    """Of every framework that comes with the program, by id; an overlay says what it wants to."""
    return {f.id: _covered(f.facts.values(), _missing(base, f.id)) for f in base.frameworks.values() if not f.origin}


def components(base: KnowledgeBase) -> dict[str, Coverage]:
    """Of every component of the vocabulary, by id. A primary that plays a part in a stack has its own file."""
    found = {}
    for name in base.vocabulary.components:
        component = base.components.get(name)
        if component is None:
            if name not in base.frameworks:
                found[name] = _covered((), (f"component.{name}",))
            continue
        open_ones = tuple(f.id for f in component.facts if f.value in OPEN and not component.note)
        found[name] = _covered(component.facts, open_ones)
    return found


def _missing(base: KnowledgeBase, name: str) -> Iterator[str]:
    facts = base.frameworks[name].facts
    for attribute in base.attributes:
        for member in attribute.names:
            if member not in facts:
                yield f"{name}.{member}"
    yield from (f.id for f in facts.values() if f.value in OPEN and not f.note)


def _covered(facts: Iterable[Fact], missing: Iterable[str]) -> Coverage:
    found = list(facts)
    return Coverage(
        facts=len(found),
        unknown=sum(fact.value in OPEN for fact in found),
        primary=sum(fact.source.grade in PRIMARY for fact in found),
        missing=tuple(missing),
    )


def grades(facts: Iterable[Fact]) -> dict[str, int]:
    """Facts by grade, most frequent first."""
    return dict(Counter(fact.source.grade for fact in facts).most_common())


def unused(base: KnowledgeBase) -> tuple[str, ...]:
    """Ids of facts that no rule, criterion or table reads."""
    read = {attribute.id for attribute in base.attributes if attribute.row} | _read(base)
    by_member = {name: attribute.id for attribute in base.attributes for name in attribute.names}
    return tuple(
        fact.id
        for framework in base.frameworks.values()
        for fact in framework.facts.values()
        if by_member.get(general(fact.attribute)) not in read
    )


def _read(base: KnowledgeBase) -> set[str]:
    """Attributes that a projection leads to which some rule compares or some criterion values."""
    compared = {name for rule in base.rules for name in attributes_of(rule.when)}
    compared |= {criterion.reads for criterion in base.criteria}
    heads = set()
    for projection in base.vocabulary.projections:
        if {projection.name, *projection.names} & compared:
            heads.add(projection.path.partition(".")[0])
    return heads
