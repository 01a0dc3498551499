"""Which engine chains the rules: durable-rules where it can be imported and hold them, else the one in plain Python."""

from __future__ import annotations

from advisor.inference import durable, plain
from advisor.inference.engine import Compile, Engine, Kinds
from advisor.inference.limits import BeyondLimitsError
from advisor.model.rule import Rule


def best() -> Compile:
    """The way to compile rules on this interpreter. Both engines give the same findings and the same trace."""
    return _durable_or_plain if durable.available() else plain.compile_rules


def _durable_or_plain(rules: tuple[Rule, ...], kinds: Kinds) -> Engine:
    """An engine over these rules; where they are too many for durable-rules, the one that has no such limits."""
    try:
        return durable.compile_rules(rules, kinds)
    except BeyondLimitsError:
        return plain.compile_rules(rules, kinds)
