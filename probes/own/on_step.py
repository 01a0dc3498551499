"""Makes a framework's file out of one function that a user wrote, so that it is timed as every framework is.

The program copies it, as `frameworks/on_<function>.py`, into a folder of the run, and adds VARIANTS. The file with the
function and its name come by the environment, `ADVISOR_STEP_FILE` and `ADVISOR_STEP`. The function takes no arguments
and returns one of

    step                    step() is one iteration; what it returns is compared. Where it takes an argument, it is
                            given the number of the iteration, from 0: to choose a batch by. Every call is waited for
    state, step             step(state) is one iteration and returns the next state, which is compared after the first
    state, step, outputs    the same, and outputs(state) is compared

What is compared may be an array of any framework, a number, or a tuple, list or mapping of them. The file may offer
`wait(value)`, which returns when what `step` returned is computed; without it, that is done for PyTorch, JAX, MLX,
TensorFlow and MXNet.
"""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import itertools
import os
import re
import sys
import traceback
from importlib import metadata
from pathlib import Path

import numpy as np

FRAMEWORKS = ("torch", "jax", "tensorflow", "keras", "mlx", "mxnet", "cupy", "numba")
"""Whose versions are told; of a step with none of them, NumPy's."""
FIRST = Path(__file__).resolve().parents[1] / "first.npz"
"""The results that the others are held against, once there are any; `reference.py` writes them."""
COMPILED = "/jax/core/compile/backend_compile_duration"

_here = {"file": Path(os.environ.get("ADVISOR_STEP_FILE", "")), "own_wait": None, "built": None, "compiled": None}


def start(threads, device, variant, matched):  # noqa: ARG001 - the contract's; threads come by environment and cores
    """Run the file, and the function as far as it builds its step."""
    if device == "cpu":
        os.environ["JAX_PLATFORMS"] = "cpu"
    file, name = _here["file"], os.environ["ADVISOR_STEP"]
    sys.path.append(str(file.parent))  # what lies beside it can be imported, and hides no framework
    module = _load(file)
    steps = getattr(module, "STEPS", {})
    _here["own_wait"] = getattr(module, "wait", None)
    function = steps[name] if name in steps else getattr(module, name)
    _here["built"] = _built(name, function())
    kind = _device(_here["built"][0])
    return {"version": _versions(function), "device": kind, "devices": [kind], "threads": None}


def _load(file):
    """Import the file without leaving a compiled copy beside it."""
    spec = importlib.util.spec_from_file_location("advisor_own_step", file)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module


def _built(name, built):
    """Bring what the function returned into the one form (state, step, outputs)."""
    if callable(built):
        return None, _repeated(built), _itself
    if isinstance(built, tuple) and len(built) in (2, 3) and all(map(callable, built[1:])):
        return (*built, _itself)[:3]
    expected = "step, (state, step) or (state, step, outputs), where step and outputs are functions"
    raise TypeError(f"{name}() returned {_described(built)}; it has to return {expected}")


def _described(value):
    if isinstance(value, tuple):
        return f"({', '.join(type(part).__name__ for part in value)})"
    return type(value).__name__


def _repeated(step):
    """Call a step that has no state: each call is waited for, since nothing says that the next one needs it."""
    if _takes(step):
        numbers = itertools.count()

        def numbered(_):
            result = step(next(numbers))
            wait(result)
            return result

        return numbered

    def again(_):
        result = step()
        wait(result)
        return result

    return again


def _takes(step):
    """Tell whether a step has to be given an argument."""
    try:
        parameters = inspect.signature(step).parameters.values()
    except (TypeError, ValueError):
        return False
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return any(each.kind in positional and each.default is each.empty for each in parameters)


def _itself(value):
    return value


def step(inputs, sizes):  # noqa: ARG001 - the contract's arguments; a user's step brings its own
    """Give the worker the step, with its results as arrays."""
    state, once, outputs = _here["built"]
    return state, once, lambda state: list(_arrays(outputs(state)))


def wait(value):
    """Return when the value is computed; None is what there is before the first step without a state."""
    if _here["own_wait"]:
        if value is not None:
            _here["own_wait"](value)
        return
    for name, waits in WAITS.items():
        module = sys.modules.get(name)
        if module is not None:
            waits(module, value)


def _wait_torch(torch, value):  # noqa: ARG001 - it waits for devices, not for values
    for kind in ("cuda", "xpu"):
        device = getattr(torch, kind, None)
        if device is not None and device.is_initialized():
            device.synchronize()
    if sys.platform == "darwin" and torch.backends.mps.is_available():
        torch.mps.synchronize()


def _wait_tensorflow(tf, value):  # noqa: ARG001 - as above
    if tf.config.list_logical_devices("GPU"):
        tf.test.experimental.sync_devices()


WAITS = {
    "torch": _wait_torch,
    "jax": lambda jax, value: jax.block_until_ready(value),
    "mlx.core": lambda mx, value: mx.eval(value),
    "tensorflow": _wait_tensorflow,
    "mxnet": lambda mx, value: mx.nd.waitall(),  # noqa: ARG005 - it waits for everything
}
"""Module to what waits for its arrays, where it has been imported."""


def terms(state):
    """Tell whether there is anything to compare, and whether it is of the types of what it is compared with."""
    types = [array.dtype.name for array in _arrays(_here["built"][2](state))]
    expected = list(np.load(FIRST)["types"]) if FIRST.is_file() else types
    return {"compared": bool(types), "other_types": bool(types) and types != expected}


def compilations():
    """Count what PyTorch and JAX have compiled so far."""
    jax, counters = sys.modules.get("jax"), getattr(sys.modules.get("torch._dynamo.utils"), "counters", None)
    if _here["compiled"] is None and jax is not None:
        _here["compiled"] = 0
        jax.monitoring.register_event_duration_secs_listener(_listen)
    return (_here["compiled"] or 0) + (counters["stats"]["unique_graphs"] if counters else 0)


def _listen(event, *_, **__):
    _here["compiled"] += event == COMPILED


def place(error):
    """Say on which line of the file an error arose; empty where it did not."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == _here["file"]]
    return f"{_here['file'].name}:{frames[-1].lineno}" if frames else ""


def _versions(function):
    """Name the frameworks that the function names, or the file does, with versions: one may have imported others."""
    there = [name for name in FRAMEWORKS if name in sys.modules]
    named = [name for name in there if name in _words(function)] or [name for name in there if name in _words(None)]
    return ", ".join(f"{name} {_version(name)}".strip() for name in named) or f"numpy {np.__version__}"


def _words(function):
    """Give the words in the source of a function, or of the whole file."""
    source = _here["file"].read_text(encoding="utf-8")
    with contextlib.suppress(OSError, TypeError):
        source = inspect.getsource(function) if function else source
    return set(re.findall(r"\w+", source))


def _version(name):
    found = getattr(sys.modules[name], "__version__", "")
    with contextlib.suppress(metadata.PackageNotFoundError):
        return found or metadata.version(name)
    return ""


def _device(state):
    """Name the device that the arrays of a state are on; without any, the one that has been opened."""
    for value in _leaves(state):
        if hasattr(value, "devices"):
            return _named(next(iter(value.devices())).platform)
        if hasattr(value, "asnumpy"):
            return _named(value.context.device_type)
        if hasattr(value, "detach"):
            return _named(value.device.type)
        if isinstance(value, np.ndarray):
            return "cpu"
    return next((_named(kind) for name, kind in _opened() if name in sys.modules), "cpu")


def _opened():
    """Give the modules that have opened a device that is no processor, with its kind."""
    torch, jax, mx, tf = map(sys.modules.get, ("torch", "jax", "mlx.core", "tensorflow"))
    for kind in ("cuda", "xpu") if torch else ():
        if hasattr(torch, kind) and getattr(torch, kind).is_initialized():
            yield "torch", kind
    bridge = sys.modules.get("jax._src.xla_bridge")  # to ask JAX for its devices would open them
    if jax and getattr(bridge, "backends_are_initialized", bool)() and jax.default_backend() != "cpu":
        yield "jax", jax.default_backend()
    if mx and mx.default_device().type == mx.DeviceType.gpu:
        yield "mlx.core", "metal" if sys.platform == "darwin" else "cuda"
    if tf and tf.config.list_logical_devices("GPU"):
        yield "tensorflow", "cuda"


def _named(kind):
    """Name a device as the other files do."""
    return "cuda" if kind == "gpu" else kind


def _leaves(value):
    """Give what a nest of tuples, lists and mappings holds, mappings in the order of their keys."""
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value, key=str)]
    if isinstance(value, (tuple, list)):
        for part in value:
            yield from _leaves(part)
    elif value is not None:
        yield value


def _arrays(value):
    """Give what can be compared of a value, as arrays of NumPy."""
    for leaf in _leaves(value):
        array = _array(leaf)
        if array is None or array.dtype.kind in "OSUMm":
            continue
        yield np.stack([array.real, array.imag]) if array.dtype.kind == "c" else array


def _array(value):
    """Turn one thing into an array; None where nothing tells how. What NumPy has no type for becomes float32."""
    if isinstance(value, (np.ndarray, np.generic, bool, int, float, complex)):
        return np.asarray(value)
    narrow = str(getattr(value, "dtype", "")).endswith("bfloat16")
    if hasattr(value, "detach") and not hasattr(value, "asnumpy"):
        value = value.detach().cpu()
        return (value.float() if narrow else value).numpy()
    if type(value).__module__.startswith("mlx"):
        mx = sys.modules["mlx.core"]
        return np.array(value.astype(mx.float32) if narrow else value) if isinstance(value, mx.array) else None
    for name in ("asnumpy", "numpy"):
        if callable(getattr(value, name, None)):
            return np.asarray(getattr(value, name)())
    return np.asarray(value) if hasattr(value, "__array__") else None
