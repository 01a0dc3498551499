"""Keeps an interview after each answer, in a file that no other questionnaire writes to at the same time."""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path

from advisor.cli.output import write
from advisor.errors import AdvisorError
from advisor.inquiry import transcript
from advisor.inquiry.interview import Interview
from advisor.locks import hold

_PATIENCE_S = 1.0
"""How long a questionnaire that is just being left is waited for: a page that is loaded anew, for one."""


class Keeper:
    """The file of the interview that is under way, or one of its own while another questionnaire has that."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.alone = _held(path.with_suffix(".lock"))
        """Whether this is the only questionnaire that is open."""
        self.goes_on = False
        """Whether the interview that was kept is the one that is kept on."""

    def __call__(self, interview: Interview) -> str:
        """Keep an interview; returns what went wrong, or nothing. Whatever was kept before is put aside, not lost."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if not self.goes_on:
                self._make_room()
                self.goes_on = True
            write(transcript.written(interview), str(self._path))
        except (OSError, AdvisorError) as error:
            return f"The answers cannot be kept: {error}"
        return ""

    def _make_room(self) -> None:
        if not self.alone:
            self._path = _reserved(self._path)
        elif self._path.exists():
            self._path.replace(_reserved(self._path))


def _held(lock: Path) -> bool:
    """Whether the lock is held from now on until the process ends."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            hold(lock)
        except BlockingIOError:
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
        except OSError:
            # Where nothing can be locked, nothing can be kept either, and that is said at the first answer.
            return True
        else:
            return True


def _reserved(path: Path) -> Path:
    """The first name of its kind that nothing has, with an empty file: `interview.1.yaml`, `interview.2.yaml`, ..."""
    for number in count(1):
        name = path.with_name(f"{path.stem}.{number}{path.suffix}")
        try:
            name.touch(exist_ok=False)
        except FileExistsError:
            continue
        return name
    raise AssertionError
