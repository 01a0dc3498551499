"""`advisor decide`: notes in a decision what was chosen in the end, and how it went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from advisor.cli import options
from advisor.cli.exits import Exit
from advisor.cli.locking import alone
from advisor.cli.output import notice, write
from advisor.cli.session import day, today
from advisor.errors import Problem
from advisor.loading.problems import Problems, nearest, shown
from advisor.loading.structure import plain
from advisor.model.decision import Choice, Decision, Outcome
from advisor.model.recommendation import NONE_OF_THESE
from advisor.render.json import written
from advisor.revisit import opened

if TYPE_CHECKING:
    import argparse

_LONGEST = 2000
"""Characters of a note."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    parser.add_argument(
        "file", metavar="FILE", nargs="?", default=options.DECISION, help=f"the decision (default: {options.DECISION})"
    )
    parser.add_argument("--chose", metavar="OPTION", help="what was chosen in the end, whatever was recommended")
    parser.add_argument("--why", metavar="TEXT", help="with --chose: the reason")
    parser.add_argument("--outcome", metavar="TEXT", help="how it went")
    parser.add_argument("--on", metavar="DATE", help="the day (default: today)")


def run(arguments: argparse.Namespace) -> int:
    """Add to what people had filled in, and leave everything else as it is."""
    found = opened(arguments.file)
    _check_usage(arguments, found.decision)
    on = today() if arguments.on is None else day(arguments.on, "--on")
    with alone(arguments.file):
        # Somebody else may have noted something, or have decided anew, since it was read.
        found = opened(arguments.file)
        _check_usage(arguments, found.decision)
        write(written(_noted(found.document.data, arguments, on)), arguments.file)
    notice(Problem(message="it was noted.", place=arguments.file))
    return Exit.ANSWER


def _noted(data: Mapping[str, Any], arguments: argparse.Namespace, on: str) -> dict[str, Any]:
    """What a decision says, with the notes at the end of those that are there."""
    noted = dict(data)
    if arguments.chose is not None:
        choice = Choice(option=arguments.chose, on=on, why=arguments.why or "")
        noted["chosen"] = [*data.get("chosen", ()), plain(choice)]
    if arguments.outcome is not None:
        noted["outcomes"] = [*data.get("outcomes", ()), plain(Outcome(on=on, text=arguments.outcome))]
    return noted


def _check_usage(arguments: argparse.Namespace, decision: Decision) -> None:
    problems = Problems()
    if arguments.chose is None and arguments.outcome is None:
        problems.add("there is nothing to note.", "decide", "Use --chose OPTION, --outcome TEXT or both.")
    if arguments.chose is None and arguments.why is not None:
        problems.add("a reason is one of a choice.", "--why", "Add --chose OPTION.")
    options = _options(decision)
    if arguments.chose is not None and arguments.chose not in options:
        message = f"{shown(arguments.chose)} was not among the options of this decision."
        problems.add(message, "--chose", nearest(arguments.chose, options, limit=20))
    for name in ("why", "outcome"):
        text = getattr(arguments, name)
        if text is not None and not (text.isprintable() and len(text.strip()) > 0 and len(text) <= _LONGEST):
            message = f"{shown(text)} is empty, longer than {_LONGEST} characters, or not printable on one line."
            problems.add(message, f"--{name}")
    problems.settle()


def _options(decision: Decision) -> list[str]:
    """What was weighed or excluded, and neither of them."""
    verdict = decision.verdict
    ranked, excluded = (each.option for each in verdict.ranking), (each.option for each in verdict.excluded)
    return [*ranked, *excluded, NONE_OF_THESE]
