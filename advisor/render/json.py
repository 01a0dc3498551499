"""The recommendation as one JSON document."""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

from advisor.loading.structure import plain
from advisor.model.recommendation import Recommendation

DIGITS = 6
"""Of floats: what lies beyond is the same on no two machines."""

_in_ascii = json.JSONEncoder(check_circular=False).encode
_brief = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


def document(recommendation: Recommendation) -> dict[str, Any]:
    """The recommendation in plain values, floats to 6 digits."""
    data: dict[str, Any] = plain(recommendation, DIGITS)
    if data["id"] is None:
        del data["id"]
    return data


def render(recommendation: Recommendation) -> str:
    """The document over several lines."""
    return _indented(document(recommendation), "\n") + "\n"


def line(recommendation: Recommendation) -> str:
    """The document on one line, for JSON Lines: in ASCII, where nothing can be taken for the end of a line."""
    return _in_ascii(document(recommendation)) + "\n"


def _indented(value: Any, start: str) -> str:
    """What `json.dumps` says with an indent of 2, in half the time; lines begin with `start`."""
    if not value or not isinstance(value, (dict, list)):
        return repr(value) if type(value) is float and isfinite(value) else _brief(value)
    within = f"{start}  "
    # Most of what there is are texts, which need no call of their own.
    said = [
        encode_basestring(item) if type(item) is str else _indented(item, within)
        for item in (value.values() if isinstance(value, dict) else value)
    ]
    if isinstance(value, list):
        return f"[{within}{f',{within}'.join(said)}{start}]"
    entries = [f"{encode_basestring(key)}: {item}" for key, item in zip(value, said, strict=True)]
    return f"{{{within}{f',{within}'.join(entries)}{start}}}"
