"""Runs a situation with some answers changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from advisor.consult.adviser import Adviser, Consultation, Weighed
from advisor.frozen import dataclass, field
from advisor.intake.situation import clashes, complete
from advisor.model.answers import Answer, Answers
from advisor.model.recommendation import NEEDS_MORE_INFO, NONE_OF_THESE
from advisor.scoring.rank import best_first

GIVEN = ("domain", "task")
"""What the project is: changing it asks about another project."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Runs a situation with some answers changed."""

    adviser: Adviser
    consultation: Consultation
    weighed: dict[str, Weighed] = field(default_factory=dict)
    """What was run already, by what was changed: a flip and a revival often ask for the same."""

    def changed(self, changes: Mapping[str, Answer], without: Collection[str] = ()) -> Answers:
        """The answers with these instead, and without some; what is only implied is implied anew."""
        situation = self.consultation.situation
        kept = {
            k: v for k, v in situation.answers.items() if situation.origins.get(k) != "implied" and k not in without
        }
        return complete({**kept, **changes}, self.adviser.base.vocabulary, None).answers

    def stated(self, answers: Answers) -> frozenset[str]:
        """The keys of these answers that are more than implied."""
        situation = self.consultation.situation
        return frozenset(
            k for k, v in answers.items() if situation.origins.get(k) != "implied" or situation.answers[k] != v
        )

    def run(self, changes: Mapping[str, Answer], without: Collection[str] = ()) -> Weighed:
        """The situation weighed with these answers instead, and without some."""
        key = repr((sorted(changes.items()), sorted(without)))
        if key not in self.weighed:
            self.weighed[key] = self.adviser.weigh(
                self.changed(changes, without),
                measurements=self.consultation.measurements,
                only=self.consultation.only,
                explain=False,
            )
        return self.weighed[key]

    def run_whole(self, change: Mapping[str, Answer]) -> Weighed:
        """The situation weighed with a change in which `unknown` stands for an answer that is left open."""
        without = [key for key, word in change.items() if word == "unknown"]
        return self.run({key: word for key, word in change.items() if key not in without}, without)

    def whole(self, change: Mapping[str, Answer]) -> dict[str, Answer] | None:
        """The change with the answers that by definition cannot stay; nothing where it contradicts itself.

        A Mac's chip brings a Mac's system, and another maker's hardware leaves the chip that was named open: `unknown`.
        """
        vocabulary, situation = self.adviser.base.vocabulary, self.consultation.situation
        stated = {key: value for key, value in situation.answers.items() if situation.origins.get(key) != "implied"}
        implied = {
            key: word
            for implication in vocabulary.implications
            if change.get(implication.key) == implication.word
            for key, word in implication.implies.items()
            if stated.get(key, word) != word
        }
        if any(change.get(key, word) != word for key, word in implied.items()):
            return None
        whole: dict[str, Answer] = {**implied, **change}
        before = {clash.keys for clash in clashes(stated, vocabulary)}
        after = [clash.keys for clash in clashes({**stated, **whole}, vocabulary) if clash.keys not in before]
        names = {naming.key for naming in vocabulary.namings}
        for keys in after:
            named = [key for key in keys if key in names and key not in change]
            if not named:
                return None
            whole |= dict.fromkeys(named, "unknown")
        return whole

    def additions(self, key: str, *, coherent: bool = True) -> list[Answer]:
        """The answers that can be given to an open key: each word, or each word alone of a set.

        Those that are `coherent` stand against no other answer by definition.
        """
        attribute = self.adviser.base.vocabulary.answer(key)
        if attribute is None or attribute.kind not in ("word", "words"):
            return []
        words = [word if attribute.kind == "word" else (word,) for word in attribute.words]
        return [word for word in words if not coherent or self._coherent(key, word)]

    def changes(self, key: str, *, coherent: bool = True) -> list[Answer]:
        """The answers that can be given instead of the given one: another word, or a set with one word less."""
        given = self.consultation.situation.answers.get(key)
        if isinstance(given, tuple):
            return [tuple(word for word in given if word != dropped) for dropped in given]
        return [word for word in self.additions(key, coherent=coherent) if word != given]

    def _coherent(self, key: str, word: Answer) -> bool:
        """Whether nothing that follows from the word by definition stands against another answer."""
        situation = self.consultation.situation
        return all(
            situation.origins.get(implied) != "answered" or situation.answers[implied] == value
            for implication in self.adviser.base.vocabulary.implications
            if (implication.key, implication.word) == (key, word)
            for implied, value in implication.implies.items()
        )


def given_anew(change: Mapping[str, Answer]) -> int:
    """How many answers a change gives anew; what is left open along with them does not count."""
    return sum(word != "unknown" for word in change.values())


def decided(weighed: Weighed) -> str:
    """What is recommended first, for a situation that was weighed."""
    best = first(weighed)
    return NEEDS_MORE_INFO if best != NONE_OF_THESE and "thin" in weighed.derived.get("shape", ()) else best


def first(weighed: Weighed) -> str:
    """The option that is expected to be best, `none_of_these` out of scope, `needs_more_info` where none remains."""
    if "outside" in weighed.derived.get("scope", ()):
        return NONE_OF_THESE if weighed.options else NEEDS_MORE_INFO
    return next((option for option in best_first(weighed.scores) if option in weighed.options), NEEDS_MORE_INFO)


def expected_scores(weighed: Weighed) -> dict[str, float]:
    """The expected score of each option that remains."""
    return {option: weighed.scores[option] for option in weighed.options}


def plain_answer(word: Answer) -> object:
    """The answer as JSON has it."""
    return list(word) if isinstance(word, tuple) else word


def said_answer(word: Answer) -> str:
    """The answer in a sentence."""
    if word == "unknown":
        return "left open"
    return (", ".join(word) or "none of them") if isinstance(word, tuple) else str(word)
