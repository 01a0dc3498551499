"""`advisor starter`: a first program in the recommended framework, or in one that is named."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from advisor import resources
from advisor.cli import options
from advisor.cli.exits import Exit
from advisor.cli.output import leave_alone, write
from advisor.cli.session import answers_from, open_session, session_day, with_project
from advisor.errors import InputError, Problem
from advisor.handoff.starters import read_starters, starter
from advisor.render.summary import summary

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    named = "a framework (default: the one that is recommended for the answers)"
    parser.add_argument("primary", metavar="PRIMARY", nargs="?", help=named)
    shapes = "the shape of the data (default: that of the domain in the answers)"
    parser.add_argument("--shape", choices=["tabular", "images", "text"], help=shapes)
    parser.add_argument("--output", metavar="FILE", help="write there instead of to standard output")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")
    given = parser.add_argument_group("answers")
    options.answers(given)
    options.machine(given)
    options.stored_only(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print or write the program; what is there already is left as it is, unless it may be replaced."""
    _check_usage(arguments)
    session = session_day(
        open_session(arguments.options, arguments.knowledge, arguments.rules, single=True, policy=arguments.policy),
        arguments,
    )
    answers = answers_from(session.base, arguments.answers, arguments.set, arguments.hardware)
    session = with_project(session, arguments, answers)
    primary = arguments.primary
    if primary is None:
        if not arguments.no_detect:
            from advisor.cli.measuring import look_around  # noqa: PLC0415

            session = look_around(session, arguments, answers)
        recommendation = session.recommend(answers, full=False)
        primary = recommendation.recommendation.primary
        first = next(iter(summary(recommendation)))
        sys.stderr.write(f"advisor: {first.label} {first.said}\n")
        if primary not in session.base.frameworks:
            return Exit.NO_ANSWER
    folder = resources.probes() / "starters"
    shape = arguments.shape or read_starters(folder).shape_of(answers.get("domain"))
    write(starter(folder, primary, shape, session.base.frameworks), arguments.output)
    return Exit.ANSWER


def _check_usage(arguments: argparse.Namespace) -> None:
    named = (arguments.primary, arguments.answers, arguments.project)
    if all(each is None for each in named) and not arguments.set and not arguments.hardware:
        hint = "Use --answers FILE, --set KEY=VALUE or --project PATH, or name a framework."
        raise InputError(Problem(message="neither a framework nor answers were given.", place="starter", hint=hint))
    leave_alone(arguments.output, force=arguments.force)
