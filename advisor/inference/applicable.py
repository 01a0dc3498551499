"""Conditions in which a question can make no sense: what is not applicable is dropped, as if it had not been asked.

Engines know true, false and unknown only. A condition is therefore written out so that it means the same to them: in
`all`, a part that is dropped does not stand in the way of the others; in `any`, it does not help; and where every part
is dropped, the whole is, so that a rule of which nothing is left does not fire.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from advisor.frozen import replace
from advisor.inference.normal import joins, listed
from advisor.inference.plain import Verdict
from advisor.model.fact import NOT_APPLICABLE
from advisor.model.rule import Condition, Rule, attributes_of

Fare = Literal["true", "false", "unknown", "dropped"]
_OPPOSITE: dict[Fare, Fare] = {"true": "false", "false": "true", "unknown": "unknown"}


def lower(rule: Rule, attributes: Collection[str], about: Collection[str] = ()) -> Rule:
    """The rule with a condition that means the same to an engine; `attributes` are those that can be not applicable.

    `about` are those that speak of an option: a rule that excludes does not fire where all that it asks of the option
    is dropped, since what is left of it speaks of the situation alone.
    """
    read = attributes_of(rule.when)
    if read.isdisjoint(attributes):
        return rule
    when = _holding(rule.when, attributes, negated=False)
    asked = sorted(read.intersection(about))
    if rule.then.exclude and asked and set(asked).issubset(attributes):
        when = _join("all", [when, _join("any", [part for attribute in asked for part in _present(attribute)])])
    return replace(rule, when=when)


def _holding(condition: Condition, attributes: Collection[str], *, negated: bool) -> Condition:
    """That the condition applies and holds; negated, that it applies and does not."""
    if condition.op == "not":
        return _holding(condition.parts[0], attributes, negated=not negated)
    if not condition.parts or listed(condition):
        return _leaf(condition, attributes, negated=negated)
    held = [_holding(part, attributes, negated=negated) for part in condition.parts]
    if not joins(condition, negated=negated):
        return _join("any", held)
    gone = [_dropped(part, attributes) for part in condition.parts]
    passed = [_join("any", [one, other]) if other else one for one, other in zip(held, gone, strict=True)]
    if None in gone:
        return _join("all", passed)
    return _join("any", [_join("all", [*passed[:i], one, *passed[i + 1 :]]) for i, one in enumerate(held)])


def _leaf(leaf: Condition, attributes: Collection[str], *, negated: bool) -> Condition:
    """The same of one comparison, or of several words of one attribute, which are dropped together."""
    attribute = leaf.parts[0].attribute if leaf.parts else leaf.attribute
    test = Condition(op="not", parts=(leaf,)) if negated else leaf
    # What does not apply is known, and differs from every word; that it is not known is never true of it.
    if attribute in attributes and negated != (leaf.op == "known"):
        return _join("all", [test, Condition(op="not", parts=(_absent(attribute),))])
    return test


def _dropped(condition: Condition, attributes: Collection[str]) -> Condition | None:
    """That nothing in the condition applies; nothing where something always does."""
    if not condition.parts:
        return _absent(condition.attribute) if condition.attribute in attributes else None
    parts = [_dropped(part, attributes) for part in condition.parts]
    gone = [part for part in parts if part is not None]
    return _join("all", gone) if len(gone) == len(parts) else None


def _present(attribute: str) -> tuple[Condition, Condition]:
    """The ways in which the attribute applies: it is open, or it is known and something else."""
    return Condition(op="unknown", attribute=attribute), Condition(op="not", parts=(_absent(attribute),))


def _absent(attribute: str) -> Condition:
    return Condition(op="is", attribute=attribute, value=NOT_APPLICABLE)


def _join(op: str, parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else Condition(op="all" if op == "all" else "any", parts=tuple(parts))


def fares(verdict: Verdict) -> Fare:
    """How a condition fares as it is written, where what does not apply is dropped."""
    if not verdict.parts:
        if verdict.seen == NOT_APPLICABLE:
            return "dropped"
        return "unknown" if verdict.holds is None else "true" if verdict.holds else "false"
    parts = {fares(part) for part in verdict.parts} - {"dropped"}
    if not parts:
        return "dropped"
    if verdict.condition.op == "not":
        return _OPPOSITE[parts.pop()]
    decisive: Fare = "true" if verdict.condition.op == "any" else "false"
    return decisive if decisive in parts else "unknown" if "unknown" in parts else _OPPOSITE[decisive]
