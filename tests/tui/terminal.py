"""The program on a terminal, as a user has it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path

from cli.program import environment

PATIENCE_S = 60


class Terminals:
    """Opens terminals, and at the end ends what still runs on them."""

    def __init__(self, home: Path) -> None:
        self._home, self._opened = home, list[Terminal]()

    def __call__(self, *arguments: str, program: tuple[str, ...] = ("-m", "advisor")) -> Terminal:
        terminal = Terminal(self._home, *arguments, program=program)
        self._opened.append(terminal)
        return terminal

    def end(self) -> None:
        for terminal in self._opened:
            terminal.process.kill()
            terminal.process.wait(PATIENCE_S)


class Terminal:
    """The program on a terminal, of 24 lines and 80 columns if nothing else is said."""

    def __init__(
        self,
        home: Path,
        *arguments: str,
        program: tuple[str, ...] = ("-m", "advisor"),
        size: tuple[int, int] = (24, 80),
    ) -> None:
        import pty  # noqa: PLC0415  (not everywhere)
        import termios  # noqa: PLC0415

        self.ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, size)
        command = [sys.executable, *program, *arguments]
        env = {**environment(home), "TERM": "xterm-256color"}
        # The terminal is its own, so that it is told when that is closed.
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, cwd=home, start_new_session=True
        )
        os.close(theirs)
        self.seen = b""

    def send(self, keys: bytes) -> None:
        os.write(self.ours, keys)

    def wait_for(self, words: bytes) -> None:
        end = time.monotonic() + PATIENCE_S
        while words not in self.seen:
            assert time.monotonic() < end, self.seen
            self._read()

    def wait_for_file(self, file: Path) -> None:
        end = time.monotonic() + PATIENCE_S
        while not file.exists():
            assert time.monotonic() < end, self.seen
            self._read()

    def close(self) -> None:
        """As when a window is closed."""
        os.close(self.ours)
        self.process.terminate()
        self.process.wait(PATIENCE_S)

    def end(self) -> int:
        """Wait until the program has ended by itself."""
        end = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < end, self.seen
            self._read()
        os.close(self.ours)
        return self.process.wait()

    def _read(self) -> None:
        if select.select([self.ours], [], [], 0.05)[0]:
            try:
                self.seen += os.read(self.ours, 65536)
            except OSError:
                time.sleep(0.01)
