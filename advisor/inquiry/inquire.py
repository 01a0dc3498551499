"""What to ask next, what would unseat the first, what would revive an option; every statement here was run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from advisor.consult.adviser import Adviser, Consultation, Weighed
from advisor.consult.assemble import Inquiries
from advisor.inquiry.outcomes import outcome
from advisor.inquiry.waysout import ways_out
from advisor.inquiry.whatif import OPEN, OUTSIDE, WhatIf, decided, first, plain_answer, said_answer
from advisor.model.knowledge import Question
from advisor.model.recommendation import Change, Flip, OpenQuestion
from advisor.model.vocabulary import Vocabulary

_GIVEN = ("domain", "task")
"""What the project is: changing it asks about another project."""
_BRACES = re.compile(r"\{(\w+)\}")


def inquire(adviser: Adviser, consultation: Consultation, *, most: int = 5) -> Inquiries:
    """Questions worth asking, single answers that unseat the first, and what would revive what is excluded."""
    whatif, weighed = WhatIf(adviser, consultation), consultation.weighed
    asked = [q for q in adviser.base.questions if q.key not in weighed.answers]
    now = first(weighed)
    questions = [_worth(whatif, question, now) for question in asked]
    worthwhile = [question for question in questions if question is not None]
    wanted = weighed.derived.get("open", frozenset())
    # Stable, so that equals stay in the order in which the knowledge base asks.
    worthwhile.sort(key=lambda question: (question.key not in wanted, -question.value_of_information))
    return Inquiries(
        questions=tuple(worthwhile[:most]),
        flips=_flips(whatif, weighed, most),
        revivals={option: _revivals(whatif, option, weighed) for option in weighed.excluded},
        decisive=_decisive(whatif, weighed),
        ways_out=ways_out(whatif),
    )


def _worth(whatif: WhatIf, question: Question, now: str) -> OpenQuestion | None:
    """What knowing the answer is worth: how much the present first falls short, in the mean over the answers."""
    becomes: set[str] = set()
    shortfalls: list[float] = []
    for word in whatif.additions(question.key):
        then = whatif.run({question.key: word})
        leader = first(then)
        if leader == OPEN:
            continue
        stays = then.scores[now] if now in then.options else 0.0
        # Outside these frameworks, everything that the present first promises would be lost.
        gained = then.scores[leader] if leader in then.scores else 2 * stays
        shortfalls.append(max(0.0, gained - stays))
        if leader != now:
            becomes.add(leader)
    if not becomes:
        return None
    return OpenQuestion(
        key=question.key,
        text=question.text,
        value_of_information=sum(shortfalls) / len(shortfalls),
        could_become=tuple(sorted(becomes)),
    )


def _flips(whatif: WhatIf, weighed: Weighed, most: int) -> tuple[Flip, ...]:
    """Changes of one given answer that put another option first, at most one for each key and option."""
    # What is found first is named, and nothing beyond is looked for.
    return tuple(islice(_flipping(whatif, weighed), most))


def _flipping(whatif: WhatIf, weighed: Weighed) -> Iterator[Flip]:
    now = first(weighed)
    for question in whatif.adviser.base.questions:
        if question.key not in weighed.answers or question.key in _GIVEN:
            continue
        seen: set[str] = set()
        for word in whatif.changes(question.key):
            then = whatif.run({question.key: word})
            leader = decided(then)
            if leader not in (now, OUTSIDE, OPEN) and leader not in seen:
                seen.add(leader)
                status, confidence = outcome(whatif.adviser, then)
                yield Flip(change={question.key: plain_answer(word)}, to=leader, status=status, confidence=confidence)


def _decisive(whatif: WhatIf, weighed: Weighed) -> tuple[str, ...]:
    """The answers without which, one at a time, something else comes first."""
    now, stated = decided(weighed), whatif.stated(weighed.answers)
    return tuple(key for key in weighed.answers if key in stated and decided(whatif.run({}, without=(key,))) != now)


def _revivals(whatif: WhatIf, option: str, weighed: Weighed) -> tuple[Change, ...]:
    """The first change of each answer that stands in an exclusion after which the option remains."""
    return tuple(islice(_reviving(whatif, option, weighed), 3))


def _reviving(whatif: WhatIf, option: str, weighed: Weighed) -> Iterator[Change]:
    for key in _answers_in(weighed, option, whatif.adviser.base.vocabulary):
        for word in whatif.changes(key):
            then = whatif.run({key: word})
            if option in then.options and _settled(option, weighed, then):
                why = f"With {key} {said_answer(word)}, nothing excludes {option}."
                yield Change(change={key: plain_answer(word)}, why=why)
                break


def _settled(option: str, before: Weighed, after: Weighed) -> bool:
    """Whether what excluded an option is known to be otherwise now, and not merely open."""
    named = {name for finding in before.excluded[option] for name in finding.facts}
    projected = named & set(before.projected[option].facts)
    return projected <= set(after.projected[option].facts)


def _answers_in(weighed: Weighed, option: str, vocabulary: Vocabulary) -> Iterable[str]:
    """The given answers behind an exclusion: those its facts name, or the paths of its projections lead through."""
    named = {key for finding in weighed.excluded[option] for key in finding.facts}
    through = {p.name: [*_BRACES.findall(p.path), *filter(None, [p.among])] for p in vocabulary.projections}
    found = [key for name in sorted(named) for key in through.get(name, through.get(name.rpartition(".")[0], [name]))]
    return [key for key in dict.fromkeys(found) if key in weighed.answers]
