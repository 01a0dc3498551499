"""What of a run may leave the machine, and the id that it has wherever it goes."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from advisor.frozen import replace
from advisor.loading.structure import brief, plain
from advisor.model.measurement import Measurements

DIGITS = 9
"""Of the figures that an id is made of: times in seconds, of which a dispatch takes microseconds."""

_START = r"(?:/(?!(?:proc|sys|dev)/)|[A-Za-z]:[\\/]|\\\\|~[^\s'\"/\\~]{0,64}[\\/])"
"""Of a path. The folders of a kernel are the same for everybody, and tell where a value was read."""
_PART = r"[^\s'\"`,;:()<>|/\\…~]"
_QUOTED = rf"(?P<quote>['\"]){_START}[^'\"]*(?P=quote)"
_BARE = rf"(?<![\w.…/\\:-]){_START}[^\s'\"`,;:()<>|]+(?: {_PART}+(?:[/\\]{_PART}*)+)*"
"""Where it is not in quotes, the next word belongs to it if it looks like a path that goes on."""


def identified(measured: Measurements) -> Measurements:
    """Give it the hash of its content as its id: of what is sent elsewhere, so that it has the same id there.

    What is as it is by default does not count, so that a field that is added changes no id.
    """
    content = json.dumps(portable(brief(replace(measured, id="", foreign=False)), DIGITS), sort_keys=True)
    return replace(measured, id=hashlib.sha256(content.encode()).hexdigest()[:16])


def document(measured: Measurements) -> dict[str, Any]:
    """A run in plain values as it may be sent to somebody else: of every path only the last part."""
    sent: dict[str, Any] = portable(plain(measured))
    return sent


def portable(value: Any, digits: int | None = None) -> Any:
    """The same plain value, paths in texts shortened and numbers to so many digits; done twice comes to the same.

    A path may have blanks in it.
    """
    if isinstance(value, str):
        if "/" not in value and "\\" not in value:
            return value
        # Compiled when they are needed, which a recommendation does not.
        return re.sub(_BARE, _shortened, re.sub(_QUOTED, _shortened, value))
    if isinstance(value, dict):
        return {key: portable(item, digits) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [portable(item, digits) for item in value]
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return round(float(value), digits) + 0.0 if number and digits is not None else value


def _shortened(found: re.Match[str]) -> str:
    parts = found[0].strip("'\"").replace("\\", "/").rstrip("/")
    return f"…/{parts.rpartition('/')[2]}"
