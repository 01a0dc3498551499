"""The same options in other lights: named views, the Pareto front, and going on with today's framework."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.consult.adviser import Adviser, Weighed
from advisor.inquiry.whatif import first
from advisor.model.fact import Fact
from advisor.model.recommendation import NO_FRAMEWORK, Staying, Viewed
from advisor.scoring.views import ahead, undominated

_CODE = "code_fit"
"""The projection that says what becomes of the code that there is."""
_OWN = "own"


def views(adviser: Adviser, weighed: Weighed) -> tuple[Viewed, ...]:
    """Who is ahead in each view, as far as the answers make its criteria speak; nothing where there is no choice."""
    return tuple(_views(adviser, weighed)) if len(weighed.options) > 1 else ()


def front(weighed: Weighed) -> tuple[str, ...]:
    """The Pareto front over the criteria that have a weight."""
    return undominated(weighed.options, [weight.criterion for weight in weighed.weights if weight.final])


def staying(adviser: Adviser, weighed: Weighed) -> Staying | None:
    """What it would mean to go on with the framework that the code is in; of several, with the best of them."""
    today = [option for option in weighed.scores if _is_own(weighed.projected[option].words.get(_CODE, {}).get(""))]
    best = first(weighed)
    if not today or best in NO_FRAMEWORK:
        return None
    option = min(today, key=lambda name: (name not in weighed.options, -weighed.scores[name], name))
    excluded, margin = option not in weighed.options, adviser.base.decision.switch_margin
    gain = max(0.0, weighed.scores[best] - weighed.scores[option])
    return Staying(
        option=option,
        score=weighed.scores[option],
        gain=gain,
        margin=margin,
        excluded=excluded,
        worth_moving=option != best and (excluded or gain >= margin),
    )


def _views(adviser: Adviser, weighed: Weighed) -> Iterator[Viewed]:
    spoken = {weight.criterion for weight in weighed.weights}
    for view in adviser.base.views:
        weights = {criterion: weight for criterion, weight in view.weights.items() if criterion in spoken}
        if weights:
            best = ahead(weighed.options, weights, adviser.base.decision.decided)
            yield Viewed(view=view.id, title=view.title, ahead=best)


def _is_own(fact: Fact | None) -> bool:
    return fact is not None and fact.value == _OWN
