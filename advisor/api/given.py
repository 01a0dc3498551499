"""What is handed in from Python, held against what was expected."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypedDict

from advisor.errors import InputError, Problem
from advisor.frozen import dataclass
from advisor.loading.answers import check_answers, read_answers
from advisor.loading.documents import content, shown_key
from advisor.loading.problems import Problems, nearest, shown
from advisor.loading.structure import plain
from advisor.model.answers import Answers
from advisor.model.knowledge import KnowledgeBase

Given = Mapping[str, Any] | str | os.PathLike[str]
"""Answers by key of the vocabulary, or the file that they are in, YAML or JSON."""
Folders = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
"""One folder or several."""


class Seeing(TypedDict, total=False):
    """What counts beside the answers."""

    detect: bool
    """Whether the machine is looked at, for what the answers leave open; by default it is not."""
    measurements: Literal["off", "stored"]
    """Whether what was measured on this machine counts, which takes detection; by default it does not."""
    as_of: str | date | None
    """The day that expiry is judged by; by default that of the knowledge, with detection that of the clock."""


class Looking(Seeing, total=False):
    """The same, and what is compared."""

    options: Iterable[str]
    """Only these; by default all."""


@dataclass(frozen=True, slots=True)
class Read:
    """Checked answers, and the keys that something was said about, were it that it is not known."""

    answers: Answers
    said: tuple[str, ...]


def read(given: object, base: KnowledgeBase) -> Read:
    """The answers that are given; raises `InputError` with everything that is wrong with them."""
    if isinstance(given, Mapping):
        raw = plainly(given, "answers")
        return Read(checked(raw, base, "answers"), tuple(raw))
    if not isinstance(given, (str, os.PathLike)):
        message = f"{shown(given)} is neither a mapping of keys to answers nor the path of a file."
        raise InputError(Problem(message=message, place="answers"))
    problems = Problems()
    document = read_answers(content(given, "the answers"), shown_key(os.fspath(given)), problems)
    known = check_answers(document.data, base.vocabulary, _criteria(base), document.place, problems)
    problems.settle()
    return Read(known, tuple(document.data))


def checked(raw: Mapping[str, Any], base: KnowledgeBase, name: str) -> Answers:
    """Raw answers, checked; `name` is what they are called in the call."""
    problems = Problems()
    known = check_answers(
        raw, base.vocabulary, _criteria(base), lambda path: ".".join([name, *map(_key, path)]), problems
    )
    problems.settle()
    return known


def plainly(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A mapping in the values that a file can have: lists for tuples and sets."""
    try:
        found: dict[str, Any] = plain(given)
    except RecursionError:
        raise InputError(Problem(message="it is nested too deeply.", place=name)) from None
    except TypeError:
        raise InputError(Problem(message="it has a set of things that have no order.", place=name)) from None
    return found


def paths(folders: Folders) -> tuple[Path, ...]:
    """The folders, one or several."""
    return (Path(folders),) if isinstance(folders, (str, os.PathLike)) else tuple(map(Path, folders))


def one_of(value: object, allowed: Iterable[str], place: str) -> str:
    """The value, where it is one of these words; raises `InputError` where it is none."""
    words = tuple(allowed)
    if not isinstance(value, str) or value not in words:
        raise InputError(Problem(message=f"{shown(value)} is not known.", place=place, hint=nearest(value, words)))
    return value


def _criteria(base: KnowledgeBase) -> list[str]:
    return [criterion.id for criterion in base.criteria]


def _key(part: object) -> str:
    return shown_key(part) if isinstance(part, str) else str(part)
