"""The mathematics of every probe: its inputs, its operations counted, and the float64 answer it is held against.

One function for each probe, named like it, from sizes and a seed to a `Problem`. Arrays are laid out NHWC, dense
kernels (in, out), filters (height, width, in, out); a framework that wants another order transposes before it starts
and back before it is compared. Inputs are standard normal, so nothing decays into denormal numbers.

A training step is checked without a backward pass in NumPy: one step of plain gradient descent tells the gradient a
framework computed, and its slope along a direction has to be that of the float64 loss, by central differences.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

RATE = 0.05
"""Step of gradient descent: large enough that float32 rounding of the update stays far below the tolerances."""
NUDGE = 1e-6
"""What ties an iteration to the one before it, where training does not: too small to change the arithmetic."""


class Problem(NamedTuple):
    """What one probe computes."""

    inputs: dict[str, Any]
    """Arrays by name; `params` is a mapping of arrays, in the order in which a step returns them."""
    flops: float
    """Floating-point operations of one iteration that the mathematics needs, by direct counting."""
    error: Callable[[Any], float]
    """From the outputs of the first iteration to the largest relative error."""


def dispatch(sizes, seed):
    """Chain tiny additions, `x` becoming `b - x`: an order that no optimiser may change, and values that stay put."""
    draw = _Draw(seed)
    x, b = draw(sizes["width"]), draw(sizes["width"])

    def error(outputs):
        expected = _double(x)
        for _ in range(sizes["depth"]):
            expected = _double(b) - expected
        return _distance(outputs[0], expected)

    return Problem({"x": x, "b": b}, float(sizes["depth"] * sizes["width"]), error)


def gemm(sizes, seed):
    """Multiply by an orthogonal matrix, so that the product can be multiplied again and neither grows nor decays."""
    draw, n = _Draw(seed), sizes["width"]
    x, v = draw(n, n), _double(draw(n))
    mirror = np.eye(n) - 2 * np.outer(v, v) / (v @ v)
    w = np.roll(mirror, 1, axis=1).astype(np.float32)

    def error(outputs):
        return _distance(outputs[0], _double(x) @ _double(w))

    return Problem({"x": x, "w": w}, 2.0 * n**3, error)


def conv(sizes, seed):
    """Convolve 3 by 3 and differentiate by image and filter: returns `(y, dx, dw)` for the cotangent `c`."""
    draw, channels = _Draw(seed), sizes["width"]
    shape = (sizes["batch"], sizes["image"], sizes["image"], channels)
    x, c, w = draw(*shape), draw(*shape), draw(3, 3, channels, channels, scale=(9 * channels) ** -0.5)

    def error(outputs):
        at = {"x": _double(x), "w": _double(w)}
        found = _gradient_error(lambda p: np.vdot(c, _convolve(p["x"], p["w"])), at, outputs[1:], draw)
        return _largest([_distance(outputs[0], _convolve(at["x"], at["w"])), found])

    return Problem({"x": x, "w": w, "c": c, "nudge": NUDGE}, 3 * 2.0 * x.size * 9 * channels, error)


def attention(sizes, seed):
    """Causal attention and its derivatives: returns `(y, dq, dk, dv)` for the cotangent `c`.

    Arrays are (batch, heads, sequence, width of a head). Only the half below the diagonal is counted: two products
    forward and five backward, whatever a framework does with the other half.
    """
    draw = _Draw(seed)
    shape = (sizes["batch"], sizes["heads"], sizes["sequence"], sizes["width"])
    arrays = {name: draw(*shape) for name in ("q", "k", "v")}
    c = draw(*shape)

    def error(outputs):
        at = {name: _double(array) for name, array in arrays.items()}
        found = _gradient_error(lambda p: np.vdot(c, _attend(**p)), at, outputs[1:], draw)
        return _largest([_distance(outputs[0], _attend(**at)), found])

    flops = 7.0 * sizes["batch"] * sizes["heads"] * sizes["sequence"] ** 2 * sizes["width"]
    return Problem({**arrays, "c": c, "nudge": NUDGE}, flops, error)


def stream(sizes, seed):
    """Scale and add long vectors: `y` becomes `a * x + y`."""
    draw, a = _Draw(seed), 1e-3
    x, y = draw(sizes["points"]), draw(sizes["points"])

    def error(outputs):
        return _distance(outputs[0], np.float32(a).astype(float) * _double(x) + y)

    return Problem({"a": a, "x": x, "y": y}, 2.0 * sizes["points"], error)


def step_mlp(sizes, seed):
    """Take one training step of a network of dense layers: returns the loss and the new parameters."""
    draw, widths = _Draw(seed), [sizes["width"], *[sizes["mlp_width"]] * sizes["mlp_layers"], sizes["vocabulary"]]
    params = {}
    for layer in range(len(widths) - 1):
        params.update(_dense(draw, str(layer), widths[layer], widths[layer + 1]))
    x = draw(sizes["batch"], sizes["width"])
    y = draw.labels(sizes["vocabulary"], sizes["batch"])
    products = [2.0 * sizes["batch"] * array.size for array in params.values() if array.ndim == 2]

    def loss(p):
        h = _double(x)
        for layer in range(len(widths) - 1):
            h = h @ p[f"{layer}.kernel"] + p[f"{layer}.bias"]
            h = np.maximum(h, 0) if layer < len(widths) - 2 else h
        return _cross_entropy(h, y)

    return _training(loss, params, (x, y), 3 * sum(products) - products[0], draw)


def step_cnn(sizes, seed):
    """Take one training step of a convolutional network: `depth` times conv, relu, pool, doubling in width."""
    draw, widths = _Draw(seed), [3, *[sizes["width"] * 2**block for block in range(sizes["depth"])]]
    params, products = {}, []
    for block in range(sizes["depth"]):
        fan_in, fan_out = widths[block], widths[block + 1]
        params[f"{block}.filter"] = draw(3, 3, fan_in, fan_out, scale=(4.5 * fan_in) ** -0.5)
        params[f"{block}.bias"] = draw(fan_out, scale=0.1)
        products.append(2.0 * sizes["batch"] * (sizes["image"] >> block) ** 2 * params[f"{block}.filter"].size)
    params.update(_dense(draw, "head", widths[-1], sizes["vocabulary"]))
    x = draw(sizes["batch"], sizes["image"], sizes["image"], 3)
    y = draw.labels(sizes["vocabulary"], sizes["batch"])

    def loss(p):
        h = _double(x)
        for block in range(sizes["depth"]):
            h = np.maximum(_convolve(h, p[f"{block}.filter"]) + p[f"{block}.bias"], 0)
            n, height, width, channels = h.shape
            h = h.reshape(n, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))
        return _cross_entropy(h.mean(axis=(1, 2)) @ p["head.kernel"] + p["head.bias"], y)

    head = 6.0 * sizes["batch"] * params["head.kernel"].size
    return _training(loss, params, (x, y), 3 * sum(products) - products[0] + head, draw)


def step_transformer(sizes, seed):
    """Take one training step of a language model: blocks that normalise first, causal attention, tanh-GELU."""
    draw, width, length = _Draw(seed), sizes["width"], sizes["sequence"]
    params = {"tokens": draw(sizes["vocabulary"], width, scale=0.5), "positions": draw(length, width, scale=0.5)}
    for layer in range(sizes["layers"]):
        params.update(_normalised(draw, f"{layer}.norm1", width))
        params.update({f"{layer}.{name}": draw(width, width, scale=width**-0.5) for name in _PROJECTIONS})
        params.update(_normalised(draw, f"{layer}.norm2", width))
        params.update(_dense(draw, f"{layer}.up", width, 4 * width))
        params.update(_dense(draw, f"{layer}.down", 4 * width, width))
    params.update(_normalised(draw, "norm", width))
    params["head"] = draw(width, sizes["vocabulary"], scale=width**-0.5)
    x = draw.labels(sizes["vocabulary"], sizes["batch"], length)
    y = draw.labels(sizes["vocabulary"], sizes["batch"], length)
    dense = sum(a.size for name, a in params.items() if a.ndim == 2 and name not in {"tokens", "positions"})
    flops = 6.0 * x.size * dense + sizes["layers"] * 6.0 * x.size * length * width
    return _training(lambda p: _language_loss(p, x, y, sizes), params, (x, y), flops, draw)


_PROJECTIONS = ("query", "key", "value", "out")


def _language_loss(p, x, y, sizes):
    h = p["tokens"][x] + p["positions"]
    for layer in range(sizes["layers"]):
        z = _normalise(h, p, f"{layer}.norm1")
        q, k, v = (_split(z @ p[f"{layer}.{name}"], sizes["heads"]) for name in _PROJECTIONS[:3])
        h = h + _attend(q, k, v).transpose(0, 2, 1, 3).reshape(h.shape) @ p[f"{layer}.out"]
        z = _normalise(h, p, f"{layer}.norm2") @ p[f"{layer}.up.kernel"] + p[f"{layer}.up.bias"]
        z = 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))
        h = h + z @ p[f"{layer}.down.kernel"] + p[f"{layer}.down.bias"]
    return _cross_entropy(_normalise(h, p, "norm") @ p["head"], y)


def _split(z, heads):
    return z.reshape(*z.shape[:2], heads, -1).transpose(0, 2, 1, 3)


def _normalise(h, p, name):
    centred = h - h.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
    return centred / spread * p[f"{name}.scale"] + p[f"{name}.bias"]


def _attend(q, k, v):
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    scores = np.where(np.tri(scores.shape[-1], dtype=bool), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ v


def _convolve(x, kernel):
    """Convolve as deep-learning frameworks mean it (no flip), padded with zeros to the same size."""
    height, width = x.shape[1:3]
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    taps = ((row, column) for row in range(3) for column in range(3))
    return sum(padded[:, row : row + height, column : column + width] @ kernel[row, column] for row, column in taps)


def _cross_entropy(logits, labels):
    logits = logits - logits.max(axis=-1, keepdims=True)
    chosen = np.take_along_axis(logits, labels[..., None].astype(int), axis=-1)[..., 0]
    return float((np.log(np.exp(logits).sum(axis=-1)) - chosen).mean())


def _training(loss, params, batch, flops, draw):
    def error(outputs):
        start = {name: _double(array) for name, array in params.items()}
        exact = loss(start)
        steps = map(np.subtract, start.values(), map(_double, outputs[1:]))
        found = _gradient_error(loss, start, [step / RATE for step in steps], draw)
        return _largest([abs(float(outputs[0]) - exact) / abs(exact), found])

    return Problem({"params": params, "x": batch[0], "y": batch[1], "rate": RATE}, flops, error)


def _gradient_error(loss, start, parts, draw):
    """Hold a gradient against slopes of the float64 loss: along itself, and along two random directions.

    Along a random direction a slope varies around 0 with the gradient's length, so an error is relative to that.
    """
    gradient = dict(zip(start, map(_double, parts)))  # noqa: B905 - `strict` came with Python 3.10
    length = np.sqrt(_dot(gradient, gradient)) or 1e-30
    along = {name: part / length for name, part in gradient.items()}
    errors = [abs(length - _slope(loss, start, along)) / length]
    for along in (_each_alike(gradient, draw), _each_alike(gradient, draw)):
        expected = np.sqrt(sum(np.vdot(part, part) * np.mean(along[n] ** 2) for n, part in gradient.items()))
        errors.append(abs(_dot(gradient, along) - _slope(loss, start, along)) / (expected or 1e-30))
    return _largest(errors)


def _slope(loss, start, along, width=1e-6):
    """Differentiate along a direction: wide enough for float64, narrow enough to meet hardly any kink of relu."""
    ahead, behind = (loss({n: array + side * along[n] for n, array in start.items()}) for side in (width, -width))
    return (ahead - behind) / (2 * width)


def _dot(one, other):
    return sum(np.vdot(one[name], other[name]) for name in one)


def _each_alike(gradient, draw):
    """Draw a random unit direction in which the gradient of a small tensor, such as a bias, counts like a large one's.

    A gradient that vanished altogether is weighed as if it had a hundredth of the length of the whole.
    """
    least = 0.01 * np.sqrt(_dot(gradient, gradient)) or 1.0
    drawn = {n: _double(draw(*part.shape)) / max(np.linalg.norm(part), least) for n, part in gradient.items()}
    length = np.sqrt(_dot(drawn, drawn))
    return {name: part / length for name, part in drawn.items()}


def _distance(actual, expected):
    """Give the largest difference relative to the largest magnitude; infinite where shapes or values are no match."""
    actual = _double(actual)
    if actual.shape != expected.shape:
        return float("inf")
    return _largest([np.abs(actual - expected).max() / np.abs(expected).max()])


def _largest(errors):
    """Give the largest, where what is not a number counts as infinite: `max` alone would let it pass."""
    return max(float(error) if np.isfinite(error) else float("inf") for error in errors)


def _double(array):
    return np.asarray(array, dtype=np.float64)


def _dense(draw, name, fan_in, fan_out):
    return {f"{name}.kernel": draw(fan_in, fan_out, scale=fan_in**-0.5), f"{name}.bias": draw(fan_out, scale=0.1)}


def _normalised(draw, name, width):
    return {f"{name}.scale": 1 + draw(width, scale=0.1), f"{name}.bias": draw(width, scale=0.1)}


class _Draw:
    """Draws from one seeded generator, so that every framework gets the same arrays."""

    def __init__(self, seed):
        self._generator = np.random.default_rng(seed)

    def __call__(self, *shape, scale=1.0):
        return (self._generator.standard_normal(shape) * scale).astype(np.float32)

    def labels(self, below, *shape):
        return self._generator.integers(0, below, shape, dtype=np.int32)
