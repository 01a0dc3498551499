"""A decision for many kinds of machine as one JSON document."""

from __future__ import annotations

from advisor.loading.structure import plain
from advisor.model.fleet import FleetDecision
from advisor.render.json import DIGITS, written


def render(decision: FleetDecision) -> str:
    """The document over several lines, floats to 6 digits."""
    return written(plain(decision, DIGITS))
