"""The list of attributes: which facts there can be, in which words, and for how long each can be relied on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import product
from typing import get_args

from advisor.frozen import dataclass, replace
from advisor.loading.documents import Document
from advisor.loading.problems import Problems, nearest, shown
from advisor.model.attribute import Contradiction, FactAttribute, Moves, general
from advisor.model.fact import STATES
from advisor.model.vocabulary import AMONG, Projection, Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeEntry:
    """An attribute as it stands in the file."""

    id: str
    meaning: str
    moves: Moves
    row: str = ""
    words: Mapping[str, str] | None = None
    of: str | tuple[str, ...] = ()
    """Of a family: its members, or the answer whose words they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributesFile:
    """`knowledge/attributes.yaml`."""

    lifetimes: Mapping[Moves, int]
    attributes: tuple[AttributeEntry, ...]
    contradictions: tuple[Contradiction, ...] = ()


class Attributes:
    """The list, joined with the vocabulary whose answers its families follow."""

    def __init__(self, file: AttributesFile, vocabulary: Vocabulary, document: Document, problems: Problems) -> None:
        self._problems, self.lifetimes = problems, file.lifetimes
        for moves in get_args(Moves):
            days = file.lifetimes.get(moves)
            if days is None or days < 0:
                message = f"the lifetime {shown(moves)} should be a number of days, 0 for what never ages."
                problems.add(message, document.place(("lifetimes", moves)))
        read = [
            self._read(entry, vocabulary, document.place(("attributes", i, "of")))
            for i, entry in enumerate(file.attributes)
        ]
        self.listed = tuple(read)
        self._by_name = {name: attribute for attribute in self.listed for name in attribute.names}
        hardware = vocabulary.answer("train_hw")
        self._accelerators = hardware.words if hardware else ()
        self._systems = system.words if (system := vocabulary.answer("train_os")) else ()
        self.contradictions = tuple(
            written
            for i, contradiction in enumerate(file.contradictions)
            for written in self._written_out(contradiction, document.place(("contradictions", i)))
        )

    def _read(self, entry: AttributeEntry, vocabulary: Vocabulary, place: str) -> FactAttribute:
        members = entry.of if isinstance(entry.of, tuple) else ()
        if isinstance(entry.of, str):
            answer = vocabulary.answer(entry.of)
            if answer is None or not answer.words:
                names = [a.name for a in vocabulary.answers if a.words]
                self._problems.add(f"{shown(entry.of)} is no answer in words.", place, nearest(entry.of, names))
            else:
                members = tuple(word for word in answer.words if word not in answer.silent)
        words = entry.words or {}
        return FactAttribute(
            id=entry.id, meaning=entry.meaning, moves=entry.moves, row=entry.row, words=words, members=members
        )

    def _written_out(self, contradiction: Contradiction, place: str) -> Iterator[Contradiction]:
        """The contradiction for each operating system, where it speaks of one."""
        for system in self._systems:
            never = {name.replace("{train_os}", system): words for name, words in contradiction.never.items()}
            for name, words in never.items():
                for word in words:
                    self.check(name, word, place)
            yield replace(contradiction, never=never)
            if never == contradiction.never:
                return

    def project(self, vocabulary: Vocabulary, document: Document) -> Vocabulary:
        """The vocabulary with the words of each projection, which are those of the attribute that it leads to."""
        found = (
            self._project(p, vocabulary, document.place(("projections", i, "path")))
            for i, p in enumerate(vocabulary.projections)
        )
        return replace(vocabulary, projections=tuple(found))

    def _project(self, projection: Projection, vocabulary: Vocabulary, place: str) -> Projection:
        if projection.among:
            asked = vocabulary.answer(projection.among)
            if asked is None or asked.kind != "text" or projection.path not in self._by_name:
                message = f"{projection.name} looks for {shown(projection.among)} in {shown(projection.path)}."
                self._problems.add(message, place, "Expected: an answer in free text, and an attribute with versions.")
            return replace(projection, words=AMONG)
        answers = {key: vocabulary.answer(key) for key in projection.rests_on}
        for key, answer in answers.items():
            if answer is None or not answer.words:
                names = [a.name for a in vocabulary.answers if a.words]
                message = f"the path of {projection.name} names {shown(key)}, which is no answer in words."
                self._problems.add(message, place, nearest(key, names))
                return projection
        for chosen in product(*(answer.words for answer in answers.values() if answer)):
            path = projection.path
            for key, word in zip(answers, chosen, strict=True):
                path = path.replace(f"{{{key}}}", word)
            if (attribute := self._by_name.get(path)) and attribute.words:
                return replace(projection, words=tuple(attribute.words))
        message = f"the path of {projection.name} leads to no attribute with a scale."
        self._problems.add(message, place, nearest(projection.path, [a.id for a in self.listed if a.words]))
        return projection

    def check(self, name: str, value: str | tuple[str, ...], place: str) -> None:
        """Note what is wrong with the attribute and the value of a fact."""
        accelerator = name.partition("@")[2]
        if "@" in name and accelerator not in self._accelerators:
            message = f"{shown(accelerator)} is not a word of train_hw."
            self._problems.add(message, place, nearest(accelerator, self._accelerators))
        attribute = self._by_name.get(general(name))
        if attribute is None:
            message = f"{shown(general(name))} is not an attribute of attributes.yaml."
            self._problems.add(message, place, nearest(general(name), self._by_name))
        elif attribute.words and not (isinstance(value, str) and value in {*attribute.words, *STATES}):
            self._problems.add(f"{shown(value)} is not allowed.", place, nearest(value, attribute.words))

    def expiry(self, name: str, observed: str) -> str:
        """The day from which a fact about the attribute should be looked at again; empty where it does not age."""
        attribute = self._by_name.get(general(name))
        return self.after(attribute.moves, observed) if attribute else ""

    def after(self, moves: Moves, observed: str) -> str:
        """The day from which something seen on that day, and moving that fast, should be looked at again."""
        days = self.lifetimes[moves]
        try:
            return (date.fromisoformat(observed) + timedelta(days=days)).isoformat() if days else ""
        except (ValueError, OverflowError):
            return ""


def check_words(vocabulary: Vocabulary, document: Document, problems: Problems) -> None:
    """Note where implications, names and bands speak of what is no answer."""
    for i, implication in enumerate(vocabulary.implications):
        said = {implication.key: implication.word, **implication.implies}
        _check_implied(said, vocabulary, document.place(("implications", i)), problems)
    for i, band in enumerate(vocabulary.bands):
        place = document.place(("bands", i))
        _check_implied(band.implies, vocabulary, place, problems)
        answer = vocabulary.answer(band.key)
        if answer is None or answer.kind != "number":
            numbers = [a.name for a in vocabulary.answers if a.kind == "number"]
            problems.add(f"{shown(band.key)} is no answer in numbers.", place, nearest(band.key, numbers))

    reckoned = {a.name for a in vocabulary.answers if a.kind == "number"}
    for i, naming in enumerate(vocabulary.namings):
        place = document.place(("namings", i))
        words = {key: str(word) for key, word in naming.implies.items() if key not in reckoned}
        _check_implied(words, vocabulary, place, problems)
        asked = vocabulary.answer(naming.key)
        if asked is None or asked.kind != "text":
            texts = [a.name for a in vocabulary.answers if a.kind == "text"]
            problems.add(f"{shown(naming.key)} is no answer in free text.", place, nearest(naming.key, texts))
    for i, attribute in enumerate(vocabulary.derived):
        for word in sorted({word for group in attribute.exclusive for word in group}.difference(attribute.words)):
            place = document.place(("derived", i, "exclusive"))
            problems.add(f"{shown(word)} is not a word of {attribute.name}.", place, nearest(word, attribute.words))
    for layer in sorted(set(vocabulary.slots) ^ set(vocabulary.layers)):
        problems.add(f"{shown(layer)} stands on one side only of layers and slots.", document.place(("slots",)))


def _check_implied(words: Mapping[str, str], vocabulary: Vocabulary, place: str, problems: Problems) -> None:
    for key, word in _strangers(words, vocabulary):
        answer = vocabulary.answer(key)
        message = f"an implication speaks of {shown(key)} {shown(word)}, which is no answer."
        problems.add(message, place, nearest(word, answer.words if answer else ()))


def _strangers(words: Mapping[str, str], vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    for key, word in words.items():
        answer = vocabulary.answer(key)
        if answer is None or word not in answer.words:
            yield key, word
