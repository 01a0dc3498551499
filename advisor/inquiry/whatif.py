"""Changes one answer at a time and looks who is first then; every statement here was run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from advisor.consult.adviser import Adviser, Consultation, Weighed
from advisor.consult.assemble import Inquiries
from advisor.intake.situation import complete
from advisor.model.answers import Answer, Answers
from advisor.model.knowledge import Question
from advisor.model.recommendation import Flip, OpenQuestion, Revival
from advisor.model.vocabulary import Vocabulary
from advisor.scoring.rank import expected

_OUTSIDE = "none_of_these"
_GIVEN = ("domain", "task")
"""What the project is: changing it asks about another project."""
_BRACES = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Runs a situation with some answers changed."""

    adviser: Adviser
    consultation: Consultation

    def run(self, changes: Mapping[str, Answer]) -> Weighed:
        """The situation weighed with these answers instead; what is only implied is implied anew."""
        situation = self.consultation.situation
        kept = {k: v for k, v in situation.answers.items() if situation.origins.get(k) != "implied"}
        answers: Answers = {**kept, **changes}
        completed = complete(answers, self.adviser.base.vocabulary, None)
        return self.adviser.weigh(
            completed.answers,
            measurements=self.consultation.measurements,
            only=self.consultation.only,
            explain=False,
        )

    def additions(self, key: str) -> list[Answer]:
        """The answers that can be given to an open key: each word, or each word alone of a set."""
        attribute = self.adviser.base.vocabulary.answer(key)
        if attribute is None or attribute.kind not in ("word", "words"):
            return []
        words = [word if attribute.kind == "word" else (word,) for word in attribute.words]
        return [word for word in words if self._coherent(key, word)]

    def changes(self, key: str) -> list[Answer]:
        """The answers that can be given instead of the given one: another word, or a set with one word less."""
        given = self.consultation.situation.answers.get(key)
        if isinstance(given, tuple):
            return [tuple(word for word in given if word != dropped) for dropped in given]
        return [word for word in self.additions(key) if word != given]

    def _coherent(self, key: str, word: Answer) -> bool:
        """Whether nothing that follows from the word by definition stands against another answer."""
        situation = self.consultation.situation
        return all(
            situation.origins.get(implied) != "answered" or situation.answers[implied] == value
            for implication in self.adviser.base.vocabulary.implications
            if (implication.key, implication.word) == (key, word)
            for implied, value in implication.implies.items()
        )


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
    )


def first(weighed: Weighed) -> str:
    """The option that is expected to be best, or `none_of_these`."""
    if "outside" in weighed.derived.get("scope", ()) or not weighed.options:
        return _OUTSIDE
    scores = _scores(weighed)
    return min(scores, key=lambda option: (-round(scores[option], 9), option))


def _scores(weighed: Weighed) -> dict[str, float]:
    return {option: expected(values, weighed.weights) for option, values in weighed.options.items()}


def _worth(whatif: WhatIf, question: Question, now: str) -> OpenQuestion | None:
    """What knowing the answer is worth: how much the present first falls short, in the mean over the answers."""
    becomes: set[str] = set()
    shortfalls: list[float] = []
    for word in whatif.additions(question.key):
        then = whatif.run({question.key: word})
        if not then.options:
            continue
        leader = first(then)
        scores = _scores(then)
        # Outside these frameworks, everything that the present first promises would be lost.
        gained = scores[leader] if leader in scores else 2 * scores.get(now, 0.0)
        shortfalls.append(max(0.0, gained - scores.get(now, 0.0)))
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
    now = first(weighed)
    found: list[Flip] = []
    for question in whatif.adviser.base.questions:
        if question.key not in weighed.answers or question.key in _GIVEN:
            continue
        seen: set[str] = set()
        for word in whatif.changes(question.key):
            leader = first(whatif.run({question.key: word}))
            if leader not in (now, _OUTSIDE) and leader not in seen:
                seen.add(leader)
                found.append(Flip(change={question.key: _plain(word)}, to=leader))
    return tuple(found[:most])


def _revivals(whatif: WhatIf, option: str, weighed: Weighed) -> tuple[Revival, ...]:
    """The first change of each answer that stands in an exclusion after which the option remains."""
    found: list[Revival] = []
    for key in _answers_in(weighed, option, whatif.adviser.base.vocabulary):
        for word in whatif.changes(key):
            then = whatif.run({key: word})
            if option in then.options and _settled(option, weighed, then):
                why = f"With {key} {_said(word)}, nothing excludes {option}."
                found.append(Revival(change={key: _plain(word)}, why=why))
                break
    return tuple(found[:3])


def _settled(option: str, before: Weighed, after: Weighed) -> bool:
    """Whether what excluded an option is known to be otherwise now, and not merely open."""
    named = {name for finding in before.excluded[option] for name in finding.facts}
    projected = named & set(before.projected[option].facts)
    return projected <= set(after.projected[option].facts)


def _answers_in(weighed: Weighed, option: str, vocabulary: Vocabulary) -> Iterable[str]:
    """The given answers behind an exclusion: those its facts name, or the paths of its projections lead through."""
    named = {key for finding in weighed.excluded[option] for key in finding.facts}
    through = {p.name: _BRACES.findall(p.path) for p in vocabulary.projections}
    found = [key for name in sorted(named) for key in through.get(name, through.get(name.rpartition(".")[0], [name]))]
    return [key for key in dict.fromkeys(found) if key in weighed.answers]


def _plain(word: Answer) -> object:
    return list(word) if isinstance(word, tuple) else word


def _said(word: Answer) -> str:
    return (", ".join(word) or "none of them") if isinstance(word, tuple) else str(word)
