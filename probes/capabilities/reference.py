"""What a capability has to compute: inputs for every framework, and NumPy's result in float64 to hold theirs against.

Each function gives a Trial for the capability of its name. Inputs are float32, or as its docstring says; what a
framework's function gives back is a list of arrays in the order that the docstring names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

CLOSE = 1e-4
"""Largest relative difference from float64 that float32 arithmetic on these small arrays explains."""
HIDDEN = 8
"""Width of the network's first layer."""


class Trial(NamedTuple):
    """One capability to try."""

    inputs: dict[str, Any]
    differs: Callable[[list[np.ndarray]], str]
    """How outputs differ from what they should be, in words; empty where they do not."""


def export_onnx():
    """Two layers, `tanh(x @ w1 + b1) @ w2 + b2`: [the output of what was exported, for x]."""
    return _exported()


def export_stablehlo():
    """As for ONNX."""
    return _exported()


def export_savedmodel():
    """As for ONNX."""
    return _exported()


def export_litert():
    """As for ONNX."""
    return _exported()


def export_torch_export():
    """As for ONNX."""
    return _exported()


def export_coreml():
    """As for ONNX."""
    return _exported()


def bf16():
    """The product a @ b of small whole numbers in bfloat16: [it, as float32]. Not all of it fits into 8 bits."""
    random = _random()
    a, b = (random.integers(-99, 100, shape).astype(np.float32) for shape in ((6, 16), (16, 5)))
    exact = a @ b

    def differs(outputs):
        (found,) = outputs
        if found.shape == exact.shape and np.any(found.view(np.uint32) & 0xFFFF):
            return "the product has more digits than bfloat16 holds: it was computed in a wider type"
        return _apart([found], [exact], 2.0**-7)

    return Trial({"a": a, "b": b}, differs)


def fp64():
    """The product a @ b in float64, of float64 arrays: [it]. In float32 its difference from 1 is lost."""
    a = np.array([[1.0, 2.0**-40], [2.0**-30, 1.0]])
    b = np.array([[1.0, 0.0], [3.0, 2.0**-45]])
    return Trial({"a": a, "b": b}, lambda outputs: _apart(outputs, [a @ b], 1e-15))


def compile():  # noqa: A001 - the capability's name
    """The network, compiled, for x and for -x by the same function: [both outputs]."""
    inputs = _network()
    x = inputs["x"]
    return Trial(inputs, lambda outputs: _apart(outputs, [_forward(inputs, x), _forward(inputs, -x)]))


def vmap():
    """`sum(sin(w @ x))` of one vector x, mapped over the rows of xs with w held: [a value for each row]."""
    random = _random()
    w, xs = _normal(random, 5, 4), _normal(random, 7, 4)
    expected = np.sin(np.float64(xs) @ np.float64(w).T).sum(axis=1)
    return Trial({"w": w, "xs": xs}, lambda outputs: _apart(outputs, [expected]))


def per_example_gradients():
    """Gradients of `sum((network(x) - y) ** 2)`, one for each row of x and y: [of w1, b1, w2, b2], examples first."""
    inputs = _network()
    inputs["y"] = _normal(_random(1), len(inputs["x"]), inputs["w2"].shape[1])
    rows = [
        _gradients(inputs, inputs["x"][row : row + 1], inputs["y"][row : row + 1]) for row in range(len(inputs["x"]))
    ]
    expected = [np.stack(parts) for parts in zip(*rows)]  # noqa: B905 - `strict` came with Python 3.10
    return Trial(inputs, lambda outputs: _apart(outputs, expected))


def jvp_of_jvp():
    """Of f(x) = `sum(c * sin(w @ x))`, forwards along u and that along v: [f, along u, along u and v]."""
    inputs = _curved()
    w, c, x, u, v = (np.float64(inputs[name]) for name in "wcxuv")
    value, slope = np.sum(c * np.sin(w @ x)), np.sum(c * np.cos(w @ x) * (w @ u))
    bend = -np.sum(c * np.sin(w @ x) * (w @ u) * (w @ v))
    return Trial(inputs, lambda outputs: _apart(outputs, [value, slope, bend]))


def hessian():
    """All second derivatives of the same f at x: [a square matrix]."""
    inputs = _curved()
    w, c, x = (np.float64(inputs[name]) for name in "wcx")
    return Trial(inputs, lambda outputs: _apart(outputs, [-(w.T * (c * np.sin(w @ x))) @ w]))


def dynamic_shapes():
    """The network, compiled once, for the first 2, 3 and 8 rows of x: [three outputs]."""
    inputs = {**_network(), "batches": (2, 3, 8)}
    expected = [_forward(inputs, inputs["x"][:batch]) for batch in inputs["batches"]]
    return Trial(inputs, lambda outputs: _apart(outputs, expected))


def control_flow():
    """Compiled: halve x until the sum of its squares is at most 1; for x and for 100 * x: [x, halvings] of each."""
    x = _normal(_random(), 6) * np.float32(3)
    expected = []
    for start in (x, 100 * x):
        halved, count = np.float64(start), 0
        while np.sum(halved**2) > 1:
            halved, count = halved / 2, count + 1
        expected += [halved, np.float64(count)]
    return Trial({"x": x}, lambda outputs: _apart(outputs, expected))


def sparse_embedding_gradient():
    """Of `sum(c * table[indices])`, with respect to the table: [rows that the gradient holds, their values]."""
    random = _random()
    indices = np.array([7, 3, 7, 41], np.int32)
    inputs = {"table": _normal(random, 50, 4), "indices": indices, "c": _normal(random, len(indices), 4)}
    expected = np.zeros((50, 4))
    np.add.at(expected, indices, inputs["c"])

    def differs(outputs):
        rows, values = outputs
        if len(rows) > len(indices):
            return f"the gradient holds {len(rows)} rows where {len(set(indices.tolist()))} were looked up"
        whole = np.zeros_like(expected)
        np.add.at(whole, rows.astype(int), values)
        return _apart([whole], [expected])

    return Trial(inputs, differs)


def custom_gradient():
    """`sum(c * round(x))`, where rounding is given the made-up gradient 2: [the sum, its gradient for x]."""
    random = _random()
    x, c = _normal(random, 9) * np.float32(4), _normal(random, 9)
    expected = [np.sum(np.float64(c) * np.round(x)), 2 * np.float64(c)]
    return Trial({"x": x, "c": c}, lambda outputs: _apart(outputs, expected))


def deterministic():
    """Train the network twice from the same start on `mean((network(x) - y) ** 2)`: [w1, b1, w2, b2] of both runs.

    `steps` steps of plain gradient descent at `rate`, by whatever the framework has to make runs repeat.
    """
    inputs = {**_network(), "rate": 0.05, "steps": 20}
    inputs["y"] = _normal(_random(1), len(inputs["x"]), inputs["w2"].shape[1])
    trained = {name: np.float64(inputs[name]) for name in ("w1", "b1", "w2", "b2")}
    for _ in range(inputs["steps"]):
        gradients = _gradients(trained, inputs["x"], inputs["y"])
        for name, gradient in zip(trained, gradients):  # noqa: B905 - as above
            trained[name] = trained[name] - inputs["rate"] * gradient / inputs["y"].size
    expected = list(trained.values())

    def differs(outputs):
        half = len(outputs) // 2
        wrong = _apart(outputs, expected * 2)
        pairs = zip(outputs[:half], outputs[half:])  # noqa: B905 - as above
        same = all(one.tobytes() == other.tobytes() for one, other in pairs)
        return wrong or ("" if same else "two runs from the same start did not end in the same bits")

    return Trial(inputs, differs)


def _exported():
    inputs = _network()
    return Trial(inputs, lambda outputs: _apart(outputs, [_forward(inputs, inputs["x"])]))


def _random(seed=0):
    return np.random.default_rng(seed)


def _normal(random, *shape):
    return random.standard_normal(shape).astype(np.float32)


def _network():
    random = _random()
    shapes = {"x": (8, 4), "w1": (4, HIDDEN), "b1": (HIDDEN,), "w2": (HIDDEN, 3), "b2": (3,)}
    return {name: _normal(random, *shape) for name, shape in shapes.items()}


def _forward(p, x):
    w1, b1, w2, b2 = (np.float64(p[name]) for name in ("w1", "b1", "w2", "b2"))
    return np.tanh(np.float64(x) @ w1 + b1) @ w2 + b2


def _gradients(p, x, y):
    """Of the sum of squared errors, by hand."""
    x = np.float64(x)
    h = np.tanh(x @ np.float64(p["w1"]) + p["b1"])
    error = 2 * (_forward(p, x) - y)
    inner = error @ np.float64(p["w2"]).T * (1 - h**2)
    return x.T @ inner, inner.sum(axis=0), h.T @ error, error.sum(axis=0)


def _curved():
    random = _random()
    shapes = {"w": (6, 5), "c": (6,), "x": (5,), "u": (5,), "v": (5,)}
    return {name: _normal(random, *shape) for name, shape in shapes.items()}


def _apart(outputs, expected, tolerance=CLOSE):
    """Say how far outputs are from what is expected, relative to its largest; empty where they are close enough."""
    if len(outputs) != len(expected):
        return f"it gave {len(outputs)} arrays where {len(expected)} were expected"
    for found, wanted in zip(outputs, expected):  # noqa: B905 - as above
        if found.shape != np.shape(wanted):
            return f"it gave an array of the shape {found.shape} where {np.shape(wanted)} was expected"
        if np.size(wanted):
            error = np.max(np.abs(np.float64(found) - wanted)) / np.max(np.abs(wanted))
            if not error <= tolerance:
                return f"its relative error is {error:.2g}, where at most {tolerance:.2g} can be explained"
    return ""
