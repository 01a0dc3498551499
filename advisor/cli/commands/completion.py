"""`advisor completion`: what completes commands, options and names of files in a shell."""

from __future__ import annotations

import argparse

import shtab

from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.cli.parser import every_parser

_NAMED = {"FILE": shtab.FILE, "FILE.jsonl": shtab.FILE, "DECISION": shtab.FILE, "DIR": shtab.DIRECTORY}
"""What is completed by what is in the current folder."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    shells = ["bash", "zsh", "fish"]
    parser.add_argument("shell", choices=shells, metavar="SHELL", help=", ".join(shells))
    parser.add_argument("--output", metavar="FILE", help="write there instead of to standard output")


def run(arguments: argparse.Namespace) -> int:
    """Print the script that the shell reads."""
    parsers = every_parser()
    for parser in parsers:
        for action in parser._actions:  # noqa: SLF001  (argparse has no other list of them)
            if action.metavar in _NAMED:
                action.complete = _NAMED[action.metavar]  # type: ignore[attr-defined]
    script = shtab.complete(parsers[0], shell=arguments.shell)
    write(f"{script.rstrip()}\n", arguments.output)
    return Exit.ANSWER
