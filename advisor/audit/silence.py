"""Finds `not` of an answer that may be open, which keeps silent where it was meant to stand in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.audit.holding import said
from advisor.audit.rooms import inside
from advisor.audit.worlds import World
from advisor.frozen import replace
from advisor.inference.normal import Check, alternatives, listed
from advisor.model.audit import Remark
from advisor.model.rule import Condition, Rule
from advisor.model.vocabulary import Vocabulary

_DENIED = "\0"
"""Stands for what is denied of an attribute."""


def silent(rule: Rule, world: World, vocabulary: Vocabulary) -> Iterator[Remark]:
    """Each answer of which the condition asks for what it is not, without seeing to it that it is known."""
    answers = {answer.name for answer in vocabulary.answers}
    denied = [check for check in _denied(rule.when, negated=False) if check.attribute in answers]
    for attribute in dict.fromkeys(check.attribute for check in denied):
        if _silent(attribute, rule.when, world):
            asked = ", ".join(dict.fromkeys(said(check) for check in denied if check.attribute == attribute))
            yield Remark(
                check="silent not",
                about=rule.id,
                place=rule.place,
                message=f"while {attribute} is open, which the rest allows, `not` keeps it from firing ({asked}).",
                hint=f"Write `unless` for `not`; or, where that is meant, `{attribute}: known` beside it.",
            )


def _silent(attribute: str, condition: Condition, world: World) -> bool:
    """Whether the condition would hold without what is denied of the attribute while that is open, and does not."""
    boxes = [box for way in alternatives(condition) if (box := world.raw(way)) is not None]
    for way in alternatives(_marked(condition, attribute, negated=False)):
        rest = [check for check in way if check.attribute != _DENIED]
        box = world.box([*rest, Check(attribute, "unknown")]) if len(rest) < len(way) else None
        if box is not None and world.possible(box) is not None and not any(inside(box, one) for one in boxes):
            return True
    return False


def _marked(condition: Condition, attribute: str, *, negated: bool) -> Condition:
    """The condition with a mark in place of each comparison by which something is denied of the attribute."""
    if condition.op == "not":
        return replace(condition, parts=(_marked(condition.parts[0], attribute, negated=not negated),))
    if condition.parts and not listed(condition):
        return replace(condition, parts=tuple(_marked(part, attribute, negated=negated) for part in condition.parts))
    denies = negated and condition.op not in ("known", "unknown") and _attribute(condition) == attribute
    return Condition(op="unknown", attribute=_DENIED) if denies else condition


def _denied(condition: Condition, *, negated: bool) -> Iterator[Check]:
    """The comparisons that stand under a `not`, as what they then ask for."""
    if condition.op == "not":
        yield from _denied(condition.parts[0], negated=not negated)
    elif condition.parts and not listed(condition):
        for part in condition.parts:
            yield from _denied(part, negated=negated)
    elif negated and condition.op not in ("known", "unknown"):
        yield from alternatives(condition, negated=True)[0]


def _attribute(comparison: Condition) -> str:
    return comparison.parts[0].attribute if comparison.parts else comparison.attribute
