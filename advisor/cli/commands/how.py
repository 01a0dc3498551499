"""`advisor how`: how a finding came about, down to answers and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.cli import explaining
from advisor.cli.explaining import grounds_for, opened, tell
from advisor.inquiry.explain import how

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    named = "its id, as in the JSON: STK-012, ELI-001@jax; or that of a rule that did not fire"
    parser.add_argument("name", metavar="FINDING", help=named)
    explaining.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Tell how the finding came about, or why the rule did not fire."""
    session, answers = opened(arguments)
    return tell(how(grounds_for(session, answers), arguments.name), arguments)
