"""The seal of a decision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from advisor.model.decision import FILLED_IN

_FREE = frozenset({"seal", *FILLED_IN})


def sealed(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same plain values with the seal that they have to have."""
    return {**data, "seal": seal(data)}


def seal(data: Mapping[str, Any]) -> str:
    """A hash of what a decision says, but for what people fill in; blanks and the order of keys do not count."""
    content = json.dumps({key: value for key, value in data.items() if key not in _FREE}, sort_keys=True)
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"


def short(digest: str) -> str:
    """As much of a hash as tells it from another one."""
    name, colon, digits = digest.partition(":")
    return f"{name}{colon}{digits[:8]}"
