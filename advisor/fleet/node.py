"""What is done on a node: it says what it is, and measures as `advisor probe` does. Nothing here knows Ray.

A node measures in a process that does nothing else; each framework has one of its own below it. What crashes takes no
other down, and none of them outlives the one that started it.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import time
from collections import deque
from pathlib import Path
from threading import Thread

import advisor
from advisor import resources
from advisor.evidence.environments import standing
from advisor.evidence.halt import Halt
from advisor.evidence.machine.detection import detect
from advisor.evidence.portable import document
from advisor.evidence.probing import contention
from advisor.evidence.probing.plan import Plan, Progress
from advisor.evidence.probing.run import run
from advisor.frozen import dataclass, replace
from advisor.model.measurement import Machine

_BOOT = Path("/proc/sys/kernel/random/boot_id")
"""Is another one for each start of a kernel, and the same in all containers on it."""
CALM_S = 3.0
"""For processes that were started to be there."""
_NEWS = 200
"""Events that are kept until somebody asks for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a node says of itself."""

    machine: Machine
    host: str
    """The same for whatever shares a host, and no name of it."""
    platform: str
    """`sys.platform` and `platform.machine()`, as recipes name it."""
    program: str
    """The version of this program that is there."""


def look() -> Look:
    """Say what this node is."""
    return Look(
        machine=detect(),
        host=host(),
        platform=f"{sys.platform} {platform.machine()}",
        program=advisor.__version__,
    )


def host(boot: Path = _BOOT) -> str:
    """What everything on this host has in common."""
    try:
        shared = boot.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        shared = platform.node()
    return hashlib.sha256(shared.encode()).hexdigest()[:16]


class Runner:
    """Measures once; while it does, it can be asked how it goes, and stopped."""

    def __init__(self) -> None:
        self._halt = Halt()
        self._news: deque[Progress] = deque(maxlen=_NEWS)
        # What is at work is not always ended with the node.
        Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()

    def ready(self) -> bool:
        """Answer, which it can as soon as it has what it holds of the node."""
        return True

    def probe(self, plan: Plan) -> bytes:
        """Measure with the probes and interpreters that are here; the run as it is exported, stopped or whole."""
        calm_down()
        here = replace(
            plan,
            probes=resources.probes(),
            candidates=(sys.executable, *standing.interpreters(resources.home())),
            lock=resources.measuring(),
        )
        return json.dumps(document(run(here, self._tell, self._halt)), ensure_ascii=False).encode()

    def news(self) -> tuple[Progress, ...]:
        """What happened since it was last asked, without figures."""
        told = []
        while self._news:
            told.append(self._news.popleft())
        return tuple(told)

    def stop(self) -> None:
        """End as soon as possible, and keep what was measured."""
        self._halt.ask()

    def _tell(self, event: Progress) -> None:
        self._news.append(replace(event, results=()))


def _end_with(parent: int) -> None:
    """End this process when the one that started it is gone."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def calm_down(limit_s: float = CALM_S) -> None:
    """Wait until nothing else is at work here: a cluster starts processes ahead of its work. Not for long."""
    until = time.monotonic() + limit_s
    while time.monotonic() < until and contention.look().busy:
        pass


class Holder:
    """Keeps an environment in place for as long as it lives."""

    def interpreter(self) -> str:
        """The interpreter of the environment."""
        return sys.executable
