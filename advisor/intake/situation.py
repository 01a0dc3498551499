"""Completes the answers: what follows by definition, and what this machine says about the places that are here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from advisor.model.answers import Answer, Answers, Clash, Origin, Situation
from advisor.model.vocabulary import Naming, Vocabulary

if TYPE_CHECKING:
    from advisor.model.measurement import Machine

_DEFAULT_HERE = ("develop",)
_WORDS = re.compile(r"[a-z0-9]+")
_OPEN_MINDED = ("mixed", "none", "cpu")
"""Hardware beside which a chip can be named all the same."""


def complete(answers: Answers, vocabulary: Vocabulary, machine: Machine | None) -> Situation:
    """The situation; an answer always wins over what is implied or detected."""
    known: dict[str, Answer] = dict(answers)
    origins: dict[str, Origin] = dict.fromkeys(answers, "answered")
    for key, value in _detected(answers, machine).items():
        if key not in known:
            known[key], origins[key] = value, "detected"
    for said in (_of_names, _of_words, _of_bands):
        for key, value in said(known, vocabulary).items():
            if key not in known:
                known[key], origins[key] = value, "implied"
    return Situation(answers=known, origins=origins)


def clashes(answers: Answers, vocabulary: Vocabulary) -> tuple[Clash, ...]:
    """Pairs of answers of which one says by definition that the other is something else."""
    found = []
    for key, value, reason in _named(answers, vocabulary):
        for other, word in value.items():
            if other in answers and isinstance(word, str) and answers[other] not in (word, *_OPEN_MINDED):
                found.append(Clash(keys=(key, other), reason=reason))
    for implication in vocabulary.implications:
        if answers.get(implication.key) == implication.word:
            for other, word in implication.implies.items():
                if other in answers and answers[other] != word:
                    found.append(Clash(keys=(implication.key, other), reason=implication.reason))
    return tuple(found)


def _of_names(known: Mapping[str, Answer], vocabulary: Vocabulary) -> Mapping[str, str | float]:
    return {key: value for _, implied, _ in _named(known, vocabulary) for key, value in implied.items()}


def _of_words(known: Mapping[str, Answer], vocabulary: Vocabulary) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for implication in vocabulary.implications:
        if {**found, **known}.get(implication.key) == implication.word:
            found = {**implication.implies, **found}
    return found


def _named(
    answers: Mapping[str, Answer], vocabulary: Vocabulary
) -> Iterator[tuple[str, Mapping[str, str | float], str]]:
    """What each answer in free text says by the names in it: key, what is implied, why. Several kinds say nothing."""
    for key in dict.fromkeys(naming.key for naming in vocabulary.namings):
        text = answers.get(key)
        if not isinstance(text, str):
            continue
        found = [_longest(part, key, vocabulary) for part in text.split("+")]
        first = found[0]
        if first is not None and all(other is not None and other.implies == first.implies for other in found):
            yield key, first.implies, first.reason


def _longest(text: str, key: str, vocabulary: Vocabulary) -> Naming | None:
    words = "_" + "_".join(_WORDS.findall(text.lower())) + "_"
    best: tuple[int, Naming] | None = None
    for naming in vocabulary.namings:
        if naming.key == key:
            length = max((len(name) for name in naming.like if _stands(name, words)), default=0)
            if length and (best is None or length > best[0]):
                best = length, naming
    return best[1] if best else None


def _stands(name: str, words: str) -> bool:
    """Whether the name begins a word; a name that ends in a figure is not followed by another one."""
    at = words.find(f"_{name}")
    while at >= 0:
        after = words[at + 1 + len(name)]
        if not (name[-1].isdigit() and after.isdigit()):
            return True
        at = words.find(f"_{name}", at + 1)
    return False


def _of_bands(known: Mapping[str, Answer], vocabulary: Vocabulary) -> Mapping[str, str]:
    """What the numbers among the answers say of other keys."""
    found: dict[str, str] = {}
    for key in dict.fromkeys(band.key for band in vocabulary.bands):
        number = known.get(key)
        bands = [band for band in vocabulary.bands if band.key == key]
        if isinstance(number, (int, float)):
            found |= next((band.implies for band in bands if number < band.below), {})
    return found


def contradicted(answers: Answers, machine: Machine | None) -> bool:
    """Whether an answer about a place that is here differs from what was detected there."""
    if "detected_accelerator" in answers:
        return True
    found = _detected(answers, machine)
    return any(key in answers and not _agree(answers[key], value, machine) for key, value in found.items())


def _agree(answer: Answer, value: str, machine: Machine | None) -> bool:
    """A machine with several kinds of accelerator agrees with each of them, and every machine has a CPU."""
    if machine is None or answer in ("cpu", "none", "mixed") or value == answer:
        return True
    return answer in {accelerator.vendor for accelerator in machine.accelerators}


def _detected(answers: Answers, machine: Machine | None) -> Mapping[str, str]:
    if machine is None:
        return {}
    here = answers.get("here", _DEFAULT_HERE)
    cards = sorted(machine.accelerators, key=lambda card: -(card.memory_gb or 0.0))
    hardware = cards[0].vendor if cards else "cpu"
    found: dict[str, str] = {}
    for place in ("develop", "train"):
        if isinstance(here, tuple) and place in here:
            found |= {f"{place}_hw": hardware, f"{place}_os": machine.os}
    return found
