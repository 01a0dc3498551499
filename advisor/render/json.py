"""The recommendation as one JSON document."""

from __future__ import annotations

import json
import re
import struct
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

from advisor.loading.structure import plain
from advisor.model.recommendation import Recommendation

DIGITS = 6
"""Of floats: what lies beyond is the same on no two machines."""

_OBEYED = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Controls that JSON lets through: those beyond ASCII, turns of direction, and signs that are not seen."""

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
    return inert(_indented(document(recommendation), "\n")) + "\n"


def inert(written: str) -> str:
    """JSON in which what a terminal or a reader's eye obeys is written as its number, and means the same."""
    return _OBEYED.sub(lambda found: "".join(f"\\u{unit:04x}" for unit in _units(found[0])), written)


def written(data: Any) -> str:
    """A document of plain data, over several lines."""
    return inert(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"


def _units(sign: str) -> tuple[int, ...]:
    """A sign in the units that JSON has numbers for."""
    return struct.unpack(f">{len(sign.encode('utf-16-be')) // 2}H", sign.encode("utf-16-be"))


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
