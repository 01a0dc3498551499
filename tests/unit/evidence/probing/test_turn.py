"""One process measures at a time: the others wait, say for whom, and hang in no case."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest

from advisor.errors import StoreError
from advisor.evidence.halt import Halt
from advisor.evidence.probing import turn as turns
from advisor.evidence.probing.plan import Plan, Progress
from advisor.evidence.probing.turn import turn
from advisor.frozen import replace

HOLD = """
import sys
from pathlib import Path
from advisor.evidence.halt import Halt
from advisor.evidence.probing.plan import Plan
from advisor.evidence.probing.turn import turn

plan = Plan(probes=Path(), definitions=(), lock=Path(sys.argv[1]), budget_s=500)
with turn(plan, print, Halt()):
    print("mine", flush=True)
    sys.stdin.read()
"""
PATIENCE_S = 30


def silent(_: Progress) -> None:
    """Wait without a word."""


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(probes=tmp_path, definitions=(), lock=tmp_path / "home" / "measuring.lock")


@pytest.fixture
def other(plan: Plan) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the turn until its standard input is closed."""
    command = [sys.executable, "-c", HOLD, str(plan.lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "mine\n"
        yield process
        process.kill()


def free(plan: Plan) -> bool:
    """Whether nobody would be waited for."""
    told: list[Progress] = []
    halt = Halt()

    def stop(event: Progress) -> None:
        told.append(event)
        halt.ask()

    with turn(plan, stop, halt):
        return not told


def test_who_comes_second_says_whom_it_waits_for_and_has_the_turn_when_that_one_is_done(
    plan: Plan, other: subprocess.Popen[str]
) -> None:
    told: list[Progress] = []

    def report(event: Progress) -> None:
        told.append(event)
        assert other.stdin is not None
        other.stdin.close()

    with turn(plan, report, Halt()):
        assert other.wait(PATIENCE_S) == 0
        assert not free(plan)
    assert [(event.kind, event.text) for event in told] == [("waiting", f"process {other.pid}")]
    assert 400 < told[0].seconds_left <= 501
    assert free(plan)


def test_who_is_killed_keeps_nobody_waiting(plan: Plan, other: subprocess.Popen[str]) -> None:
    assert not free(plan)
    other.kill()
    other.wait(PATIENCE_S)
    assert free(plan)


def test_what_fails_gives_the_turn_back(plan: Plan) -> None:
    with pytest.raises(KeyboardInterrupt), turn(plan, print, Halt()):
        raise KeyboardInterrupt
    assert free(plan)


@pytest.mark.usefixtures("other")
def test_who_is_halted_waits_no_longer(plan: Plan) -> None:
    halt = Halt()
    Timer(0.2, halt.ask).start()
    with turn(plan, silent, halt):
        assert halt.asked
    assert not free(plan)


@pytest.mark.usefixtures("other")
def test_who_should_have_been_done_long_ago_is_not_waited_for_for_ever(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "GRACE_S", -1000)
    late = r"process \d+ measures .* should have been done long ago. End it"
    with pytest.raises(StoreError, match=late), turn(plan, silent, Halt()):
        pytest.fail("it is not its turn")


@pytest.mark.parametrize("written", [b"", b" nonsense", b"\xff" * 100, b" 1 2 3", b" 1 nan"])
def test_who_has_not_said_its_name_is_waited_for_all_the_same(plan: Plan, written: bytes) -> None:
    told: list[Progress] = []
    with turn(plan, print, Halt()):
        assert plan.lock is not None
        plan.lock.write_bytes(written)
        halt = Halt()

        def stop(event: Progress) -> None:
            told.append(event)
            halt.ask()

        with turn(plan, stop, halt):
            pass
    assert [event.text for event in told] == ["another process"]


def test_where_nothing_can_be_locked_it_is_measured_all_the_same(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("no folder", encoding="utf-8")
    assert free(plan)


def test_where_nobody_else_is_minded_there_is_nothing_to_lock(plan: Plan, tmp_path: Path) -> None:
    with turn(replace(plan, lock=None), print, Halt()):
        assert list(tmp_path.iterdir()) == []


def test_the_lock_says_who_holds_it_and_until_when(plan: Plan) -> None:
    with turn(replace(plan, budget_s=50), print, Halt()):
        assert plan.lock is not None
        process, until = plan.lock.read_bytes()[1:].split()
        assert int(process) == os.getpid()
        assert 40 < int(until) - time.time() <= 51
