"""`advisor what-if`: what other answers would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.cli.explaining import grounds_for, opened, tell
from advisor.cli.session import changed_answers
from advisor.inquiry.explain_change import what_if

if TYPE_CHECKING:
    import argparse

    from advisor.model.answers import Answers


def run(arguments: argparse.Namespace) -> int:
    """Consult with the answers as they are and as they would be, and tell the differences."""
    session, before = opened(arguments)
    after = changed_answers(session.base, before, arguments.changes)
    return tell(what_if(grounds_for(session, before), grounds_for(session, after), _changed(before, after)), arguments)


def _changed(before: Answers, after: Answers) -> dict[str, object]:
    """The answers that differ; `unknown` stands for one that is open now."""
    keys = [key for key in (*after, *before) if before.get(key) != after.get(key)]
    return {key: after.get(key, "unknown") for key in dict.fromkeys(keys)}
