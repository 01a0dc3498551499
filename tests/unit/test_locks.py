"""Locks between processes: one holds, turns follow each other, and a file that was removed is locked by nobody."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from advisor import locks
from advisor.locks import turn

TIMES = 5
PATIENCE_S = 60.0


def test_one_holds(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "a.lock"
    descriptor = locks.hold(path)
    with pytest.raises(BlockingIOError):
        locks.hold(path)
    os.close(descriptor)
    os.close(locks.hold(path))


@pytest.mark.skipif(os.name != "posix", reason="an open file cannot be removed elsewhere")
def test_who_locked_a_file_that_is_removed_tries_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.lock"
    lock, removed = locks._lock, list[Path]()

    def slow(descriptor: int) -> None:
        if not removed:
            path.unlink()
            removed.append(path)
        lock(descriptor)

    monkeypatch.setattr(locks, "_lock", slow)
    descriptor = locks.hold(path)
    assert os.path.samestat(os.fstat(descriptor), path.stat())
    with pytest.raises(BlockingIOError):
        locks.hold(path)
    os.close(descriptor)


def test_what_is_read_and_written_in_turn_is_counted_whole(tmp_path: Path) -> None:
    counter, claim = tmp_path / "counter", tmp_path / "claim"
    counter.write_text("0", encoding="utf-8")

    def count(_: int) -> None:
        for _ in range(TIMES):
            with turn(claim, PATIENCE_S):
                counter.write_text(str(int(counter.read_text(encoding="utf-8")) + 1), encoding="utf-8")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(4)))
    assert (counter.read_text(encoding="utf-8"), claim.exists()) == (str(4 * TIMES), False)


def test_whose_turn_does_not_come_is_told(tmp_path: Path) -> None:
    with turn(tmp_path / "claim", 0.0), pytest.raises(BlockingIOError), turn(tmp_path / "claim", 0.0):
        pytest.fail("it was nobody's turn")
    with turn(tmp_path / "claim", 0.0):
        assert (tmp_path / "claim").exists()
