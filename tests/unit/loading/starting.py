"""The program in a process of its own, with as much memory and time as it may take."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import advisor

MEMORY = 1 << 30
"""Bytes of address space: enough for the program, and not for what a hostile file would make of it."""
SECONDS = 120

_PLACE = Path(advisor.__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a process."""

    exit: int
    stdout: str
    stderr: str

    @property
    def problems(self) -> list[str]:
        """What was refused, where nothing else was said."""
        assert self.exit == 2, (self.exit, self.stderr[-2000:])
        assert self.stdout == ""
        lines = self.stderr.splitlines()
        assert all(line.startswith("advisor: ") and line.isprintable() for line in lines)
        return [line.removeprefix("advisor: ") for line in lines]


def begin(
    home: Path,
    *arguments: str | Path,
    limit: Callable[[], None] | None = None,
    program: tuple[str, ...] = ("-m", "advisor"),
) -> subprocess.Popen[bytes]:
    """The program, running, with what it stores in that folder."""
    paths = [str(_PLACE), os.environ.get("PYTHONPATH", "")]
    # Where nothing can be written, the measurement of coverage would complain at exit.
    inherited = {k: v for k, v in os.environ.items() if limit is None or not k.startswith("COVERAGE_PROCESS")}
    return subprocess.Popen(
        [sys.executable, *program, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**inherited, "ADVISOR_HOME": str(home), "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        preexec_fn=limit or bounded(),  # noqa: PLW1509  (no thread has been started)
    )


def end(process: subprocess.Popen[bytes]) -> Ended:
    """Wait for it; one that hangs is a failure."""
    try:
        out, err = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    return Ended(process.returncode, out.decode(), err.decode())


def start(
    home: Path,
    *arguments: str | Path,
    limit: Callable[[], None] | None = None,
    program: tuple[str, ...] = ("-m", "advisor"),
) -> Ended:
    """Run it and wait."""
    return end(begin(home, *arguments, limit=limit, program=program))


def bounded() -> Callable[[], None] | None:
    """What bounds the memory of a process, where the system can."""
    if sys.platform != "linux":
        return None
    import resource  # noqa: PLC0415  (not everywhere)

    return lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def without_room() -> Callable[[], None] | None:
    """What keeps a process from writing any file, as a full disk does."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415

    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
