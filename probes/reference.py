"""The mathematics of every probe: its inputs, its operations counted, and the float64 answer it is held against.

One function for each probe, named like it, from sizes and a seed to a `Problem`. Arrays are laid out NHWC, dense
kernels (in, out), filters (height, width, in, out); a framework that wants another order transposes before it starts
and back before it is compared. Inputs are standard normal, so nothing decays into denormal numbers.

Where the arithmetic is in bfloat16 the inputs are still float32: each framework rounds them, and so does the reference,
to the nearest and to even where two are as near.

A training step is checked without a backward pass in NumPy: one step of plain gradient descent tells the gradient a
framework computed, and its slope along a direction has to be that of the float64 loss, by central differences.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

RATE = 0.05
"""Step of gradient descent: large enough that float32 rounding of the update stays far below the tolerances."""
NUDGE = 1e-6
"""What ties an iteration to the one before it, where training does not: too small to change the arithmetic."""
LEAST_GRADIENT = 0.1
"""Least magnitude that an optimiser is given, since frameworks place Adam's epsilon differently."""
PART = 1_000_000
"""Numbers of a long vector that are drawn; the rest repeats them, since drawing takes longer than what is timed."""
SKEW = 3
"""Power that turns uniform numbers into indices of which a few are drawn often."""


class Problem(NamedTuple):
    """What one probe computes."""

    inputs: dict[str, Any]
    """Arrays by name; `params` is a mapping of arrays, in the order in which a step returns them."""
    flops: float
    """Floating-point operations of one iteration that the mathematics needs, by direct counting."""
    error: Callable[[Any], float]
    """From the outputs of the first iteration to the largest relative error."""
    lasting: slice = slice(None)
    """The outputs in which numbers must not decay to denormal ones, since a real run would not have them."""


def dispatch(sizes, seed):
    """Chain tiny additions, `x` becoming `b - x`: an order that no optimiser may change, and values that stay put."""
    draw = Draw(seed)
    x, b = draw(sizes["width"]), draw(sizes["width"])

    def error(outputs):
        expected = double(x)
        for _ in range(sizes["depth"]):
            expected = double(b) - expected
        return distance(outputs[0], expected)

    return Problem({"x": x, "b": b}, float(sizes["depth"] * sizes["width"]), error)


def gemm(sizes, seed):
    """Multiply by an orthogonal matrix, so that the product can be multiplied again and neither grows nor decays."""
    draw, n = Draw(seed), sizes["width"]
    return _product(draw(n, n), _orthogonal(draw(n)))


def gemm_skinny(sizes, seed):
    """Multiply a few rows by an orthogonal matrix, as decoding does for every projection."""
    draw, n = Draw(seed), sizes["width"]
    return _product(draw(sizes["rows"], n), _orthogonal(draw(n)))


def gemm_batched(sizes, seed):
    """Multiply many small matrices, each by an orthogonal one of its own."""
    draw, n = Draw(seed), sizes["width"]
    return _product(draw(sizes["batch"], n, n), _orthogonal(draw(sizes["batch"], n)))


def gemm_bf16(sizes, seed):
    """Multiply in bfloat16, by a matrix that is orthogonal in that type too; the width is a power of 4.

    The product is returned in bfloat16. What that rounds off is no error; what is off beyond it is.
    """
    draw, n = Draw(seed), sizes["width"]
    x, w = draw(n, n), _hadamard(n, draw)

    def error(outputs):
        found, expected = double(outputs[0]), double(bfloat16(x)) @ double(w)
        if found.shape != expected.shape or not np.array_equal(found, bfloat16(found)):
            return float("inf")
        half_a_unit = np.ldexp(1.0, np.frexp(found)[1] - 9)
        return distance(expected + np.maximum(np.abs(found - expected) - half_a_unit, 0), expected)

    return Problem({"x": x, "w": w}, 2.0 * n**3, error)


def bfloat16(array):
    """Round float32 to the nearest bfloat16, kept in float32: add half a unit, keep the upper half of the bits."""
    bits = np.ascontiguousarray(array, dtype=np.float32).view(np.uint32)
    even = (bits >> np.uint32(16)) & np.uint32(1)
    return ((bits + np.uint32(0x7FFF) + even) & np.uint32(0xFFFF0000)).view(np.float32)


def _product(x, w):
    def error(outputs):
        return distance(outputs[0], double(x) @ double(w))

    return Problem({"x": x, "w": w}, 2.0 * x.size * w.shape[-1], error)


def _orthogonal(v):
    """Reflect at `v`, or at each row of it, and move every column by one, so that no power is the identity soon."""
    v = double(v)
    mirror = v[..., :, None] * (v * (-2 / (v * v).sum(axis=-1, keepdims=True)))[..., None, :]
    diagonal = np.arange(v.shape[-1])
    mirror[..., diagonal, diagonal] += 1
    return np.roll(mirror.astype(np.float32), 1, axis=-1)


def _hadamard(n, draw):
    """Give an orthogonal matrix of one magnitude, a power of 2, with random signs of its rows and columns."""
    four = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2
    w = np.ones((1, 1))
    while len(w) < n:
        w = np.kron(w, four)
    if len(w) != n:
        raise ValueError(f"the width {n} is no power of 4")
    signs = np.sign(double(draw(2, n)))
    return (signs[0][:, None] * w * signs[1]).astype(np.float32)


def conv(sizes, seed):
    """Convolve 3 by 3 and differentiate by image and filter: returns `(y, dx, dw)` for the cotangent `c`."""
    draw, channels = Draw(seed), sizes["width"]
    shape = (sizes["batch"], sizes["image"], sizes["image"], channels)
    x, c, w = draw(*shape), draw(*shape), draw(3, 3, channels, channels, scale=(9 * channels) ** -0.5)

    def error(outputs):
        at = {"x": double(x), "w": double(w)}
        found = gradient_error(lambda p: np.vdot(c, _convolve(p["x"], p["w"])), at, outputs[1:], draw)
        return largest([distance(outputs[0], _convolve(at["x"], at["w"])), found])

    return Problem({"x": x, "w": w, "c": c, "nudge": NUDGE}, 3 * 2.0 * x.size * 9 * channels, error)


def conv_depthwise(sizes, seed):
    """Convolve each channel by itself and differentiate, as `conv` does; the filter is (3, 3, 1, channels)."""
    draw, channels = Draw(seed), sizes["width"]
    shape = (sizes["batch"], sizes["image"], sizes["image"], channels)
    x, c, w = draw(*shape), draw(*shape), draw(3, 3, 1, channels, scale=1 / 3)

    def error(outputs):
        at = {"x": double(x), "w": double(w)}
        found = gradient_error(lambda p: np.vdot(c, _convolve_each(p["x"], p["w"])), at, outputs[1:], draw)
        return largest([distance(outputs[0], _convolve_each(at["x"], at["w"])), found])

    return Problem({"x": x, "w": w, "c": c, "nudge": NUDGE}, 3 * 2.0 * x.size * 9, error)


def attention(sizes, seed):
    """Causal attention and its derivatives: returns `(y, dq, dk, dv)` for the cotangent `c`.

    Arrays are (batch, heads, sequence, width of a head). Only the half below the diagonal is counted: two products
    forward and five backward, whatever a framework does with the other half.
    """
    draw = Draw(seed)
    shape = (sizes["batch"], sizes["heads"], sizes["sequence"], sizes["width"])
    arrays = {name: draw(*shape) for name in ("q", "k", "v")}
    c = draw(*shape)

    def error(outputs):
        at = {name: double(array) for name, array in arrays.items()}
        found = gradient_error(lambda p: np.vdot(c, attend(**p)), at, outputs[1:], draw)
        return largest([distance(outputs[0], attend(**at)), found])

    flops = 7.0 * sizes["batch"] * sizes["heads"] * sizes["sequence"] ** 2 * sizes["width"]
    return Problem({**arrays, "c": c, "nudge": NUDGE}, flops, error)


def stream(sizes, seed):
    """Scale and add long vectors: `y` becomes `a * x + y`; `y` begins a bit later in the same numbers than `x`.

    One part is repeated, and both lie in one array: memory used for the first time costs more than what is timed.
    """
    a, points, later = 1e-3, sizes["points"], 16
    part = Draw(seed)(min(points, PART))
    expected = np.float32(a).astype(float) * double(part) + np.roll(part, -later)

    def error(outputs):
        begins = range(0, max(points, outputs[0].size), PART)
        return largest([distance(outputs[0][begin : begin + PART], expected[: points - begin]) for begin in begins])

    both = np.resize(part, points + later)
    return Problem({"a": a, "x": both[:points], "y": both[later:]}, 2.0 * points, error)


def normalise(sizes, seed):
    """Take the softmax of every row, then normalise the row, scale and shift it by column: `x` of the next iteration.

    What is added to the shift is little, so that rows neither flatten nor end as a single spike. Softmax leaves a small
    variance, of about 1 / columns squared: hence the small epsilon.
    """
    draw, width = Draw(seed), sizes["width"]
    x, scale, bias, epsilon = draw(sizes["rows"], width), draw(width, scale=0.1), draw(width), 1e-12

    def error(outputs):
        return distance(outputs[0], standardise(_softmax(double(x)), epsilon) * scale + bias)

    return Problem({"x": x, "scale": scale, "bias": bias, "epsilon": epsilon}, 12.0 * x.size, error)


def reduction(sizes, seed):
    """Take the mean of a long vector: `s` becomes `mean(x) - s`, which stays put and needs the mean every time."""
    draw = Draw(seed)
    x, s = 1 + draw(sizes["points"]), draw(1)

    def error(outputs):
        return distance(outputs[0], double(x).mean() - double(s))

    return Problem({"x": x, "s": s}, float(sizes["points"]), error)


def gather(sizes, seed):
    """Look up rows of a table: returns them and the indices of the next iteration.

    Those are one further, or two where the very first number found is positive, and begin again at the end.
    """
    draw = Draw(seed)
    table = draw(sizes["rows"], sizes["width"])
    indices = draw.skewed(sizes["rows"], sizes["lookups"])

    def error(outputs):
        found = double(table)[indices]
        following = (indices + 1 + int(found[0, 0] > 0)) % sizes["rows"]
        return largest([distance(outputs[0], found), distance(outputs[1], double(following))])

    return Problem({"table": table, "indices": indices}, 0.0, error)


def scatter(sizes, seed):
    """Add rows to rows of a table, some of them many times: returns the table.

    The next iteration takes the same away, with `updates` that were negated before it all starts, and so on in turn.
    """
    draw = Draw(seed)
    table = draw(sizes["rows"], sizes["width"])
    indices = draw.skewed(sizes["rows"], sizes["lookups"])
    updates = draw(sizes["lookups"], sizes["width"])

    def error(outputs):
        order = np.argsort(indices, kind="stable")
        rows, starts = np.unique(indices[order], return_index=True)
        expected = double(table)
        expected[rows] += np.add.reduceat(double(updates[order]), starts, axis=0)
        return distance(outputs[0], expected)

    return Problem({"table": table, "indices": indices, "updates": updates}, float(updates.size), error)


def optimiser(sizes, seed):
    """Take one step of AdamW for given gradients, from moments of zero: returns the new parameters.

    The same gradients come again in every iteration: parameters then approach -sign(gradient) / decay and stay there.
    """
    draw, width, layers = Draw(seed), sizes["width"], range(sizes["layers"])
    parts = [dense(draw, f"{n}.up", width, 4 * width) for n in layers]
    parts += [dense(draw, f"{n}.down", 4 * width, width) for n in layers]
    params = {name: array for part in parts for name, array in part.items()}
    gradients = {name: draw.away_from_zero(*array.shape) for name, array in params.items()}
    rate, decay, beta1, beta2, epsilon = RATE, 0.1, 0.9, 0.999, 1e-8

    def error(outputs):
        if len(outputs) != len(params):
            return float("inf")
        errors = []
        for name, output in zip(params, outputs):  # noqa: B905 - `strict` came with Python 3.10
            start, gradient = double(params[name]), double(gradients[name])
            first, second = (1 - beta1) * gradient, (1 - beta2) * gradient**2
            first, second = first / (1 - beta1), second / (1 - beta2)
            step = rate * (decay * start + first / (np.sqrt(second) + epsilon))
            errors.append(distance(output, start - step, np.abs(step).max()))
        return largest(errors)

    constants = {"rate": rate, "decay": decay, "beta1": beta1, "beta2": beta2, "epsilon": epsilon}
    flops = 14.0 * sum(array.size for array in params.values())
    return Problem({"params": params, "gradients": gradients, **constants}, flops, error)


def upload(sizes, seed):
    """Move a vector from the host's ordinary memory to the device: returns it, and `s`, which becomes `x[0] - s`."""
    draw = Draw(seed)
    x, s = draw(sizes["points"]), draw(1)

    def error(outputs):
        return largest([distance(outputs[0], double(x)), distance(outputs[1], double(x[:1]) - s)])

    return Problem({"x": x, "s": s}, 0.0, error)


def download(sizes, seed):
    """Negate a vector on the device, so that it is never one that the host has seen, and move it to the host."""
    x = Draw(seed)(sizes["points"])

    def error(outputs):
        return distance(outputs[0], -double(x))

    return Problem({"x": x}, 0.0, error)


def retrace(sizes, seed):
    """Compute two dense layers on a batch of a size that the function has not met: returns `y` and its mean row.

    The first call takes `batch` rows of `x`, every later one a row more. After `shapes` calls the function is made anew
    and starts again from `batch` rows, so that a function never meets a size it knows and none has much to compute. The
    mean row, times `nudge`, is added to every row of the next batch.
    """
    draw, width, batch = Draw(seed), sizes["width"], sizes["batch"]
    params = {**dense(draw, "0", width, sizes["mlp_width"]), **dense(draw, "1", sizes["mlp_width"], width)}
    x, mean = draw(batch + sizes["shapes"] - 1, width), draw(width)

    def error(outputs):
        p = {name: double(array) for name, array in params.items()}
        h = np.maximum((double(x[:batch]) + NUDGE * mean) @ p["0.kernel"] + p["0.bias"], 0)
        y = h @ p["1.kernel"] + p["1.bias"]
        return largest([distance(outputs[0], y), distance(outputs[1], y.mean(axis=0))])

    flops = 4.0 * batch * width * sizes["mlp_width"]
    return Problem({"params": params, "x": x, "mean": mean, "nudge": NUDGE}, flops, error)


def standardise(h, epsilon):
    """Move every row to a mean of 0 and a variance of 1."""
    centred = h - h.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + epsilon)


def _softmax(scores):
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def attend(q, k, v):
    """Attend causally, over (batch, heads, sequence, width of a head)."""
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    scores = np.where(np.tri(scores.shape[-1], dtype=bool), scores, -np.inf)
    return _softmax(scores) @ v


def _convolve(x, kernel):
    """Convolve as deep-learning frameworks mean it (no flip), padded with zeros to the same size."""
    return sum(part @ kernel[tap] for tap, part in _taps(x))


def _convolve_each(x, kernel):
    """Convolve every channel with a filter of its own."""
    return sum(part * kernel[tap][0] for tap, part in _taps(x))


def _taps(x):
    """Give what each place of a 3 by 3 filter, by row and column, is multiplied by."""
    height, width = x.shape[1:3]
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    for row, column in np.ndindex(3, 3):
        yield (row, column), padded[:, row : row + height, column : column + width]


def gradient_error(loss, start, parts, draw, longest=math.inf):
    """Hold a gradient against slopes of the float64 loss: along itself, and along two random directions.

    One that would be longer than `longest` has to be as long as that. Along a random direction a slope varies around 0
    with the gradient's length, so an error is relative to that.
    """
    gradient = dict(zip(start, map(double, parts)))  # noqa: B905 - `strict` came with Python 3.10
    if not alike(gradient.values(), start.values()):
        return float("inf")
    length = np.sqrt(dot(gradient, gradient)) or 1e-30
    along = {name: part / length for name, part in gradient.items()}
    slope = _slope(loss, start, along)
    errors = [abs(length - min(slope, longest)) / length]
    if slope > longest:
        gradient = {name: part * slope for name, part in along.items()}
    for along in (_each_alike(gradient, draw), _each_alike(gradient, draw)):
        expected = np.sqrt(sum(np.vdot(part, part) * np.mean(along[n] ** 2) for n, part in gradient.items()))
        errors.append(abs(dot(gradient, along) - _slope(loss, start, along)) / (expected or 1e-30))
    return largest(errors)


def _slope(loss, start, along, width=1e-6):
    """Differentiate along a direction: wide enough for float64, narrow enough to meet hardly any kink of relu."""
    ahead, behind = (loss({n: array + side * along[n] for n, array in start.items()}) for side in (width, -width))
    return (ahead - behind) / (2 * width)


def dot(one, other):
    """Multiply mappings of arrays, all of both."""
    return sum(np.vdot(one[name], other[name]) for name in one)


def _each_alike(gradient, draw):
    """Draw a random unit direction in which the gradient of a small tensor, such as a bias, counts like a large one's.

    A gradient that vanished altogether is weighed as if it had a hundredth of the length of the whole.
    """
    least = 0.01 * np.sqrt(dot(gradient, gradient)) or 1.0
    drawn = {n: double(draw(*part.shape)) / max(np.linalg.norm(part), least) for n, part in gradient.items()}
    length = np.sqrt(dot(drawn, drawn))
    return {name: part / length for name, part in drawn.items()}


def distance(actual, expected, scale=None):
    """Give the largest difference relative to `scale`, or else to the largest magnitude that is expected.

    It is infinite where shapes or values are no match.
    """
    actual = double(actual)
    if actual.shape != expected.shape:
        return float("inf")
    return largest([np.abs(actual - expected).max() / (np.abs(expected).max() if scale is None else scale)])


def alike(some, others):
    """Tell whether two lists of arrays have the same shapes."""
    return [array.shape for array in some] == [array.shape for array in others]


def largest(errors):
    """Give the largest, where what is not a number counts as infinite: `max` alone would let it pass."""
    return max(float(error) if np.isfinite(error) else float("inf") for error in errors)


def double(array):
    """Give an array in float64."""
    return np.asarray(array, dtype=np.float64)


def dense(draw, name, fan_in, fan_out):
    """Draw a dense layer: `name.kernel` (in, out) and `name.bias`."""
    return {f"{name}.kernel": draw(fan_in, fan_out, scale=fan_in**-0.5), f"{name}.bias": draw(fan_out, scale=0.1)}


class Draw:
    """Draws from one seeded generator, so that every framework gets the same arrays."""

    def __init__(self, seed):
        self._generator = np.random.default_rng(seed)

    def __call__(self, *shape, scale=1.0):
        """Draw normal numbers of this standard deviation."""
        return self._generator.standard_normal(shape, dtype=np.float32) * np.float32(scale)

    def away_from_zero(self, *shape):
        """Draw normal numbers of which none is small."""
        drawn = self(*shape)
        return drawn + np.copysign(np.float32(LEAST_GRADIENT), drawn)

    def labels(self, below, *shape):
        """Draw whole numbers from 0 on."""
        return self._generator.integers(0, below, shape, dtype=np.int32)

    def skewed(self, below, *shape):
        """Draw indices of which the low ones come often, as words and items of a catalogue do."""
        return (self._generator.random(shape) ** SKEW * below).astype(np.int32)
