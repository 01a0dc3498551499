"""What each criterion says of an option: words of knowledge on fixed scales."""

from __future__ import annotations

import math
from collections.abc import Mapping

from advisor.model.fact import Fact
from advisor.model.knowledge import Criterion
from advisor.model.score import Value

UNKNOWN_SD = math.sqrt(1 / 12)
"""Of a value of which nothing is known but its range: the uniform distribution from 0 to 1."""
UNKNOWN = Value(mean=0.5, sd=UNKNOWN_SD, grade="judged")

_GRADES = {"measured": "measured", "official": "documented", "registry": "documented", "maintainer": "documented"}
_ORDER = ("judged", "documented", "derived", "measured")


def of_words(criterion: Criterion, words: Mapping[str, Fact | None]) -> Value:
    """The value of one fact, or the mean over several: a word that is unknown stays unknown in it."""
    parts = [_of_fact(criterion, fact) for fact in words.values()]
    if len(parts) == 1:
        return parts[0]
    # What is unknown may be unknown for one reason, so that asking more of it must not make it surer.
    known = math.sqrt(sum(part.sd**2 for part in parts if part is not UNKNOWN))
    unknown = sum(part.sd for part in parts if part is UNKNOWN)
    return Value(
        mean=sum(part.mean for part in parts) / len(parts),
        sd=(known + unknown) / len(parts),
        most=sum(part.most for part in parts) / len(parts),
        grade=min((part.grade for part in parts), key=_ORDER.index),
        evidence=tuple(sorted({i for part in parts for i in part.evidence})),
    )


def _of_fact(criterion: Criterion, fact: Fact | None) -> Value:
    if fact is None or not isinstance(fact.value, str) or fact.value not in criterion.scale:
        return UNKNOWN
    return Value(
        mean=criterion.scale[fact.value],
        sd=criterion.spread,
        most=criterion.scale[fact.value],
        grade=_GRADES.get(fact.source.grade, "judged"),
        evidence=(fact.id,),
    )
