"""What a criterion says of an option, alone and beside another one: facts, and the weight with what moved it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.inquiry.explain_grounds import Grounds
from advisor.inquiry.explain_rules import finding
from advisor.model.explanation import Explanation
from advisor.model.knowledge import Criterion
from advisor.model.policy import PRIORITIES, WEIGHTS
from advisor.model.recommendation import Contribution
from advisor.model.score import Weight
from advisor.model.vocabulary import WISH

Sided = tuple[str, Contribution]
"""An option with what a criterion adds to its score."""


def alone(grounds: Grounds, option: str, own: Contribution) -> Explanation:
    """What a criterion adds to the score of an option."""
    criterion = of(grounds, own.criterion)
    text = f"{criterion.title}: {own.value:.2f}, weight {own.weight:.0%}, adds {own.contribution:.2f}"
    facts = tuple(behind(grounds, criterion, option))
    return _criterion(criterion, text, (*facts, *weight(grounds, criterion)))


def beside(grounds: Grounds, own: Sided, other: Sided) -> Explanation:
    """What a criterion makes of two options; of several facts, those in which they differ."""
    criterion = of(grounds, own[1].criterion)
    difference = own[1].contribution - other[1].contribution
    text = (
        f"{criterion.title}: {own[1].value:.2f} to {other[1].value:.2f}, weight {own[1].weight:.0%}, "
        f"{'gains' if difference > 0 else 'costs'} {abs(difference):.2f}"
    )
    words = _differing(grounds, criterion, own[0], other[0])
    facts = {leaf.id: leaf for option, _ in (own, other) for leaf in behind(grounds, criterion, option, words)}
    return _criterion(criterion, text, (*facts.values(), *weight(grounds, criterion)))


def behind(grounds: Grounds, criterion: Criterion, option: str, words: tuple[str, ...] = ()) -> Iterator[Explanation]:
    """The facts behind the value of an option."""
    if criterion.reads == WISH:
        yield grounds.answer("requested_framework")
        return
    if criterion.reads == "first_step":
        ranked = next((one for one in grounds.recommendation.ranking if one.option == option), None)
        for own in ranked.contributions if ranked else ():
            yield from map(grounds.evidence, own.evidence if own.criterion == criterion.id else ())
        return
    if criterion.reads != "speed":
        yield from grounds.projected(criterion.reads, option, words)
        return
    evidence = grounds.weighed.speeds[option].evidence
    for identity in evidence:
        yield grounds.evidence(identity)
    if not evidence:
        text = f"Of the speed of {option} on this class of workload nothing is published or measured."
        yield grounds.constant("speed", text, grounds.base.speed.source)


def weight(grounds: Grounds, criterion: Criterion) -> Iterator[Explanation]:
    """What the weight of a criterion was, what moved it, and what it became; nothing where nothing moved it."""
    settled = next((one for one in grounds.weighed.weights if one.criterion == criterion.id), None)
    if settled is None or not settled.moved_by:
        return
    moves = ", ".join(f"{shift:+g} by {name}" for name, shift in settled.moved_by.items())
    yield Explanation(
        text=f"Its weight: {settled.base:g} to begin with, {moves}; {settled.final:.0%} of all weights.",
        kind="weight",
        id=criterion.id,
        because=(grounds.meaning(criterion), *_movers(grounds, settled)),
    )


def movers(grounds: Grounds, identity: str) -> Mapping[str, float]:
    """What moved the weight of a criterion, and how far."""
    return next((one.moved_by for one in grounds.weighed.weights if one.criterion == identity), {})


def of(grounds: Grounds, identity: str) -> Criterion:
    """The criterion of that id."""
    return next(criterion for criterion in grounds.base.criteria if criterion.id == identity)


def _movers(grounds: Grounds, settled: Weight) -> Iterator[Explanation]:
    for name in settled.moved_by:
        if name == "priorities":
            yield grounds.answer(name)
        elif name in (PRIORITIES, WEIGHTS):
            yield _asked(grounds, name)
        else:
            yield finding(grounds, grounds.findings[name])


def _asked(grounds: Grounds, point: str) -> Explanation:
    """What the policy asks by a point of it."""
    policy = grounds.recommendation.policy
    return Explanation(text=policy.asks[point] if policy else "", kind="answer", id=point, origin="policy")


def _differing(grounds: Grounds, criterion: Criterion, option: str, other: str) -> tuple[str, ...]:
    """The words of a set of answers by which two options differ; all where there is no set, or no difference."""
    seen: list[Mapping[str, object]] = [
        {
            word: fact.value if fact else None
            for word, fact in grounds.weighed.projected[name].words[criterion.reads].items()
        }
        if criterion.reads in grounds.weighed.projected[name].words
        else {}
        for name in (option, other)
    ]
    return tuple(word for word in seen[0] if word and seen[0][word] != seen[1].get(word))


def _criterion(criterion: Criterion, text: str, because: tuple[Explanation, ...]) -> Explanation:
    return Explanation(text=text, kind="criterion", id=criterion.id, because=because)
