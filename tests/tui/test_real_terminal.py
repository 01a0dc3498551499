"""The whole questionnaire on a real terminal, with real frameworks: asked, measured, saved, and answered again."""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import standin_folder
from cli.program import Run, environment

PATIENCE_S = 60
COMPARED = ("--options", "jax,mlx")
BUDGET_S = "25"
TMUX = shutil.which("tmux")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.frameworks,
    pytest.mark.skipif(TMUX is None, reason="tmux is not here to be a terminal"),
    pytest.mark.skipif(
        any(importlib.util.find_spec(module) is None for module in ("jax", "mlx")), reason="jax or mlx is not here"
    ),
]


class Terminal:
    """The program in a terminal of its own, as somebody sees it who sits before it."""

    def __init__(self, folder: Path, size: tuple[int, int], sockets: str) -> None:
        self.folder = folder
        variables = {**environment(folder / "home"), "TMPDIR": str(folder / "tmp"), "TMUX_TMPDIR": sockets}
        self._variables = {name: value for name, value in variables.items() if name not in ("TMUX", "NO_COLOR")}
        given = [*COMPARED, "--set", "here=develop,train", "--budget", BUDGET_S]
        command = [sys.executable, "-m", "advisor", "interview", *given]
        columns, rows = map(str, size)
        # The shell waits for the program itself, and tells how it ended; what was seen last stays to be looked at.
        said = f"{shlex.join(command)}; echo $? > ended"
        remain = ["set-option", "-g", "status", "off", ";", "set-option", "-g", "remain-on-exit", "on", ";"]
        start = ["new-session", "-d", "-x", columns, "-y", rows, "-c", str(folder), said]
        self._tmux(*remain, *start)

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def shows(self, *words: str) -> None:
        """Wait until all of it is on the screen."""
        end = time.monotonic() + PATIENCE_S
        while not all(word in (seen := self._tmux("capture-pane", "-p")) for word in words):
            assert time.monotonic() < end, seen
            time.sleep(0.05)

    def press_until(self, key: str, words: str) -> None:
        """Press a key that may be pressed again, until this is on the screen: the keys before it may still be busy."""
        end = time.monotonic() + PATIENCE_S
        while words not in (seen := self._tmux("capture-pane", "-p")):
            assert time.monotonic() < end, seen
            self.press(key)
            time.sleep(0.5)

    def status(self) -> str:
        """Wait for the program to end by itself; its exit status."""
        end = time.monotonic() + PATIENCE_S
        ended = self.folder / "ended"
        while not (ended.exists() and ended.read_text(encoding="utf-8")):
            assert time.monotonic() < end, self._tmux("capture-pane", "-p")
            time.sleep(0.05)
        return ended.read_text(encoding="utf-8").strip()

    def close(self) -> None:
        subprocess.run(
            [str(TMUX), "-L", "advisor", "kill-server"], env=self._variables, check=False, capture_output=True
        )

    def _tmux(self, *arguments: str) -> str:
        command = [str(TMUX), "-L", "advisor", "-f", os.devnull, *arguments]
        return subprocess.run(command, env=self._variables, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()
    # The path of a socket has to be short.
    with tempfile.TemporaryDirectory(prefix="t") as sockets:
        opened = Terminal(tmp_path, request.param, sockets)
        yield opened
        opened.close()


@pytest.mark.parametrize(
    ("terminal", "stopped"),
    [((80, 24), False), ((200, 50), True)],
    indirect=["terminal"],
    ids=["to the end", "stopped"],
)
def test_what_is_measured_on_the_way_is_in_the_answer_that_the_saved_file_gives(
    terminal: Terminal,
    run: Run,
    stopped: bool,  # noqa: FBT001
) -> None:
    terminal.shows("What is the project about?", "Standing", "Your answers")
    terminal.type("rec")
    terminal.shows("recsys", "don't know")
    terminal.press("Enter")
    terminal.shows("2 answered", "domain recsys")
    terminal.press("C-r")
    terminal.shows("frameworks found", "every framework found", "jax", "mlx", f"for at most {BUDGET_S} ", "Measure")
    terminal.press("Enter")
    terminal.shows("Starting the frameworks", "Stop")
    terminal.shows("Measuring ", "90 % interval", "1.00")
    if stopped:
        terminal.press("Escape")
    terminal.shows("Stopped after" if stopped else "Measured after", "Classes of work", "Back")
    terminal.press("C-n")
    terminal.shows("verdict:", "measured here", "of what is said of speed comes from this machine")
    terminal.press("C-s")
    terminal.shows("Save what, and where?", "answers.yaml")
    terminal.press("Enter")
    terminal.shows("Saved in answers.yaml")
    terminal.press("C-s")
    terminal.shows("Save what, and where?")
    terminal.press("BTab")
    terminal.press_until("Down", " recommendation.json")
    terminal.press("Tab")
    terminal.press_until("Enter", "Saved in recommendation.json")
    terminal.press("C-q")
    assert terminal.status() == "0"
    assert list((terminal.folder / "tmp").glob("advisor-probe-*")) == []
    assert standin_folder.processes(terminal.folder / "tmp") == []
    again = run(
        "recommend", "--answers", terminal.folder / "answers.yaml", *COMPARED, "--json", "--probe", "stored",
        env={"ADVISOR_HOME": str(terminal.folder / "home")},
    )  # fmt: skip
    assert again.document["measurements"]["used"]
    assert again.stdout == (terminal.folder / "recommendation.json").read_text(encoding="utf-8")
