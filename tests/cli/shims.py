"""Small modules that Python loads before the program, to make a world that a test needs."""

from __future__ import annotations

from pathlib import Path

BLOCKED = """
import sys
from importlib.abc import MetaPathFinder

class Blocked(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError("No module named " + repr(name), name=name)

sys.meta_path.insert(0, Blocked())
"""

ANOTHER_DAY = """
import datetime
import time

SECONDS = 4_102_444_800.0
real = time.localtime, time.gmtime, time.strftime

class Date(datetime.date):
    @classmethod
    def today(cls):
        return cls(2100, 1, 1)

class DateTime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2100, 1, 1, tzinfo=tz)

time.time = lambda: SECONDS
time.time_ns = lambda: int(SECONDS) * 10**9
time.localtime = lambda seconds=SECONDS: real[0](seconds)
time.gmtime = lambda seconds=SECONDS: real[1](seconds)
time.strftime = lambda form, at=None: real[2](form, at or real[1](SECONDS))
datetime.date, datetime.datetime = Date, DateTime
"""

WATCHED = """
import os
import sys

def watch(event, details):
    first = str(details[0]) if details else ""
    started = event in ("subprocess.Popen", "os.system", "os.posix_spawn", "os.fork", "socket.connect")
    started = started or event == "sqlite3.connect"
    looked = event == "open" and (first.startswith(("/proc/", "/sys/")) or "measurements" in os.path.dirname(first))
    if started or looked:
        os.write(2, f"{event} {first}\\n".encode())

sys.addaudithook(watch)
"""


def shim(folder: Path, text: str) -> dict[str, str]:
    """The variables under which a process loads this text before anything else."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(text, encoding="utf-8")
    return {"PYTHONPATH": str(folder)}


def without(folder: Path, *names: str) -> dict[str, str]:
    """The variables of a process for which these modules are not installed."""
    return shim(folder, BLOCKED.format(names=set(names)))
