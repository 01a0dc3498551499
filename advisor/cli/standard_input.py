"""Standard input, which can be closed."""

from __future__ import annotations

import sys

from advisor.errors import InputError, Problem


def read_input(most: int) -> bytes:
    """What it holds, up to so many bytes; raises `InputError` where it cannot be read."""
    if sys.stdin is None:
        raise InputError(Problem(message="it is closed.", place="standard input", hint="Name a file."))
    try:
        return sys.stdin.buffer.read(most)
    except OSError as error:
        message = f"it cannot be read: {error.strerror or error}."
        raise InputError(Problem(message=message, place="standard input", hint="Name a file.")) from None
