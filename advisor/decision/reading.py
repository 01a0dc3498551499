"""Reads a decision again: data that others may have edited, merged or cut off since it was written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from math import isfinite
from typing import Any, NoReturn

import advisor
from advisor.decision.sealing import seal
from advisor.errors import InputError, Problem
from advisor.frozen import dataclass
from advisor.loading.documents import MAX_BYTES, Document
from advisor.loading.json_reader import Lines, distinct
from advisor.loading.problems import Problems, shown
from advisor.loading.validate import validate_json
from advisor.model.decision import SCHEMA, Decision

_FAMILY, _, _NUMBER = SCHEMA.rpartition("/")
_FORM = re.compile(rf"{re.escape(_FAMILY)}/([0-9]{{1,9}})")
_RELEASE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,5}", re.ASCII)
_DEEPEST = 20
"""More than twice how deep a decision nests."""
_AGAIN = "Restore it from version control, or write it anew with `advisor recommend --answers FILE --lock PATH`."
_RENEW = (
    "Restore it from version control, or write it anew with `advisor recommend --answers FILE --lock PATH --renew`, "
    "which keeps what was chosen and how it went."
)


@dataclass(frozen=True, slots=True)
class DecisionFile:
    """A decision with where each part of it stands."""

    decision: Decision
    document: Document
    """Its plain values, and their lines."""
    whole: bool
    """Whether the seal fits: nothing was edited but what people fill in."""

    @property
    def name(self) -> str:
        """The file."""
        return self.document.name

    def line(self, key: tuple[str, ...]) -> int:
        """The line of a part, or of the nearest part around it; parts of lists are named by their numbers."""
        return self.document.nearest(tuple(int(part) if part.isdecimal() else part for part in key))


def read(content: bytes, name: str, *, sealed: bool = True) -> DecisionFile:
    """The decision that a file holds; raises InputError with everything that is wrong with it.

    Unless it has to be `sealed`, one that was edited by hand is read too, and says so.
    """
    document = Document(name, _parsed(content, name), Lines(content, name))
    _check_form(document)
    problems = Problems()
    for path, message in _unsound(document.data, ()):
        problems.add(message, document.place(path))
    problems.settle()
    found = validate_json(Decision, content, document, problems)
    if problems.found and (writer := _later_writer(document)):
        place = document.place(("basis", "advisor"))
        message = (
            f"advisor {shown(writer)[1:-1]} wrote it, which may say more than advisor {advisor.__version__} reads."
        )
        problems.add(message, place, "Use the release that wrote it, or a later one.")
    problems.settle()
    for path, message in _days(document.data):
        problems.add(message, document.place(path))
    problems.settle()
    if found is None:
        raise AssertionError("what is not valid has problems")
    whole = found.seal == seal(document.data)
    if sealed and not whole:
        message = (
            "what it says is not what was sealed: something besides `chosen` and `outcomes` was edited by hand, or "
            "mixed up in a merge."
        )
        raise InputError(Problem(message=message, place=document.place(("seal",)), hint=_RENEW))
    return DecisionFile(found, document, whole)


def _parsed(content: bytes, name: str) -> dict[str, Any]:
    if len(content) > MAX_BYTES:
        _refuse(f"it is larger than {MAX_BYTES // 2**20} MB.", name)
    if re.search(rb"^(?:<{7}|>{7}) ", content, re.MULTILINE):
        hint = "Finish it: take one of the two sides whole. `advisor diff` compares them."
        raise InputError(Problem(message="it holds the marks of a merge that is not finished.", place=name, hint=hint))
    try:
        data = json.loads(content.decode(), object_pairs_hook=distinct, parse_constant=_no_number)
    except RecursionError:
        _refuse("it is nested too deeply.", name)
    except UnicodeDecodeError:
        _refuse("it is no text in UTF-8.", name)
    except json.JSONDecodeError as error:
        _refuse(f"it is no JSON: {error.msg}. It was cut off, or edited by hand.", f"{name}:{error.lineno}")
    except ValueError as error:
        _refuse(f"it is no JSON: {error}.", name)
    if not isinstance(data, dict):
        _refuse(f"{shown(data)} is no decision.", name)
    return data


def _check_form(document: Document) -> None:
    """Refuse what is of another format, and tell one that is yet to come from one that never was."""
    form = document.data.get("schema")
    number = _FORM.fullmatch(form) if isinstance(form, str) else None
    place = document.place(("schema",))
    if number is None:
        said = f"it is of the format {shown(form)}" if form is not None else "it does not say what it is"
        _refuse(f"{said}; expected {SCHEMA}.", place)
    if int(number[1]) > int(_NUMBER):
        writer = _writer(document)
        by = f"advisor {shown(writer)[1:-1]}" if writer else "a later advisor"
        message = f"it was written by {by} in the format {form}; advisor {advisor.__version__} reads {SCHEMA}."
        raise InputError(Problem(message=message, place=place, hint="Use the release that wrote it, or a later one."))
    if form != SCHEMA:
        _refuse(f"it is of the format {shown(form)}; expected {SCHEMA}.", place)


def _writer(document: Document) -> str:
    """The release that says it wrote it; empty where none does."""
    basis = document.data.get("basis")
    writer = basis.get("advisor") if isinstance(basis, dict) else None
    return writer if isinstance(writer, str) else ""


def _later_writer(document: Document) -> str:
    """The release that says it wrote it, where that is later than this one; empty where it is not."""
    writer = _writer(document)
    return writer if _release(writer) > _release(advisor.__version__) else ""


def _release(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with."""
    found = _RELEASE.match(version)
    return tuple(map(int, found[0].split("."))) if found else ()


def _days(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What stands where a day has to."""
    days: list[tuple[str | int, ...]] = [("basis", "as_of")]
    days += [(part, number, "on") for part in ("chosen", "outcomes") for number in range(len(data.get(part, ())))]
    for path in days:
        value: Any = data
        for key in path:
            value = value[key]
        if not _is_day(value):
            yield path, f"{shown(value)} is no day, as in 2026-11-22."


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _unsound(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Numbers that are none, texts that no output can hold, and depths that no decision has."""
    if len(path) > _DEEPEST:
        yield path, "it is nested too deeply."
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _unsound(key, path)
            yield from _unsound(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _unsound(item, (*path, number))
    elif isinstance(value, float) and not isfinite(value):
        yield path, "a number is not finite."
    elif isinstance(value, str) and any("\ud800" <= sign <= "\udfff" for sign in value):
        yield path, "a text holds half of a character."


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _refuse(message: str, place: str) -> NoReturn:
    raise InputError(Problem(message=message, place=place, hint=_AGAIN))
