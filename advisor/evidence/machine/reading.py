"""Reads the plain forms in which systems report: pairs, numbers, words. What makes no sense is empty or unknown."""

from __future__ import annotations

import json
from typing import Any

_MOST_DIGITS = 20
"""No count, size or level has more."""


def fields(text: str) -> dict[str, str]:
    """Read lines of `key: value`; the first of a key counts."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            found.setdefault(key.strip(), value.strip())
    return found


def whole(value: object) -> int | None:
    """Read a whole number that stands at the beginning, as in `24684092 kB`."""
    if isinstance(value, int):
        return value if not isinstance(value, bool) and 0 <= value < 10**_MOST_DIGITS else None
    first = value.split(maxsplit=1)[:1] if isinstance(value, str) else []
    return int(first[0]) if first and first[0].isdecimal() and len(first[0]) <= _MOST_DIGITS else None


def words(text: str) -> list[str]:
    """Split at white space."""
    return text.split()


def entries(text: str, *path: str) -> list[dict[str, Any]]:
    """Read JSON and give the objects in the list below these keys; none where it is anything else."""
    try:
        found = json.loads(text)
        for key in path:
            found = found[key]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return []
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def gigabytes(value: object, divisor: float) -> float | None:
    """Read a number and divide it; to a tenth."""
    try:
        number = float(str(value).split()[0]) / divisor
    except (ValueError, IndexError):
        return None
    return round(number, 1) if 0 < number < 2**40 else None
