"""Reads the files of the knowledge base and of the rulebook, and checks that they speak of the same things."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from advisor.loading.paths import FactPaths
from advisor.loading.problems import Problems, nearest, shown
from advisor.loading.rules import read_rules
from advisor.loading.validate import validate
from advisor.loading.yaml_reader import Document, read_file
from advisor.model.component import Component, Status
from advisor.model.fact import Fact, Source
from advisor.model.framework import Framework
from advisor.model.knowledge import (
    Benchmark,
    Criterion,
    Decision,
    Folklore,
    KnowledgeBase,
    Question,
    SpeedModel,
)
from advisor.model.vocabulary import Vocabulary

if TYPE_CHECKING:
    from advisor.model.rule import Rule

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactEntry:
    """A fact as it stands in a file: its source is a key of the file's `sources`."""

    value: str | tuple[str, ...]
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkFile:
    """One file of `knowledge/frameworks`."""

    id: str
    name: str
    summary: str
    package: str
    sources: Mapping[str, Source]
    facts: Mapping[str, FactEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentEntry:
    """A component as it stands in a file, keyed by its id."""

    name: str
    purpose: str
    status: Status
    source: str
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    successor: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentFile:
    """One file of `knowledge/components`, named like the layer."""

    sources: Mapping[str, Source]
    components: Mapping[str, ComponentEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaFile:
    """`knowledge/criteria.yaml`."""

    criteria: tuple[Criterion, ...]
    speed: SpeedModel
    decision: Decision


def read(knowledge: Path, rules: Path, digests: Mapping[Literal["knowledge", "rules"], str]) -> KnowledgeBase:
    """The knowledge base in both folders; raises `InputError` with every problem in every file."""
    return _Reader(knowledge, rules).read(digests)


class _Reader:
    """One reading of both folders; problems come together in one place."""

    def __init__(self, knowledge: Path, rules: Path) -> None:
        self.knowledge, self.rules = knowledge, rules
        self.problems = Problems()

    def read(self, digests: Mapping[Literal["knowledge", "rules"], str]) -> KnowledgeBase:
        words = self._document(self.knowledge / "vocabulary.yaml")
        vocabulary = validate(Vocabulary, words, self.problems) if words else None
        weighing = self._document(self.knowledge / "criteria.yaml")
        criteria = validate(CriteriaFile, weighing, self.problems) if weighing else None
        if words is None or vocabulary is None or weighing is None or criteria is None:
            # Everything else is written in these words, so nothing more can be said.
            self.problems.settle()
            raise AssertionError("a file that could not be read is a problem")
        self.paths = FactPaths(vocabulary, words, self.problems)
        frameworks = self._frameworks(vocabulary)
        components = self._components(vocabulary)
        self._check_criteria(criteria.criteria, vocabulary, weighing)
        questions = self._list(Question, "questions.yaml", "key")
        if criteria.decision.draws < 1:
            self.problems.add("at least one draw is needed.", weighing.place(("decision", "draws")))
        for question, place in questions:
            self._check_word(question.key, [a.name for a in vocabulary.answers], "key", place)
        ids = {criterion.id for criterion in criteria.criteria}
        found = read_rules(self.rules, vocabulary, ids, components, self.problems)
        benchmarks = tuple(b for path in self._files("benchmarks") if (b := self._benchmark(path, vocabulary)))
        folklore = self._list(Folklore, "folklore.yaml", "id")
        self.problems.settle()
        return KnowledgeBase(
            vocabulary=vocabulary,
            criteria=criteria.criteria,
            speed=criteria.speed,
            decision=criteria.decision,
            questions=tuple(question for question, _ in questions),
            frameworks=frameworks,
            components=components,
            benchmarks=benchmarks,
            folklore=tuple(belief for belief, _ in folklore),
            rules=found,
            as_of=_latest_day(frameworks, components, found),
            digests=digests,
        )

    def _benchmark(self, path: Path, vocabulary: Vocabulary) -> Benchmark | None:
        document = self._document(path)
        table = validate(Benchmark, document, self.problems) if document else None
        if document is None or table is None:
            return None
        variants = {f"{name}/{variant}" for name, found in vocabulary.variants.items() for variant in found}
        for i, row in enumerate(table.rows):
            place = document.place(("rows", i, "workload_class"))
            self._check_word(row.workload_class, vocabulary.workload_classes, "class of workload", place)
            for variant in row.times:
                self._check_word(variant, variants, "variant", document.place(("rows", i, "times", variant)))
        return table

    def _files(self, folder: str) -> list[Path]:
        return sorted((self.knowledge / folder).glob("*.yaml"))

    def _document(self, path: Path) -> Document | None:
        name = f"{self.knowledge.name}/{path.relative_to(self.knowledge).as_posix()}"
        return read_file(path, self.problems, name=name)

    def _one(self, kind: type[T], path: Path) -> T | None:
        document = self._document(path)
        return validate(kind, document, self.problems) if document else None

    def _list(self, kind: type[T], name: str, key: str) -> list[tuple[T, str]]:
        """The entries of a list, each with its place; the key tells them apart."""
        document = self._document(self.knowledge / name)
        if document is None:
            return []
        if not isinstance(document.data, list):
            self.problems.add("a list was expected.", document.place())
            return []
        entries = [
            (entry, document.place((i, key)))
            for i in range(len(document.data))
            if (entry := validate(kind, document, self.problems, (i,))) is not None
        ]
        self._check_distinct(((getattr(entry, key), place) for entry, place in entries), key)
        return entries

    def _frameworks(self, vocabulary: Vocabulary) -> dict[str, Framework]:
        frameworks: dict[str, Framework] = {}
        for path in self._files("frameworks"):
            document = self._document(path)
            file = validate(FrameworkFile, document, self.problems) if document else None
            if file is None or document is None:
                continue
            if file.id != path.stem:
                self.problems.add(f"the id {shown(file.id)} is not the file's name.", document.place(("id",)))
            self._check_word(file.id, vocabulary.primaries, "primary", document.place(("id",)))
            facts = {a: f for a, e in file.facts.items() if (f := self._fact(file, a, e, document))}
            frameworks[file.id] = Framework(
                id=file.id, name=file.name, summary=file.summary, package=file.package, facts=facts
            )
        return frameworks

    def _fact(self, file: FrameworkFile, attribute: str, entry: FactEntry, document: Document) -> Fact | None:
        place = document.place(("facts", attribute))
        self.paths.check(attribute, entry.value, place)
        if not self._check_word(entry.source, file.sources, "source of this file", place):
            return None
        return Fact(
            id=f"{file.id}.{attribute}",
            attribute=attribute,
            value=entry.value,
            source=file.sources[entry.source],
            note=entry.note,
        )

    def _components(self, vocabulary: Vocabulary) -> dict[str, Component]:
        components: dict[str, Component] = {}
        for path in self._files("components"):
            document = self._document(path)
            file = validate(ComponentFile, document, self.problems) if document else None
            if file is None or document is None:
                continue
            self._check_word(path.stem, vocabulary.layers, "layer", document.place())
            for key, entry in file.components.items():
                place = document.place(("components", key))
                if key in components:
                    self.problems.add(f"the component {shown(key)} stands in two files.", place, "Keep one.")
                self._check_component(key, entry, vocabulary, place)
                if self._check_word(entry.source, file.sources, "source of this file", place):
                    components[key] = _component(key, path.stem, entry, file.sources[entry.source])
        return components

    def _check_component(self, key: str, entry: ComponentEntry, vocabulary: Vocabulary, place: str) -> None:
        both = (*vocabulary.components, *vocabulary.primaries)
        self._check_word(key, both, "component", place)
        for other in entry.requires:
            self._check_word(other, vocabulary.primaries, "primary", place)
        for other in (*entry.excludes, *filter(None, [entry.successor])):
            self._check_word(other, both, "component", place)
        systems = vocabulary.answer("train_os")
        for system in entry.platforms:
            self._check_word(system, systems.words if systems else (), "operating system", place)

    def _check_criteria(self, criteria: tuple[Criterion, ...], vocabulary: Vocabulary, document: Document) -> None:
        scales = {projection.name: projection.words for projection in vocabulary.projections} | {"speed": ()}
        places = [document.place(("criteria", i, "id")) for i in range(len(criteria))]
        self._check_distinct(((c.id, place) for c, place in zip(criteria, places, strict=True)), "id")
        for i, criterion in enumerate(criteria):
            at = ("criteria", i)
            if self._check_word(criterion.reads, scales, "projection", document.place((*at, "reads"))):
                for word in sorted(set(scales[criterion.reads]) ^ set(criterion.scale)):
                    message = f"{shown(word)} stands on one side only of {criterion.reads} and the scale."
                    self.problems.add(message, document.place((*at, "scale", word)))
            for word, value in criterion.scale.items():
                if not 0 <= value <= 1:
                    self.problems.add(f"{value:g} is outside 0 to 1.", document.place((*at, "scale", word)))
            low, high = criterion.band
            if not 0 <= low <= criterion.weight <= high:
                self.problems.add("the weight lies outside its band.", document.place((*at, "weight")))

    def _check_distinct(self, entries: Iterable[tuple[str, str]], key: str) -> None:
        seen: set[str] = set()
        for word, place in entries:
            if word in seen:
                self.problems.add(f"the {key} {shown(word)} stands there twice.", place, "Keep one.")
            seen.add(word)

    def _check_word(self, word: str, allowed: Collection[str], what: str, place: str) -> bool:
        if word in allowed:
            return True
        self.problems.add(f"{shown(word)} is not a {what}.", place, nearest(word, allowed))
        return False


def _component(key: str, layer: str, entry: ComponentEntry, source: Source) -> Component:
    return Component(
        id=key,
        name=entry.name,
        layer=layer,
        purpose=entry.purpose,
        status=entry.status,
        source=source,
        requires=entry.requires,
        excludes=entry.excludes,
        platforms=entry.platforms,
        successor=entry.successor,
        note=entry.note,
    )


def _latest_day(
    frameworks: Mapping[str, Framework], components: Mapping[str, Component], rules: tuple[Rule, ...]
) -> str:
    days = [fact.source.observed for framework in frameworks.values() for fact in framework.facts.values()]
    days += [component.source.observed for component in components.values()]
    days += [rule.source.observed for rule in rules]
    return max((day for day in days if len(day) == len("2026-11-22")), default="")
