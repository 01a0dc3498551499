"""Which engine chains the rules: durable-rules where it can be imported, else the one in plain Python."""

from __future__ import annotations

from advisor.inference import durable, plain
from advisor.inference.engine import Compile


def best() -> Compile:
    """The way to compile rules on this interpreter. Both engines give the same findings and the same trace."""
    return durable.compile_rules if durable.available() else plain.compile_rules
