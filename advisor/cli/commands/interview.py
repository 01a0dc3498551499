"""`advisor interview`, and `advisor` alone on a terminal: the questionnaire."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

from advisor import resources
from advisor.cli import options
from advisor.cli.exits import Exit
from advisor.cli.keeping import Keeper
from advisor.cli.output import write
from advisor.cli.session import chosen_options, overlays, policy_of, said_from, session_day, with_project
from advisor.consult.adviser import Adviser
from advisor.errors import AdvisorError, InputError, Problem
from advisor.frozen import replace
from advisor.inference import choice, plain
from advisor.inquiry import transcript
from advisor.inquiry.interview import Interview, answers
from advisor.loading.documents import MAX_BYTES
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems
from advisor.session import Session

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from advisor.machines import Fleet
    from advisor.model.answers import Answers
    from advisor.model.fleet import FleetDecision
    from advisor.model.knowledge import KnowledgeBase
    from advisor.tui.desk import Desk, Probing


_NOT_ALONE = "Another questionnaire is open. This one begins anew, and is kept in a file of its own beside it."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    given = parser.add_argument_group("answers")
    options.answers(given)
    options.machine(given)
    options.fleet(parser.add_argument_group("many kinds of machine"))
    options.measuring(parser.add_argument_group("measurements"))
    # What was measured here before is used, as `recommend` does; anew it is measured when the questionnaire is told to.
    parser.set_defaults(probe="stored")


def run(arguments: argparse.Namespace) -> int:
    """Ask, until whoever answers leaves; every answer is kept, and an unfinished interview goes on where it was."""
    if not on_terminal() and "TEXTUAL_DRIVER" not in os.environ:
        hint = "Use `advisor recommend --answers FILE` or `--set KEY=VALUE`."
        raise InputError(Problem(message="there is no terminal to ask on.", place="interview", hint=hint))
    base = load(overlays(arguments.knowledge), overlays(arguments.rules))
    keeper = Keeper(resources.interview())
    interview = _begun(base, arguments, keeper)
    session = opened(base, arguments, interview)
    fleet = _fleet(arguments, interview, base)
    from advisor.tui.app import Questionnaire  # noqa: PLC0415  (no other command waits for Textual)
    from advisor.tui.running import run as run_app  # noqa: PLC0415

    try:
        run_app(Questionnaire(_furnished(session, arguments, keeper, fleet), interview))
    except Exception:
        if keeper.goes_on:
            sys.stderr.write("advisor: the answers are kept, and `advisor` goes on with them.\n")
        raise
    return Exit.ANSWER


def opened(base: KnowledgeBase, arguments: argparse.Namespace, interview: Interview) -> Session:
    """The session to ask in; raises `InputError` for options that make no sense."""
    if arguments.no_detect and arguments.machine:
        message = "with --no-detect there is no machine to speak of."
        raise InputError(Problem(message=message, place="--machine", hint="Leave out one of them."))
    if arguments.fleet is not None or arguments.nodes:
        from advisor.cli.fleets import check  # noqa: PLC0415  (most have one machine)

        problems = Problems()
        check(arguments, problems)
        problems.settle()
    adviser, only = Adviser(base, choice.best()), chosen_options(base, arguments.options)
    session = session_day(Session(base, adviser, only=only, policy=policy_of(base, arguments.policy)), arguments)
    session = with_project(session, arguments, answers(interview, base.vocabulary))
    if not arguments.no_detect:
        from advisor.cli.measuring import look_around  # noqa: PLC0415  (nothing of the machine is read otherwise)

        session = look_around(session, arguments, {})
        if arguments.python or arguments.probes_from or arguments.budget is not None:
            from advisor.cli.planning import plan  # noqa: PLC0415

            plan(arguments)  # what is wrong with it is said while there is no screen before it
    return session


def _furnished(session: Session, arguments: argparse.Namespace, keeper: Keeper, fleet: Fleet | None) -> Desk:
    """The desk over a session; with detection there is something to measure, too."""
    from advisor.cli.bench_later import BenchLater  # noqa: PLC0415  (no other command has a desk)
    from advisor.tui.desk import Desk  # noqa: PLC0415

    # The engine in plain Python is the faster one for many short consultations, and can say why a rule did not fire.
    thinking = replace(session, adviser=session.adviser.with_engine(plain.compile_rules))

    def furnish(after: Session) -> Desk:
        from advisor.cli.fleets import stored_fleet  # noqa: PLC0415  (it was measured, and is stored)

        now = stored_fleet() if arguments.fleet is None else fleet
        return _furnished(replace(after, adviser=session.adviser), arguments, keeper, now)

    def bench() -> Probing:
        from advisor.cli.bench import Bench  # noqa: PLC0415

        return Bench(arguments, thinking, furnish)

    return Desk(
        adviser=thinking.adviser,
        consult=thinking.consult,
        recommend=partial(session.recommend, full=True),
        write=write,
        keep=keeper,
        probing=None if arguments.no_detect else BenchLater(bench),
        machines=_deciding(session, fleet),
        as_of=session.as_of,
        notice="" if keeper.alone else _NOT_ALONE,
    )


def _fleet(arguments: argparse.Namespace, interview: Interview, base: KnowledgeBase) -> Fleet | None:
    """The kinds of machine that the command line names, else those that are stored where they are several."""
    if arguments.no_detect:
        return None
    from advisor.cli.fleets import fleet_of, stored_fleet  # noqa: PLC0415  (a help has no use for it)

    return stored_fleet() if arguments.fleet is None else fleet_of(arguments, answers(interview, base.vocabulary))


def _deciding(session: Session, fleet: Fleet | None) -> Callable[[Answers], FleetDecision] | None:
    """What decides for all kinds of machine, if there are any."""
    if fleet is None:
        return None
    from advisor.machines import decide  # noqa: PLC0415  (most have one machine)

    return partial(decide, session, fleet, full=False)


def on_terminal() -> bool:
    """Whether there is somebody to ask."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def _begun(base: KnowledgeBase, arguments: argparse.Namespace, keeper: Keeper) -> Interview:
    """An interview with the answers that the command line gives; without any, the one that was kept, which goes on."""
    if arguments.answers is not None or arguments.set or arguments.hardware:
        return Interview(said_from(base, arguments.answers, arguments.set, arguments.hardware))
    if not keeper.alone:
        return Interview()
    try:
        with resources.interview().open("rb") as file:
            kept = transcript.read(file.read(MAX_BYTES + 1), str(resources.interview()), base)
    except (OSError, AdvisorError):
        # None was kept, or in words that are not known any more: then it begins anew.
        return Interview()
    keeper.goes_on = True
    return kept
