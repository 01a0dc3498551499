from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator, Sequence

import psutil
import pytest

from advisor.evidence.probing import contention
from advisor.evidence.probing.contention import Contention
from advisor.evidence.probing.entrants import settle

Linux = namedtuple("Linux", "user system idle iowait steal guest")  # noqa: PYI024 - as psutil makes them
Other = namedtuple("Other", "user system idle")  # noqa: PYI024


def looked(monkeypatch: pytest.MonkeyPatch, *readings: Sequence[tuple[float, ...]]) -> Contention:
    told: Iterator[Sequence[tuple[float, ...]]] = iter(readings)
    monkeypatch.setattr(psutil, "cpu_times", lambda *, percpu: next(told) if percpu else None)
    return contention.look(0)


def test_a_core_is_used_where_it_was_neither_idle_nor_waiting_for_a_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [Linux(1, 1, 1, 1, 1, 1), Linux(1, 1, 1, 1, 1, 1)]
    after = [Linux(1.1, 1, 1.1, 1.1, 1.1, 1.1), Linux(1, 1, 1.3, 1, 1, 1)]
    found = looked(monkeypatch, before, after)
    assert found.cores == pytest.approx((0.5, 0.0))
    assert found.busy
    assert found.quietest([0, 1]) == [1]


def test_less_is_told_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert looked(monkeypatch, [Other(1, 1, 1)], [Other(1, 1, 1.3)]).cores == (0.0,)
    assert looked(monkeypatch, [Other(1, 1, 1)], [Other(1, 1, 1)]).cores == (0.0,), "no time has passed"


def test_an_idle_machine_is_not_busy_and_a_moment_of_this_one_is_between_the_two() -> None:
    assert not Contention(cores=(0.1, 0.2)).busy
    assert all(0 <= share <= 1 for share in contention.look(0.05).cores)


def test_everybody_gets_all_cores_or_where_others_want_them_the_quietest() -> None:
    quiet, busy = Contention(cores=(0.0, 0.1)), Contention(cores=(0.9, 0.8))
    assert settle(None, 2, quiet).threads == 2
    assert settle(None, 2, busy).threads == 1
    assert settle(2, 2, busy).threads == 2, "the user has the last word"
    cores = settle(None, 2, busy).cores
    assert len(cores) <= 1
