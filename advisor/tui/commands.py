"""What the command palette offers beside what Textual has."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand

from advisor.inquiry.interview import askable

if TYPE_CHECKING:
    from advisor.tui.app import Questionnaire


def commands(app: Questionnaire) -> Iterator[SystemCommand]:
    """Verdict, save, measure, start anew, and every key that can be answered."""
    yield SystemCommand("Verdict", "What is recommended now", app.action_verdict)
    yield SystemCommand("Save", "Answers, recommendation or everything as text", app.action_save)
    yield SystemCommand("What if", "Another answer or another weight, and what it would change", app.action_what_if)
    yield SystemCommand("Measure", "The frameworks on this machine, and what it changes", app.action_measure)
    yield SystemCommand("Start anew", "Forget every answer", app.action_start_anew)
    for attribute in askable(app.desk.base.vocabulary):
        yield SystemCommand(f"Answer {attribute.name}", attribute.meaning, partial(app.go_to, attribute.name))
