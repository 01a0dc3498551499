"""How probing shows itself: on a terminal, and where there is none."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest

from advisor import resources
from advisor.locks import hold
from cli.program import Run, environment, start

EVENTS = """
import sys, time
from dataclasses import replace
from advisor.cli.progress import ProbeProgress
from advisor.evidence.probing.plan import Progress
from advisor.model.measurement import ProbeResult

done = ProbeResult(
    framework="jax", variant="jit", probe="gemm", device="cpu", dtype="float32", outcome="ok", paired=0.0, samples=9
)
near, far = replace(done, framework="mlx", paired=0.01), replace(done, framework="keras", paired=1.0)
lost = replace(done, framework="tensorflow", outcome="failed", paired=None)
try:
    with ProbeProgress() as show:
        show(Progress(kind="waiting", seconds_left=70, text="process 7"))
        show(Progress(kind="starting", seconds_left=60, framework="jax", variant="jit"))
        show(Progress(kind="started", seconds_left=60, framework="jax", variant="jit"))
        bad = dict(framework="x", variant="y", outcome="failed", text="\\x1b[31mno")
        show(Progress(kind="started", seconds_left=60, **bad))
        facts = dict(probe="gemm", number=1, of=4, generations=2)
        show(Progress(kind="probe", seconds_left=50, **facts))
        show(Progress(kind="measured", seconds_left=40, results=(done, near, far, lost), **facts))
        show(Progress(kind="probe", seconds_left=30, probe="conv", number=2, of=4, text="again"))
        print("shown", flush=True)
        if len(sys.argv) > 1:
            time.sleep(60)
except KeyboardInterrupt:
    print("interrupted", flush=True)
print("over", flush=True)
"""
COLOUR = re.compile(r"\x1b\[(?:\d+;)*[34]\d")
SIGNS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@dataclass(frozen=True, slots=True)
class Seen:
    """What came out on the terminal and on standard output."""

    terminal: str
    output: str

    @property
    def text(self) -> str:
        """Every line that was ever drawn, without what moves the cursor and sets colours."""
        return SIGNS.sub("", self.terminal).replace("\r\n", "\n").replace("\r", "\n")


def on_terminal(
    home: Path, columns: int = 80, rows: int = 24, env: Mapping[str, str] | None = None, *, interrupt: bool = False
) -> Seen:
    """Run the events with a pseudo-terminal for standard error."""
    if sys.platform == "win32":
        pytest.skip("there are no pseudo-terminals")
    import fcntl  # noqa: PLC0415
    import struct  # noqa: PLC0415
    import termios  # noqa: PLC0415

    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    kept = {name: value for name, value in environment(home).items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    with subprocess.Popen(
        [sys.executable, "-c", EVENTS, *(["wait"] if interrupt else [])],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**kept, "TERM": "xterm-256color", **(env or {})},
        encoding="utf-8",
    ) as program:
        os.close(theirs)
        parts: list[bytes] = []
        reader = Thread(target=_drain, args=(ours, parts))
        reader.start()
        assert program.stdout
        first = program.stdout.readline()
        if interrupt:
            time.sleep(0.2)
            program.send_signal(signal.SIGINT)
        output = first + program.stdout.read()
        program.wait(30)
    reader.join()
    return Seen(b"".join(parts).decode("utf-8"), output)


def _drain(terminal: int, parts: list[bytes]) -> None:
    """Read until the other end is closed, which Linux says by an error."""
    with suppress(OSError):
        while part := os.read(terminal, 65536):
            parts.append(part)
    os.close(terminal)


def test_on_a_terminal_a_table_says_what_everybody_came_to(home: Path) -> None:
    seen = on_terminal(home)
    assert "[............] 1 of 4: gemm, at most 50 s left, process 1 of 2" in seen.text
    assert "2 of 4: conv again, at most 30 s left" in seen.text
    rows = {line.split()[0]: line.split()[1:] for line in seen.text.splitlines() if re.match(r"\w+/\w+ ", line)}
    assert rows == {"jax/jit": ["first"], "mlx/jit": ["tie"], "keras/jit": ["2.72"], "tensorflow/jit": ["failed"]}
    assert "x/y: failed: ?[31mno" in seen.text
    assert "started" not in seen.text
    assert COLOUR.search(seen.terminal)


def test_who_wants_no_colour_gets_none(home: Path) -> None:
    assert not COLOUR.search(on_terminal(home, env={"NO_COLOR": "1"}).terminal)


@pytest.mark.parametrize("columns", [20, 30, 52, 79, 200])
@pytest.mark.parametrize("rows", [3, 24])
def test_no_line_is_longer_than_the_terminal_is_wide(home: Path, columns: int, rows: int) -> None:
    seen = on_terminal(home, columns, rows)
    assert max(map(len, seen.text.splitlines())) <= min(columns, 79)
    assert "of 4" in seen.text


@pytest.mark.parametrize("interrupt", [False, True])
def test_what_was_drawn_is_gone_in_the_end_and_the_cursor_is_there(home: Path, *, interrupt: bool) -> None:
    seen = on_terminal(home, interrupt=interrupt)
    assert seen.output.split() == ["shown", *(["interrupted"] if interrupt else []), "over"]
    last = seen.terminal[seen.terminal.rindex("tensorflow/jit") :]
    # The state, the head of the table and four variants.
    assert last.count("\x1b[1A\x1b[2K") == 6
    assert seen.terminal.rindex("\x1b[?25h") > seen.terminal.rindex("\x1b[?25l")
    assert "x/y: failed" in seen.text


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"TERM": "unknown"}])
def test_a_terminal_that_can_do_nothing_gets_lines(home: Path, env: dict[str, str]) -> None:
    seen = on_terminal(home, env=env)
    assert "\x1b" not in seen.terminal
    assert "probe 1 of 4: gemm, at most 50 s left, process 1 of 2\n" in seen.text


@pytest.mark.parametrize("env", [{}, {"FORCE_COLOR": "1"}, {"TTY_COMPATIBLE": "1"}], ids=str)
def test_without_a_terminal_there_is_a_line_now_and_then(run: Run, env: dict[str, str]) -> None:
    ran = run(program=("-c", EVENTS), env=env)
    assert ran.stderr.splitlines() == [
        "waiting for process 7, which measures on this machine, at most 70 s left",
        "jax/jit: started",
        "x/y: failed: ?[31mno",
        "probe 1 of 4: gemm, at most 50 s left, process 1 of 2",
        "probe 2 of 4: conv again, at most 30 s left",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_it_goes_on_where_nobody_reads_any_more(home: Path) -> None:
    read, written = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [sys.executable, "-c", EVENTS], stdout=subprocess.PIPE, stderr=written, env=environment(home), check=False
        )
    finally:
        os.close(written)
    assert done.stdout.decode().split() == ["shown", "over"]


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of POSIX")
def test_while_somebody_else_measures_it_waits_says_so_and_can_be_interrupted(tmp_path: Path) -> None:
    descriptor = hold(resources.measuring(tmp_path))
    os.write(descriptor, b" 77 0")
    with start("probe", "--frameworks", "mxnet", "--no-store", home=tmp_path) as program:
        assert program.stderr is not None
        said = program.stderr.readline()
        program.send_signal(signal.SIGINT)
        assert "interrupted" in program.communicate(timeout=60)[1]
    os.close(descriptor)
    assert said == "waiting for process 77, which measures on this machine, at most 0 s left\n"
    assert program.returncode == 130
