"""What to ask next, what would unseat the first, what would revive an option; every statement here was run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from advisor.consult.adviser import Adviser, Consultation, Weighed
from advisor.consult.assemble import Inquiries
from advisor.frozen import replace
from advisor.inquiry import lights
from advisor.inquiry.asking import worthwhile
from advisor.inquiry.outcomes import outcome
from advisor.inquiry.unseating import fact_flips
from advisor.inquiry.waysout import ways_out
from advisor.inquiry.whatif import GIVEN, WhatIf, decided, first, given_anew, plain_answer, said_answer
from advisor.model.answers import Answer
from advisor.model.recommendation import NO_FRAMEWORK, Change, Flip, WeightFlip
from advisor.model.vocabulary import Vocabulary
from advisor.scoring.robustness import tipping_points

_FEW = 3
"""Weights and facts that are named."""


def inquire(adviser: Adviser, consultation: Consultation, *, most: int = 5) -> Inquiries:
    """Questions worth asking, single answers that unseat the first, and what would revive what is excluded."""
    whatif, weighed = WhatIf(adviser, consultation), consultation.weighed
    now = first(weighed)
    return Inquiries(
        questions=worthwhile(whatif)[:most],
        flips=_flips(whatif, weighed, most),
        revivals={option: _revivals(whatif, option, weighed) for option in weighed.excluded},
        decisive=_decisive(whatif, weighed),
        ways_out=ways_out(whatif),
        weight_flips=_weight_flips(weighed, now),
        fact_flips=fact_flips(adviser, consultation, _FEW),
        views=lights.views(adviser, weighed),
        front=lights.front(weighed),
        staying=lights.staying(adviser, weighed),
    )


def _weight_flips(weighed: Weighed, now: str) -> tuple[WeightFlip, ...]:
    """The weights that would have to change least; nothing where no option is first."""
    if now in NO_FRAMEWORK:
        return ()
    return tipping_points(dict(weighed.options), weighed.weights)[:_FEW]


def _flips(whatif: WhatIf, weighed: Weighed, most: int) -> tuple[Flip, ...]:
    """Changes of one given answer that put another option first, at most one for each key and option."""
    # What is found first is named, and nothing beyond is looked for.
    return tuple(islice(_flipping(whatif, weighed), most))


def _flipping(whatif: WhatIf, weighed: Weighed) -> Iterator[Flip]:
    now = first(weighed)
    for question in whatif.adviser.base.questions:
        if question.key not in weighed.answers or question.key in GIVEN:
            continue
        seen: set[str] = set()
        for change in _changes(whatif, question.key):
            then = whatif.run_whole(change)
            leader = decided(then)
            if leader not in (now, *NO_FRAMEWORK) and leader not in seen:
                seen.add(leader)
                status, confidence = outcome(whatif.adviser, then)
                yield Flip(change=_plainly(change), to=leader, status=status, confidence=confidence)


def _changes(whatif: WhatIf, key: str) -> Iterator[Mapping[str, Answer]]:
    """Every other answer to a key, with what cannot stay beside it left open; those that change no other answer."""
    for word in whatif.changes(key):
        change = whatif.whole({key: word})
        if change is not None and given_anew(change) == 1:
            yield change


def _plainly(change: Mapping[str, Answer]) -> dict[str, object]:
    return {key: plain_answer(word) for key, word in change.items()}


def _decisive(whatif: WhatIf, weighed: Weighed) -> tuple[str, ...]:
    """The answers without which, one at a time, another option comes first, or none."""
    now, stated = decided(weighed), whatif.stated(weighed.answers)
    return tuple(key for key in weighed.answers if key in stated and decided(whatif.run({}, without=(key,))) != now)


def _revivals(whatif: WhatIf, option: str, weighed: Weighed) -> tuple[Change, ...]:
    """The first change of each answer that stands in an exclusion after which the option remains.

    Of one that a policy keeps out, the policy has to allow it before any of them does.
    """
    needed = whatif.adviser.leave_needed(option, weighed)
    if not needed:
        return tuple(islice(_reviving(whatif, option, weighed), 3))
    allowing, leave = WhatIf(whatif.adviser.allowing(option), whatif.consultation), {"policy": f"allow {option}"}
    if option in allowing.run({}).options:
        return (Change(change=leave, why=f"{needed}; then nothing excludes {option}."),)
    found = islice(_reviving(allowing, option, weighed), 3)
    return tuple(replace(one, change={**leave, **one.change}, why=f"{needed} first. {one.why}") for one in found)


def _reviving(whatif: WhatIf, option: str, weighed: Weighed) -> Iterator[Change]:
    for key in _answers_in(weighed, option, whatif.adviser.base.vocabulary):
        for change in _changes(whatif, key):
            then = whatif.run_whole(change)
            if option in then.options and _settled(option, weighed, then):
                said = " and ".join(f"{name} {said_answer(word)}" for name, word in change.items())
                yield Change(change=_plainly(change), why=f"With {said}, nothing excludes {option}.")
                break


def _settled(option: str, before: Weighed, after: Weighed) -> bool:
    """Whether what excluded an option is known to be otherwise now, and not merely open."""
    named = {name for finding in before.excluded[option] for name in finding.facts}
    projected = named & set(before.projected[option].facts)
    return projected <= set(after.projected[option].facts)


def _answers_in(weighed: Weighed, option: str, vocabulary: Vocabulary) -> Iterable[str]:
    """The given answers behind an exclusion: those its facts name, or the paths of its projections lead through."""
    named = {key for finding in weighed.excluded[option] for key in finding.facts}
    through = {p.name: p.rests_on for p in vocabulary.projections}
    found = [key for name in sorted(named) for key in through.get(name, through.get(name.rpartition(".")[0], [name]))]
    return [key for key in dict.fromkeys(found) if key in weighed.answers]
