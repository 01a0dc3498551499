"""Answers and knowledge as the facts that rules compare: of the situation, and of one option in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import is_

from advisor.frozen import dataclass, replace
from advisor.model.answers import Answers
from advisor.model.fact import CLAIMED, OPEN, UNSUPPORTED, Fact
from advisor.model.framework import Framework
from advisor.model.trace import Given
from advisor.model.versions import standing
from advisor.model.vocabulary import WISH, Projection, Vocabulary

_MOST_KEPT = 500
"""What options say along paths, kept at once, so that a long batch runs in constant memory."""


@dataclass(frozen=True, slots=True)
class Projected:
    """An option in the light of the answers."""

    facts: Mapping[str, Given]
    """By attribute, for the rules."""
    words: Mapping[str, Mapping[str, Fact | None]]
    """By projection: answer word (empty for a single one) to the fact found, or None where nothing is known.
    A projection about which the answers say nothing is absent."""


def situation_facts(answers: Answers, vocabulary: Vocabulary) -> dict[str, Given]:
    """What the rules can compare of the answers themselves."""
    facts: dict[str, Given] = {}
    for attribute in [one for one in vocabulary.answers if one.name in answers]:
        value = answers[attribute.name]
        if attribute.kind == "words" and isinstance(value, tuple):
            facts[attribute.name] = frozenset(value)
        elif attribute.kind == "number" and isinstance(value, (int, float)):
            facts[attribute.name] = float(value)
        elif attribute.kind in ("word", "text") and isinstance(value, str):
            facts[attribute.name] = value
    return facts


class Projector:
    """Joins answers and options: the state of an option's support for this accelerator on this system, and so on."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._paths = [_Path.of(projection, vocabulary) for projection in vocabulary.projections]
        self._names = tuple(path.projection.name for path in self._paths)
        # Most changes of an answer move few paths: what options say along the others is there already.
        self._kept: tuple[tuple[Framework, ...], dict[_Said, Mapping[str, Column]]] = ((), {})
        together: dict[tuple[str, ...], list[_Path]] = {}
        for path in self._paths:
            together.setdefault(path.reads, []).append(path)
        self._together = tuple(together.items())

    def paths(self, answers: Answers) -> dict[str, Mapping[str, str]]:
        """The attributes of facts that the projections lead to: by projection, and by the word of a set of answers.

        Without such a set the word is empty, and of a version it is the version.
        """
        filled = {path.projection.name: path.filled(answers) for path in self._paths}
        return {name: attributes for name, attributes in filled.items() if attributes is not None}

    def situate(self, answers: Answers, option: Framework) -> Projected:
        """The option in the light of the answers."""
        return self.views(answers, (option,))[option.id]

    def views(self, answers: Answers, options: Iterable[Framework]) -> Views:
        """Each option in the light of the answers, by its id."""
        compared, hardware = tuple(options), hardware_in_question(answers)
        about, kept = self._kept
        if len(compared) != len(about) or not all(map(is_, compared, about)):
            kept = {}
            self._kept = (compared, kept)
        found: dict[str, Column] = {}
        for reads, paths in self._together:
            said = (hardware, reads, *[answers.get(key) for key in reads])
            if said not in kept:
                if len(kept) >= _MOST_KEPT:
                    kept.clear()
                kept[said] = _columns(paths, answers, hardware, compared)
            found.update(kept[said])
        columns = {name: found[name] for name in self._names if name in found}
        return Views(tuple(option.id for option in compared), columns, answers.get("requested_framework"))


def _columns(
    paths: list[_Path], answers: Answers, hardware: str, options: tuple[Framework, ...]
) -> Mapping[str, Column]:
    """What the options say along these paths, by projection; nothing of one whose answers are not there."""
    filled = [(path, path.filled(answers)) for path in paths]
    return {
        path.projection.name: Column(path, attributes, hardware, options)
        for path, attributes in filled
        if attributes is not None
    }


_Said = tuple[object, ...]
"""The hardware in question, the answers that some paths read, and what they are."""


class Column:
    """What each option says along one path, in their order; read when it is first asked for."""

    def __init__(
        self, path: _Path, attributes: Mapping[str, str], hardware: str, options: tuple[Framework, ...]
    ) -> None:
        self._path, self._attributes, self._hardware, self._options = path, attributes, hardware, options
        self._read: dict[int, Read] = {}

    def __getitem__(self, place: int) -> Read:
        """What the option in this place says."""
        if place not in self._read:
            self._read[place] = self._path.read(self._options[place], self._attributes, self._hardware)
        return self._read[place]

    def __iter__(self) -> Iterator[Read]:
        return map(self.__getitem__, range(len(self._options)))


class Views(Mapping[str, Projected]):
    """Options in the light of the answers, by id; each is put together when it is asked for."""

    def __init__(self, options: tuple[str, ...], columns: Mapping[str, Column], requested: object) -> None:
        self.columns = columns
        """By projection; one about which the answers say nothing is absent."""
        self._places = {option: place for place, option in enumerate(options)}
        self.requested = requested
        self._built: dict[str, Projected] = {}

    def __getitem__(self, option: str) -> Projected:
        """The option in the light of the answers."""
        if option not in self._built:
            place = self._places[option]
            facts: dict[str, Given] = {"option": option, WISH: self.wished(option)}
            words: dict[str, Mapping[str, Fact | None]] = {}
            for name, column in self.columns.items():
                words[name] = column[place].words
                facts.update(column[place].facts)
            self._built[option] = Projected(facts, words)
        return self._built[option]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def wished(self, option: str) -> str:
        """Whether it was asked for, as rules and criteria read it."""
        return "yes" if option == self.requested else "no"

    def said(self, option: str, attribute: str, projection: str) -> Given | None:
        """What an option says of an attribute that a projection leads to, or of itself; None where it is unknown."""
        column = self.columns.get(projection)
        if column is not None:
            return column[self._places[option]].facts.get(attribute)
        return option if attribute == "option" else self.wished(option) if attribute == WISH else None


def hardware_in_question(answers: Answers) -> str:
    """The accelerator that facts are asked about: what trains or, where nothing is trained, what runs the model."""
    trains, runs = answers.get("train_hw"), answers.get("deploy_chip")
    untrained = answers.get("task") == "inference" or trains == "none"
    word = (runs or trains) if untrained else trains
    return word if isinstance(word, str) and word != "none" else ""


@dataclass(frozen=True, slots=True)
class Read:
    """What an option says along one path."""

    words: Mapping[str, Fact | None]
    facts: Mapping[str, Given]


@dataclass(frozen=True, slots=True)
class _Path:
    """The path of a projection, taken apart once."""

    projection: Projection
    template: str
    keys: tuple[tuple[str, tuple[str, ...]], ...]
    """Answers that have to be single words or a version, each with the words that say nothing."""
    several: str
    """The set-valued answer in the path, if there is one."""
    reads: tuple[str, ...]
    """Every answer in it."""
    names: tuple[tuple[str, str], ...]
    """Of a projection for each word: attribute and the value it collects."""

    @classmethod
    def of(cls, projection: Projection, vocabulary: Vocabulary) -> _Path:
        keys = list(projection.rests_on)
        several = keys.pop() if projection.each else ""
        silent = {attribute.name: attribute.silent for attribute in vocabulary.answers}
        names = tuple(zip(projection.names, projection.words, strict=True)) if projection.each else ()
        silencing = tuple((key, silent[key]) for key in keys)
        return cls(projection, projection.path, silencing, several, projection.rests_on, names)

    def read(self, option: Framework, attributes: Mapping[str, str], hardware: str) -> Read:
        """What the option says: the facts by word, and what the rules compare."""
        if not self.several and not self.projection.among:
            fact = self._fact(option, attributes[""], hardware)
            said = fact.value if fact is not None else ""
            return Read({"": fact}, {self.projection.name: said} if said and isinstance(said, str) else {})
        found = {word: self._fact(option, attribute, hardware) for word, attribute in attributes.items()}
        if self.projection.among:
            return self._version(found)
        words = {word: fact.value for word, fact in found.items() if fact is not None and isinstance(fact.value, str)}
        return Read(found, {name: frozenset(w for w in words if words[w] == value) for name, value in self.names})

    def _version(self, found: Mapping[str, Fact | None]) -> Read:
        """Where the version that was answered stands to those that the fact names."""
        ((version, fact),) = found.items()
        where = standing(version, fact.value) if fact is not None else ""
        if not where or fact is None:
            return Read({"": None}, {})
        return Read({"": replace(fact, value=where)}, {self.projection.name: where})

    def _fact(self, option: Framework, attribute: str, hardware: str) -> Fact | None:
        """The fact as rules and criteria read it; nothing where it is open, or no more than a claim.

        That for the accelerator in question comes before the general one (`attribute@word`), and where support is
        denied, the value is the last word of the scale.
        """
        fact = option.facts.get(f"{attribute}@{hardware}") or option.facts.get(attribute)
        if fact is None or fact.value in OPEN or fact.source.grade == CLAIMED:
            return None
        return replace(fact, value=self.projection.words[-1]) if fact.value == UNSUPPORTED else fact

    def filled(self, answers: Answers) -> Mapping[str, str] | None:
        """The attributes of facts it leads to, by the word of the set-valued answer, or by nothing where it has none.

        None where an answer in it is open, or says nothing about options.
        """
        path = self.template
        for key, silent in self.keys:
            value = answers.get(key)
            if not isinstance(value, str) or value in silent:
                return None
            path = path.replace(f"{{{key}}}", value)
        if self.projection.among:
            return {str(answers[self.projection.among]): path}
        if not self.several:
            return {"": path}
        asked = answers.get(self.several)
        if not isinstance(asked, tuple) or not asked:
            return None
        return {word: path.replace(f"{{{self.several}}}", word) for word in asked}
