"""Reads the knowledge base and the rulebook, checks that they speak of the same things, and keeps the result."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from advisor import resources
from advisor.loading import cache
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _ListFile:
    entries: tuple[Any, ...] = field(default=())


def load(knowledge: Path | None = None, rules: Path | None = None, *, use_cache: bool = True) -> KnowledgeBase:
    """The validated knowledge base with its rulebook; raises `InputError` with every problem in every file."""
    knowledge, rules = knowledge or resources.knowledge(), rules or resources.rules()
    digests: dict[Literal["knowledge", "rules"], str] = {"knowledge": _digest(knowledge), "rules": _digest(rules)}
    key = _hash([*digests.values(), *(path.read_bytes() for path in resources.models())])
    kept = cache.read(key) if use_cache else None
    if kept is not None:
        return kept
    base = _Loader(knowledge, rules).load(digests)
    if use_cache:
        cache.write(key, base)
    return base


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.yaml") if path.is_file())


def _hash(parts: Iterable[str | bytes]) -> str:
    total = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        total.update(len(content).to_bytes(8, "big") + content)
    return total.hexdigest()


def _digest(folder: Path) -> str:
    files = [path for path in _files(folder) if path.parent.name != "examples"]
    named = ((path.relative_to(folder).as_posix(), path.read_bytes()) for path in files)
    return "sha256:" + _hash(part for pair in named for part in pair)


class _Loader:
    """One reading of both folders; problems come together in one place."""

    def __init__(self, knowledge: Path, rules: Path) -> None:
        self.knowledge, self.rules = knowledge, rules
        self.problems = Problems()

    def load(self, digests: Mapping[Literal["knowledge", "rules"], str]) -> KnowledgeBase:
        vocabulary = self._one(Vocabulary, "vocabulary.yaml")
        criteria = self._one(CriteriaFile, "criteria.yaml")
        if vocabulary is None or criteria is None:
            self.problems.settle()
            raise AssertionError("a file that could not be read is a problem")
        frameworks = self._frameworks(vocabulary)
        components = self._components(vocabulary, frameworks)
        self._check_criteria(criteria.criteria, vocabulary)
        questions = self._list(Question, "questions.yaml")
        self._check_questions(questions, vocabulary)
        ids = {criterion.id for criterion in criteria.criteria}
        rules = read_rules(self.rules, vocabulary, ids, components, self.problems)
        benchmarks = tuple(b for p in _files(self.knowledge / "benchmarks") if (b := self._read(Benchmark, p)))
        folklore = self._list(Folklore, "folklore.yaml")
        self.problems.settle()
        return KnowledgeBase(
            vocabulary=vocabulary,
            criteria=criteria.criteria,
            speed=criteria.speed,
            decision=criteria.decision,
            questions=questions,
            frameworks=frameworks,
            components=components,
            benchmarks=benchmarks,
            folklore=folklore,
            rules=rules,
            as_of=_latest_day(frameworks, components, rules),
            digests=digests,
        )

    def _document(self, path: Path, folder: Path) -> Document | None:
        name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        return read_file(path, self.problems, name=name)

    def _read(self, kind: type[T], path: Path) -> T | None:
        document = self._document(path, self.knowledge)
        return validate(kind, document, self.problems) if document else None

    def _one(self, kind: type[T], name: str) -> T | None:
        return self._read(kind, self.knowledge / name)

    def _list(self, kind: type[T], name: str) -> tuple[T, ...]:
        document = self._document(self.knowledge / name, self.knowledge)
        if document is None:
            return ()
        if not isinstance(document.data, list):
            self.problems.add("a list was expected.", document.place())
            return ()
        read = [validate(kind, document, self.problems, (i,)) for i in range(len(document.data))]
        return tuple(entry for entry in read if entry is not None)

    def _frameworks(self, vocabulary: Vocabulary) -> dict[str, Framework]:
        frameworks: dict[str, Framework] = {}
        allowed = {p.path.partition("{")[0]: p for p in vocabulary.projections}
        for path in _files(self.knowledge / "frameworks"):
            document = self._document(path, self.knowledge)
            file = validate(FrameworkFile, document, self.problems) if document else None
            if file is None or document is None:
                continue
            if file.id != path.stem:
                self.problems.add(f"the id {shown(file.id)} is not the file's name.", document.place(("id",)))
            facts = {a: f for a, e in file.facts.items() if (f := self._fact(file, a, e, allowed, document))}
            frameworks[file.id] = Framework(
                id=file.id, name=file.name, summary=file.summary, package=file.package, facts=facts
            )
        return frameworks

    def _fact(
        self, file: FrameworkFile, attribute: str, entry: FactEntry, allowed: Mapping[str, Any], document: Document
    ) -> Fact | None:
        place = document.place(("facts", attribute))
        source = file.sources.get(entry.source)
        if source is None:
            self.problems.add(
                f"the source {shown(entry.source)} is not among this file's.", place, nearest(entry.source, file.sources)
            )
            return None
        head = attribute.partition(".")[0]
        projection = allowed.get(f"{head}.") if "." in attribute else allowed.get(attribute)
        if projection and entry.value != "unknown" and entry.value not in projection.words:
            self.problems.add(f"{shown(entry.value)} is not allowed.", place, nearest(entry.value, projection.words))
        return Fact(
            id=f"{file.id}.{attribute}", attribute=attribute, value=entry.value, source=source, note=entry.note
        )

    def _components(self, vocabulary: Vocabulary, frameworks: Mapping[str, Framework]) -> dict[str, Component]:
        components: dict[str, Component] = {}
        for path in _files(self.knowledge / "components"):
            document = self._document(path, self.knowledge)
            file = validate(ComponentFile, document, self.problems) if document else None
            if file is None or document is None:
                continue
            if path.stem not in vocabulary.layers:
                self.problems.add(
                    f"{shown(path.stem)} is not a layer.", document.place(), nearest(path.stem, vocabulary.layers)
                )
            for key, entry in file.components.items():
                place = document.place(("components", key))
                source = file.sources.get(entry.source)
                self._check_words(key, vocabulary.components, "component", place)
                for other in entry.requires:
                    self._check_words(other, vocabulary.primaries, "primary", place)
                for other in (*entry.excludes, *filter(None, [entry.successor])):
                    self._check_words(other, (*vocabulary.components, *vocabulary.primaries), "component", place)
                if source is None:
                    hint = nearest(entry.source, file.sources)
                    self.problems.add(f"the source {shown(entry.source)} is not among this file's.", place, hint)
                    continue
                components[key] = Component(
                    id=key,
                    name=entry.name,
                    layer=path.stem,
                    purpose=entry.purpose,
                    status=entry.status,
                    source=source,
                    requires=entry.requires,
                    excludes=entry.excludes,
                    platforms=entry.platforms,
                    successor=entry.successor,
                    note=entry.note,
                )
        return components

    def _check_words(self, word: str, allowed: Iterable[str], what: str, place: str) -> None:
        words = tuple(allowed)
        if word not in words:
            self.problems.add(f"{shown(word)} is not a {what}.", place, nearest(word, words))

    def _check_criteria(self, criteria: tuple[Criterion, ...], vocabulary: Vocabulary) -> None:
        projections = {p.name: p for p in vocabulary.projections}
        place = "knowledge/criteria.yaml"
        for criterion in criteria:
            if criterion.reads == "speed":
                continue
            if criterion.reads not in projections:
                self.problems.add(f"{criterion.id} reads {shown(criterion.reads)}, which is no projection.", place)
                continue
            for word in set(projections[criterion.reads].words) ^ set(criterion.scale):
                self.problems.add(f"the scale of {criterion.id} and the words of {criterion.reads} differ: {word}.", place)

    def _check_questions(self, questions: tuple[Question, ...], vocabulary: Vocabulary) -> None:
        for question in questions:
            self._check_words(question.key, (a.name for a in vocabulary.answers), "key", "knowledge/questions.yaml")


def _latest_day(
    frameworks: Mapping[str, Framework], components: Mapping[str, Component], rules: tuple[Rule, ...]
) -> str:
    days = [fact.source.observed for framework in frameworks.values() for fact in framework.facts.values()]
    days += [component.source.observed for component in components.values()]
    days += [rule.source.observed for rule in rules]
    return max((day for day in days if len(day) == len("2026-11-22")), default="")
