"""Completes the answers: what follows by definition, and what this machine says about the places that are here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from advisor.model.answers import Answer, Answers, Origin, Situation
from advisor.model.vocabulary import Vocabulary

if TYPE_CHECKING:
    from advisor.model.measurement import Machine

_DEFAULT_HERE = ("develop",)


def complete(answers: Answers, vocabulary: Vocabulary, machine: Machine | None) -> Situation:
    """The situation; an answer always wins over what is implied or detected."""
    known: dict[str, Answer] = dict(answers)
    origins: dict[str, Origin] = dict.fromkeys(answers, "answered")
    for key, value in _detected(answers, machine).items():
        if key not in known:
            known[key], origins[key] = value, "detected"
    for implication in vocabulary.implications:
        if known.get(implication.key) == implication.word:
            for key, value in implication.implies.items():
                if key not in known:
                    known[key], origins[key] = value, "implied"
    for key, value in _of_bands(known, vocabulary).items():
        if key not in known:
            known[key], origins[key] = value, "implied"
    return Situation(answers=known, origins=origins)


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
