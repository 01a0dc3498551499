"""Figures as people read them: three digits and a unit."""

from __future__ import annotations

import math

UNKNOWN = "unknown"
_UNITS = ((1.0, "s"), (1e3, "ms"), (1e6, "us"), (1e9, "ns"))
_TEN, _HUNDRED, _LONG, _MILLION = 9.995, 99.95, 1e5, 1e6
_SHORT_NAME = 4
"""Of a name that has to be cut, less than this would tell nothing."""


def seconds(value: float | None) -> str:
    """A time with its unit: `1.23 ms`."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    factor, unit = _unit(value)
    return f"{_digits(value * factor)} {unit}"


def times(value: float | None) -> str:
    """How many times as long: `1.03`, `12.5`, `250`, from 100000 on as a power of ten."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    return f"{value:.0e}" if value >= _LONG else _digits(value)


def between(interval: tuple[float, float] | None) -> str:
    """The interval of such a number: `0.98 to 1.03`; empty where there is none."""
    return " to ".join(map(times, interval)) if interval else ""


def megabytes(value: float | None) -> str:
    """An amount of memory, in units of 2^20 bytes or 2^30; empty where it is not known."""
    if value is None or not math.isfinite(value):
        return ""
    if 0 < value < 1:
        return "<1 MB"
    if value < 10_000:
        return f"{value:.0f} MB"
    return f"{value / 1024:.0f} GB" if value < 10_000 * 1024 else f"{value / 1024:.0e} GB"


def amount(megabytes: float) -> str:
    """An amount of data on a disk or a network, in units of 10^6 bytes or 10^9."""
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{megabytes:.0f} MB"


def cut(text: str, width: int) -> str:
    """Text in so many columns: of what is longer the middle is left out, since names differ at either end."""
    if len(text) <= width:
        return text
    tail = max(0, (width - 1) // 2)
    return f"{text[: width - 1 - tail]}~{text[len(text) - tail :]}" if width >= _SHORT_NAME else text[:width]


def cell(said: str, width: int) -> str:
    """A column of a table: never wider, and with a blank after it."""
    return f"{cut(said, width - 1):{width}}"


def right(said: str, width: int) -> str:
    """The same, at its right end, with the blank before it."""
    return f"{cut(said, width - 1):>{width}}"


def _unit(value: float) -> tuple[float, str]:
    return next(((factor, unit) for factor, unit in _UNITS if abs(value) * factor >= 1), _UNITS[-1])


def _digits(value: float) -> str:
    """Three digits, and not as a power of ten below a million."""
    size = abs(value)
    if size >= _MILLION:
        return f"{value:.0e}"
    if size == 0 or size >= _HUNDRED:
        return f"{value:.0f}"
    return f"{value:.1f}" if size >= _TEN else f"{value:.2f}"
