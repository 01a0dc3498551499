"""What a single file shows, before anybody says what it means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from advisor.frozen import dataclass
from advisor.model.project import Sureness

Kind = Literal["package", "lock", "name", "npm", "image", "mark", "file", "language", "python", "project"]
"""`lock` is a version that a package has if it is in use at all, `python` a range. `project` is what one calls itself:
certain where it is one of Python, likely where packages are listed, a hint where it is of another language."""

_LONGEST = 500
"""Of a requirement, or of a line that something is looked for in."""
_NAMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MOST_LOOKS = 2_000
"""Names whose lines are looked for in one file: a hostile one has more of them than anybody waits for."""
_PINNED = re.compile(r"\s*===?\s*([^\s,*]{1,60})\s*")


class BrokenError(Exception):
    """A file does not have the form that its name promises."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that stands in a file."""

    kind: Kind
    name: str
    line: int = 0
    sure: Sureness = "certain"
    """The most that follows from how it stands there."""
    version: str = ""
    """One version, or a range as pip reads it; of an image its tag."""


def requirement(text: str, line: int, *, optional: bool = False) -> Iterator[Seen]:
    """The package that a requirement asks for, with its version; what cannot be read asks for nothing."""
    text = text.strip()[:_LONGEST]
    try:
        found = Requirement(text)
    except (InvalidRequirement, RecursionError):
        named = _NAMED.match(text)
        return iter(() if named is None else (package(named[0], "", line, optional=optional),))
    extra = optional or (found.marker is not None and "extra" in str(found.marker))
    version = str(found.specifier)
    return iter((package(found.name, version, line, optional=extra),))


def package(name: str, version: str, line: int, *, optional: bool = False) -> Seen:
    """A package of Python that is asked for in one version, in a range of them, or in any."""
    pinned = _PINNED.fullmatch(version)
    sure: Sureness = "hint" if optional else "certain" if pinned else "likely"
    return Seen("package", canonicalize_name(name[:_LONGEST]), line, sure, pinned[1] if pinned else version)


def range_of(text: object) -> str:
    """A range as pip reads it, of one that Poetry or Conda writes: `^3.10`, `~3.10`, `3.10.*`, `=3.10`."""
    said = re.sub(r"\s+", "", str(text))[:_LONGEST]
    return ",".join(filter(None, (_bound(part) for part in said.split(","))))


def _bound(part: str) -> str:
    operator, version = re.fullmatch(r"([\^~=<>!]*)(.*)", part, re.DOTALL).groups()  # type: ignore[union-attr]
    numbers = re.match(r"\d+(?:\.\d+){0,5}", version)
    if numbers is None:
        return ""
    digits = [int(number[:9]) for number in numbers[0].split(".")]
    if operator == "^":
        place = next((i for i, digit in enumerate(digits) if digit), len(digits) - 1)
        return f">={numbers[0]},<{_next(digits[: place + 1])}"
    if operator == "~":
        return f">={numbers[0]},<{_next(digits[:2])}"
    if operator == "=":
        return f"=={numbers[0]}.*"
    return f"{operator or '=='}{version}"


def _next(digits: list[int]) -> str:
    return ".".join(map(str, [*digits[:-1], digits[-1] + 1]))


class Lines:
    """A text that says on which line something first stands: the readers of TOML and JSON do not."""

    def __init__(self, text: str) -> None:
        self._text, self._looks = text, 0

    def of(self, wanted: str) -> int:
        """The first line with these words outside a comment; 0 where there is none, or after too many questions."""
        self._looks += 1
        if self._looks > _MOST_LOOKS:
            return 0
        for found in re.finditer(rf"(?<![\w-]){re.escape(wanted)}(?![\w-])", self._text):
            begin = max(self._text.rfind("\n", 0, found.start()) + 1, found.start() - _LONGEST)
            if not self._text[begin : found.start()].lstrip().startswith("#"):
                return self._text.count("\n", 0, found.start()) + 1
        return 0


def numbered(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text with their numbers, each as long as anybody writes one."""
    return ((number, line[:_LONGEST]) for number, line in enumerate(text.split("\n"), 1))


def texts(value: object) -> Iterable[str]:
    """The texts of a list; nothing where it is none."""
    return (item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def table(value: object, *keys: str) -> dict[str, object]:
    """The mapping below these keys; an empty one where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
