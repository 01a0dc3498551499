"""However the questionnaire is left, what was answered is kept, and no two questionnaires write to one file."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path

import pytest
from cli.program import Run

from advisor import resources
from advisor.cli.keeping import Keeper
from advisor.inquiry.interview import Interview
from advisor.locks import hold
from tui.terminal import PATIENCE_S, Terminals

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of POSIX")
SANE = b"\x1b[?1049l"
"""What leaves the screen as it was before."""
BROKEN = """
import sys
from advisor.cli.main import main
from advisor.tui.screens import interview

def lost(*_):
    raise RuntimeError("lost")

interview.{broken} = lost
sys.exit(main(["interview", "--no-detect"]))
"""


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("broken", ["moved", "talk.next_question"], ids=["beside a key", "in a thread"])
def test_a_bug_leaves_a_sane_terminal_a_report_and_the_answers(
    terminals: Terminals, tmp_path: Path, broken: str
) -> None:
    if "talk" in broken:
        # There already is an answer before anything goes wrong.
        (tmp_path / "interview.yaml").write_text("domain: cv\n", encoding="utf-8")
    terminal = terminals(program=("-c", BROKEN.format(broken=broken)))
    if "talk" not in broken:
        terminal.wait_for(b"project")
        terminal.send(b"\r")
    assert terminal.end() == 3
    told = terminal.seen.rpartition(SANE)[2].decode()
    assert "Traceback" not in told
    assert "the answers are kept" in told
    (report,) = (tmp_path / "reports").iterdir()
    assert f"a bug, not your mistake: RuntimeError. Please report it with {report}." in told
    assert "RuntimeError: lost" in report.read_text(encoding="utf-8")
    assert "\ndomain: " in f"\n{(tmp_path / 'interview.yaml').read_text(encoding='utf-8')}"


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP"])
def test_a_signal_leaves_a_sane_terminal_and_the_answers(terminals: Terminals, tmp_path: Path, number: str) -> None:
    terminal = terminals("interview", "--no-detect")
    terminal.wait_for(b"project")
    terminal.send(b"\r")
    terminal.wait_for_file(tmp_path / "interview.yaml")
    terminal.process.send_signal(getattr(signal, number))
    assert terminal.end() == -getattr(signal, number)
    assert SANE in terminal.seen
    assert "\ndomain: llm\n" in (tmp_path / "interview.yaml").read_text(encoding="utf-8")


@POSIX
@pytest.mark.slow
def test_a_terminal_that_is_gone_without_a_word_ends_it(terminals: Terminals) -> None:
    terminal = terminals("interview", "--no-detect")
    terminal.wait_for(b"project")
    os.close(terminal.ours)
    terminal.process.wait(PATIENCE_S)


@POSIX
@pytest.mark.slow
def test_two_questionnaires_at_once_keep_a_file_each(terminals: Terminals, tmp_path: Path) -> None:
    first = terminals("interview", "--no-detect")
    first.wait_for(b"project")
    second = terminals("interview", "--no-detect")
    second.wait_for(b"begins anew")
    second.wait_for(b"project")
    for terminal, file, keys in ((first, "interview.yaml", b"\r"), (second, "interview.1.yaml", b"\x1b[B\r")):
        terminal.send(keys)
        terminal.wait_for_file(tmp_path / file)
    first.close()
    second.close()
    assert "\ndomain: llm\n" in (tmp_path / "interview.yaml").read_text(encoding="utf-8")
    other = (tmp_path / "interview.1.yaml").read_text(encoding="utf-8")
    assert re.search(r"\ndomain: (?!llm)\w+\n", other)


@POSIX
@pytest.mark.slow
def test_answers_of_a_file_come_in_their_order_with_what_is_not_known(terminals: Terminals, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("task: unknown\ntrain_hw: nvidia_gpu\ndomain: cv\n", encoding="utf-8")
    terminal = terminals("interview", "--no-detect", "--answers", "mine.yaml", "--set", "team_skill=unknown")
    terminal.wait_for(b"4 answered")
    terminal.wait_for(b"runs there")
    terminal.send(b"\r")
    terminal.wait_for_file(tmp_path / "interview.yaml")
    terminal.send(b"\x03")
    assert terminal.end() == 0
    lines = (tmp_path / "interview.yaml").read_text(encoding="utf-8").splitlines()[1:]
    assert lines[:4] == ["task: unknown", "train_hw: nvidia_gpu", "domain: cv", "team_skill: unknown"]
    assert len(lines) == 5


def test_what_is_put_aside_takes_the_name_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "interview.yaml"
    path.write_text("old\n", encoding="utf-8")
    (tmp_path / "interview.1.yaml").write_text("older\n", encoding="utf-8")
    keeper = Keeper(path)
    assert (keeper(Interview({"domain": "cv"})), keeper(Interview({"domain": "nlp"}))) == ("", "")
    assert (tmp_path / "interview.1.yaml").read_text(encoding="utf-8") == "older\n"
    assert (tmp_path / "interview.2.yaml").read_text(encoding="utf-8") == "old\n"
    assert "domain: nlp" in path.read_text(encoding="utf-8")
    assert not (tmp_path / "interview.3.yaml").exists()


def test_a_lock_is_held_until_it_is_closed(tmp_path: Path) -> None:
    descriptor = hold(tmp_path / "new" / "lock")
    with pytest.raises(BlockingIOError):
        hold(tmp_path / "new" / "lock")
    os.close(descriptor)
    os.close(hold(tmp_path / "new" / "lock"))


def test_the_lock_is_a_belonging_that_is_removed(run: Run, tmp_path: Path) -> None:
    os.close(hold(resources.interview(tmp_path).with_suffix(".lock")))
    purged = run("purge", "--yes", env={"ADVISOR_HOME": str(tmp_path)})
    assert purged.exit == 0
    assert not tmp_path.exists()
