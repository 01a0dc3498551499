"""Where detection reads: files, commands and calls of the operating system, live or from a recording.

Both kinds of source answer whatever they are asked; what is not there is empty, and nothing raises.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from advisor.frozen import dataclass

if TYPE_CHECKING:
    import subprocess
    from typing import IO

LIMIT_S = 1.8
"""For all commands together, which run at the same time: a driver in trouble can hang whoever asks it."""
MOST_BYTES = 4 * 2**20
"""Read of one file or command; that of a server with a thousand threads is smaller."""
FOLDERS = ("/usr/lib/wsl/lib", "/usr/sbin", "/sbin", "/opt/rocm/bin", "/opt/aws/neuron/bin", "/usr/local/sbin")
"""Where commands that report hardware also lie, beside the search path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command printed, and how it ended."""

    output: str = ""
    """Standard output; where there was none, what it complained about."""
    status: int | None = None
    """Unknown where it is missing or was given up."""
    late: bool = False
    """Whether it was given up."""

    @property
    def text(self) -> str:
        """What it printed, if it succeeded."""
        return self.output if self.status == 0 else ""


class Source(Protocol):
    """What detection asks."""

    def read(self, path: str) -> str:
        """The text of a file; empty where it cannot be read."""

    def glob(self, pattern: str) -> tuple[str, ...]:
        """What there is of that pattern, in order."""

    def expect(self, *commands: tuple[str, ...]) -> None:
        """Say what will be run, so that it runs meanwhile."""

    def run(self, *words: str) -> Ran:
        """Run a command."""

    def call(self, name: str) -> Any:
        """What a call of `CALLS` returns; None where it fails. From a recording it may be any JSON."""

    def variable(self, name: str) -> str:
        """A variable of the environment; empty where it is not set."""


class Live:
    """This machine. It keeps what it answered."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self.files: dict[str, str] = {}
        self.found: dict[str, None] = {}
        self.commands: dict[tuple[str, ...], Ran] = {}
        self.calls: dict[str, Any] = {}
        self.variables: dict[str, str] = {}
        self._ends = time.monotonic() + limit_s
        self._running: dict[tuple[str, ...], _Command | None] = {}

    def read(self, path: str) -> str:
        """The text of a file; empty where it cannot be read."""
        if path not in self.files:
            text = ""
            with suppress(OSError), Path(path).open("rb") as file:
                text = file.read(MOST_BYTES).decode("utf-8", "replace").replace("\0", " ")
            self.files[path] = text
        return self.files[path]

    def glob(self, pattern: str) -> tuple[str, ...]:
        """What there is of that pattern, in order."""
        from glob import glob  # noqa: PLC0415  (not every system needs it)

        found = tuple(sorted(glob(pattern)))  # noqa: PTH207 - a text in, texts out
        self.found.update(dict.fromkeys(found))
        return found

    def expect(self, *commands: tuple[str, ...]) -> None:
        """Start commands; whoever runs them later gets what they printed meanwhile."""
        for words in commands:
            if words not in self._running and words not in self.commands:
                self._running[words] = _Command.started(words)

    def run(self, *words: str) -> Ran:
        """Run a command, or wait for it if it is running; after the limit it is given up."""
        if words not in self.commands:
            self.expect(words)
            command = self._running.pop(words)
            self.commands[words] = command.ended(self._ends) if command else Ran()
        return self.commands[words]

    def call(self, name: str) -> Any:
        """What a call of `CALLS` returns; None where it fails."""
        if name not in self.calls:
            self.calls[name] = None
            with suppress(Exception):  # whatever a foreign library raises, the value is unknown
                self.calls[name] = CALLS[name]()
        return self.calls[name]

    def variable(self, name: str) -> str:
        """A variable of the environment; empty where it is not set."""
        self.variables[name] = os.environ.get(name, "")
        return self.variables[name]


class Recorded:
    """What another machine answered. A pattern finds the files of the recording and the folders that they lie in."""

    def __init__(
        self,
        files: Mapping[str, str] | None = None,
        commands: Mapping[tuple[str, ...], Ran] | None = None,
        calls: Mapping[str, Any] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.files, self.commands = dict(files or {}), dict(commands or {})
        self.calls, self.variables = dict(calls or {}), dict(variables or {})
        self._parts = [PurePosixPath(path).parts for path in self.files]

    def read(self, path: str) -> str:
        """The text of a file."""
        return self.files.get(path, "")

    def glob(self, pattern: str) -> tuple[str, ...]:
        """What there is of that pattern, in order."""
        from fnmatch import fnmatchcase  # noqa: PLC0415

        asked = PurePosixPath(pattern).parts
        fitting = {
            str(PurePosixPath(*parts[: len(asked)]))
            for parts in self._parts
            if len(parts) >= len(asked) and all(map(fnmatchcase, parts, asked))
        }
        return tuple(sorted(fitting))

    def expect(self, *commands: tuple[str, ...]) -> None:
        """Nothing runs here."""

    def run(self, *words: str) -> Ran:
        """What that command printed."""
        return self.commands.get(words, Ran())

    def call(self, name: str) -> Any:
        """What that call returned."""
        return self.calls.get(name)

    def variable(self, name: str) -> str:
        """A variable of its environment."""
        return self.variables.get(name, "")


class _Command:
    """A command that is running. It prints into files: a pipe would keep it waiting until somebody reads."""

    def __init__(self, process: subprocess.Popen[bytes], said: IO[bytes], complained: IO[bytes]) -> None:
        self._process, self._said, self._complained = process, said, complained

    @classmethod
    def started(cls, words: tuple[str, ...]) -> _Command | None:
        """Start it; None where it is missing or cannot be started."""
        place = _place(words[0])
        if place is None:
            return None
        import subprocess  # noqa: PLC0415  (where there is no command, nothing is run)
        import tempfile  # noqa: PLC0415

        said, complained = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - closed in `ended`
        try:
            process = subprocess.Popen(  # noqa: S603 - fixed commands that report hardware
                [place, *words[1:]],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=complained,
                start_new_session=os.name == "posix",
            )
        except (OSError, ValueError):
            said.close()
            complained.close()
            return None
        return cls(process, said, complained)

    def ended(self, deadline: float) -> Ran:
        """Wait for its end, or for the deadline and end it."""
        import subprocess  # noqa: PLC0415

        late = False
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            late = True
            self._kill()
        with self._said, self._complained:
            output = self._text(self._said) or self._text(self._complained)
        return Ran(output=output, status=None if late else self._process.returncode, late=late)

    @staticmethod
    def _text(file: IO[bytes]) -> str:
        try:
            file.seek(0)
            return file.read(MOST_BYTES).decode("utf-8", "replace").replace("\r\n", "\n").replace("\0", " ")
        except OSError:
            return ""

    def _kill(self) -> None:
        """Kill it with what it started. One that hangs inside its driver does not even die, and is not waited for."""
        import subprocess  # noqa: PLC0415

        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        try:
            self._process.wait(0.05)
        except subprocess.TimeoutExpired:
            self._process.returncode = -1


def _place(name: str) -> str | None:
    """Where a command lies."""
    folders = [*os.environ.get("PATH", os.defpath).split(os.pathsep), *FOLDERS]
    names = (name, f"{name}.exe") if os.name == "nt" else (name,)
    places = (os.path.join(folder, full) for folder in folders for full in names)  # noqa: PTH118 - starts faster
    return next((place for place in places if os.access(place, os.X_OK) and not os.path.isdir(place)), None)  # noqa: PTH112


def _machine() -> str:
    if hasattr(os, "uname"):
        return os.uname().machine  # what platform.machine() returns there, in a fraction of the time
    import platform  # noqa: PLC0415

    return platform.machine()


def _release() -> str:
    if hasattr(os, "uname"):
        return os.uname().release
    import platform  # noqa: PLC0415

    return platform.release()


def _processor() -> str:
    import platform  # noqa: PLC0415

    return platform.processor()


def _memory() -> int:
    import psutil  # noqa: PLC0415  (Linux tells it in a file)

    return int(psutil.virtual_memory().total)


def _physical() -> int | None:
    import psutil  # noqa: PLC0415

    return psutil.cpu_count(logical=False)


def _plugged() -> bool | None:
    import psutil  # noqa: PLC0415

    battery = psutil.sensors_battery()
    return None if battery is None else battery.power_plugged


def _windows(name: str) -> Callable[[], Any]:
    def asked() -> Any:
        from advisor.evidence.machine import windows  # noqa: PLC0415  (it is of no use elsewhere)

        return getattr(windows, name)()

    return asked


CALLS: Mapping[str, Callable[[], Any]] = {
    "sys.platform": lambda: sys.platform,
    "platform.machine()": _machine,
    "platform.release()": _release,
    "platform.processor()": _processor,
    "os.cpu_count()": os.cpu_count,
    # Text in a call's name is what a user reads as the source of a value.
    "os.sched_getaffinity(0)": lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
    "os.confstr('CS_GNU_LIBC_VERSION')": lambda: os.confstr("CS_GNU_LIBC_VERSION"),
    "psutil.virtual_memory()": _memory,
    "psutil.cpu_count(logical=False)": _physical,
    "psutil.sensors_battery()": _plugged,
    "windows registry: processor": _windows("processor"),
    "windows registry: board": _windows("board"),
    "windows registry: display adapters": _windows("adapters"),
    "windows: IsProcessorFeaturePresent": _windows("features"),
    "windows: GetLogicalProcessorInformationEx": _windows("last_cache"),
}
"""What detection calls, under the name that is given as its source."""
