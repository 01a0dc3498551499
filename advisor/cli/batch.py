"""A batch: JSON Lines in, one object out for each of them, in the same order."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.cli.session import open_session
from advisor.errors import InputError, Problem
from advisor.frozen import dataclass
from advisor.loading.answers import Identity, LineError, batch_line, check_answers
from advisor.loading.documents import shown_key
from advisor.loading.problems import Problems, printable
from advisor.render.json import line as json_line
from advisor.session import Session

if TYPE_CHECKING:
    import argparse

    from advisor.cli.jobs import Answer
    from advisor.model.recommendation import Recommendation

Line = tuple[int, str]
"""A line that is not blank, with its number."""
_STDIN = 0
"""The descriptor of standard input."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that cannot be used."""

    identity: Identity
    """As given, where that could be read."""
    problems: tuple[Problem, ...]


def answered(session: Session, arguments: argparse.Namespace) -> Iterator[str]:
    """The answers to a batch as lines, in order; only a bounded number of them are held at once."""
    full = arguments.depth == "full"
    if arguments.ray is None and arguments.jobs in (None, 1):
        return (_answer(session, line, full=full) for line in lines_of(arguments.batch))
    known = {
        "machine": session.machine,
        "measurements": session.measurements,
        "as_of": session.as_of,
        "policy": session.policy,
    }
    where = arguments.options, arguments.knowledge, arguments.rules
    opening = partial(open_alike, *where, known, dict(session.base.digests), full=full)
    if arguments.ray is not None:
        from advisor.cli import clusters  # noqa: PLC0415

        # Who writes line by line may wait for an answer before the next.
        return clusters.answered(lines_of(arguments.batch), opening, arguments.ray, together=arguments.batch != "-")
    from advisor.cli.jobs import shared  # noqa: PLC0415  (what runs processes is no business of one)

    return shared(lines_of(arguments.batch), opening, arguments.jobs)


def open_alike(  # noqa: PLR0913  (what makes two sessions alike)
    options: str,
    knowledge: list[str],
    rules: list[str],
    known: dict[str, Any],
    digests: Mapping[Any, str],
    *,
    full: bool,
) -> Answer[Line]:
    """What answers lines in a process of its own, by the same knowledge and with what is known of the machine.

    Raises `InputError` where it would be by other knowledge or rules, as on a node with another bundle.
    """
    session = dataclasses.replace(open_session(options, knowledge, rules), **known)
    if dict(session.base.digests) != digests:
        others = " and ".join(name for name, digest in session.base.digests.items() if digests.get(name) != digest)
        message = f"not every process has the same {others}: its answers would be others than those of here."
        hint = "Import the same bundle on every node, and give overlays by paths that are the same on all of them."
        raise InputError(Problem(message=message, place="--batch", hint=hint))
    return partial(_answer, session, full=full)


def lines_of(path: str) -> Iterator[Line]:
    """The lines of a file that are not blank; `-` is standard input. Raises `InputError` where it cannot be read."""
    try:
        # Not through sys.stdin, which a thread that still reads at exit must not hold.
        with open(_STDIN, "rb", closefd=False) if path == "-" else Path(path).open("rb") as content:
            # UTF-8 whatever the locale; a byte that is none spoils its own line only, which is refused.
            lines = TextIOWrapper(content, encoding="utf-8-sig", errors="surrogateescape")
            for number, text in enumerate(lines, start=1):
                if text.strip():
                    yield number, text
    except OSError as error:
        message = f"the batch cannot be read: {error.strerror or error}."
        place = "standard input" if path == "-" else printable(path)
        raise InputError(Problem(message=message, place=place, hint="Check the path.")) from None


def _answer(session: Session, line: Line, *, full: bool) -> str:
    """The recommendation for a line, or what is wrong with it."""
    answer = judged(session, line, full=full)
    return _error_line(answer) if isinstance(answer, Refused) else json_line(answer)


def judged(session: Session, line: Line, *, full: bool) -> Recommendation | Refused:
    """The same as a value."""
    number, text = line
    identity: Any = None
    try:
        identity, raw = batch_line(text)
        problems = Problems()
        answers = check_answers(
            raw, session.base.vocabulary, [c.id for c in session.base.criteria], _place(number), problems
        )
        problems.settle()
    except LineError as error:
        return Refused(error.identity, (Problem(message=f"{error}.", place=f"line {number}"),))
    except InputError as error:
        return Refused(identity, error.problems)
    return session.recommend(answers, full=full, identity=identity)


def _place(number: int) -> Any:
    def place(path: tuple[str | int, ...]) -> str:
        return f"line {number} {shown_key('.'.join(map(str, path)))}"

    return place


def _error_line(refused: Refused) -> str:
    error = {"problems": [dataclasses.asdict(problem) for problem in refused.problems]}
    return json.dumps({"id": refused.identity, "error": error}) + "\n"
