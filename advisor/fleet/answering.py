"""Lines of a batch that the processes of a cluster of Ray answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

import ray

import advisor
from advisor.errors import AdvisorError, InputError, Problem
from advisor.fleet.wording import brief, other_program

Answer = Callable[[Any], str]
Opening = Callable[[], Answer]

_opened: dict[str, Answer] = {}
"""In a process that answers lines, what was opened for it."""


def answering(opening: Opening) -> Callable[[Any], Future[str]]:
    """What has a line answered by a process that `opening` made ready; what goes wrong is an `InputError`."""
    # In a list it is not fetched anew for every line.
    held = [ray.put(opening)]

    def submit(line: Any) -> Future[str]:
        answer: Future[str] = Future()
        done = _answer.remote(held, advisor.__version__, line).future()
        done.add_done_callback(partial(_settle, answer))
        return answer

    return submit


@ray.remote(num_cpus=1, max_retries=3)
def _answer(held: list[Any], program: str, line: Any) -> str | tuple[Problem, ...]:
    (reference,) = held
    try:
        if reference.hex() not in _opened:
            if program != advisor.__version__:
                message = other_program(advisor.__version__, program)
                return (Problem(message=f"{message}.", place="--ray", hint="Install the same on every node."),)
            _opened[reference.hex()] = ray.get(reference)()
        return _opened[reference.hex()](line)
    except AdvisorError as error:
        return error.problems


def _settle(answer: Future[str], done: Future[Any]) -> None:
    """Hand on what became of a line, in words of this program."""
    error = done.exception()
    if error is not None:
        hint = "See the logs of the cluster; without --ray the same is answered here."
        message = f"the cluster could not answer: {brief(error)}."
        answer.set_exception(InputError(Problem(message=message, place="--ray", hint=hint)))
    elif isinstance(said := done.result(), str):
        answer.set_result(said)
    else:
        answer.set_exception(InputError(*said))
