"""The recommendation as one JSON document."""

from __future__ import annotations

import json
from typing import Any

from advisor.loading.structure import plain
from advisor.model.recommendation import Recommendation


def document(recommendation: Recommendation) -> dict[str, Any]:
    """The recommendation in plain values, floats to 6 digits."""
    data: dict[str, Any] = rounded(plain(recommendation))
    if data["id"] is None:
        del data["id"]
    return data


def render(recommendation: Recommendation) -> str:
    """The document over several lines."""
    return json.dumps(document(recommendation), indent=2, ensure_ascii=False) + "\n"


def line(recommendation: Recommendation) -> str:
    """The document on one line, for JSON Lines: in ASCII, where nothing can be taken for the end of a line."""
    return json.dumps(document(recommendation)) + "\n"


def rounded(value: Any, digits: int = 6) -> Any:
    """The value with every float rounded to that many digits."""
    kind = type(value)
    if kind is float:
        return round(value, digits) + 0.0
    if kind is dict:
        return {key: rounded(item, digits) for key, item in value.items()}
    if kind is list:
        return [rounded(item, digits) for item in value]
    return value
