"""Locks: the versions that packages have, if they are in use at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from advisor.intake.project.seen import BrokenError, Lines, Seen, numbered, table

_ENTRY = re.compile(r'\s*(name|version)\s*=\s*"([^"]{1,100})"')


def toml_lock(text: str) -> Iterator[Seen]:
    """The packages of `poetry.lock`, `uv.lock`, `pdm.lock` and `pylock.toml`, which all list them alike.

    They are long, and read line by line: a reader of TOML in Python takes seconds.
    """
    name, began = "", 0
    for number, line in numbered(text):
        if line.startswith("["):
            name, began = "", number if line.rstrip() in ("[[package]]", "[[packages]]") else 0
        elif began and (found := _ENTRY.match(line)):
            if found[1] == "name":
                name, began = canonicalize_name(found[2]), number
            elif name:
                yield Seen("lock", name, began, "certain", found[2])
                name, began = "", 0


def pipfile_lock(text: str) -> Iterator[Seen]:
    """The packages of `Pipfile.lock`."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BrokenError from None
    lines = Lines(text)
    for name, entry in table(data, "default").items():
        version = table({"entry": entry}, "entry").get("version")
        if isinstance(version, str):
            yield Seen("lock", canonicalize_name(name), lines.of(name), "certain", version.lstrip("=")[:60])
