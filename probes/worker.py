"""The harness that runs in the interpreter which has the framework: builds probes, checks them and times blocks.

The parent writes one JSON object a line to standard input and reads one for each from standard output:

    {"do": "start", "files", "references", "cores", "terms"}             -> {"version", "device", "devices", ...}
    {"do": "prepare", "probe", "function", "sizes", "check", ...}         -> {"first_s", "error", "iterations", ...}
    {"do": "measure", "probe"}                                            -> {"wall_s", "cpu_s", "iterations", ...}
    {"do": "inspect", "probe"}                                            -> what the arrays are after all of it
    {"do": "drop", "probe"}                                               -> {}
    {"do": "capability", "capability", "trying"}                          -> {"found", "why"}

Every command carries an `id`, and every answer the same one and `ok`; where that is false, `reason` says why and the
worker goes on. The two channels are taken away from everything else in the process at once: whatever a framework prints
goes to standard error and is a log. The worker ends with its parent, however that ends.

The first file of a framework, `frameworks/on_<id>.py`, is loaded by path and offers:

    VARIANTS        variant -> {"modules": it imports, "install": what pip is given, "environment": variables it
                    needs (optional), "compiles": whether a first call compiles (optional), "slowly": whether that
                    takes tens of seconds (optional), "alone": whether it gets on with no other framework in one
                    environment (optional)}, the cheapest first; a literal, since the parent reads it without running it
    NOT_APPLICABLE  reason -> probes that it leaves out on purpose (optional); a literal too
    LAYOUT          how it wants images to lie in memory, `NHWC` or `NCHW` (optional)
    start(threads, device, variant, matched) -> {"version", "device", "devices", "threads"}
                    device: `auto` or `cpu`; matched: the terms of all, full float32 precision and so many threads, or
                    else the framework as it comes; `threads` is what it says it uses, None where nothing tells
    wait(state)     returns when the state is computed
    terms(state) -> {"devices", "dtypes", "layout"}    what the arrays of a state really are (optional)
    compilations()  how many compilations there have been so far (optional)
    cache_hits()    how many of them were answered from a cache on disk (optional)
    place(error)    on which line of a user's own file an error arose, empty where it did not (optional)
    reset_peak_memory(), peak_memory()    bytes on the device, the most since then (optional)
    <probe>(inputs, sizes) -> (state, step, outputs)
                    `step(state)` is one iteration and returns the next state, `outputs(state)` gives what
                    the reference compares, after one step; views will do

Any other file, as `workloads/in_<id>.py`, offers more functions of that kind, and `use(framework)`, which is given the
first one as a module before any of them is called.

They need NumPy and the framework, and run on Python 3.9 and later.
"""

from __future__ import annotations

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - before anything else is imported
sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != _HERE]  # noqa: PTH100 - as above

import contextlib  # noqa: E402 - only now does an import mean what it says
import ctypes  # noqa: E402
import gc  # noqa: E402
import importlib.util  # noqa: E402
import itertools  # noqa: E402
import json  # noqa: E402
import math  # noqa: E402
import queue  # noqa: E402
import signal  # noqa: E402
import statistics  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
import zlib  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

BLOCK_S = 0.005
"""Shortest block worth timing: above it, scheduling and the clock no longer show."""
UNROLLED = 64
"""Steps that are written out in a block, so that next to nothing of a short one is the loop's."""
WARM_S, WARM_BLOCKS = 0.5, 20
"""Warm-up ends here, settled or not."""
LEAD_S = 0.003
"""Untimed work before a block: a pool of threads that was stopped takes about this long until all of it is awake."""
LED_IN_S = 0.08
"""A longer step is not led in: what others left in the caches weighs little in it."""
SETTLED = 0.10
"""Largest difference between the medians of two successive halves."""
BUSY = 0.02
"""A thread that took this share of a block's processor time took part in it."""
HEAT = "/sys/devices/system/cpu/cpu{}/thermal_throttle/core_throttle_count"
FIRST = "dispatch"
"""The probe that gives the first operation."""


class Unfit(Exception):  # noqa: N818 - it becomes an outcome
    """What was asked for does not apply or cannot be trusted; `outcome` says which."""

    def __init__(self, outcome, reason):
        super().__init__(reason)
        self.outcome = outcome


def _unrolled(steps):
    """Make the function that times a block, as `timeit` makes its own."""
    lines = (
        "def timed(step, state, wait, clock, many, rest):",
        " begun = clock()",
        " for _ in many:",
        *["  state = step(state)"] * steps,
        " for _ in rest:",
        "  state = step(state)",
        " wait(state)",
        " return state, clock() - begun",
    )
    made = {}
    exec("\n".join(lines), made)  # noqa: S102 - nothing in it comes from outside
    return made["timed"]


_timed = _unrolled(UNROLLED)


class Bench:
    """One probe of the framework, ready to be timed."""

    def __init__(self, framework, function, inputs, sizes):
        self._wait = framework.wait
        self._compilations = getattr(framework, "compilations", int)
        self.state, self._step, self._outputs = function(inputs, sizes)
        self._wait(self.state)
        self.iterations = 1
        self.iteration_s = 0.0

    def outputs(self):
        """Return what the reference compares."""
        return self._outputs(self.state)

    def block(self):
        """Run one block and return its seconds of wall time; the collector of cycles stays out of it."""
        many, rest = (itertools.repeat(None, number) for number in divmod(self.iterations, UNROLLED))
        collects = gc.isenabled()
        gc.disable()
        try:
            self.state, spent = _timed(self._step, self.state, self._wait, time.perf_counter, many, rest)
        finally:
            if collects:
                gc.enable()
        return spent

    def warm_up(self):
        """Grow the block until it is long enough, then repeat it until two halves agree; tell whether they did."""
        begun = time.perf_counter()
        while True:
            spent = self.block()
            if spent >= BLOCK_S or time.perf_counter() - begun > WARM_S:
                break
            self.iterations *= 2
        blocks, settled, fewest = [spent], False, 4
        while len(blocks) < WARM_BLOCKS and (len(blocks) < fewest or time.perf_counter() - begun < WARM_S):
            blocks.append(self.block())
            fewest = 4 if time.perf_counter() - begun < WARM_S else 2  # a long step settles within itself
            half = len(blocks) // 2
            settled = len(blocks) >= fewest and _agree(blocks[-2 * half : -half], blocks[-half:])
            if settled:
                break
        self.iteration_s = statistics.median(blocks[-4:]) / self.iterations
        self.iterations = max(1, math.ceil(BLOCK_S / self.iteration_s))
        if self.iterations > UNROLLED:
            self.iterations += -self.iterations % UNROLLED
        return settled

    def measure(self):
        """Time one block, with what could have disturbed it."""
        self._lead_in()
        compiled, before, cpu = self._compilations(), _disturbances(), time.process_time()
        wall_s = self.block()
        cpu_s, after = time.process_time() - cpu, _disturbances()
        noise = {name: amount - before[name] for name, amount in after.items() if name != "running"}
        ran = sum(spent - before["running"].get(task, 0) > BUSY * cpu_s for task, spent in after["running"].items())
        found = {"wall_s": wall_s, "cpu_s": cpu_s, "iterations": self.iterations, "busy_threads": ran, **noise}
        return {**found, "compilations": self._compilations() - compiled}

    def _lead_in(self):
        """Wake everything up and fill the caches."""
        begun = time.perf_counter()
        while self.iteration_s < LED_IN_S and time.perf_counter() - begun < LEAD_S:
            self.state = self._step(self.state)
            self._wait(self.state)


class Worker:
    """Answers commands; holds the framework and the probes that are ready."""

    def __init__(self):
        self._framework = None
        self._files = []
        self._references = []
        self._on_device = False
        self._benches = {}
        self._lasting = {}
        """Which of a probe's outputs have to stay normal numbers."""

    def start(self, files, references, cores, terms):
        """Import the framework under the terms it is to run on: what its own `start` is given."""
        if cores and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, cores)
        begun = time.perf_counter()
        self._framework = _load(Path(files[0]))
        found = self._framework.start(**terms)
        import_s = time.perf_counter() - begun
        self._on_device = found["device"] != "cpu"
        self._files = [self._framework, *map(_load, map(Path, files[1:]))]
        for file in self._files[1:]:
            file.use(self._framework)
        self._references = [*map(_load, map(Path, references))]
        first_s = self._first_operation_s()
        layout = getattr(self._framework, "LAYOUT", None)
        about = {"threads": None, **found, "layout": layout, "python": sys.version.split()[0]}
        return {**about, "import_s": import_s, "first_operation_s": first_s}

    def _first_operation_s(self):
        """Time what the first operation opens and loads; a framework without single operations has none."""
        first = self._function(FIRST)
        if first is None:
            return None
        sizes = {"width": 64, "depth": 1}
        problem = self._problem(FIRST, sizes, 0)
        begun = time.perf_counter()
        Bench(self._framework, first, problem.inputs, sizes).block()
        return time.perf_counter() - begun

    def prepare(self, probe, function, sizes, check, tolerance, seed):  # noqa: PLR0913, PLR0917 - one line of the channel
        """Build, run for the first time, compare with float64, see that iterations differ, warm up.

        `probe` is what it is called from now on, `function` what files and references call it. Where the sizes to time
        are too large for a reference (on an accelerator), it is compared at the sizes `check`.
        """
        build = self._applies(function)
        problem = self._problem(function, sizes, seed)
        memory = _Memory(self._framework, self._on_device)
        compiled, found = self._count("compilations"), self._count("cache_hits")
        bench = Bench(self._framework, build, problem.inputs, sizes)
        first_s = bench.block()
        compiled, found = self._count("compilations") - compiled, self._count("cache_hits") - found
        outputs = _host(bench.outputs())
        error = _error(problem, outputs) if sizes == check else self._error(function, check, seed)
        if not error <= tolerance:
            expected = f"relative error {error:.2g}, at most {tolerance:.2g} is allowed"
            against = getattr(problem, "against", "the float64 reference")
            raise Unfit("failed", f"the result differs from {against}: {expected}")
        first = [_mark(array) for array in outputs]
        del outputs  # the next iteration may write where they lie
        bench.block()
        # An iteration that gives the same as the one before did not depend on it.
        frozen = bool(first) and first == [_mark(array) for array in _host(bench.outputs())]
        settled = bench.warm_up()
        self._benches[probe] = bench
        self._lasting[probe] = getattr(problem, "lasting", slice(None))
        first = {"first_s": first_s, "first_compilations": compiled, "cache_hits": found, "peak_memory": memory.peak()}
        checked = {"error": error, "settled": settled, "flops": problem.flops, "frozen": frozen}
        first |= {"iterations": bench.iterations, "iteration_s": bench.iteration_s}
        return {**first, **checked, **self.inspect(probe)}

    def _problem(self, function, sizes, seed):
        """Draw the inputs of a probe, by the first reference that knows it."""
        for reference in self._references:
            if hasattr(reference, function):
                return getattr(reference, function)(sizes, seed)
        raise Unfit("failed", f"no reference.py has a function {function}")

    def _function(self, name):
        """Find what builds a probe; None where no file has it."""
        return next((getattr(file, name) for file in self._files if hasattr(file, name)), None)

    def _count(self, name):
        return getattr(self._framework, name, int)()

    def _applies(self, name):
        function = self._function(name)
        if function is None:
            names = " and ".join(Path(file.__file__).name for file in self._files)
            raise Unfit("not_applicable", f"there is no function {name} in {names}")
        return function

    def _error(self, function, sizes, seed):
        problem = self._problem(function, sizes, seed)
        bench = Bench(self._framework, self._applies(function), problem.inputs, sizes)
        bench.block()
        return _error(problem, _host(bench.outputs()))

    def measure(self, probe):
        """Time one block."""
        return self._benches[probe].measure()

    def inspect(self, probe):
        """Say what the arrays are by now: where, of which type and order, and whether they are numbers worth timing."""
        bench = self._benches[probe]
        outputs = _host(bench.outputs())
        values = [array for array in outputs if array.dtype.kind == "f"]
        lasting = [_sampled(array) for array in outputs[self._lasting[probe]] if array.dtype.kind == "f"]
        size = sum(array.size for array in lasting) or 1
        tiny = np.finfo(np.float32).tiny
        subnormal = sum(int(np.count_nonzero((array != 0) & (np.abs(array) < tiny))) for array in lasting) / size
        vanished = bool(values) and not any(array.any() for array in values)
        finite = all(bool(np.isfinite(array).all()) for array in values)
        terms = self._framework.terms(bench.state) if hasattr(self._framework, "terms") else {}
        return {**terms, "subnormal": subnormal, "vanished": vanished, "finite": finite}

    def drop(self, probe):
        """Free a probe's arrays."""
        self._benches.pop(probe, None)
        self._lasting.pop(probe, None)
        return {}

    def capability(self, capability, trying):
        """Try whether something works here, by the last of the framework's files; the file `trying` says how."""
        return _load(Path(trying)).attempt(self._files[-1], capability, _load)

    def answer(self, command):
        """Carry out a command; a failure is an answer too."""
        identity = command.pop("id", None)
        try:
            return {"id": identity, "ok": True, **getattr(self, command.pop("do"))(**command)}
        except Unfit as unfit:
            return {"id": identity, "ok": False, "outcome": unfit.outcome, "reason": str(unfit)}
        except MemoryError:
            return {"id": identity, "ok": False, "outcome": "failed", "reason": "there is not enough memory"}
        except Exception as error:  # noqa: BLE001 - whatever a framework raises is an outcome
            text = f"{type(error).__name__}: {error}".strip()
            place = getattr(self._framework, "place", lambda _: "")(error)
            text = f"{place}: {text}" if place else text
            return {"id": identity, "ok": False, "outcome": "failed", "reason": " ".join(text.split())[:500]}


class _Memory:
    """The most memory held since it was made, above what was held then: the device's, else this process's."""

    def __init__(self, framework, on_device):
        self._device = getattr(framework, "peak_memory", None) if on_device else None
        self._on_device = on_device
        gc.collect()
        gc.freeze()  # what is left is modules, nearly all of it: to look through them takes 0.1 to 0.4 s each time
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)  # what an earlier probe freed is not to hide what this one needs
        getattr(framework, "reset_peak_memory", int)()
        self._held = self._device() if self._device else _status("VmRSS")
        self._resets = False
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
            self._resets = True

    def peak(self):
        """Give the bytes; None where nothing tells."""
        if self._on_device:
            highest = self._device() if self._device else None
        else:
            highest = _status("VmHWM") if self._resets else None
        return None if highest is None or self._held is None else max(0, highest - self._held)


def _status(name):
    """Read a size of this process in bytes, as Linux tells it."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return None


def _host(outputs):
    """View outputs as NumPy's arrays; what it has no type for comes as float32."""
    return [array if array.dtype.kind in "fiub" else array.astype(np.float32) for array in map(np.asarray, outputs)]


def _error(problem, outputs):
    """Hold outputs against the reference; what cannot be compared with it is as wrong as can be."""
    try:
        return problem.error(outputs)
    except (IndexError, KeyError, ValueError, TypeError) as error:
        raise Unfit("failed", f"its {len(outputs)} outputs are not what the reference compares: {error}") from error


def _sampled(array):
    """Take about a million numbers of a large array, evenly: enough to tell a share by."""
    flat = array.reshape(-1)
    return flat[:: max(1, flat.size >> 20)]


def _mark(array):
    """Tell an array from others by its shape and every bit, without a copy: that would cost more than what is timed."""
    return array.shape, zlib.crc32(np.ascontiguousarray(array))


def _agree(one, other):
    first, second = statistics.median(one), statistics.median(other)
    return abs(first - second) <= SETTLED * max(first, second)


def _disturbances():
    """Read what else took time, as far as this system tells.

    `delayed_s` is how long threads of this process were ready and had no core, summed over them, `involuntary` how
    often one lost its core, `stolen` the ticks that a hypervisor took from the whole machine, `stalled_s` how long
    anything on the machine waited for a core, `throttled` how often heat has slowed a core of this process, and
    `running` the seconds that each thread of this process has run.
    """
    found = {"running": {}}
    with contextlib.suppress(ImportError):
        import resource  # noqa: PLC0415 - Windows has none

        found["involuntary"] = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
    with contextlib.suppress(OSError, IndexError, ValueError):
        found["stolen"] = int(_text("/proc/stat").split("\n", 1)[0].split()[8])
    with contextlib.suppress(OSError, IndexError, ValueError):
        found["stalled_s"] = int(_text("/proc/pressure/cpu").split("\n", 1)[0].rpartition("=")[2]) * 1e-6
    with contextlib.suppress(OSError, ValueError, AttributeError):
        found["throttled"] = int(_text(HEAT.format(min(os.sched_getaffinity(0)))))
    with contextlib.suppress(OSError):
        delayed = 0
        for task in os.listdir("/proc/self/task"):  # noqa: PTH208 - twice as quick as pathlib, twice a block
            with contextlib.suppress(OSError, IndexError, ValueError):  # a thread that is gone waited no longer
                ran, waited = _text(f"/proc/self/task/{task}/schedstat").split()[:2]
                found["running"][task] = int(ran) * 1e-9
                delayed += int(waited)
        found["delayed_s"] = delayed * 1e-9
    return found


def _text(path):
    with open(path, encoding="ascii") as file:  # noqa: PTH123 - as above
        return file.read()


def _load(path):
    """Import a file by its path, without leaving a compiled copy beside it."""
    spec = importlib.util.spec_from_file_location(f"advisor_probe_{path.parent.name}_{path.stem}", path)
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


def _plain(value):
    """Turn a number of NumPy or of a framework into one of Python, and anything else into its text."""
    return value.item() if hasattr(value, "item") else str(value)


def main():
    """Answer commands until the channel ends."""
    commands, answers = _take_channels()
    _end_with_parent()
    inbox, worker = queue.Queue(), Worker()
    threading.Thread(target=_listen, args=(commands, inbox), daemon=True).start()
    while True:
        answers.write(json.dumps(worker.answer(inbox.get()), default=_plain) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
