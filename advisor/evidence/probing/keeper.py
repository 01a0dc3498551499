"""Ends the processes of a run and removes its folder, however the program ends.

Run as `python keeper.py FOLDER`; standard input says `+PID` for a process group that has started and `-PID` for one
that is gone. When the input ends, because the program closed it or was killed, what is left is killed and the folder is
removed. It has a session of its own, so what is sent to the program's terminal does not reach it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time


def end(pid: int) -> None:
    """Kill a process with its group; one that is already gone is no error."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)


def keep(folder: str) -> None:
    """Follow standard input to its end, then tidy up."""
    alive: set[int] = set()
    for line in sys.stdin:
        (alive.add if line.startswith("+") else alive.discard)(int(line[1:]))
    for pid in alive:
        end(pid)
    for _ in range(20):  # what was just killed may still be writing
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):  # noqa: PTH110 - starts faster without pathlib
            return
        time.sleep(0.1)


if __name__ == "__main__":
    keep(sys.argv[1])
