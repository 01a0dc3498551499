"""A portfolio as one JSON document."""

from __future__ import annotations

import json

from advisor.loading.structure import plain
from advisor.model.portfolio import Portfolio
from advisor.render.json import DIGITS, inert


def render(portfolio: Portfolio) -> str:
    """The document over several lines, floats to 6 digits."""
    return inert(json.dumps(plain(portfolio, DIGITS), indent=2, ensure_ascii=False)) + "\n"
