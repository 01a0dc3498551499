"""What can be said on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

import advisor
from advisor.errors import InputError, Problem

_EPILOG = "Exit status: 0 an answer, 2 bad usage or input, 3 a bug, 4 no answer (status says why), 130 interrupted."


class _Parser(argparse.ArgumentParser):
    """Reports a mistake in usage like every other mistake of a user."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of exiting, so that there is one door for errors."""
        command = self.prog.partition(" ")[2]
        raise InputError(Problem(message=f"{message}.", place=command, hint=f"See `{self.prog} --help`."))


def build() -> argparse.ArgumentParser:
    """The parser of every command; the parsed arguments carry its name in `command`."""
    parser = _Parser(prog="advisor", description=advisor.__doc__, epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"advisor {advisor.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    _recommend(commands.add_parser("recommend", help="one recommendation, or a batch", epilog=_EPILOG))
    _probe(commands.add_parser("probe", help="measure the frameworks that can be found, store and print the result"))
    _doctor(commands.add_parser("doctor", help="what is detected here, what is broken and how to mend it"))
    schema = commands.add_parser("schema", help="print a JSON Schema")
    schema.add_argument("name", choices=["answers", "recommendation", "measurements"], metavar="NAME")
    return parser


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The parsed arguments; raises `InputError` where they make no sense."""
    return build().parse_args(arguments)


def _recommend(parser: argparse.ArgumentParser) -> None:
    given = parser.add_argument_group("answers")
    given.add_argument("--answers", metavar="FILE", help="answers in YAML or JSON; - reads standard input")
    given.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="add or override one answer")
    lines = 'JSON Lines of {"id": ..., "answers": {...}}; - reads standard input'
    given.add_argument("--batch", metavar="FILE", help=lines)
    given.add_argument("--no-detect", action="store_true", help="read nothing from this machine")
    given.add_argument("--options", metavar="A,B", default="", help="compare only these")
    _measuring(parser.add_argument_group("measurements"))
    parser.add_argument(
        "--probe",
        choices=["off", "stored", "auto", "run"],
        default="stored",
        help="use what was measured here before (default), nothing, what can change the answer, or measure anew",
    )
    parser.add_argument("--depth", choices=["core", "full"], help="full adds questions, flips and revivals")
    _output(parser)
    parser.add_argument("--detail", action="store_true", help="everything behind the summary")


def _probe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--suite", choices=["standard", "full"], default="standard", help="full adds every variant")
    parser.add_argument("--frameworks", metavar="A,B", default="", help="measure only these")
    parser.add_argument("--probes-only", metavar="A,B", default="", help="run only these probes")
    devices = "the accelerator if there is one, or the CPU"
    parser.add_argument("--device", choices=["auto", "cpu"], default="auto", help=devices)
    parser.add_argument("--no-store", action="store_true", help="print only")
    _measuring(parser.add_argument_group("measurements"))
    _output(parser)


def _doctor(parser: argparse.ArgumentParser) -> None:
    _measuring(parser.add_argument_group("measurements"))
    _output(parser)


def _measuring(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--python",
        metavar="FRAMEWORK=INTERPRETER",
        action="append",
        default=[],
        help="the Python that can import a framework (default: this one)",
    )
    group.add_argument("--budget", metavar="SECONDS", type=float, default=None, help="most time for probing")


def _output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output, and nothing else")
    parser.add_argument("--output", metavar="FILE", help="write there instead of to standard output")
