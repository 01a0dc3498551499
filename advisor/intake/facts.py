"""Answers and knowledge as the facts that rules compare: of the situation, and of one option in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from advisor.model.answers import Answers
from advisor.model.fact import Fact
from advisor.model.framework import Framework
from advisor.model.trace import Given
from advisor.model.vocabulary import Projection, Vocabulary

_BRACES = re.compile(r"\{(\w+)\}")


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
    for attribute in vocabulary.answers:
        value = answers.get(attribute.name)
        if value is None:
            continue
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

    def asked(self, answers: Answers) -> frozenset[str]:
        """The projections for which the answers are there; the others say nothing about any option."""
        return frozenset(path.projection.name for path in self._paths if path.filled(answers) is not None)

    def situate(self, answers: Answers, option: Framework) -> Projected:
        """The option in the light of the answers."""
        facts: dict[str, Given] = {
            "option": option.id,
            "requested": "yes" if answers.get("requested_framework") == option.id else "no",
        }
        words: dict[str, Mapping[str, Fact | None]] = {}
        for path in self._paths:
            filled = path.filled(answers)
            if filled is None:
                continue
            found = {word: _known(option, attribute, answers) for word, attribute in filled.items()}
            words[path.projection.name] = found
            if path.several:
                for name, value in path.names:
                    facts[name] = frozenset(w for w, fact in found.items() if fact is not None and fact.value == value)
            elif (fact := found[""]) and isinstance(fact.value, str):
                facts[path.projection.name] = fact.value
        return Projected(facts, words)


@dataclass(frozen=True, slots=True)
class _Path:
    """The path of a projection, taken apart once."""

    projection: Projection
    template: str
    keys: tuple[tuple[str, tuple[str, ...]], ...]
    """Answers in the path that have to be single words, each with the words that say nothing."""
    several: str
    """The set-valued answer in the path, if there is one."""
    names: tuple[tuple[str, str], ...]
    """Of a projection for each word: attribute and the value it collects."""

    @classmethod
    def of(cls, projection: Projection, vocabulary: Vocabulary) -> _Path:
        keys = _BRACES.findall(projection.path)
        several = keys.pop() if projection.each else ""
        silent = {attribute.name: attribute.silent for attribute in vocabulary.answers}
        names = tuple((f"{projection.name}.{word}", word) for word in projection.words)
        return cls(projection, projection.path, tuple((key, silent[key]) for key in keys), several, names)

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
        if not self.several:
            return {"": path}
        asked = answers.get(self.several)
        if not isinstance(asked, tuple) or not asked:
            return None
        return {word: path.replace(f"{{{self.several}}}", word) for word in asked}


def _known(option: Framework, attribute: str, answers: Answers) -> Fact | None:
    """The fact for the training accelerator where there is one of its own (`attribute@word`), else the general one."""
    fact = option.facts.get(f"{attribute}@{answers.get('train_hw')}") or option.facts.get(attribute)
    return fact if fact is not None and fact.value != "unknown" else None
