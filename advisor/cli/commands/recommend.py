"""`advisor recommend`: one recommendation, or one for each line of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.cli.exits import Exit
from advisor.cli.output import write, write_lines
from advisor.cli.session import answers_from, day, open_session, today
from advisor.frozen import replace
from advisor.loading.problems import Problems
from advisor.render import rendering
from advisor.session import Session

if TYPE_CHECKING:
    import argparse

    from advisor.model.recommendation import Recommendation

_INSTALLING = ("requirements", "uv")
"""Formats that say what installs the stack; they have no room for what a full inquiry finds."""


def run(arguments: argparse.Namespace) -> int:
    """Recommend, and say by the exit status whether there is an answer."""
    _check_usage(arguments)
    session = open_session(arguments.options, arguments.knowledge, arguments.rules, single=arguments.batch is None)
    # Without detection the day of the knowledge base counts, so that the bytes are the same on every day.
    if arguments.as_of or not arguments.no_detect:
        session = replace(session, as_of=day(arguments.as_of) if arguments.as_of else today())
    if arguments.batch is not None:
        return _batch(session, arguments)
    answers = answers_from(session.base, arguments.answers, arguments.set)
    if not arguments.no_detect:
        from advisor.cli.measuring import look_around  # noqa: PLC0415  (nothing of the machine is read otherwise)

        session = look_around(session, arguments, answers)
    recommendation = session.recommend(answers, full=arguments.depth != "core" and _form(arguments) not in _INSTALLING)
    write(_rendered(session, recommendation, arguments), arguments.output)
    return _exit_of(recommendation)


def _rendered(session: Session, recommendation: Recommendation, arguments: argparse.Namespace) -> str:
    form = _form(arguments)
    if form not in _INSTALLING:
        return rendering(form)(recommendation)
    from advisor.cli.handing import handed_on  # noqa: PLC0415  (other formats need none of it)

    return handed_on(form, recommendation, session.base, arguments)


def _form(arguments: argparse.Namespace) -> str:
    """The format that is asked for, by its name or for short."""
    return arguments.format or ("json" if arguments.json else "detail" if arguments.detail else "text")


def _check_usage(arguments: argparse.Namespace) -> None:
    problems = Problems()
    if arguments.format not in (None, "json") and arguments.json:
        problems.add("--json is short for --format json.", f"--format {arguments.format}", "Leave out one of them.")
    if arguments.batch is not None and (arguments.answers is not None or arguments.set):
        problems.add("a batch has its own answers.", "--batch", "Leave out --answers and --set.")
    if arguments.batch is not None and _form(arguments) != "json":
        problems.add("a batch is written as JSON Lines.", "--batch", "Add --json.")
    if arguments.place is not None and _form(arguments) not in _INSTALLING:
        problems.add("a place is chosen for what installs the stack.", "--place", "Add --format requirements or uv.")
    if arguments.batch is None and arguments.jobs is not None:
        problems.add("one recommendation is not shared out.", "--jobs", "Add --batch FILE, or leave it out.")
    if arguments.batch is None and arguments.answers is None and not arguments.set:
        hint = "Use --answers FILE, --set KEY=VALUE or --batch FILE."
        problems.add("no answers were given.", "recommend", hint)
    if arguments.no_detect and arguments.probe in ("auto", "run"):
        place = f"--probe {arguments.probe}"
        problems.add("--no-detect reads nothing from this machine.", place, "Leave out one of them.")
    if arguments.no_detect and arguments.machine:
        problems.add("with --no-detect there is no machine to speak of.", "--machine", "Leave out one of them.")
    problems.settle()


def _exit_of(recommendation: Recommendation) -> Exit:
    verdict = recommendation.recommendation
    answered = verdict.primary != "needs_more_info" and (verdict.primary != "none_of_these" or bool(verdict.stack))
    return Exit.ANSWER if answered else Exit.NO_ANSWER


def _batch(session: Session, arguments: argparse.Namespace) -> int:
    """One object out for each line in, in the same order; a bad line yields its error and the rest goes on."""
    from advisor.cli.batch import answered  # noqa: PLC0415  (one recommendation has no use for it)

    if not arguments.no_detect:
        from advisor.cli.measuring import look_around  # noqa: PLC0415

        session = look_around(session, arguments, {})
    write_lines(answered(session, arguments), arguments.output)
    return Exit.ANSWER
