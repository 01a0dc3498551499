"""The smallest change of the answers that brings something about, found by running it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import combinations

from advisor.consult.adviser import Weighed
from advisor.frozen import dataclass
from advisor.inquiry.whatif import GIVEN, WhatIf, given_anew
from advisor.model.answers import Answer

MOST_PAIRS = 240
"""Changes of two answers that are run; the most promising ones."""
_COMBINED = 30
"""Single changes that are combined with each other, those that came nearest."""
_SHOWN = 3
_LEVELS = ("should", "must")

Nearness = Callable[[Weighed], float]
"""How near a situation is to what is wanted; 0 or more where it is reached."""


@dataclass(frozen=True, slots=True)
class Run:
    """A change of answers that was run; `unknown` stands for an answer that is left open."""

    change: Mapping[str, Answer]
    then: Weighed
    nearness: float

    @property
    def size(self) -> int:
        """How many answers are given anew."""
        return given_anew(self.change)

    @property
    def reached(self) -> bool:
        """Whether it brings about what is wanted."""
        return self.nearness >= 0


@dataclass(frozen=True, slots=True)
class Search:
    """What was run, and the smallest changes that do."""

    reached: tuple[Run, ...]
    singles: int
    pairs: int


def smallest(whatif: WhatIf, nearness: Nearness, *, criteria: Iterable[str] = ()) -> Search:
    """Up to three changes of one answer that do, each of another key; else of two; else a priority for a criterion."""
    search, given = _Runs(whatif, nearness), [key for key in GIVEN if key in whatif.consultation.situation.answers]
    singles = [run for change in _singles(whatif) if (run := search.run(change)) is not None]
    if found := _best((run for run in singles if run.size == 1), given):
        return Search(found, len(singles), 0)
    two = [run for run in singles if run.size > 1]
    pairs = [run for change in _pairs(singles, given) if (run := search.run(change)) is not None]
    if found := _best([*two, *pairs], given):
        return Search(found, len(singles), len(pairs))
    ranked = [run for change in _priorities(whatif, criteria) if (run := search.run(change)) is not None]
    return Search(_best(ranked, given)[:1], len(singles), len(pairs))


def _best(runs: Iterable[Run], last: Collection[str]) -> tuple[Run, ...]:
    """Of those that do, the best for each set of keys; these keys are changed last."""
    best: dict[tuple[str, ...], Run] = {}
    for run in runs:
        keys = tuple(sorted(run.change))
        if run.reached and (keys not in best or run.nearness > best[keys].nearness):
            best[keys] = run
    found = sorted(
        best.values(), key=lambda run: (any(key in last for key in run.change), len(run.change), -run.nearness)
    )
    return tuple(found[:_SHOWN])


def _singles(whatif: WhatIf) -> Iterator[dict[str, Answer]]:
    """Every other word for every answer; a set with one word less or one more, and without a must."""
    vocabulary, given = whatif.adviser.base.vocabulary, whatif.consultation.situation.answers
    asked = [question.key for question in whatif.adviser.base.questions]
    others = [attribute.name for attribute in vocabulary.answers if attribute.name in given]
    for key in dict.fromkeys([*asked, *others]):
        words = whatif.changes(key, coherent=False) if key in given else whatif.additions(key, coherent=False)
        old = given.get(key)
        if isinstance(old, tuple):
            added = [word for word in whatif.additions(key, coherent=False) if isinstance(word, tuple)]
            words = [*words, *((*old, *word) for word in added if not set(word) <= set(old))]
        yield from ({key: word} for word in words)
    levels = given.get("priorities")
    if isinstance(levels, Mapping):
        yield from (
            {"priorities": _without(levels, criterion)} for criterion, level in levels.items() if level == "must"
        )


def _without(levels: Mapping[str, object], criterion: str) -> Answer:
    return {name: str(level) for name, level in levels.items() if name != criterion}


def _pairs(singles: list[Run], kept: Collection[str]) -> Iterator[dict[str, Answer]]:
    """The most promising single changes, two at a time."""
    near = [run for run in singles if run.size == 1 and not any(key in kept for key in run.change)]
    near = sorted(near, key=lambda run: -run.nearness)[:_COMBINED]
    together = [
        {**near[one].change, **near[other].change}
        for one, other in sorted(combinations(range(len(near)), 2), key=sum)
        if set(near[one].change).isdisjoint(near[other].change)
    ]
    yield from together[:MOST_PAIRS]


def _priorities(whatif: WhatIf, criteria: Iterable[str]) -> Iterator[dict[str, Answer]]:
    given = whatif.consultation.situation.answers.get("priorities")
    levels = {key: str(level) for key, level in given.items()} if isinstance(given, Mapping) else {}
    for level in _LEVELS:
        for criterion in criteria:
            yield {"priorities": {**levels, criterion: level}}


@dataclass(frozen=True, slots=True)
class _Runs:
    """Runs changes that make sense."""

    whatif: WhatIf
    nearness: Nearness

    def run(self, change: Mapping[str, Answer]) -> Run | None:
        """The situation with that change and what has to change with it; nothing where that makes no sense."""
        whole = self.whatif.whole(change)
        if whole is None or given_anew(whole) > 2:
            return None
        then = self.whatif.run_whole(whole)
        return Run(whole, then, self.nearness(then))
