"""`advisor recommend`: one recommendation, or one for each line of a batch."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.cli.session import Session, answers_from, day, open_session, today
from advisor.errors import InputError, Problem
from advisor.loading.answers import LineError, batch_line, check_answers
from advisor.loading.problems import Problems
from advisor.render import rendering
from advisor.render.json import line as json_line

if TYPE_CHECKING:
    import argparse

    from advisor.model.recommendation import Recommendation


def run(arguments: argparse.Namespace) -> int:
    """Recommend, and say by the exit status whether there is an answer."""
    _check_usage(arguments)
    session = open_session(arguments.options, arguments.knowledge, arguments.rules, single=arguments.batch is None)
    # Without detection the day of the knowledge base counts, so that the bytes are the same on every day.
    if arguments.as_of or not arguments.no_detect:
        session = dataclasses.replace(session, as_of=day(arguments.as_of) if arguments.as_of else today())
    if arguments.batch is not None:
        return _batch(session, arguments)
    answers = answers_from(session.base, arguments.answers, arguments.set)
    if not arguments.no_detect:
        from advisor.cli.measuring import look_around  # noqa: PLC0415  (nothing of the machine is read otherwise)

        session = look_around(session, arguments, answers)
    recommendation = session.recommend(answers, full=arguments.depth != "core")
    form = "json" if arguments.json else "detail" if arguments.detail else "text"
    write(rendering(form)(recommendation), arguments.output)
    return _exit_of(recommendation)


def _check_usage(arguments: argparse.Namespace) -> None:
    problems = Problems()
    if arguments.batch is not None and (arguments.answers is not None or arguments.set):
        problems.add("a batch has its own answers.", "--batch", "Leave out --answers and --set.")
    if arguments.batch is not None and not arguments.json:
        problems.add("a batch is written as JSON Lines.", "--batch", "Add --json.")
    if arguments.batch is None and arguments.answers is None and not arguments.set:
        hint = "Use --answers FILE, --set KEY=VALUE or --batch FILE."
        problems.add("no answers were given.", "recommend", hint)
    if arguments.no_detect and arguments.probe in ("auto", "run"):
        place = f"--probe {arguments.probe}"
        problems.add("--no-detect reads nothing from this machine.", place, "Leave out one of them.")
    problems.settle()


def _exit_of(recommendation: Recommendation) -> Exit:
    verdict = recommendation.recommendation
    answered = verdict.primary != "needs_more_info" and (verdict.primary != "none_of_these" or bool(verdict.stack))
    return Exit.ANSWER if answered else Exit.NO_ANSWER


def _batch(session: Session, arguments: argparse.Namespace) -> int:
    """One object out for each line in, in the same order; a bad line yields its error and the rest goes on."""
    if not arguments.no_detect:
        from advisor.cli.measuring import look_around  # noqa: PLC0415

        session = look_around(session, arguments, {})
    lines = (_answer_line(session, number, text, arguments) for number, text in _lines(arguments.batch))
    if arguments.output is None:
        for text in lines:
            write(text, None)
    else:
        write("".join(lines), arguments.output)
    return Exit.ANSWER


def _lines(path: str) -> Iterator[tuple[int, str]]:
    try:
        with sys.stdin.buffer if path == "-" else Path(path).open("rb") as content:
            # UTF-8 whatever the locale; a byte that is none spoils its own line only.
            lines = TextIOWrapper(content, encoding="utf-8-sig", errors="replace")
            for number, text in enumerate(lines, start=1):
                if text.strip():
                    yield number, text
    except OSError as error:
        message = f"the batch cannot be read: {error.strerror or error}."
        raise InputError(Problem(message=message, place=path, hint="Check the path.")) from None


def _answer_line(session: Session, number: int, text: str, arguments: argparse.Namespace) -> str:
    identity: Any = None
    try:
        identity, raw = batch_line(text)
        problems = Problems()
        answers = check_answers(
            raw, session.base.vocabulary, [c.id for c in session.base.criteria], _place(number), problems
        )
        problems.settle()
    except LineError as error:
        return _error_line(error.identity, [Problem(message=f"{error}.", place=f"line {number}")])
    except InputError as error:
        return _error_line(identity, list(error.problems))
    return json_line(session.recommend(answers, full=arguments.depth == "full", identity=identity))


def _place(number: int) -> Any:
    def place(path: tuple[str | int, ...]) -> str:
        return f"line {number} " + ".".join(map(str, path))

    return place


def _error_line(identity: Any, problems: list[Problem]) -> str:
    error = {"problems": [dataclasses.asdict(problem) for problem in problems]}
    return json.dumps({"id": identity, "error": error}) + "\n"
