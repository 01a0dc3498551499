"""`advisor why-not`: what keeps an option or a component out, and the smallest change that would not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.cli import explaining
from advisor.cli.explaining import grounds_for, opened, tell
from advisor.inquiry.explain import why_not

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    named = "a framework, or a component of the stack"
    parser.add_argument("name", metavar="OPTION", help=named)
    explaining.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Explain why the option is not recommended, or the component not part of the stack."""
    session, answers = opened(arguments)
    return tell(why_not(grounds_for(session, answers), arguments.name), arguments)
