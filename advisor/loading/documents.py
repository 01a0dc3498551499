"""What a file says and where: the one thing that readers of files hand on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from advisor.errors import InputError, Problem
from advisor.frozen import dataclass
from advisor.loading.problems import Path as KeyPath
from advisor.loading.problems import printable, shown

MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and on which line each part of it stands."""

    name: str
    data: Any
    lines: Mapping[KeyPath, int]

    def line(self, path: KeyPath) -> str:
        """File and line of a part that is there."""
        return f"{self.name}:{self.lines[path]}"

    def nearest(self, path: KeyPath) -> int:
        """The line of a part, or of the nearest part around it."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return self.lines.get(known, 1)

    def place(self, path: KeyPath = ()) -> str:
        """The address of a part: `file:line key.key`, or of the nearest part around it."""
        key = ".".join(str(p) if isinstance(p, str) else f"[{p}]" for p in path).replace(".[", "[")
        where = f"{self.name}:{self.nearest(path)}"
        return f"{where} {shown_key(key)}" if key else where


def shown_key(key: str) -> str:
    """A key path as it can stand in a message."""
    return shown(key)[1:-1] if key else key


def content(path: str | os.PathLike[str], what: str) -> bytes:
    """What a file that a user names holds, no more than a reader looks at; raises `InputError` where it cannot be read.

    `what` is in the plural: `the answers`.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123  (an empty name is that of no file, and not of this folder)
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        # A ValueError: the path has a character that no path can have.
        reason = getattr(error, "strerror", None) or error
        message = f"{what} cannot be read: {reason}."
        raise InputError(Problem(message=message, place=printable(str(path)), hint="Check the path.")) from None
