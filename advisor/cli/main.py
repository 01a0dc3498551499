"""The entry point: parse, dispatch, and the one door for errors."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO, cast

from advisor.cli.exits import Exit
from advisor.cli.output import keep_apart
from advisor.cli.parser import build, module_of, parse
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    import argparse

Command = Callable[["argparse.Namespace"], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status."""
    if sys.stderr is None:
        # What is said there is said to nobody, and no file that is opened later takes its place.
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    # A command that answers once leaves nothing behind worth looking for, which takes a seventh of its time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        try:
            return _dispatch(parse(arguments))
        finally:
            if collecting:
                gc.enable()
            if arguments is None:
                # The process ends with the command, and has nothing of what is there now looked through once more.
                gc.freeze()
            if sys.stdout is not None:
                # What cannot be written is found out here rather than at exit, where nobody answers for it.
                sys.stdout.flush()
    except AdvisorError as error:
        from advisor.loading.problems import printable  # noqa: PLC0415  (only what goes wrong needs it)

        for problem in error.problems:
            _tell(printable(str(problem)))
        return Exit.USAGE
    except KeyboardInterrupt:
        _tell("interrupted")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        _silence(sys.stdout, sys.stderr)
        return Exit.ANSWER
    except Exception as error:  # noqa: BLE001  (the one door: a bug becomes a report)
        from advisor.cli.report import write_report  # noqa: PLC0415

        _tell(f"a bug, not your mistake: {type(error).__name__}. {write_report(error)}")
        return Exit.BUG


def _tell(message: str) -> None:
    """Say why it ends, if anybody is there to hear it: it ends in the same way where nobody is."""
    try:
        sys.stderr.write(f"advisor: {message}\n")
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)


def _silence(*streams: TextIO | None) -> None:
    """Let go what is left in the buffers, which must not fail at exit."""
    for stream in streams:
        if stream is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _dispatch(arguments: argparse.Namespace) -> int:
    if arguments.command is None:
        if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
            build().print_help()
            return Exit.ANSWER
        arguments = parse(["interview"])
    if getattr(arguments, "batch", None) is not None or arguments.command in ("probe", "mcp", "fleet"):
        gc.enable()
    command = cast("Command", module_of(arguments.command).run)
    if getattr(arguments, "output", None) == "-":
        arguments.output = None
    keep_apart(arguments)
    return command(arguments)


if __name__ == "__main__":
    sys.exit(main())
