"""`advisor portfolio`: many projects on one page, and what one framework for all of them would cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from advisor.cli import options
from advisor.cli.batch import Refused, judged, lines_of
from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.cli.session import open_session, session_day
from advisor.errors import InputError, Problem
from advisor.model.portfolio import BadLine, Project
from advisor.portfolio import portfolio, project
from advisor.render.portfolio import rendering
from advisor.session import Session

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    lines = 'JSON Lines of {"id": ..., "answers": {...}}, one for each project; - reads standard input'
    parser.add_argument("batch", metavar="FILE", help=lines)
    given = parser.add_argument_group("answers")
    options.surroundings(given)
    options.machine(given)
    parser.add_argument(
        "--format",
        choices=["text", "markdown", "html", "json"],
        default="text",
        help="html is one page for a review; --json is short for json",
    )
    options.stored_only(parser)
    options.output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Sum up the recommendations for every line; a bad line is shown as one, and the rest goes on."""
    if arguments.json and arguments.format not in ("text", "json"):
        place = f"--format {arguments.format}"
        hint = "Leave out one of them."
        raise InputError(Problem(message="--json is short for --format json.", place=place, hint=hint))
    session = open_session(arguments.options, arguments.knowledge, arguments.rules, policy=arguments.policy)
    session = session_day(session, arguments)
    if not arguments.no_detect:
        from advisor.cli.measuring import look_around  # noqa: PLC0415  (nothing of the machine is read otherwise)

        session = look_around(session, arguments, {})
    digests = session.base.digests
    found = portfolio(
        _judged(session, arguments.batch),
        knowledge=digests["knowledge"],
        rules=digests["rules"],
        as_of=session.as_of or session.base.as_of,
    )
    write(rendering("json" if arguments.json else arguments.format)(found), arguments.output)
    return Exit.ANSWER


def _judged(session: Session, path: str) -> Iterator[Project | BadLine]:
    speed = next((criterion.id for criterion in session.base.criteria if criterion.reads == "speed"), "")
    for line in lines_of(path):
        answer = judged(session, line, full=False)
        if isinstance(answer, Refused):
            yield BadLine(line=line[0], id=answer.identity, problems=tuple(map(str, answer.problems)))
        else:
            yield project(line[0], answer, speed)
