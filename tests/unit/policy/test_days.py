"""Days are reckoned with as far as the calendar goes."""

from __future__ import annotations

import pytest

from advisor.policy.days import days_before, months_after


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2026-11-29", 24, "2028-11-29"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-01-15", -12, "2025-01-15"),
        ("2026-01-31", -2, "2025-11-30"),
        ("9999-06-30", 600, "9999-06-30"),
        ("0001-06-30", -12, "0001-06-30"),
    ],
)
def test_months_after_a_day(day: str, months: int, then: str) -> None:
    assert months_after(day, months) == then


@pytest.mark.parametrize(("day", "days", "then"), [("2026-03-01", 1, "2026-02-28"), ("0001-01-02", 400, "0001-01-01")])
def test_days_before_a_day(day: str, days: int, then: str) -> None:
    assert days_before(day, days) == then
