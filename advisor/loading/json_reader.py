"""Reads the plain JSON that most answers come in, without the parser of YAML, which takes longer to load than to run.

JSON is YAML, and what is read here is exactly what the reader of YAML would make of it. Whatever the two might see
differently, everything that is wrong, and the lines that mistakes are on are left to that one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from advisor.loading.documents import Document
from advisor.loading.problems import Path as KeyPath
from advisor.loading.problems import Problems, shown

_MOST_BYTES, _MOST_NESTS = 64 * 1024, 40
"""With fewer the limits of the reader of YAML cannot be reached."""
_DOUBTFUL = re.compile(
    rb"[^\n -\[\]-~]"  # beyond plain ASCII: escapes, tabs, other line breaks, characters that YAML does not allow
    rb"|[ \n]:"  # a key of YAML ends on the line that it begins on,
    rb'|"[^"]{1000}'  # and is no longer than 1024 characters
    rb"|[0-9]{100}"  # a number that long may be text
    rb"|NaN|Infinity"  # as these are
)


def read_json(content: bytes, name: str) -> Document | None:
    """The document in plain JSON; nothing where the reader of YAML has to look."""
    if not content.startswith(b"{") or len(content) > _MOST_BYTES or _DOUBTFUL.search(content):
        return None
    if content.count(b"{") + content.count(b"[") > _MOST_NESTS:
        return None
    try:
        return Document(name, json.loads(content, object_pairs_hook=distinct), Lines(content, name))
    except ValueError:
        return None


def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The entries of an object; raises ValueError where a key stands there twice."""
    entries = dict(pairs)
    if len(entries) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {shown(twice)} stands there twice")
    return entries


class Lines(Mapping[KeyPath, int]):
    """The line of each part, which only a mistake asks for."""

    def __init__(self, content: bytes, name: str) -> None:
        self._content, self._name = content, name

    @cached_property
    def _read(self) -> Mapping[KeyPath, int]:
        from advisor.loading.yaml_reader import read_bytes  # noqa: PLC0415  (as said above)

        document = read_bytes(self._content, self._name, Problems())
        return document.lines if document is not None else {}

    def __getitem__(self, path: KeyPath) -> int:
        return self._read[path]

    def __iter__(self) -> Iterator[KeyPath]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)
