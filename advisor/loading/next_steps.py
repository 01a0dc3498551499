"""Reads commands that go on from a recommendation; an overlay adds some, or takes the place of those of the same id."""

from __future__ import annotations

import os

from advisor.frozen import replace
from advisor.loading.folders import Folder, check_day, check_word
from advisor.loading.ids import check_id
from advisor.loading.problems import Problems, shown
from advisor.loading.validate import validate
from advisor.model.next_step import Command
from advisor.model.vocabulary import Vocabulary

NEXT_STEPS = "next_steps.yaml"


def read_next_steps(folders: tuple[Folder, ...], vocabulary: Vocabulary, problems: Problems) -> tuple[Command, ...]:
    """Every command, in the order of the folders and files."""
    found: dict[str, Command] = {}
    for folder in folders:
        if not os.path.lexists(folder.path / NEXT_STEPS):
            continue
        document = folder.document(NEXT_STEPS, problems)
        if document is None:
            continue
        if not isinstance(document.data, list):
            problems.add("a list was expected.", document.place())
            continue
        for i in range(len(document.data)):
            command = validate(Command, document, problems, (i,))
            if command is not None:
                _check(command, vocabulary, document.place((i, "id")), problems)
                found[command.id] = replace(command, origin=folder.origin)
    return tuple(found.values())


def _check(command: Command, vocabulary: Vocabulary, place: str, problems: Problems) -> None:
    check_id(command.id, "command", place, problems)
    check_day(command.source, place, problems)
    check_word(command.component, {*vocabulary.components, *vocabulary.primaries}, "component", place, problems)
    keys = [answer.name for answer in vocabulary.answers]
    asked = [*command.where, *(key for one in command.inputs.values() for key in (one.key, *one.where))]
    for key in asked:
        check_word(key, keys, "key", place, problems)
    for gap in command.inputs:
        if not any(gap in word for word in command.command):
            problems.add(f"the command has no gap {shown(gap)}.", place, "Write it there in capitals, or leave it out.")
