"""Writes answers as a file has them: what `read_answers` reads again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal

from advisor.model.answers import Answer

OPEN = "unknown"
_PLAIN = re.compile(r"[a-z][a-z0-9_]*")
_NOT_WORDS = ("null", "true", "false", "yes", "no", "on", "off", "y", "n")
"""Words that YAML takes for something else."""


def written_value(value: Answer | None) -> str:
    """An answer in YAML, on one line; one that is not known is open."""
    if value is None:
        return OPEN
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {written_value(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(written_value, value))}]"
    if isinstance(value, float):
        # Without an exponent, which YAML and JSON do not write alike.
        return format(Decimal(repr(value)), "f")
    if isinstance(value, int):
        return str(value)
    # What is quoted in JSON is quoted in YAML.
    return value if _PLAIN.fullmatch(value) and value not in _NOT_WORDS else json.dumps(value, ensure_ascii=False)
