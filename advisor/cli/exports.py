"""Reads runs that `advisor measurements export` wrote somewhere: data from a stranger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from advisor.cli.standard_input import read_input
from advisor.errors import InputError, Problem
from advisor.evidence.keeping.exchange import MAX_BYTES, read_foreign
from advisor.frozen import replace
from advisor.loading.folders import is_folder
from advisor.loading.problems import Problems, printable
from advisor.model.measurement import Measurements

MOST = 1000
"""Files that are read of one folder."""


def read_export(path: str) -> Measurements:
    """The run in a file, or on standard input where it is `-`; raises InputError with everything wrong with it."""
    return read_foreign(_content(path, MAX_BYTES + 1), "standard input" if path == "-" else printable(path))


def read_exports(paths: Iterable[str]) -> tuple[Measurements, ...]:
    """The runs in files and in the `.json` files of folders, marked as foreign.

    Raises InputError with everything wrong with all of them.
    """
    problems, found = Problems(), []
    for path in paths:
        for file in _files(path, problems):
            try:
                found.append(replace(read_export(file), foreign=True))
            except InputError as error:
                problems.found.extend(error.problems)
    problems.settle()
    return tuple(found)


def _files(path: str, problems: Problems) -> Iterator[str]:
    """The path itself, or what lies below it where it is a folder."""
    folder = Path(path)
    try:
        if path == "-" or not is_folder(folder):
            yield path
            return
        files = sorted(islice((file for file in folder.rglob("*.json") if file.is_file()), MOST + 1))
    except (OSError, ValueError) as error:
        problems.found.append(_unreadable(path, error))
        return
    if not files:
        hint = "`advisor measurements export` writes them."
        problems.add("there is no run in this folder: no file in it ends in .json.", printable(path), hint)
    elif len(files) > MOST:
        message = f"more than {MOST} files in this folder end in .json."
        problems.add(message, printable(path), "Name the runs themselves, or a folder of nothing else.")
    else:
        yield from map(str, files)


def _content(path: str, most: int) -> bytes:
    if path == "-":
        return read_input(most)
    try:
        with Path(path).open("rb") as file:
            return file.read(most)
    except (OSError, ValueError) as error:
        raise InputError(_unreadable(path, error)) from None


def _unreadable(path: str, error: OSError | ValueError) -> Problem:
    """Why; a ValueError is of a character that no path can have."""
    message = f"it cannot be read: {getattr(error, 'strerror', None) or error}."
    return Problem(message=message, place=printable(path), hint="Check the path.")
