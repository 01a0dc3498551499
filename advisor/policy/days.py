"""Days as they are written, `YYYY-MM-DD`, reckoned with as far as the calendar goes."""

from __future__ import annotations

from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date


def months_after(day: str, months: int) -> str:
    """The day so many months later, or earlier; the last of its month where that has fewer days."""
    start = date.fromisoformat(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    year = min(MAXYEAR, max(MINYEAR, year))
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).isoformat()


def days_before(day: str, days: int) -> str:
    """The day so many days earlier."""
    return date.fromordinal(max(1, date.fromisoformat(day).toordinal() - days)).isoformat()
