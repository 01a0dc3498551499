"""`advisor check`: whether a decision that was kept still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.cli import options
from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.cli.session import day, open_session, today
from advisor.errors import InputError, Problem
from advisor.evidence.machine.overrides import overrides
from advisor.frozen import replace
from advisor.loading.structure import plain
from advisor.model.check import Check, Held
from advisor.render import check as words
from advisor.render import sarif
from advisor.render.json import DIGITS, written
from advisor.revisit import checked, opened

if TYPE_CHECKING:
    import argparse

    from advisor.decision.reading import DecisionFile

_EXITS: dict[Held, Exit] = {
    "holds": Exit.ANSWER,
    "policy_violated": Exit.POLICY,
    "changed": Exit.CHANGED,
    "expired": Exit.EXPIRED,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    parser.add_argument(
        "file", metavar="FILE", nargs="?", default=options.DECISION, help=f"the decision (default: {options.DECISION})"
    )
    parser.add_argument("--as-of", metavar="DATE", help="the day to judge by (default: today)")
    alone = "do not look whether what was measured here is still installed"
    parser.add_argument("--no-detect", action="store_true", help=alone)
    options.overlays(parser)
    parser.add_argument("--policy", metavar="FILE", help=options.POLICY)
    options.machine(parser.add_argument_group("machine"))
    parser.add_argument(
        "--format",
        choices=["text", "json", "sarif", "markdown"],
        help="sarif is for code hosts, which show it beside the file; --json is short for json",
    )
    options.output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Answer again what was answered then, with what is known today, and say what is another answer now."""
    form = _form(arguments)
    changes = overrides(arguments.machine)
    found = opened(arguments.file)
    session = open_session("", arguments.knowledge, arguments.rules, single=True, policy=arguments.policy)
    session = replace(session, as_of=today() if arguments.as_of is None else day(arguments.as_of))
    held = checked(found, session, here=not arguments.no_detect, changes=changes)
    write(_rendered(held, found, form), arguments.output)
    return _EXITS[held.outcome]


def _form(arguments: argparse.Namespace) -> str:
    if arguments.json and arguments.format not in (None, "json"):
        message, place = "--json is short for --format json.", f"--format {arguments.format}"
        raise InputError(Problem(message=message, place=place, hint="Leave out one of them."))
    if arguments.no_detect and arguments.machine:
        message = "with --no-detect there is no machine to speak of."
        raise InputError(Problem(message=message, place="--machine", hint="Leave out one of them."))
    return arguments.format or ("json" if arguments.json else "text")


def _rendered(held: Check, found: DecisionFile, form: str) -> str:
    if form == "json":
        return written(plain(held, DIGITS))
    if form == "sarif":
        return sarif.render(held, found.line)
    return words.markdown(held) if form == "markdown" else words.render(held)
