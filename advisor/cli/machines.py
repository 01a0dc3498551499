"""Machines that one does not have, as the command line names them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from advisor.intake.chips import Machine, answers_of, chip_named, machine_of
from advisor.loading.problems import Problems, nearest, shown

if TYPE_CHECKING:
    from advisor.model.answers import Answer, Answers
    from advisor.model.hardware import Chip
    from advisor.model.knowledge import KnowledgeBase

PLACE = "--hardware"


def with_hardware(base: KnowledgeBase, answers: Answers, names: Iterable[str]) -> Answers:
    """The answers with what follows from the machines named; raises `InputError` where one is answered otherwise."""
    problems = Problems()
    known: dict[str, Answer] = dict(answers)
    for name in names:
        machine = machine_of(name, base.hardware)
        if machine is None:
            problems.add(f"{shown(name)} names no chip that is known.", PLACE, meant(base, name))
            continue
        for key, value in answers_of(machine, base.vocabulary).items():
            if key in known and not _same(base, key, known[key], value, machine):
                message = f"{shown(name)} says that {key} is {_said(value)}, and it is answered {_said(known[key])}."
                problems.add(message, PLACE, "Leave out one of them.")
            known.setdefault(key, value)
    problems.settle()
    return known


def chosen(base: KnowledgeBase, names: Iterable[str], place: str) -> list[Chip]:
    """The chips that are named; raises `InputError` for what is none."""
    problems, found = Problems(), []
    for name in names:
        chip = chip_named(name, base.hardware)
        if chip is None:
            problems.add(f"{shown(name)} names no chip that is known.", place, meant(base, name))
        else:
            found.append(chip)
    problems.settle()
    return found


def meant(base: KnowledgeBase, name: str) -> str:
    """A hint at the chip that was probably meant, and where all of them are listed."""
    return f"{nearest(name.rpartition('=')[2].lower(), base.hardware)} `advisor hardware list` lists them."


def _same(base: KnowledgeBase, key: str, given: Answer, value: Answer, machine: Machine) -> bool:
    """Whether an answer says the same: another name of the same chip does."""
    if key in ("accelerator", "deploy_hw") and isinstance(given, str):
        return chip_named(given, base.hardware) == machine.chip
    return given == value


def _said(value: Answer) -> str:
    return shown(value)
