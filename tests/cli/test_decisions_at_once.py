"""Several people change one decision at the same time; what each of them wrote is in it, or is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from advisor.cli import locking
from advisor.cli.main import main
from advisor.locks import turn
from advisor.render.json import written
from cli.program import Run, example, start

GIVEN = ("recommend", "--answers", str(example("laptop")), "--no-detect", "--lock")
RENEWED = ("recommend", "--no-detect", "--renew", "--lock")


@pytest.fixture(scope="module")
def decided(run: Run, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("decided") / "lock.json"
    assert run(*GIVEN, path).exit == 0
    return path.read_text(encoding="utf-8")


@pytest.fixture
def lock(decided: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADVISOR_HOME", str(home))
    path = tmp_path / "lock.json"
    path.write_text(decided, encoding="utf-8")
    return path


def noted(lock: Path) -> list[str]:
    return [outcome["text"] for outcome in json.loads(lock.read_text(encoding="utf-8"))["outcomes"]]


def first(what: Callable[[], object], then: Callable[..., Any]) -> Callable[..., Any]:
    """A function before which something else happens."""

    def both(*arguments: Any) -> Any:
        what()
        return then(*arguments)

    return both


def test_all_notes_of_one_moment_are_kept(lock: Path, home: Path) -> None:
    words = ["one", "two", "three"]
    running = [start("decide", lock, "--outcome", word, home=home) for word in words]
    for process in running:
        process.communicate()
        assert process.returncode == 0
    assert sorted(noted(lock)) == sorted(words)
    assert [path.name for path in lock.parent.iterdir()] == [lock.name]


def test_a_note_waits_for_its_turn(
    lock: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(locking, "_PATIENCE_S", 0.0)
    with turn(lock.with_name(f".{lock.name}.claim"), 0.0):
        assert main(["decide", str(lock), "--outcome", "It went well."]) == 2
    assert f"{lock}: somebody else is writing it. Try again." in capsys.readouterr().err
    assert noted(lock) == []
    assert main(["decide", str(lock), "--outcome", "It went well."]) == 0
    assert noted(lock) == ["It went well."]


def test_a_note_that_comes_while_it_is_decided_anew_is_kept(lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = ["decide", str(lock), "--outcome", "It went well."]
    monkeypatch.setattr(locking, "keep", first(lambda: main(note), locking.keep))
    assert main([*RENEWED, str(lock)]) == 0
    assert noted(lock) == ["It went well."]


def test_of_two_who_decide_anew_the_second_is_refused(
    lock: Path, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = (*RENEWED, lock, "--threshold", "stack=false")
    monkeypatch.setattr(locking, "keep", first(lambda: run(*other), locking.keep))
    assert main([*RENEWED, str(lock)]) == 2
    assert "somebody else has written it in the meantime." in capsys.readouterr().err
    assert json.loads(lock.read_text(encoding="utf-8"))["thresholds"]["stack"] is False


def test_a_first_decision_takes_the_place_of_no_other(
    lock: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new = lock.with_name("new.json")
    monkeypatch.setattr("advisor.cli.locking.written", first(lambda: new.write_text("theirs"), written))
    assert main([*GIVEN, str(new)]) == 2
    assert "somebody else has written it in the meantime." in capsys.readouterr().err
    assert new.read_text(encoding="utf-8") == "theirs"
