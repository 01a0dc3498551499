"""Shares lines out among processes, and brings the answers back in the order of the lines."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from queue import Queue
from threading import Thread
from typing import Any, TypeVar

from advisor.errors import InputError, Problem

Line = TypeVar("Line")
Answer = Callable[[Line], str]
"""Answers a line."""
Opening = Callable[[], Answer[Line]]
"""Makes what answers lines, in the process that does it; can be pickled."""
Submit = Callable[[Line], Future[str]]
"""Has a line answered, sooner or later."""

_AHEAD = 4
"""Lines for each process that are read before it is their turn."""


def shared(lines: Iterable[Line], opening: Opening[Line], jobs: int) -> Iterator[str]:
    """The answers to the lines, worked out by so many processes.

    Only a few lines for each process are held. Where a process is killed, that is an `InputError`. No process outlives
    this one, however it ends.
    """
    # Not as forks of this process: the rules engine holds what a fork would tear.
    crew = ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (opening,))
    try:
        yield from in_order(lines, lambda line: crew.submit(_answer, line), jobs * _AHEAD)
    except BrokenProcessPool:
        message = "a process that shared the work was killed, perhaps because memory ran out."
        raise InputError(Problem(message=message, place="--jobs", hint="Use fewer of them.")) from None
    finally:
        crew.shutdown(cancel_futures=True)


def in_order(lines: Iterable[Line], submit: Submit[Line], ahead: int) -> Iterator[str]:
    """The answers to the lines in their order, of which so many at most are worked on at a time.

    Lines are read as they come, in a thread, so that an answer need not wait for the next line. What reading or
    answering raises is raised in its turn, after the answers before.
    """
    waiting: Queue[Future[str] | BaseException | None] = Queue(ahead)
    # Nobody waits for it at exit: it may be reading from somebody who has nothing more to say.
    Thread(target=_read, args=(lines, submit, waiting), daemon=True).start()
    while (answer := waiting.get()) is not None:
        if isinstance(answer, BaseException):
            raise answer
        yield answer.result()


def _read(lines: Iterable[Line], submit: Submit[Line], waiting: Queue[Future[str] | BaseException | None]) -> None:
    """Hand every line over, and say at the end that there are no more, or why."""
    end: BaseException | None = None
    try:
        for line in lines:
            waiting.put(submit(line))
    except Exception as error:  # noqa: BLE001  (it is raised where the answers are waited for)
        end = error
    waiting.put(end)


_opening: list[Opening[Any]] = []
"""In a process of the crew, what makes its answer; afterwards that is kept."""
_answering: list[Answer[Any]] = []


def _begin(opening: Opening[Any]) -> None:
    """Make ready to answer lines until there are no more."""
    # Ctrl-C reaches every process of a terminal; it is the first that ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _opening.append(opening)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _answer(line: Any) -> str:
    if not _answering:
        _answering.append(_opening[0]())
    return _answering[0](line)
