"""The decision file that `recommend` writes beside its answer."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.cli.output import create_file, notice, write
from advisor.decision import making
from advisor.decision.reading import DecisionFile
from advisor.decision.sealing import sealed
from advisor.errors import InputError, Problem
from advisor.evidence.portable import portable
from advisor.frozen import dataclass, replace
from advisor.loading.folders import is_folder
from advisor.loading.problems import Problems, nearest, printable, shown
from advisor.loading.structure import brief, plain
from advisor.locks import turn
from advisor.model.decision import Decision, Thresholds
from advisor.render.json import written
from advisor.revisit import opened, without_paths

if TYPE_CHECKING:
    import argparse

    from advisor.model.answers import Answers
    from advisor.model.recommendation import Recommendation
    from advisor.session import Session

_PATIENCE_S = 10.0
"""How long to wait for others, each of whom reads and writes one small file."""


@dataclass(frozen=True, slots=True)
class Lock:
    """The decision file that is to be written."""

    path: str
    thresholds: Thresholds
    old: DecisionFile | None
    """The one whose place it takes."""


def looked_at(arguments: argparse.Namespace) -> Lock:
    """Where the decision is to be written, found out before anything is computed; raises InputError if it cannot be."""
    if is_folder(Path(arguments.lock)):
        message = "it is a folder, and a decision is kept in a file."
        raise InputError(Problem(message=message, place=printable(arguments.lock) or "--lock", hint="Name a file."))
    there = os.path.lexists(arguments.lock)
    if there and not arguments.renew:
        hint = "`--renew` takes its place and keeps what was chosen and how it went; `advisor check` looks at it again."
        message = "there is a decision already, and it is not overwritten."
        raise InputError(Problem(message=message, place=shown(arguments.lock)[1:-1], hint=hint))
    # What was edited by hand is no decision to decide anew from; what people filled in is kept all the same.
    old = opened(arguments.lock, sealed=arguments.answers is None) if there else None
    usual = old.decision.thresholds if old is not None and old.whole else Thresholds()
    return Lock(arguments.lock, _thresholds(arguments.threshold, usual), old)


def keep(lock: Lock, session: Session, answers: Answers, recommendation: Recommendation) -> None:
    """Write what is recommended for these answers, whole or not at all."""
    made = making.decision(
        without_paths(recommendation),
        answers,
        options=session.only,
        machine=session.machine,
        measurements=session.measurements,
    )
    made = replace(made, thresholds=lock.thresholds)
    if lock.old is None:
        _create(_text(made), lock.path)
    else:
        with alone(lock.path):
            # Notes may have come in since; they are kept as well.
            now = opened(lock.path, sealed=False)
            if (now.decision.seal, now.whole) != (lock.old.decision.seal, lock.old.whole):
                raise _overtaken(lock.path)
            write(_text(making.renewed(made, now.decision, trusted=now.whole)), lock.path)
        if not now.whole:
            _tell_broken(lock.path)
    notice(Problem(message="the decision was written; keep it under version control.", place=lock.path))


@contextmanager
def alone(path: str) -> Iterator[None]:
    """A context in which no other process of this program changes the decision in that file."""
    file = Path(os.path.realpath(path))
    try:
        with turn(file.with_name(f".{file.name}.claim"), _PATIENCE_S):
            yield
    except BlockingIOError:
        message = "somebody else is writing it."
        raise InputError(Problem(message=message, place=printable(path), hint="Try again.")) from None
    except OSError as error:
        message = f"cannot be written: {error.strerror}."
        raise InputError(Problem(message=message, place=printable(path), hint="Check its folder.")) from None


def _create(text: str, path: str) -> None:
    try:
        create_file(Path(path), text)
    except FileExistsError:
        raise _overtaken(path) from None
    except OSError as error:
        message = f"cannot be written: {error.strerror}."
        raise InputError(Problem(message=message, place=printable(path), hint="Check --lock.")) from None


def _overtaken(path: str) -> InputError:
    message = "somebody else has written it in the meantime."
    return InputError(Problem(message=message, place=printable(path), hint="Look at it, and use --renew."))


def _text(decision: Decision) -> str:
    return written(sealed(_document(decision)))


def _tell_broken(path: str) -> None:
    """Say what was not taken over from a decision that was edited by hand."""
    message = (
        "what it said was not what was sealed: only `chosen` and `outcomes` were taken over, and neither its verdict, "
        "its history nor its thresholds."
    )
    hint = "`--threshold` sets those again; version control has the former file."
    notice(Problem(message=message, place=printable(path), hint=hint))


def tell_day(recommendation: Recommendation) -> None:
    """Say by which day it was judged, where nobody chose it and it is not today."""
    message = f"it was judged by {recommendation.provenance.as_of}, the day of the knowledge; `check` judges by today."
    notice(Problem(message=message, place="--no-detect", hint="--as-of DATE changes the day of either."))


def _document(decision: Decision) -> dict[str, Any]:
    """In plain values: floats as in every output, but whole where the answer is computed from them again."""
    data: dict[str, Any] = plain(replace(decision, machine=None, measurements=None), making.DIGITS)
    data["answers"] = plain(decision.answers)
    for name in ("machine", "measurements"):
        part = getattr(decision, name)
        data[name] = portable(brief(part)) if part is not None else None
    return data


def _thresholds(settings: Iterable[str], usual: Thresholds) -> Thresholds:
    """What `--threshold` sets; raises InputError with everything that is wrong."""
    problems, changes = Problems(), dict[str, Any]()
    known = plain(usual)
    for setting in settings:
        key, _, text = setting.partition("=")
        if key not in known:
            problems.add(f"{shown(key)} is no threshold.", "--threshold", nearest(key, known))
        elif isinstance(known[key], bool):
            if text not in ("true", "false"):
                problems.add(f"{shown(text)} is neither true nor false.", f"--threshold {key}")
            changes[key] = text == "true"
        else:
            changes[key] = _share(text, f"--threshold {key}", problems)
    problems.settle()
    return replace(usual, **changes)


def _share(text: str, place: str, problems: Problems) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        problems.add(f"{shown(text)} is no number from 0 to 1.", place)
    return share
