"""Asks before something is done that cannot be undone, or takes long."""

from __future__ import annotations

import sys

from advisor.errors import InputError, Problem


def agreed(question: str, *, yes: bool, place: str) -> bool:
    """Whether the user agrees; `yes` has been said on the command line.

    Raises InputError where there is no terminal to ask on.
    """
    if yes:
        return True
    if sys.stdin is None or not sys.stdin.isatty() or not sys.stderr.isatty():
        message = "there is no terminal to ask on, so that nothing was done."
        raise InputError(Problem(message=message, place=place, hint="Add --yes to do it without being asked."))
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
