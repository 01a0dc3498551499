"""`advisor serve`: the questionnaire in a browser."""

from __future__ import annotations

import secrets
import socket
import sys
from typing import TYPE_CHECKING

from advisor.cli import kinds
from advisor.cli.commands import interview
from advisor.cli.commands.interview import opened
from advisor.cli.exits import Exit
from advisor.cli.session import overlays, said_from
from advisor.errors import InputError, Problem
from advisor.inquiry.interview import Interview
from advisor.loading.knowledge import load

if TYPE_CHECKING:
    import argparse

PORT = 8000
"""Where it listens if nothing else is said, and nothing else listens there."""
_ONCE = ("answers", "project", "part", "options", "as_of", "policy", "budget")
_REPEATED = ("set", "machine", "knowledge", "rules", "python", "probes", "hardware")
"""The options of `interview`, by whether they may be given several times."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    interview.add_arguments(parser)
    listening = parser.add_argument_group("where it listens")
    listening.add_argument("--host", default="127.0.0.1", help="the name or address (default: only this machine)")
    told = "the port; 0 takes any that is free (default: 8000, or where that is taken any)"
    listening.add_argument("--port", type=kinds.port, metavar="N", help=told)


def run(arguments: argparse.Namespace) -> int:
    """Serve the questionnaire until Ctrl-C; each page that is open is an `advisor interview` of its own."""
    _check(arguments)
    try:
        from advisor.web.guard import Guard, is_local  # noqa: PLC0415  (an extra, which nothing else needs)
        from advisor.web.server import QuestionnaireServer  # noqa: PLC0415
    except ModuleNotFoundError as error:
        hint = 'Install it: pip install "framework-advisor[serve]".'
        message = f"the package {error.name} is not installed."
        raise InputError(Problem(message=message, place="serve", hint=hint)) from None
    listening = _listen(arguments.host, arguments.port)
    port = listening.getsockname()[1]
    guard = Guard(token=secrets.token_urlsafe(32), host=arguments.host, port=port)
    if not is_local(arguments.host):
        sys.stderr.write(
            f"advisor: whoever can reach {arguments.host}:{port} and reads the address below, which travels "
            "unencrypted, can answer and measure here, and see what is known of this machine.\n"
        )
    shown = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    print(f"http://{shown}:{port}/?token={guard.token}", flush=True)  # noqa: T201
    sys.stderr.write(
        "advisor: open this address in a browser; Ctrl-C ends the questionnaire, and its answers are kept.\n"
    )
    QuestionnaireServer(command(arguments), guard).run(listening)
    return Exit.ANSWER


def _check(arguments: argparse.Namespace) -> None:
    """Raise now what every page would only show as its end."""
    if arguments.answers == "-" or "-" in (arguments.fleet or ()):
        message = "standard input can be read once, and there may be several pages."
        place = "--answers" if arguments.answers == "-" else "--fleet"
        raise InputError(Problem(message=message, place=place, hint="Name a file."))
    base = load(overlays(arguments.knowledge), overlays(arguments.rules))
    opened(base, arguments, Interview(said_from(base, arguments.answers, arguments.set, arguments.hardware)))


def _listen(host: str, port: int | None) -> socket.socket:
    """A socket there; without a port at the usual one, or where that is taken at any that is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for each in (port,) if port is not None else (PORT, 0):
        try:
            return socket.create_server((host, each), family=family)
        except OSError as error:
            reason = error.strerror or str(error)
    message = f"cannot be listened on: {reason}."
    raise InputError(Problem(message=message, place=f"{host}:{port or PORT}", hint="Choose with --host and --port."))


def command(arguments: argparse.Namespace) -> list[str]:
    """The questionnaire with the options that were given."""
    asked = {**vars(arguments), "probes": arguments.probes_from}
    once = [(name, asked[name]) for name in _ONCE if asked[name] not in (None, "")]
    repeated = [(name, value) for name in _REPEATED for value in asked[name]]
    counted = [f"--nodes={kind}={count}" for kind, count in arguments.nodes]
    given = [f"--{name.replace('_', '-')}={value}" for name, value in (*once, *repeated)]
    fleet = [] if arguments.fleet is None else ["--fleet", *arguments.fleet]
    flags = ["--no-detect"] * arguments.no_detect
    return [sys.executable, "-m", "advisor", "interview", *given, *counted, *flags, *fleet]
