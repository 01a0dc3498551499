"""The commands that go on from a stack, with their gaps filled in from the answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from advisor.model.answers import Answer, Answers
from advisor.model.next_step import Command, NextStep
from advisor.model.recommendation import StackPart

GAP = re.compile(r"[A-Z][A-Z0-9_]+")
"""A word, or what stands in one, that is to be filled in."""
_SAFE = re.compile(r"[\w@%+=:,./-]+", re.ASCII)


def next_steps(
    commands: Iterable[Command], primary: str, stack: Iterable[StackPart], answers: Answers
) -> tuple[NextStep, ...]:
    """The commands for the primary and the parts of the stack, in the order in which they are known."""
    parts = {(part.component, part.place): part.findings for part in stack}
    # The primary is where code is written and where it trains, without being a part of the stack.
    parts |= {(primary, "train"): parts.get((primary, "train"), ())}
    return tuple(
        _filled(command, parts[command.component, command.place], answers)
        for command in commands
        if (command.component, command.place) in parts and _so(command.where, answers)
    )


def _so(where: Mapping[str, str], answers: Answers) -> bool:
    return all(_means(answers.get(key), word) for key, word in where.items())


def _means(answer: Answer | None, word: str) -> bool:
    return word in answer if isinstance(answer, tuple) else answer == word


def _filled(command: Command, findings: tuple[str, ...], answers: Answers) -> NextStep:
    known = {
        gap: _text(value)
        for gap, source in command.inputs.items()
        if isinstance(value := answers.get(source.key), (str, int, float)) and _so(source.where, answers)
    }
    # A gap is filled in once: what an answer says is not looked through for gaps again.
    words = [GAP.sub(lambda found: known.get(found[0], found[0]), word) for word in command.command]
    gaps = dict.fromkeys(gap for word in command.command for gap in GAP.findall(word) if gap not in known)
    return NextStep(
        component=command.component,
        place=command.place,
        command=" ".join(map(_quoted, words)),
        open=tuple(gaps),
        does=command.does,
        findings=findings,
        evidence=(f"next_step.{command.id}",),
    )


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.15g}"


def _quoted(word: str) -> str:
    """The word as a POSIX shell takes it for one."""
    return word if _SAFE.fullmatch(word) else "'" + word.replace("'", "'\"'\"'") + "'"
