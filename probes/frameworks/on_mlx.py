"""The probes in MLX: as it runs by default, and with `mlx.core.compile`."""

from __future__ import annotations

import os
from importlib import metadata
from typing import Any, NamedTuple

import mlx.core as mx
import numpy as np
from mlx import nn, optimizers, utils

VARIANTS = {
    "eager": {"modules": ("mlx.core",), "install": "mlx[cpu] numpy"},
    "compiled": {"modules": ("mlx.core",), "install": "mlx[cpu] numpy", "compiles": True, "slowly": True},
}

LAYOUT = "NHWC"

_here = {"compile": lambda function, **state: function, "compilations": 0}  # noqa: ARG005 - as `_compile` has it


class _Convolved(NamedTuple):
    """The state of a convolution."""

    w: Any
    image: Any = None
    dx: Any = None
    dw: Any = None


def start(threads, device, variant, matched):  # noqa: ARG001 - MLX has no call for threads
    """Choose the device; on the terms of all, set full float32 precision."""
    if matched:
        os.environ["MLX_ENABLE_TF32"] = "0"  # it is read by the first product
    if device == "cpu":
        mx.set_default_device(mx.cpu)
    if variant == "compiled":
        _here["compile"] = _compile
    kind = _kind()
    return {"version": metadata.version("mlx"), "device": kind, "devices": sorted({kind, "cpu"}), "threads": None}


def wait(state):
    """Compute what is still only a graph: what is not asked for is never computed."""
    mx.eval(_arrays(state))


def terms(state):
    """Tell what the arrays of a state are; MLX's are in one memory, and its default device computes them."""
    arrays = _arrays(state)
    return {
        "devices": [_kind()],
        "dtypes": sorted({str(array.dtype).rpartition(".")[2] for array in arrays}),
        "layout": _layout(getattr(state, "image", None)),
    }


def compilations():
    """Count how often a function was traced in order to be compiled."""
    return _here["compilations"]


def compiled(function, **state):
    """Compile where this variant does; `state` names what the function reads and writes besides its arguments."""
    return _here["compile"](function, **state)


def compiles():
    """Tell whether this variant compiles."""
    return _here["compile"] is _compile


def reset_peak_memory():
    """Start to look for the most memory anew."""
    mx.reset_peak_memory()


def peak_memory():
    """Give the most bytes of the device since then; a processor's are the process's own."""
    return None if _kind() == "cpu" else mx.get_peak_memory()


def dispatch(inputs, sizes):
    """Chain tiny additions."""
    b = mx.array(inputs["b"])

    def chain(x, b):
        for _ in range(sizes["depth"]):
            x = b - x
        return x

    chain = _here["compile"](chain)
    return mx.array(inputs["x"]), _evaluated(lambda x: chain(x, b)), _outputs


def gemm(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply matrices."""
    return _product(mx.array(inputs["x"]), mx.array(inputs["w"]))


def gemm_skinny(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply a few rows."""
    return _product(mx.array(inputs["x"]), mx.array(inputs["w"]))


def gemm_batched(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply many small matrices."""
    return _product(mx.array(inputs["x"]), mx.array(inputs["w"]))


def gemm_bf16(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply in bfloat16."""
    return _product(*(mx.array(inputs[name]).astype(mx.bfloat16) for name in ("x", "w")))


def _product(x, w):
    product = _here["compile"](mx.matmul)
    mx.eval(x, w)
    return x, _evaluated(lambda x: product(x, w)), _outputs


def conv(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Convolve, with both gradients."""
    return _convolution(inputs, 1)


def conv_depthwise(inputs, sizes):
    """Convolve each channel, with both gradients."""
    return _convolution(inputs, sizes["width"])


def _convolution(inputs, groups):
    """Convolve; MLX keeps the outputs of a filter first."""
    x, c, nudge = mx.array(inputs["x"]), mx.array(inputs["c"]), inputs["nudge"]

    def both(x, w, c):
        (y,), (dx, dw) = mx.vjp(lambda x, w: mx.conv2d(x, w, padding=1, groups=groups), [x, w], [c])
        return w + nudge * dw, y, dx, dw

    def outputs(state):
        return [*map(_get, state[1:3]), _get(state[3]).transpose(1, 2, 3, 0)]

    both = _here["compile"](both)
    return _Convolved(_parameter(inputs["w"])), _evaluated(lambda state: _Convolved(*both(x, state.w, c))), outputs


def attention(inputs, sizes):
    """Attend causally, with all gradients."""
    q, k, v, c = (mx.array(inputs[name]) for name in ("q", "k", "v", "c"))
    nudge, scale = inputs["nudge"], sizes["width"] ** -0.5

    def attend(q, k, v):
        return mx.fast.scaled_dot_product_attention(q, k, v, scale=scale, mask="causal")

    def both(q, k, v, c):
        (y,), (dq, dk, dv) = mx.vjp(attend, [q, k, v], [c])
        return q + nudge * dq, y, dq, dk, dv

    both = _here["compile"](both)
    return (q,), _evaluated(lambda state: both(state[0], k, v, c)), lambda state: [*map(_get, state[1:])]


def stream(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Scale and add, as one writes it."""
    a, x = inputs["a"], mx.array(inputs["x"])
    update = _here["compile"](lambda x, y: a * x + y)
    return mx.array(inputs["y"]), _evaluated(lambda y: update(x, y)), _outputs


def normalise(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Take the softmax of rows, then normalise them."""
    scale, bias, epsilon = mx.array(inputs["scale"]), mx.array(inputs["bias"]), inputs["epsilon"]
    both = _here["compile"](lambda x, scale, bias: mx.fast.layer_norm(mx.softmax(x, axis=-1), scale, bias, epsilon))
    return mx.array(inputs["x"]), _evaluated(lambda x: both(x, scale, bias)), _outputs


def reduction(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Take a mean."""
    x, update = mx.array(inputs["x"]), _here["compile"](lambda x, s: x.mean() - s)
    return mx.array(inputs["s"]), _evaluated(lambda s: update(x, s)), _outputs


def gather(inputs, sizes):
    """Look up rows."""
    table = mx.array(inputs["table"])

    def look_up(table, indices):
        found = table[indices]
        return found, (indices + 1 + (found[0, 0] > 0)) % sizes["rows"]

    look_up = _here["compile"](look_up)
    return (None, mx.array(inputs["indices"])), _evaluated(lambda state: look_up(table, state[1])), _outputs


def scatter(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Add rows, and take them away in turn; a table that nothing else holds is changed in place."""
    held, indices = {"table": mx.array(inputs["table"])}, mx.array(inputs["indices"])
    updates = mx.array(inputs["updates"])

    def add(updates, indices):
        held["table"] = held["table"].at[indices].add(updates)

    def step(state):
        _, updates, negated = state
        add(updates, indices)
        return held, negated, updates

    add = _here["compile"](add, inputs=held, outputs=held)
    return (held, updates, -updates), _evaluated(step), lambda state: _outputs(state[0])


def optimiser(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Step by MLX's own AdamW."""
    held = {"params": {name: mx.array(array) for name, array in inputs["params"].items()}}
    gradients = {name: mx.array(array) for name, array in inputs["gradients"].items()}
    adam = optimizers.AdamW(
        inputs["rate"],
        betas=[inputs["beta1"], inputs["beta2"]],
        eps=inputs["epsilon"],
        weight_decay=inputs["decay"],
        bias_correction=True,
    )
    adam.init(held["params"])
    state = [held, adam.state]

    def update(gradients):
        held["params"] = adam.apply_gradients(gradients, held["params"])

    def step(state):
        update(gradients)
        return state

    update = _here["compile"](update, inputs=state, outputs=state)
    return state, _evaluated(step), lambda state: _outputs([state[0]["params"][name] for name in inputs["params"]])


def upload(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Move from the host."""
    host = inputs["x"]

    def step(state):
        x = mx.array(host)
        return x, x[:1] - state[1]

    return (None, mx.array(inputs["s"])), _evaluated(step), _outputs


def download(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Move to the host."""

    def step(state):
        x = -state[0]
        return x, _get(x)

    return (mx.array(inputs["x"]), None), step, lambda state: [state[1]]


def retrace(inputs, sizes):
    """Call with a new shape every time; the function is made anew when it has seen them all."""
    params = {name: mx.array(array) for name, array in inputs["params"].items()}
    batches = [mx.array(inputs["x"][: sizes["batch"] + more]) for more in range(sizes["shapes"])]
    nudge, held = inputs["nudge"], {"calls": 0}

    def block(p, x, mean):
        y = _dense(p, "1", nn.relu(_dense(p, "0", x + nudge * mean)))
        return y, y.mean(axis=0)

    def step(state):
        turn = held["calls"] % len(batches)
        if turn == 0:
            held["function"] = _here["compile"](block)
        held["calls"] += 1
        return held["function"](params, batches[turn], state[1])

    return (None, mx.array(inputs["mean"])), _evaluated(step), _outputs


def _evaluated(step):
    """Evaluate after every step, as a training loop has to, lest the graph grows without end."""

    def evaluated(state):
        state = step(state)
        mx.eval(state)
        return state

    return evaluated


def _compile(function, **state):
    """Compile, and count the traces; `state` names what the function reads and writes besides its arguments."""

    def traced(*arrays):
        _here["compilations"] += 1
        return function(*arrays)

    return mx.compile(traced, **state)


def _kind():
    """Name the default device as the other frameworks do."""
    if mx.default_device().type != mx.DeviceType.gpu:
        return "cpu"
    return "metal" if mx.metal.is_available() else "cuda"


def _layout(image):
    """Tell the order by the two sides, which are alike: memory follows the shape here, always."""
    if image is None or len(image.shape) != 4 or image.shape[1] == image.shape[3]:
        return None
    return {image.shape[1]: "NHWC", image.shape[3]: "NCHW"}.get(image.shape[2])


def _dense(p, name, x):
    return mx.addmm(p[f"{name}.bias"], x, p[f"{name}.kernel"])


def _parameter(array):
    return mx.array(array.transpose(3, 0, 1, 2) if array.ndim == 4 else array)


def _arrays(state):
    """List the arrays of a state, however it nests them."""
    return [array for _, array in utils.tree_flatten(state) if isinstance(array, mx.array)]


def _get(array):
    """Bring an array to NumPy, which has no bfloat16."""
    return np.asarray(array.astype(mx.float32) if array.dtype == mx.bfloat16 else array)


def _outputs(state):
    return [_get(array) for array in _arrays(state)]
