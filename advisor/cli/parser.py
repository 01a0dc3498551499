"""What can be said on the command line."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import Any, NoReturn

import advisor
from advisor.cli.options import sentence
from advisor.errors import InputError, Problem

_EPILOG = (
    "Exit status: 0 an answer, 2 bad usage or input, 3 a bug, 4 no answer (status says why), 7 an enforced policy is "
    "violated, 130 interrupted."
)
_EPILOG_OF_ALL = _EPILOG.replace("7 an", "5 the recommendation has changed (check), 6 something has expired, 7 an")
_DESCRIBED = {
    "why": "What puts an option or a component where it stands, down to facts and answers.",
    "what-if": "What other answers would change: old beside new, with what is behind it.",
    "how": "How a finding came about, or what stands in the way of a rule that did not fire.",
}
_EPILOGS = {
    "fleet": "Exit status: 0 a script, or every kind is measured; 4 something is left, and a second call goes on.",
    "recommend": _EPILOG,
    "check": "Exit status: 0 it still holds, 7 a policy is violated, 5 the recommendation has changed, 6 evidence has "
    "expired or a component has reached its end of life (of several the first here), 2 the file cannot be used.",
    "diff": "Exit status: 0 the same verdict, 5 another one, 2 a file cannot be used.",
}
_COMMANDS = {
    "recommend": "one recommendation, or a batch",
    "why": "what puts an option or a component where it stands",
    "why-not": "what keeps an option or a component out, and the smallest change that would not",
    "how": "how a finding came about",
    "what-if": "what other answers would change",
    "check": "does a decision that was kept still hold?",
    "diff": "two decisions beside each other",
    "decide": "note what was chosen in the end, and how it went",
    "portfolio": "many projects on one page, and what one framework for all would cost",
    "init": "an answers file to fill in, with every key, its words and what they mean",
    "intake": "what the files of a project say, read and never run, as answers",
    "starter": "a first program in the recommended framework, or in one that is named",
    "interview": "the questionnaire, on a terminal; `advisor` alone opens it too",
    "serve": "the questionnaire in a browser",
    "probe": "measure the frameworks that can be found, store and print the result",
    "doctor": "what is detected here, what is broken and how to mend it",
    "knowledge": "what is known, whether it is sound, and whether it still holds",
    "rules": "the rulebook, whether it is sound, and all of it as a document",
    "policy": "an organisation's policy: does it hold together, and what does it leave",
    "measurements": "what was measured: list, show, hand on, take in, forget",
    "env": "environments with a framework each: make, list, mend, remove",
    "hardware": "what is published of chips, side by side, and whether a model fits them",
    "fleet": "measure the machines of a cluster, one node of each kind: by a job script, or on Ray",
    "paths": "where everything lies",
    "purge": "remove everything that was stored on this machine",
    "completion": "print what completes commands and options in a shell",
    "schema": "print a JSON Schema of what goes in or comes out",
    "mcp": "serve agents over the Model Context Protocol, on standard input and output",
}
Fill = Callable[[argparse.ArgumentParser], None]
"""Adds the arguments of a command."""


def _unmeasured(prog: str) -> argparse.HelpFormatter:
    """Enough to check arguments: how wide the terminal is only help has to know, and what finds out takes its time."""
    return argparse.HelpFormatter(prog, width=80)


class _Parser(argparse.ArgumentParser):
    """Reports a mistake in usage like every other mistake of a user.

    The arguments of a command are added by `fill`, when it is called or its help is asked for.
    """

    def __init__(self, *args: Any, fill: Fill | None = None, **options: Any) -> None:
        super().__init__(*args, **{"formatter_class": _unmeasured, **options})
        self._fill = fill

    def error(self, message: str) -> NoReturn:
        """Raise instead of exiting, so that there is one door for errors."""
        command = self.prog.partition(" ")[2]
        raise InputError(Problem(message=f"{message}.", place=command, hint=f"See `{self.prog} --help`."))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, with all arguments there; what a command does not know is told by its own name."""
        self.fill()
        known, rest = super().parse_known_args(args, namespace)
        if rest and " " in self.prog:
            self.error(f"unrecognized arguments: {' '.join(rest)}")
        return known, rest

    def format_help(self) -> str:
        """The help, with all arguments in it."""
        self.fill()
        self.formatter_class = argparse.HelpFormatter
        return super().format_help()

    def format_usage(self) -> str:
        """The usage, with all arguments in it."""
        self.fill()
        self.formatter_class = argparse.HelpFormatter
        return super().format_usage()

    def fill(self) -> None:
        """Add the arguments, unless they are there."""
        fill, self._fill = self._fill, None
        if fill is not None:
            fill(self)


def build() -> argparse.ArgumentParser:
    """The parser of every command; the parsed arguments carry its name in `command`."""
    parser = _Parser(prog="advisor", description=advisor.__doc__, epilog=_EPILOG_OF_ALL)
    parser.add_argument("--version", action="version", version=f"advisor {advisor.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, about in _COMMANDS.items():
        commands.add_parser(
            name,
            help=about,
            description=_DESCRIBED.get(name, sentence(about)),
            epilog=_EPILOGS.get(name),
            fill=partial(_declare, name),
        )
    return parser


def module_of(command: str) -> ModuleType:
    """What a command is: what it takes (`add_arguments`) and what it does (`run`).

    Each is imported when it is called or its help is asked for: the others need not wait for it.
    """
    return importlib.import_module(f"advisor.cli.commands.{command.replace('-', '_')}")


def _declare(command: str, parser: argparse.ArgumentParser) -> None:
    module_of(command).add_arguments(parser)


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The parsed arguments; raises `InputError` where they make no sense."""
    return build().parse_args(arguments)


def every_parser() -> list[argparse.ArgumentParser]:
    """The parser, and that of each command in it, with all of their arguments: for whoever reads rather than parses."""
    found: list[argparse.ArgumentParser] = [build()]
    for parser in found:
        if isinstance(parser, _Parser):
            parser.fill()
        found += _subparsers(parser)
    return found


def _subparsers(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
    return [sub for action in actions for sub in action.choices.values()]
