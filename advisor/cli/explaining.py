"""What the commands that explain share: a consultation over the answers, and how an explanation is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.cli import kinds, options
from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.cli.session import answers_from, chosen_options, overlays, policy_of, session_day, with_project
from advisor.consult.adviser import Adviser
from advisor.errors import InputError, Problem
from advisor.inference import plain
from advisor.inquiry.explain_grounds import Grounds, ground
from advisor.loading.knowledge import load
from advisor.render.explanation import document, render
from advisor.session import Session

if TYPE_CHECKING:
    import argparse

    from advisor.model.answers import Answers
    from advisor.model.explanation import Explanation

_LEVELS = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the answers, the machine and the depth of the tree."""
    given = parser.add_argument_group("answers", "as for `recommend`")
    options.answers(given)
    options.machine(given)
    levels = "so many levels of the tree (default: 4; JSON: all)"
    parser.add_argument("--levels", metavar="N", type=kinds.level, help=levels)
    options.stored_only(parser)
    options.output(parser)


def opened(arguments: argparse.Namespace) -> tuple[Session, Answers]:
    """The session that the command line asks for, and its answers.

    The engine in plain Python is the one that can say why a rule did not fire; both find the same.
    """
    given = (arguments.answers, arguments.project) != (None, None)
    if not given and not arguments.set and not arguments.hardware:
        hint = "Use --answers FILE, --set KEY=VALUE or --project PATH."
        raise InputError(Problem(message="no answers were given.", place=arguments.command, hint=hint))
    if arguments.no_detect and arguments.machine:
        message = "with --no-detect there is no machine to speak of."
        raise InputError(Problem(message=message, place="--machine", hint="Leave out one of them."))
    base = load(overlays(arguments.knowledge), overlays(arguments.rules))
    adviser, only = Adviser(base, plain.compile_rules), chosen_options(base, arguments.options)
    session = session_day(Session(base, adviser, only=only, policy=policy_of(base, arguments.policy)), arguments)
    answers = answers_from(base, arguments.answers, arguments.set, arguments.hardware)
    session = with_project(session, arguments, answers)
    if not arguments.no_detect:
        from advisor.cli.measuring import look_around  # noqa: PLC0415  (nothing of the machine is read otherwise)

        session = look_around(session, arguments, answers)
    return session, answers


def grounds_for(session: Session, answers: Answers) -> Grounds:
    """What an explanation of these answers is built from."""
    return ground(session.adviser, session.consult(answers), session.as_of)


def tell(explanation: Explanation, arguments: argparse.Namespace) -> int:
    """Write it as the command line asks for: as a tree of so many levels, or as JSON, whole unless levels are given."""
    text = (
        document(explanation, arguments.levels) if arguments.json else render(explanation, arguments.levels or _LEVELS)
    )
    write(text, arguments.output)
    return Exit.ANSWER
