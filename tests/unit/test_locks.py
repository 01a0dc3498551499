"""Locks between processes: one holds, and a file that was removed meanwhile is locked by nobody."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from advisor import locks


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
