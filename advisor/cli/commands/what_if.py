"""`advisor what-if`: what other answers would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.cli import explaining
from advisor.cli.explaining import grounds_for, opened, tell
from advisor.cli.session import changed_answers
from advisor.inquiry.explain_change import changed, what_if

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    others = "answers to change; unknown leaves one open"
    parser.add_argument("changes", metavar="KEY=VALUE", nargs="+", help=others)
    explaining.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Consult with the answers as they are and as they would be, and tell the differences."""
    session, before = opened(arguments)
    after = changed_answers(session.base, before, arguments.changes)
    return tell(what_if(grounds_for(session, before), grounds_for(session, after), changed(before, after)), arguments)
