"""A portfolio as one JSON document."""

from __future__ import annotations

from advisor.loading.structure import plain
from advisor.model.portfolio import Portfolio
from advisor.render.json import DIGITS, written


def render(portfolio: Portfolio) -> str:
    """The document over several lines, floats to 6 digits."""
    return written(plain(portfolio, DIGITS))
