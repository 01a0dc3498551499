"""The recommendation as one JSON document."""

from __future__ import annotations

import json
from typing import Any

from advisor.loading.structure import plain
from advisor.model.recommendation import Recommendation

DIGITS = 6
"""Of floats: what lies beyond is the same on no two machines."""


def document(recommendation: Recommendation) -> dict[str, Any]:
    """The recommendation in plain values, floats to 6 digits."""
    data: dict[str, Any] = plain(recommendation, DIGITS)
    if data["id"] is None:
        del data["id"]
    return data


def render(recommendation: Recommendation) -> str:
    """The document over several lines."""
    return json.dumps(document(recommendation), indent=2, ensure_ascii=False) + "\n"


def line(recommendation: Recommendation) -> str:
    """The document on one line, for JSON Lines: in ASCII, where nothing can be taken for the end of a line."""
    return json.dumps(document(recommendation)) + "\n"
