"""How the questionnaire is opened: on a terminal only, and where it was left."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cli.program import Run

from tui.terminal import Terminals


def test_without_a_terminal_there_is_the_help_and_nobody_is_asked(run: Run) -> None:
    alone = run()
    assert (alone.exit, alone.stderr) == (0, "")
    assert "usage: advisor" in alone.stdout
    asked = run("interview", "--no-detect")
    assert (asked.exit, asked.stdout) == (2, "")
    assert "there is no terminal to ask on" in asked.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
@pytest.mark.parametrize("arguments", [(), ("interview", "--no-detect")])
def test_on_a_terminal_it_asks_keeps_the_answer_and_goes_on_later(
    terminals: Terminals, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    kept = tmp_path / "interview.yaml"
    first = terminals(*arguments)
    first.wait_for(b"project")
    # An answer, and a terminal that is closed right after it.
    first.send(b"\r")
    first.wait_for_file(kept)
    first.close()
    assert "\ndomain: llm\n" in kept.read_text(encoding="utf-8")
    second = terminals(*arguments)
    second.wait_for(b"1 answered")
    second.send(b"\x11")
    assert second.end() == 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
@pytest.mark.parametrize("before", ["domain: cv\n", "domain: no word any more\n"])
def test_an_interview_that_does_not_go_on_is_put_aside_and_not_lost(
    terminals: Terminals, tmp_path: Path, before: str
) -> None:
    kept = tmp_path / "interview.yaml"
    kept.write_text(before, encoding="utf-8")
    arguments = ("--set", "task=train") if "cv" in before else ()
    opened = terminals("interview", "--no-detect", *arguments)
    opened.wait_for(b"project")
    opened.send(b"\r")
    opened.wait_for_file(tmp_path / "interview.1.yaml")
    opened.wait_for_file(kept)
    opened.close()
    assert (tmp_path / "interview.1.yaml").read_text(encoding="utf-8") == before
    assert "\ndomain: llm\n" in kept.read_text(encoding="utf-8")
