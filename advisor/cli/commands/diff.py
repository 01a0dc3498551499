"""`advisor diff`: two decisions beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.cli import options
from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.decision.differing import differences
from advisor.errors import InputError
from advisor.loading.problems import Problems
from advisor.loading.structure import plain
from advisor.render.decision_diff import render
from advisor.render.json import DIGITS, written
from advisor.revisit import opened

if TYPE_CHECKING:
    import argparse

    from advisor.model.decision import Decision


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    parser.add_argument("before", metavar="A", help="a decision")
    parser.add_argument("after", metavar="B", help="the one to hold against it")
    options.output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Tell how the second differs from the first, and by the exit status whether it comes to another verdict."""
    problems = Problems()
    found: list[tuple[str, Decision]] = []
    for path in (arguments.before, arguments.after):
        try:
            found.append((path, opened(path).decision))
        except InputError as error:
            problems.found.extend(error.problems)
    problems.settle()
    diff = differences(*found)
    said = written(plain(diff, DIGITS)) if arguments.json else render(diff)
    write(said, arguments.output)
    return Exit.ANSWER if diff.same_verdict else Exit.CHANGED
