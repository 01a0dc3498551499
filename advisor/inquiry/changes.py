"""Asks the same questions of two states of the knowledge base, and says whose answer differs."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.consult.adviser import Adviser
from advisor.consult.assemble import assemble
from advisor.intake.situation import complete
from advisor.loading.cases import GoldCase
from advisor.upkeep.differences import Answered, Reanswered


def reanswered(cases: Iterable[GoldCase], before: Adviser, after: Adviser) -> tuple[Reanswered, ...]:
    """The cases whose primary, status, flags or stack differ, in their order."""
    found = []
    for case in cases:
        was, now = _answered(case, before), _answered(case, after)
        if was != now:
            found.append(Reanswered(case=case.id, title=case.title, before=was, after=now, acceptable=case.acceptable))
    return tuple(found)


def _answered(case: GoldCase, adviser: Adviser) -> Answered:
    situation = complete(case.answers, adviser.base.vocabulary, None)
    recommendation = assemble(adviser, adviser.consult(situation))
    return Answered(
        primary=recommendation.recommendation.primary,
        status=recommendation.status,
        flags=tuple(flag.code for flag in recommendation.flags),
        stack=tuple(f"{part.component} ({part.place})" for part in recommendation.recommendation.stack),
    )
