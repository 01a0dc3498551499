"""Locks between processes, on every system; each falls with the process that holds it, however it ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PAUSE_S = 0.02


def hold(path: Path) -> int:
    """A descriptor that holds the lock of a file until it is closed.

    Raises BlockingIOError where another process has it, another OSError where there can be none.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            _lock(descriptor)
            if _is(descriptor, path):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        # Whoever had it removed the file meanwhile: the next one would make, and lock, another.
        os.close(descriptor)


def _is(descriptor: int, path: Path) -> bool:
    """Whether the file that is open is the one that is there."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def turn(path: Path, seconds: float) -> Iterator[None]:
    """A context with the lock of a file, which is made for it and gone afterwards; others wait for their turn.

    Raises BlockingIOError where the turn has not come after so many seconds, another OSError where there can be none.
    """
    end = time.monotonic() + seconds
    while (descriptor := _taken(path)) is None:
        if time.monotonic() > end:
            raise BlockingIOError
        time.sleep(_PAUSE_S)
    try:
        yield
    finally:
        if sys.platform != "win32":
            path.unlink(missing_ok=True)
        os.close(descriptor)
        if sys.platform == "win32":
            # What is open cannot be deleted there: whoever waits and has opened it deletes it in turn.
            with suppress(OSError):
                path.unlink()


def _taken(path: Path) -> int | None:
    """The lock of a file; None where another has it."""
    try:
        return hold(path)
    except BlockingIOError:
        return None


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(error.errno, error.strerror) from None
    else:
        import fcntl  # noqa: PLC0415

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
