"""What to ask next: the open questions that can change the first, and which of them is worth most to know."""

from __future__ import annotations

from advisor.inquiry.whatif import WhatIf, first
from advisor.model.knowledge import Question
from advisor.model.recommendation import NEEDS_MORE_INFO, OpenQuestion


def worthwhile(whatif: WhatIf) -> tuple[OpenQuestion, ...]:
    """The questions worth asking, those first that a rule calls open; none where no single answer changes the first."""
    weighed = whatif.consultation.weighed
    now = first(weighed)
    asked = [question for question in whatif.adviser.base.questions if question.key not in weighed.answers]
    found = [worth for question in asked if (worth := _worth(whatif, question, now)) is not None]
    wanted = weighed.derived.get("open", frozenset())
    # Stable, so that equals stay in the order in which the knowledge base asks.
    return tuple(sorted(found, key=lambda question: (question.key not in wanted, -question.value_of_information)))


def _worth(whatif: WhatIf, question: Question, now: str) -> OpenQuestion | None:
    """What knowing the answer is worth: how much the present first falls short, in the mean over the answers."""
    becomes: set[str] = set()
    shortfalls: list[float] = []
    for word in whatif.additions(question.key):
        then = whatif.run({question.key: word})
        leader = first(then)
        if leader == NEEDS_MORE_INFO:
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
