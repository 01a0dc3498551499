"""`advisor init`: an answers file to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.cli import options
from advisor.cli.exits import Exit
from advisor.cli.output import leave_alone, write
from advisor.cli.session import overlays
from advisor.loading.knowledge import load
from advisor.render.answers_file import answers_file

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    parser.add_argument("--output", metavar="FILE", help="write there instead of to standard output")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")
    options.overlays(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print or write the file; what is there already is left as it is, unless it may be replaced."""
    leave_alone(arguments.output, force=arguments.force)
    write(answers_file(load(overlays(arguments.knowledge), overlays(arguments.rules))), arguments.output)
    return Exit.ANSWER
