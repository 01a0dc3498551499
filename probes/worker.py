"""The harness that runs in the interpreter which has the framework: builds probes, checks them and times blocks.

The parent writes one JSON object a line to standard input and reads one for each from standard output:

    {"do": "start", "file", "variant", "threads", "cores", "device"}     -> {"version", "device", "devices", "python"}
    {"do": "prepare", "probe", "sizes", "check", "tolerance", "seed"}     -> {"first_s", "error", "iterations", ...}
    {"do": "measure", "probe"}                                            -> {"wall_s", "cpu_s", "iterations", ...}
    {"do": "drop", "probe"}                                               -> {}

Every answer carries `ok`; where it is false, `reason` says why and the worker goes on. The two channels are taken away
from everything else in the process at once: whatever a framework prints goes to standard error and is a log. The
worker ends with its parent, however that ends.

A framework's file, `frameworks/on_<id>.py`, is loaded by path and offers:

    VARIANTS        variant -> {"modules": it imports, "install": what pip is given, "environment": variables it
                    needs (optional)}, the cheapest first; a literal, since the parent reads it without running it
    NOT_APPLICABLE  reason -> probes that it leaves out on purpose (optional); a literal too
    start(threads, device, variant) -> {"version", "device", "devices"}    device: `auto` or `cpu`
    wait(state)     returns when the state is computed
    compilations()  how many compilations there have been so far (optional)
    <probe>(inputs, sizes) -> (state, step, outputs)
                    `step(state)` is one iteration and returns the next state, `outputs(state)` gives what
                    `reference.py` compares, after one step

It needs NumPy and the framework, and runs on Python 3.9 and later.
"""

from __future__ import annotations

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - before anything else is imported
sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != _HERE]  # noqa: PTH100 - as above

import contextlib  # noqa: E402 - only now does an import mean what it says
import ctypes  # noqa: E402
import importlib.util  # noqa: E402
import json  # noqa: E402
import math  # noqa: E402
import queue  # noqa: E402
import signal  # noqa: E402
import statistics  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

BLOCK_S = 0.005
"""Shortest block worth timing: above it, scheduling and the clock no longer show."""
WARM_S, WARM_BLOCKS = 0.5, 20
"""Warm-up ends here, settled or not."""
LEAD_S = 0.003
"""Untimed work before a block: a pool of threads that was stopped takes about this long until all of it is awake."""
SETTLED = 0.10
"""Largest difference between the medians of two successive halves."""


class Unfit(Exception):  # noqa: N818 - it becomes an outcome
    """What was asked for does not apply or cannot be trusted; `outcome` says which."""

    def __init__(self, outcome, reason):
        super().__init__(reason)
        self.outcome = outcome


class Bench:
    """One probe of the framework, ready to be timed."""

    def __init__(self, framework, probe, inputs, sizes):
        self._wait = framework.wait
        self._compilations = getattr(framework, "compilations", int)
        self.state, self._step, self._outputs = getattr(framework, probe)(inputs, sizes)
        self._wait(self.state)
        self.iterations = 1
        self._iteration_s = 0.0

    def outputs(self):
        """Return what the reference compares."""
        return self._outputs(self.state)

    def block(self):
        """Run one block and return its seconds of wall time."""
        step, state = self._step, self.state
        begun = time.perf_counter()
        for _ in range(self.iterations):
            state = step(state)
        self._wait(state)
        ended = time.perf_counter()
        self.state = state
        return ended - begun

    def warm_up(self):
        """Grow the block until it is long enough, then repeat it until two halves agree; tell whether they did."""
        begun = time.perf_counter()
        while True:
            spent = self.block()
            if spent >= BLOCK_S or time.perf_counter() - begun > WARM_S:
                break
            self.iterations *= 2
        blocks, settled = [], False
        while len(blocks) < WARM_BLOCKS and (len(blocks) < 4 or time.perf_counter() - begun < WARM_S):
            blocks.append(self.block())
            half = len(blocks) // 2
            settled = half >= 2 and _agree(blocks[-2 * half : -half], blocks[-half:])
            if settled:
                break
        self._iteration_s = statistics.median(blocks[-4:]) / self.iterations
        self.iterations = max(1, math.ceil(BLOCK_S / self._iteration_s))
        return settled

    def measure(self):
        """Time one block, with what could have disturbed it."""
        self._lead_in()
        before, compiled, cpu = _disturbances(), self._compilations(), time.process_time()
        wall_s = self.block()
        cpu_s = time.process_time() - cpu
        noise = {name: amount - before[name] for name, amount in _disturbances().items()}
        found = {"wall_s": wall_s, "cpu_s": cpu_s, "iterations": self.iterations, **noise}
        return {**found, "compilations": self._compilations() - compiled}

    def _lead_in(self):
        """Wake everything up; a long iteration hides that by itself."""
        begun = time.perf_counter()
        while self._iteration_s < BLOCK_S * 4 and time.perf_counter() - begun < LEAD_S:
            self.state = self._step(self.state)
            self._wait(self.state)


class Worker:
    """Answers commands; holds the framework and the probes that are ready."""

    def __init__(self):
        self._framework = None
        self._reference = None
        self._benches = {}

    def start(self, file, variant, threads, cores, device):
        """Import the framework and make it equal to the others."""
        if cores and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, cores)
        begun = time.perf_counter()
        self._framework = _load(Path(file))
        found = self._framework.start(threads, device, variant)
        self._reference = _load(Path(_HERE) / "reference.py")
        return {**found, "python": sys.version.split()[0], "import_s": time.perf_counter() - begun}

    def prepare(self, probe, sizes, check, tolerance, seed):
        """Build, run for the first time, compare with float64, warm up.

        Where the sizes to time are too large for a reference (on an accelerator), it is compared at the sizes `check`.
        """
        self._applies(probe)
        problem = getattr(self._reference, probe)(sizes, seed)
        bench = Bench(self._framework, probe, problem.inputs, sizes)
        first_s = bench.block()
        error = problem.error(bench.outputs()) if sizes == check else self._error(probe, check, seed)
        if not error <= tolerance:
            expected = f"relative error {error:.2g}, at most {tolerance:.2g} is allowed"
            raise Unfit("failed", f"the result differs from the float64 reference: {expected}")
        settled = bench.warm_up()
        self._benches[probe] = bench
        return {"first_s": first_s, "error": error, "settled": settled, "flops": problem.flops}

    def _applies(self, probe):
        if not hasattr(self._framework, probe):
            raise Unfit("not_applicable", f"{Path(self._framework.__file__).name} has no function {probe}")

    def _error(self, probe, sizes, seed):
        problem = getattr(self._reference, probe)(sizes, seed)
        bench = Bench(self._framework, probe, problem.inputs, sizes)
        bench.block()
        return problem.error(bench.outputs())

    def measure(self, probe):
        """Time one block."""
        return self._benches[probe].measure()

    def drop(self, probe):
        """Free a probe's arrays."""
        self._benches.pop(probe, None)
        return {}

    def answer(self, command):
        """Carry out a command; a failure is an answer too."""
        try:
            return {"ok": True, **getattr(self, command.pop("do"))(**command)}
        except Unfit as unfit:
            return {"ok": False, "outcome": unfit.outcome, "reason": str(unfit)}
        except Exception as error:  # noqa: BLE001 - whatever a framework raises is an outcome
            text = f"{type(error).__name__}: {error}".strip()
            return {"ok": False, "outcome": "failed", "reason": " ".join(text.split())[:500]}


def _agree(one, other):
    first, second = statistics.median(one), statistics.median(other)
    return abs(first - second) <= SETTLED * max(first, second)


def _disturbances():
    """Read what else took time, as far as this system tells.

    `delayed_s` is how long threads of this process were ready and had no core, summed over them, `involuntary` how
    often one lost its core, `stolen` the ticks that a hypervisor took from the whole machine.
    """
    found = {}
    with contextlib.suppress(ImportError):
        import resource  # noqa: PLC0415 - Windows has none

        found["involuntary"] = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
    with contextlib.suppress(OSError, IndexError):
        found["stolen"] = int(Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[8])
    with contextlib.suppress(OSError, IndexError):
        found["delayed_s"] = sum(map(_delay, Path("/proc/self/task").iterdir())) * 1e-9
    return found


def _delay(task):
    """Read the nanoseconds a thread has waited for a core; a thread that is gone waited no longer."""
    try:
        return int((task / "schedstat").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0


def _load(path):
    """Import a file by its path, without leaving a compiled copy beside it."""
    spec = importlib.util.spec_from_file_location(f"advisor_probe_{path.stem}", path)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module


def _take_channels():
    """Keep standard input and output for the parent; everybody else gets nothing, and the log."""
    commands, answers = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return commands, answers


def _end_with_parent():
    """Ask the kernel to kill this process when its parent is gone; other systems rely on the end of the channel.

    An interpreter may be a script that starts another, so the parent that counts is the one named, not the next above.
    """
    if sys.platform != "linux":
        return
    set_death_signal = 1
    ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL, 0, 0, 0)
    try:
        os.kill(int(os.environ.get("ADVISOR_PARENT", os.getppid())), 0)
    except ProcessLookupError:
        os._exit(1)


def _listen(commands, inbox):
    """Pass commands on; when the channel ends, so does this process, whatever it is busy with."""
    for line in commands:
        inbox.put(json.loads(line))
    os._exit(0)


def main():
    """Answer commands until the channel ends."""
    commands, answers = _take_channels()
    _end_with_parent()
    inbox, worker = queue.Queue(), Worker()
    threading.Thread(target=_listen, args=(commands, inbox), daemon=True).start()
    while True:
        answers.write(json.dumps(worker.answer(inbox.get())) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
