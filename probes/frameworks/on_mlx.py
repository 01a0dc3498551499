"""The probes in MLX: as it runs by default, and with `mlx.core.compile`."""

from __future__ import annotations

from importlib import metadata

import mlx.core as mx
import numpy as np
from mlx import nn

VARIANTS = {
    "eager": {"modules": ("mlx.core",), "install": "mlx[cpu] numpy"},
    "compiled": {"modules": ("mlx.core",), "install": "mlx[cpu] numpy"},
}

_here = {"compile": lambda function: function}


def start(threads, device, variant):  # noqa: ARG001 - MLX takes its threads from the affinity mask alone
    """Choose the device."""
    kind = "cpu"
    if device == "cpu":
        mx.set_default_device(mx.cpu)
    elif mx.default_device().type == mx.DeviceType.gpu:
        kind = "metal" if mx.metal.is_available() else "cuda"
    if variant == "compiled":
        _here["compile"] = mx.compile
    return {"version": metadata.version("mlx"), "device": kind, "devices": sorted({kind, "cpu"})}


def wait(state):
    """Compute what is still only a graph: what is not asked for is never computed."""
    mx.eval(state)


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
    w, product = mx.array(inputs["w"]), _here["compile"](mx.matmul)
    return mx.array(inputs["x"]), _evaluated(lambda x: product(x, w)), _outputs


def conv(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Convolve, with both gradients; MLX keeps the outputs of a filter first."""
    x, c, nudge = mx.array(inputs["x"]), mx.array(inputs["c"]), inputs["nudge"]

    def both(x, w, c):
        (y,), (dx, dw) = mx.vjp(lambda x, w: mx.conv2d(x, w, padding=1), [x, w], [c])
        return w + nudge * dw, y, dx, dw

    def outputs(state):
        return [*map(_get, state[1:3]), _get(state[3]).transpose(1, 2, 3, 0)]

    both = _here["compile"](both)
    return (_parameter(inputs["w"]),), _evaluated(lambda state: both(x, state[0], c)), outputs


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


def step_mlp(inputs, sizes):
    """Train dense layers."""

    def loss(p, x, y):
        for layer in range(sizes["mlp_layers"]):
            x = nn.relu(_dense(p, str(layer), x))
        return nn.losses.cross_entropy(_dense(p, str(sizes["mlp_layers"]), x), y, reduction="mean")

    return _training(loss, inputs)


def step_cnn(inputs, sizes):
    """Train convolutions."""
    pool = nn.MaxPool2d(2, 2)

    def loss(p, x, y):
        for block in range(sizes["depth"]):
            x = pool(nn.relu(mx.conv2d(x, p[f"{block}.filter"], padding=1) + p[f"{block}.bias"]))
        return nn.losses.cross_entropy(_dense(p, "head", x.mean(axis=(1, 2))), y, reduction="mean")

    return _training(loss, inputs)


def step_transformer(inputs, sizes):
    """Train a causal transformer."""
    heads, scale = sizes["heads"], (sizes["width"] // sizes["heads"]) ** -0.5

    def norm(p, name, x):
        return mx.fast.layer_norm(x, p[f"{name}.scale"], p[f"{name}.bias"], 1e-5)

    def attend(p, layer, x):
        q, k, v = (
            (x @ p[f"{layer}.{name}"]).reshape(*x.shape[:2], heads, -1).transpose(0, 2, 1, 3)
            for name in ("query", "key", "value")
        )
        y = mx.fast.scaled_dot_product_attention(q, k, v, scale=scale, mask="causal")
        return y.transpose(0, 2, 1, 3).reshape(x.shape) @ p[f"{layer}.out"]

    def loss(p, x, y):
        h = p["tokens"][x] + p["positions"]
        for layer in range(sizes["layers"]):
            h = h + attend(p, layer, norm(p, f"{layer}.norm1", h))
            h = h + _dense(p, f"{layer}.down", nn.gelu_approx(_dense(p, f"{layer}.up", norm(p, f"{layer}.norm2", h))))
        return nn.losses.cross_entropy(norm(p, "norm", h) @ p["head"], y, reduction="mean")

    return _training(loss, inputs)


def _training(loss, inputs):
    params = {name: _parameter(array) for name, array in inputs["params"].items()}
    x, y, rate = mx.array(inputs["x"]), mx.array(inputs["y"]), inputs["rate"]
    differentiated = mx.value_and_grad(loss)

    def update(params, x, y):
        value, gradient = differentiated(params, x, y)
        return {name: params[name] - rate * gradient[name] for name in params}, value

    def outputs(state):
        moved = (_get(state[0][name]) for name in inputs["params"])
        return [_get(state[1]), *(array.transpose(1, 2, 3, 0) if array.ndim == 4 else array for array in moved)]

    update = _here["compile"](update)
    return (params, mx.array(0.0)), _evaluated(lambda state: update(state[0], x, y)), outputs


def _evaluated(step):
    """Evaluate after every step, as a training loop has to, lest the graph grows without end."""

    def evaluated(state):
        state = step(state)
        mx.eval(state)
        return state

    return evaluated


def _dense(p, name, x):
    return mx.addmm(p[f"{name}.bias"], x, p[f"{name}.kernel"])


def _parameter(array):
    return mx.array(array.transpose(3, 0, 1, 2) if array.ndim == 4 else array)


def _get(array):
    return np.array(array)


def _outputs(state):
    return [_get(state)]
