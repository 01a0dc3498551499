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


def situate(answers: Answers, option: Framework, vocabulary: Vocabulary) -> Projected:
    """Joins answers and option: the state of its support for this accelerator on this system, and so on."""
    facts: dict[str, Given] = {
        "option": option.id,
        "requested": "yes" if answers.get("requested_framework") == option.id else "no",
    }
    words: dict[str, Mapping[str, Fact | None]] = {}
    for projection in vocabulary.projections:
        found = _look_up(projection, answers, option, vocabulary)
        if found is None:
            continue
        words[projection.name] = found
        if projection.each:
            for value in projection.words:
                facts[f"{projection.name}.{value}"] = frozenset(w for w, fact in found.items() if _says(fact, value))
        elif (fact := found[""]) and isinstance(fact.value, str):
            facts[projection.name] = fact.value
    return Projected(facts, words)


def _says(fact: Fact | None, value: str) -> bool:
    return fact is not None and fact.value == value


def _look_up(
    projection: Projection, answers: Answers, option: Framework, vocabulary: Vocabulary
) -> Mapping[str, Fact | None] | None:
    """The facts the path leads to, by the word of its last brace where it is one for each; None: nothing to ask."""
    path = projection.path
    keys = _BRACES.findall(path)
    several = keys.pop() if projection.each else ""
    for key in keys:
        value = answers.get(key)
        attribute = vocabulary.answer(key)
        if not isinstance(value, str) or (attribute and value in attribute.silent):
            return None
        path = path.replace(f"{{{key}}}", value)
    if not several:
        return {"": _known(option, path)}
    asked = answers.get(several)
    if not isinstance(asked, tuple) or not asked:
        return None
    return {word: _known(option, path.replace(f"{{{several}}}", word)) for word in asked}


def _known(option: Framework, attribute: str) -> Fact | None:
    fact = option.facts.get(attribute)
    return fact if fact is not None and fact.value != "unknown" else None
