"""`advisor mcp`: a server for agents, which speaks the protocol on standard input and output."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from advisor.api.knowledge import Knowledge
from advisor.cli import options
from advisor.cli.exits import Exit
from advisor.errors import InputError, Problem
from advisor.mcp.desk import Desk
from advisor.mcp.root import Root

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    root = "the folder that files may be read from (default: none is read)"
    parser.add_argument("--root", metavar="DIR", help=root)
    detect = "look at the machine for what answers leave open, and use what was measured on it"
    parser.add_argument("--detect", action="store_true", help=detect)
    options.overlays(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until standard input ends."""
    try:
        from advisor.mcp.server import serve  # noqa: PLC0415  (it takes a package that may be missing)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("advisor"):
            raise
        hint = "Install it: pip install 'framework-advisor[mcp]'."
        message = f"the package `{error.name}` is not installed."
        raise InputError(Problem(message=message, place="mcp", hint=hint)) from None
    desk = Desk(
        knowledge=Knowledge(knowledge=arguments.knowledge, rules=arguments.rules),
        root=Root.of(arguments.root, "--root"),
        detect=arguments.detect,
    )
    # What waits for standard input hears of nothing else, and has nothing to lose.
    signal.signal(signal.SIGINT, _leave)
    if sys.stdin is None or sys.stdout is None:
        message = "it speaks through standard input and output, and one of them is closed."
        raise InputError(Problem(message=message, place="mcp"))
    if sys.stdin.isatty():
        sys.stderr.write("advisor: waiting for an agent on standard input; Ctrl-D ends this.\n")
    serve(desk)
    return Exit.ANSWER


def _leave(*_: object) -> NoReturn:
    sys.stderr.write("advisor: interrupted\n")
    sys.stderr.flush()
    os._exit(Exit.INTERRUPTED)
