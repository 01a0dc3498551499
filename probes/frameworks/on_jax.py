"""The probes in JAX, each step compiled by `jax.jit`."""

from __future__ import annotations

import contextlib
import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

VARIANTS = {"jit": {"modules": ("jax", "jaxlib"), "install": "jax", "compiles": True}}
LAYOUT = "NHWC"

_counted = {"compilations": 0, "cache_hits": 0}
_watched = {}


class _Convolved(NamedTuple):
    """The state of a convolution."""

    w: Any
    image: Any
    dx: Any = None
    dw: Any = None


def start(threads, device, variant, matched):  # noqa: ARG001 - JAX takes its threads from the affinity mask alone
    """Choose the device, listen for compilations; where terms are matched, set full float32 precision.

    A processor then computes each call in the thread that makes it. By default JAX hands it to one more thread than the
    others have (since 0.4.32, by its changelog), and a small call took 4.1 to 15 us by how soon that one woke, and 4.0
    us in every run without it.
    """
    if device == "cpu":
        jax.config.update("jax_platforms", "cpu")
    if matched:
        with contextlib.suppress(AttributeError):  # an older JAX, which does so anyway
            jax.config.update("jax_cpu_enable_async_dispatch", False)  # noqa: FBT003 - JAX's own signature
        jax.config.update("jax_default_matmul_precision", "highest")
    jax.monitoring.register_event_duration_secs_listener(_listen)
    jax.monitoring.register_event_listener(_listen)
    seen = [_kind(found) for found in jax.devices()]
    return {"version": jax.__version__, "device": seen[0], "devices": seen, "threads": None}


def _kind(found):
    """Name a device as the other frameworks do; JAX calls the cards of every vendor gpu."""
    if found.platform != "gpu":
        return found.platform
    return "rocm" if "rocm" in str(getattr(found.client, "platform_version", "")).lower() else "cuda"


def wait(state):
    """Wait for every array: JAX is asynchronous on processors too."""
    jax.block_until_ready(state)


def compilations():
    """Count what XLA has compiled so far."""
    return _counted["compilations"]


def cache_hits():
    """Count what XLA had compiled before, and found on disk."""
    return _counted["cache_hits"]


def terms(state):
    """Tell on which devices and in which types the arrays of a state are, and how images lie in memory."""
    found = [array for array in jax.tree.leaves(state) if isinstance(array, jax.Array)]
    return {
        "devices": sorted({_kind(device) for array in found for device in array.devices()}),
        "dtypes": sorted({array.dtype.name for array in found}),
        "layout": _layout(getattr(state, "image", None)),
    }


def _layout(image):
    """Read the order from the array's own layout; the axes themselves are named NHWC throughout."""
    if image is None or image.ndim != 4:
        return None
    order = getattr(getattr(getattr(image, "format", None), "layout", None), "major_to_minor", None)
    return {(0, 1, 2, 3): "NHWC", (0, 3, 1, 2): "NCHW"}.get(order)


def reset_peak_memory():
    """Begin to watch the device's memory anew."""
    _watched.update(_memory())


def peak_memory():
    """Give the most bytes held on the device since; unknown where it was more before, since JAX forgets no peak."""
    now = _memory()
    if not now:
        return None
    if now.get("num_allocs", -1) == _watched.get("num_allocs"):
        return now["bytes_in_use"]
    return now["peak_bytes_in_use"] if now["peak_bytes_in_use"] > _watched.get("peak_bytes_in_use", 0) else None


def _memory():
    """Give what the device's allocator counts; nothing on processors."""
    return jax.local_devices()[0].memory_stats() or {}


def dispatch(inputs, sizes):
    """Chain tiny additions."""
    b = jax.device_put(inputs["b"])

    @jax.jit
    def chain(x, b):
        for _ in range(sizes["depth"]):
            x = b - x
        return x

    return jax.device_put(inputs["x"]), lambda x: chain(x, b), _outputs


def gemm(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply matrices."""
    w, product = jax.device_put(inputs["w"]), jax.jit(jnp.matmul)
    return jax.device_put(inputs["x"]), lambda x: product(x, w), _outputs


def gemm_skinny(inputs, sizes):
    """Multiply a few rows."""
    return gemm(inputs, sizes)


def gemm_batched(inputs, sizes):
    """Multiply many small matrices."""
    return gemm(inputs, sizes)


def gemm_bf16(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply matrices in bfloat16."""
    x, w = (jnp.asarray(inputs[name], dtype=jnp.bfloat16) for name in ("x", "w"))
    product = jax.jit(jnp.matmul)
    return x, lambda x: product(x, w), _outputs


def conv(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Convolve, with both gradients."""
    return _convolution(inputs, groups=1)


def conv_depthwise(inputs, sizes):
    """Convolve each channel by itself, with both gradients."""
    return _convolution(inputs, groups=sizes["width"])


def _convolution(inputs, groups):
    x, w, c, nudge = jax.device_put(tuple(inputs[name] for name in ("x", "w", "c", "nudge")))

    @jax.jit
    def both(x, w, c, nudge):
        y, pull = jax.vjp(functools.partial(_convolve, groups=groups), x, w)
        dx, dw = pull(c)
        return _Convolved(w + nudge * dw, y, dx, dw)

    return _Convolved(w, x), lambda state: both(x, state.w, c, nudge), lambda state: state[1:]


def attention(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Attend causally, with all gradients; JAX wants the heads behind the sequence."""
    q, k, v, c = (jax.device_put(inputs[name].transpose(0, 2, 1, 3)) for name in ("q", "k", "v", "c"))
    nudge = jax.device_put(inputs["nudge"])

    @jax.jit
    def both(q, k, v, c, nudge):
        y, pull = jax.vjp(functools.partial(jax.nn.dot_product_attention, is_causal=True), q, k, v)
        dq, dk, dv = pull(c)
        return q + nudge * dq, y, dq, dk, dv

    return (q,), lambda state: both(state[0], k, v, c, nudge), lambda s: [a.transpose(0, 2, 1, 3) for a in s[1:]]


def stream(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Scale and add, as one writes it."""
    a, x = jax.device_put((inputs["a"], inputs["x"]))
    update = jax.jit(lambda a, x, y: a * x + y)
    return jax.device_put(inputs["y"]), lambda y: update(a, x, y), _outputs


def normalise(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Softmax and layer normalisation, as one writes them."""
    scale, bias, epsilon = jax.device_put((inputs["scale"], inputs["bias"], inputs["epsilon"]))

    @jax.jit
    def rows(x, scale, bias, epsilon):
        return _standardise(jax.nn.softmax(x, axis=-1), epsilon) * scale + bias

    return jax.device_put(inputs["x"]), lambda x: rows(x, scale, bias, epsilon), _outputs


def reduction(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Take the mean."""
    x, mean = jax.device_put(inputs["x"]), jax.jit(lambda x, s: x.mean() - s)
    return jax.device_put(inputs["s"]), lambda s: mean(x, s), _outputs


def gather(inputs, sizes):
    """Look up rows, as an embedding does."""
    table = jax.device_put(inputs["table"])

    @jax.jit
    def look_up(table, indices):
        rows = table[indices]
        return rows, (indices + 1 + (rows[0, 0] > 0)) % sizes["rows"]

    return (None, jax.device_put(inputs["indices"])), lambda state: look_up(table, state[1]), list


def scatter(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Add rows to a table that is donated, and take them away in turn."""
    indices, updates = jax.device_put((inputs["indices"], inputs["updates"]))
    turns = (updates, -updates)

    @functools.partial(jax.jit, donate_argnums=0)
    def add(table, indices, updates):
        return table.at[indices].add(updates)

    def step(state):
        table, turn = state
        return add(table, indices, turns[turn]), 1 - turn

    return (jnp.array(inputs["table"]), 0), step, lambda state: [state[0]]


def optimiser(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Update the whole tree in one function; what it replaces is donated."""
    params, gradients = jax.tree.map(jnp.array, (inputs["params"], inputs["gradients"]))
    beta1, beta2, epsilon = inputs["beta1"], inputs["beta2"], inputs["epsilon"]

    @functools.partial(jax.jit, donate_argnums=0)
    def update(state, gradients):
        params, first, second, count = state
        count = count + 1
        first = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, first, gradients)
        second = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, second, gradients)
        scale1, scale2 = 1 - beta1**count, 1 - beta2**count

        def moved(p, m, v):
            return p - inputs["rate"] * (inputs["decay"] * p + m / scale1 / (jnp.sqrt(v / scale2) + epsilon))

        return jax.tree.map(moved, params, first, second), first, second, count

    def outputs(state):
        return [state[0][name] for name in inputs["params"]]

    first, second = (jax.tree.map(jnp.zeros_like, params) for _ in range(2))
    return (params, first, second, jnp.zeros((), jnp.float32)), lambda state: update(state, gradients), outputs


def upload(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Move an array to the device."""
    tie = jax.jit(lambda x, s: x[:1] - s)

    def step(state):
        x = jax.device_put(inputs["x"])
        return x, tie(x, state[1])

    return (None, jax.device_put(inputs["s"])), step, list


def download(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Move an array to the host: a new one each time, since JAX keeps what it has moved once."""
    negate = jax.jit(jnp.negative)

    def step(state):
        x = negate(state[0])
        return x, jax.device_get(x)

    return (jax.device_put(inputs["x"]), None), step, lambda state: [state[1]]


def retrace(inputs, sizes):
    """Compute two layers on a batch one row larger than before: `jax.jit` compiles for every size."""
    p, nudge, mean = jax.device_put((inputs["params"], inputs["nudge"], inputs["mean"]))
    batches = [jax.device_put(inputs["x"][: sizes["batch"] + more]) for more in range(sizes["shapes"])]
    made = {}

    def make():
        def block(p, x, mean, nudge):
            y = _dense(p, "1", jax.nn.relu(_dense(p, "0", x + nudge * mean)))
            return y, y.mean(axis=0)

        return jax.jit(block)

    def step(state):
        calls, _, mean = state
        if calls % len(batches) == 0:
            made["block"] = make()
        return (calls + 1, *made["block"](p, batches[calls % len(batches)], mean, nudge))

    return (0, None, mean), step, lambda state: state[1:]


def _dense(p, name, x):
    return x @ p[f"{name}.kernel"] + p[f"{name}.bias"]


def _standardise(x, epsilon):
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred * jax.lax.rsqrt((centred**2).mean(axis=-1, keepdims=True) + epsilon)


def _convolve(x, w, groups=1):
    order = ("NHWC", "HWIO", "NHWC")
    return jax.lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=order, feature_group_count=groups)


def _outputs(state):
    return [state]


def _listen(event, duration=None, **facts):  # noqa: ARG001 - JAX's own signature
    if event == "/jax/core/compile/backend_compile_duration":
        _counted["compilations"] += 1
    elif event == "/jax/compilation_cache/cache_hits":
        _counted["cache_hits"] += 1
