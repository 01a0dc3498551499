"""The chips that a text means, and what machines that have them answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from advisor.frozen import dataclass
from advisor.intake.situation import joined, stands
from advisor.model.answers import Answer
from advisor.model.hardware import Chip
from advisor.model.vocabulary import Vocabulary

Place = Literal["train", "deploy"]

_SEVERAL = re.compile(r"(.+?)x([0-9]+)")
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """So many of a chip in one of the places."""

    place: Place
    chip: Chip
    count: int | None = None


def chip_named(text: str, chips: Mapping[str, Chip]) -> Chip | None:
    """The chip of that id, else the one with the longest name that stands in the text."""
    words = joined(text)
    if (own := chips.get(words.strip("_"))) is not None:
        return own
    found = [(len(name), chip) for chip in chips.values() for name in chip.names if stands(name, words)]
    return max(found, key=lambda one: one[0])[1] if found else None


def same_chip(named: str, reported: str, chips: Mapping[str, Chip]) -> bool:
    """Whether a chip that is named is the one that a machine reports.

    By its id, where both are known; a name that leaves the memory open, `a100`, means the chips of either size. Else by
    words: `arc_b580` and `Intel(R) Arc(TM) B580 Graphics`.
    """
    one, other = chip_named(named, chips), chip_named(reported, chips)
    if one is None or other is None:
        return {*joined(named).split("_")} <= {*joined(reported).split("_")}
    rate = one.value("fp16_tflops")
    in_any_size = other.id.startswith(f"{one.id}_") and rate is not None and rate == other.value("fp16_tflops")
    return one == other or in_any_size


def counted(text: str, chips: Mapping[str, Chip]) -> tuple[Chip | None, int | None]:
    """The chip, and how many of it: `h100x8` is eight, where `mi300x` is a name; no chip where that is no number."""
    several = _SEVERAL.fullmatch(text.strip().lower())
    if several is None or joined(text).strip("_") in chips or (chip := chip_named(several[1], chips)) is None:
        return chip_named(text, chips), None
    return (chip, int(several[2])) if _NUMBER.fullmatch(several[2]) else (None, None)


def machine_of(text: str, chips: Mapping[str, Chip]) -> Machine | None:
    """What `[train=|deploy=]NAME[xCOUNT]` means; None where it names no chip that is known, or no place."""
    before, equals, after = text.partition("=")
    place: Place = "deploy" if equals and before == "deploy" else "train"
    if equals and before not in ("train", "deploy"):
        return None
    chip, count = counted(after if equals else text, chips)
    return None if chip is None else Machine(place=place, chip=chip, count=count)


def answers_of(machine: Machine, vocabulary: Vocabulary) -> dict[str, Answer]:
    """The answers that follow: the name of the chip, from which more follows by definition, and how many there are."""
    chip = machine.chip
    name = chip.id if chip.id in chip.names else chip.names[0]
    if machine.place == "train":
        several: dict[str, Answer] = {} if machine.count is None else {"accelerator_count": machine.count}
        return {"accelerator": name, **several}
    runs = vocabulary.answer("deploy_chip")
    kind: dict[str, Answer] = {"deploy_chip": chip.vendor} if runs is not None and chip.vendor in runs.words else {}
    return {"deploy_hw": name, **kind}
