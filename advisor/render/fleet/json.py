"""A decision for many kinds of machine as one JSON document."""

from __future__ import annotations

import json

from advisor.loading.structure import plain
from advisor.model.fleet import FleetDecision
from advisor.render.json import DIGITS, inert


def render(decision: FleetDecision) -> str:
    """The document over several lines, floats to 6 digits."""
    return inert(json.dumps(plain(decision, DIGITS), indent=2, ensure_ascii=False)) + "\n"
