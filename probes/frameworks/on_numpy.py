"""The canary: a matrix product and a stream in NumPy, framework-free, run in every round beside the frameworks.

It tells how fast the machine is at that moment, and what no framework can plausibly exceed.
"""

from __future__ import annotations

import numpy as np

VARIANTS = {"canary": {"modules": ("numpy",), "install": "numpy"}}


def start(threads, device, variant, matched):  # noqa: ARG001 - the contract's; BLAS reads threads from the environment
    """Report what is about to be measured."""
    return {"version": np.__version__, "device": "cpu", "devices": ["cpu"], "threads": None}


def wait(state):
    """Do nothing: NumPy returns when it is done."""


def terms(state):
    """Tell the types of a state's arrays."""
    arrays = state if isinstance(state, tuple) else (state,)
    return {"devices": ["cpu"], "dtypes": sorted({array.dtype.name for array in arrays}), "layout": None}


def gemm(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply into two buffers in turn, so that only BLAS is timed."""
    w = inputs["w"]
    spare = np.empty_like(w)

    def step(state):
        x, free = state
        return np.matmul(x, w, out=free), x

    return (inputs["x"].copy(), spare), step, lambda state: [state[0]]


def stream(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Scale and add in place."""
    a, x = np.float32(inputs["a"]), inputs["x"]
    scaled = np.empty_like(x)

    def step(y):
        np.multiply(x, a, out=scaled)
        return np.add(y, scaled, out=y)

    return inputs["y"].copy(), step, lambda y: [y]
