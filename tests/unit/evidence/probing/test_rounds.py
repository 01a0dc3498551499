"""Who gets how many rounds, with workers that only say how long they took, and a clock that goes by that."""

from __future__ import annotations

import random
from typing import Any, cast

import pytest

from advisor.evidence.probing import rounds
from advisor.evidence.probing.rounds import Contest, Rounds
from advisor.evidence.probing.stability import FEWEST
from advisor.evidence.probing.workers import Answer, Worker


class Clock:
    """Time that passes as workers say."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


class Steady:
    """Takes as long each time."""

    def __init__(self, clock: Clock, wall_s: float) -> None:
        self._clock, self._wall_s = clock, wall_s

    def ask(self, _limit_s: float, **_question: Any) -> Answer:
        self._clock.now += self._wall_s
        about = {"wall_s": self._wall_s, "cpu_s": self._wall_s, "iterations": 1, "compilations": 0, "delayed_s": 0.0}
        return Answer(values=about)


def rounds_of(monkeypatch: pytest.MonkeyPatch, cap_s: float, **takes: float) -> tuple[Rounds, Clock]:
    """The rounds that variants get that take so many seconds for a block."""
    clock = Clock()
    monkeypatch.setattr(rounds, "time", clock)
    found = Rounds(blocks={name: [] for name in takes})
    Contest(
        probe="it",
        entrants={name: cast("Worker", Steady(clock, wall_s)) for name, wall_s in takes.items()},
        groups=dict.fromkeys(takes, "cpu"),
        canary=None,
        cap_s=cap_s,
        limit_s=60.0,
        order=random.Random(0),
    ).run(found)
    return found, clock


@pytest.mark.parametrize("slow_s", [0.4, 2.0, 10.0])
def test_who_takes_all_the_time_by_itself_gives_it_back(monkeypatch: pytest.MonkeyPatch, slow_s: float) -> None:
    found, clock = rounds_of(monkeypatch, 1.0, one=0.06, other=0.07, slow=slow_s)
    assert len(found.blocks["one"]) == len(found.blocks["other"]) >= FEWEST
    assert len(found.blocks["slow"]) <= rounds.SOONEST
    assert clock.now < rounds.SOONEST * slow_s + 4 * 1.0


def test_who_is_not_far_behind_is_timed_like_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = rounds_of(monkeypatch, 1.0, one=0.1, other=0.3)
    assert len(found.blocks["one"]) == len(found.blocks["other"]) >= FEWEST
