"""Reads YAML that may be wrong or hostile: bounded, YAML 1.2 scalars, no tags or aliases, and every line known."""

from __future__ import annotations

import re
from pathlib import Path
from stat import S_ISREG
from typing import Any

import yaml

from advisor.loading.documents import MAX_BYTES, Document
from advisor.loading.problems import Path as KeyPath
from advisor.loading.problems import Problems, shown

MAX_DEPTH = 40
MAX_VALUES = 250_000
"""Of one file: more than fifty times what the largest of the knowledge base has."""

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

# Driven event by event, the parser in C neither recurses nor builds objects; where it is missing, the one in Python.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _RefusedError(Exception):
    def __init__(self, line: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.line, self.message, self.hint = line, message, hint


def read_file(path: Path, problems: Problems, *, name: str | None = None) -> Document | None:
    """The document in a file, or nothing and a problem."""
    name = name or str(path)
    try:
        found = path.stat()
        if not S_ISREG(found.st_mode):
            # A pipe would be waited for.
            problems.add("the file cannot be read: it is a folder, a pipe or a device.", name, "Check the path.")
            return None
        if found.st_size > MAX_BYTES:
            problems.add(f"the file is larger than {MAX_BYTES // 1024 // 1024} MB.", name, "Split it.")
            return None
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        problems.add(f"the file cannot be read: {error.strerror or error}.", name, "Check the path.")
        return None
    return read_bytes(content, name, problems)


def read_bytes(content: bytes, name: str, problems: Problems) -> Document | None:
    """The document in YAML text (JSON is YAML), or nothing and a problem."""
    if len(content) > MAX_BYTES:
        problems.add(f"the input is larger than {MAX_BYTES // 1024 // 1024} MB.", name)
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.add(f"byte {error.start} is not UTF-8 text.", name, "Save the file as UTF-8.")
        return None
    try:
        return _Builder(text, name).document()
    except _RefusedError as refused:
        problems.add(refused.message, f"{name}:{refused.line}", refused.hint)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
        message = f"broken YAML: {shown(str(what), limit=120)[1:-1]}."
        problems.add(message, f"{name}:{line}", "Check quotes and indentation.")
    return None


class _Builder:
    """Turns events into plain values, iteratively where input decides the depth."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.lines: dict[KeyPath, int] = {}
        self.events = yaml.parse(text, Loader=_LOADER)

    def document(self) -> Document:
        data: Any = None
        seen = False
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if seen:
                    raise _RefusedError(_line(event), "a second document begins here; one was expected.")
                seen = True
                data = self.value(next(self.events), (), 0)
        return Document(self.name, data, self.lines)

    def value(self, event: Any, path: KeyPath, depth: int) -> Any:
        line = _line(event)
        self.lines.setdefault(path, line)
        if len(self.lines) > MAX_VALUES:
            raise _RefusedError(line, f"more than {MAX_VALUES} values.", "Split the file.")
        if depth > MAX_DEPTH:
            raise _RefusedError(line, f"nested deeper than {MAX_DEPTH} levels.")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _RefusedError(line, "anchors and aliases (& and *) are not allowed.", "Write the value out.")
        if event.tag is not None:
            raise _RefusedError(line, f"the tag {shown(event.tag)} is not allowed.", "Write a plain value.")
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path, depth)
        return self.mapping(path, depth)

    def sequence(self, path: KeyPath, depth: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.value(event, (*path, len(items)), depth + 1))
        return items

    def mapping(self, path: KeyPath, depth: int) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = _line(event)
            if not isinstance(event, yaml.ScalarEvent) or event.tag is not None or event.anchor:
                raise _RefusedError(line, "a key has to be plain text.")
            key = _text(event)
            if key in entries:
                first = self.lines[(*path, key)]
                message = f"the key {shown(key)} stands here again; it was on line {first}."
                raise _RefusedError(line, message, "Keep one.")
            self.lines[(*path, key)] = line
            entries[key] = self.value(next(self.events), (*path, key), depth + 1)
        return entries


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _text(event: Any) -> str:
    """What a scalar says; the parser in Python lets halves of surrogate pairs through, which no output can hold."""
    text = str(event.value)
    if not text.isascii() and _SURROGATE.search(text):
        raise _RefusedError(_line(event), "half of a surrogate pair is no character.", "Write the character itself.")
    return text


def _scalar(event: Any) -> Any:  # noqa: PLR0911  (one way out for each kind of scalar)
    text = _text(event)
    if event.style or not event.implicit[0]:
        return text
    if _NULL.fullmatch(text):
        return None
    if text in _BOOL:
        return _BOOL[text]
    if len(text) <= 400 and _INT.fullmatch(text):
        return int(text)
    if len(text) <= 400 and _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", "", 1))
    return text
