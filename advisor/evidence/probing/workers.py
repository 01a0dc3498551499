"""The parent's side of a worker: its environment, its two channels, its deadlines and its end.

Nothing here raises for what a worker does: a crash, a hang and an answer that makes no sense are answers.
"""

from __future__ import annotations

import itertools
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Self

from advisor.errors import Problem, StoreError
from advisor.evidence.halt import Halt
from advisor.evidence.probing import keeper
from advisor.frozen import dataclass, field
from advisor.model.measurement import Outcome

KEPT = (
    *(
        "HOME",
        "PATH",
        "USER",
        "LOGNAME",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "TZ",
        "PYTHONUSERBASE",
        "CC",
        "CXX",
        "CONDA_PREFIX",
    ),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "CUDA_HOME", "CUDA_PATH", "ROCM_PATH"),
    *("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "ONEAPI_DEVICE_SELECTOR"),
    # What the numbers in these mean, and what makes a card work that its maker does not list.
    *("CUDA_DEVICE_ORDER", "ZE_AFFINITY_MASK", "HSA_OVERRIDE_GFX_VERSION"),
    *(
        "SYSTEMROOT",
        "SYSTEMDRIVE",
        "WINDIR",
        "COMSPEC",
        "PATHEXT",
        "PROGRAMDATA",
        "PROGRAMFILES",
        "NUMBER_OF_PROCESSORS",
    ),
    *("USERPROFILE", "USERNAME", "APPDATA", "LOCALAPPDATA", "PROCESSOR_ARCHITECTURE"),
)
"""What an interpreter needs to find itself, its libraries, a compiler and a device: everything else is dropped."""
KEPT_PREFIXES = ("TPU_", "NVIDIA_VISIBLE")

STEADY = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(2**36),
    "MALLOC_TOP_PAD_": str(64 * 2**20),
    "PYTHONHASHSEED": "0",
}
"""Makes one start of a process like the next. The C library gives memory back, or keeps it, by what it happened to be
asked for before: the same stream over long vectors took 1.9 ms in one process and 3.3 ms in its twin. Of a mapping of
its own, as it makes one for large arrays, it gives every page back, and has it cleared when it is asked for again."""
THREADS = ("OMP", "MKL", "OPENBLAS", "NUMEXPR", "BLIS")
KILLED = 9
"""The signal that a process cannot answer."""
LINE_BYTES = 4_000_000
"""Longest line that is read at once: what prints without end fills no memory."""
LOG_BYTES = 50_000_000
"""Who prints more is ended: reading it would take the time of those who are measured."""
QUESTIONS = itertools.count(1)
"""Numbers for questions, each used once whichever worker is asked: an answer cannot be taken for another's."""
STOPS = sys.platform == "linux"
"""Whether an idle worker is stopped by a signal, so that its pools of threads cannot spin while another is timed."""


def environment(
    inherited: Mapping[str, str], *, threads: int | None, scratch: Path, device: str, extra: Mapping[str, str]
) -> dict[str, str]:
    """Build the environment of a worker: no cache from an earlier run, equal threads and no reduced precision.

    Without `threads` a framework is left to choose both as it does when it is just installed.
    """
    kept = {name: value for name, value in inherited.items() if name.upper() in KEPT or name.startswith(KEPT_PREFIXES)}
    folder = str(scratch)
    matched = {
        **{f"{library}_NUM_THREADS": str(threads) for library in THREADS},
        "VECLIB_MAXIMUM_THREADS": str(threads),
        "TORCHINDUCTOR_COMPILE_THREADS": str(threads),
        "NVIDIA_TF32_OVERRIDE": "0",
        **STEADY,
    }
    fixed = {
        **(matched if threads else {}),
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "TORCHINDUCTOR_CACHE_DIR": str(scratch / "inductor"),
        "TRITON_CACHE_DIR": str(scratch / "triton"),
        "KERAS_HOME": str(scratch / "keras"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "ADVISOR_PARENT": str(os.getpid()),
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder),
    }
    hidden = {"CUDA_VISIBLE_DEVICES": "-1", "KERAS_TORCH_DEVICE": "cpu"} if device == "cpu" else {}
    return {**kept, **fixed, **hidden, **extra}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a worker said, or what is to be said of it."""

    outcome: Outcome = "ok"
    reason: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


STOPPED = Answer(outcome="skipped", reason="stopped")
"""What is said of whoever was at work when the run was ended before its time."""


class Keeper:
    """A folder for a run, and the process that tidies up after it.

    Raises StoreError where there is no place for temporary files.
    """

    def __init__(self, halt: Halt | None = None) -> None:
        self.halt = halt or Halt()
        try:
            self.folder = Path(tempfile.mkdtemp(prefix="advisor-probe-"))
        except OSError as error:
            hint = "Free some space, or set TMPDIR to a folder that can be written to."
            message = f"nothing can be measured without a place for temporary files: {error.strerror or error}."
            raise StoreError(Problem(message=message, place=tempfile.gettempdir(), hint=hint)) from error
        command = [sys.executable, "-I", "-S", keeper.__file__, str(self.folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True)  # noqa: S603 - our own file

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the channel and wait until everything is gone."""
        with suppress(OSError):
            _pipe(self._process.stdin).close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)

    def tell(self, line: str) -> None:
        """Say that a group has started or is gone."""
        with suppress(OSError):
            _pipe(self._process.stdin).write(f"{line}\n")
            _pipe(self._process.stdin).flush()


class Worker:
    """One process that runs `probes/worker.py`; answers are values, never exceptions."""

    def __init__(self, command: Sequence[str], variables: Mapping[str, str], keeping: Keeper, folder: Path) -> None:
        self._keeper = keeping
        # Of this kind, since a handler of a signal may put something in while it is waited at.
        self._answers: queue.SimpleQueue[dict[str, Any] | Answer | None] = queue.SimpleQueue()
        self._log: deque[str] = deque(maxlen=40)
        self._ended: Answer | None = None
        self._asked = 0
        self._flooded = False
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._process: subprocess.Popen[str] | None = subprocess.Popen(  # noqa: S603 - the interpreter is the user's choice
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(variables),
                cwd=folder,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            self._process = None
            reason = f"{error.filename or command[0]} does not start: {error.strerror or error}"
            self._ended = Answer(outcome="failed", reason=reason)
            return
        keeping.tell(f"+{self._process.pid}")
        readers = ((self._read_answers, self._process.stdout), (self._read_log, self._process.stderr))
        self._threads = [threading.Thread(target=read, args=(_pipe(pipe),), daemon=True) for read, pipe in readers]
        for thread in self._threads:
            thread.start()
        keeping.halt.wakes(lambda: self._answers.put(STOPPED))

    @property
    def alive(self) -> bool:
        """Whether it can still answer."""
        return self._ended is None

    @property
    def pid(self) -> int:
        """Of its process; 0 where it never started."""
        return self._process.pid if self._process else 0

    def ask(self, limit_s: float, **command: object) -> Answer:
        """Send a command and return its answer, or why there is none; afterwards the worker is idle."""
        self.tell(**command)
        return self.hear(limit_s)

    def tell(self, **command: object) -> None:
        """Wake the worker and send a command."""
        if self._ended or not self._process:
            return
        self._asked = next(QUESTIONS)
        self._signal("SIGCONT")
        with suppress(OSError):  # a worker that is gone is noticed when it is heard
            _pipe(self._process.stdin).write(json.dumps({"id": self._asked, **command}) + "\n")
            _pipe(self._process.stdin).flush()

    def hear(self, limit_s: float) -> Answer:
        """Wait for an answer; a worker that gives none in time, or is gone, is ended for good."""
        if self._ended:
            return self._ended
        try:
            said = self._answers.get(timeout=max(limit_s, 0.001))
        except queue.Empty:
            self._end(Answer(outcome="timed_out", reason=f"no answer within {limit_s:.0f} s"))
            return self._ended or Answer()
        if isinstance(said, Answer):
            self._end(said)
            return self._ended or said
        if said is None:
            self._end(Answer(outcome="failed", reason=self._last_words()))
            return self._ended or Answer()
        if said.get("id") != self._asked:
            self._end(Answer(outcome="failed", reason="it answered another question than the one that was asked"))
            return self._ended or Answer()
        self._signal("SIGSTOP")
        values = {name: value for name, value in said.items() if name not in {"id", "ok", "outcome", "reason"}}
        return Answer(outcome=said.get("outcome", "ok"), reason=said.get("reason", ""), values=values)

    def close(self) -> None:
        """End the process with everything it started."""
        self._end(Answer(outcome="skipped", reason="the run is over"))

    def _end(self, why: Answer) -> None:
        if self._ended or not self._process:
            return
        self._ended = why
        keeper.end(self._process.pid)
        self._keeper.tell(f"-{self._process.pid}")
        self._process.kill()
        # One that hangs in a driver does not even die.
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        for thread in self._threads:
            thread.join(2)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            with suppress(OSError):
                _pipe(pipe).close()

    def _last_words(self) -> str:
        process = self._process
        if not process:
            return ""
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        self._threads[1].join(1)
        if self._flooded:
            return f"it printed more than {LOG_BYTES // 1_000_000} MB and was ended"
        code = process.returncode
        how = f"ended by {_signal_name(-code)}" if code is not None and code < 0 else f"ended with exit status {code}"
        how += ", as the system does when memory runs out" if code == -KILLED else ""
        words = " ".join(line for line in list(self._log)[-3:] if line)
        return f"the process {how}{': ' + words[-300:] if words else ''}"

    def _signal(self, name: str) -> None:
        if STOPS and self._process:
            with suppress(OSError):
                os.killpg(self._process.pid, getattr(signal, name))

    def _read_answers(self, pipe: IO[str]) -> None:
        """Pass on what is an answer; what an interpreter printed before the channel was taken from it is a log."""
        for line in self._lines(pipe):
            said = _answer(line)
            if said is None:
                self._log.append(line.strip()[:500])
            else:
                self._answers.put(said)
        self._answers.put(None)

    def _read_log(self, pipe: IO[str]) -> None:
        for line in self._lines(pipe):
            self._log.append(line.strip()[:500])

    def _lines(self, pipe: IO[str]) -> Iterator[str]:
        """Read to the end of a channel, a bounded piece at a time; who never comes to an end is ended."""
        read = 0
        with suppress(OSError, ValueError):
            for line in iter(lambda: pipe.readline(LINE_BYTES), ""):
                read += len(line)
                if read > LOG_BYTES and self._process:
                    self._flooded = True
                    keeper.end(self._process.pid)
                    return
                yield line


def hear_all(workers: Mapping[str, Worker], limit_s: float) -> dict[str, Answer]:
    """Wait for one answer of each, all within the same time."""
    end = time.monotonic() + limit_s
    return {name: worker.hear(end - time.monotonic()) for name, worker in workers.items()}


def _answer(line: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) and "ok" in said else None


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise TypeError("a pipe that was asked for is missing")
    return pipe
