"""The probes in MXNet, as Gluon runs them once hybridized: traced into a graph, with its memory planned ahead."""

# ruff: noqa: N803 - Gluon calls what operations are taken from `F`

from __future__ import annotations

from typing import Any, NamedTuple

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon
from mxnet.gluon import nn

VARIANTS = {"hybrid": {"modules": ("mxnet",), "install": "mxnet numpy==1.23.5", "alone": True}}

NOT_APPLICABLE = {
    "MXNet's matrix products take no bfloat16; only its dense layer does, on processors with AVX-512 alone": (
        "gemm_bf16",
    )
}

LAYOUT = "NCHW"
"""On processors it has no convolution in another order."""

_HIDDEN = -1e30
"""What is added to a score of which nothing is to be left."""

_here = {"context": mx.cpu()}


class _Convolved(NamedTuple):
    """The state of a convolution."""

    w: Any
    image: Any = None
    dx: Any = None
    dw: Any = None


def start(threads, device, variant, matched):  # noqa: ARG001 - MXNet takes its threads from the environment alone
    """Choose the device; float32 means float32 unless the environment says otherwise."""
    cards = mx.context.num_gpus()
    if cards and device == "auto":
        _here["context"] = mx.gpu()
    seen = ["cuda"] * cards + ["cpu"]
    return {"version": mx.__version__, "device": _kind(_here["context"]), "devices": seen, "threads": None}


def wait(state):  # noqa: ARG001 - the contract's argument; MXNet's engine waits for all or for one
    """Wait until everything queued is done: MXNet is asynchronous on processors too."""
    mx.nd.waitall()


def terms(state):
    """Tell what the arrays of a state are."""
    arrays = _arrays(state)
    return {
        "devices": sorted({_kind(array.context) for array in arrays}),
        "dtypes": sorted({np.dtype(array.dtype).name for array in arrays}),
        "layout": _layout(getattr(state, "image", None)),
    }


def dispatch(inputs, sizes):
    """Chain tiny additions."""
    b = _array(inputs["b"])

    def chain(F, x, b):  # noqa: ARG001 - Gluon's own signature
        for _ in range(sizes["depth"]):
            x = b - x
        return x

    chain = _hybrid(nn.HybridLambda(chain))
    return _array(inputs["x"]), lambda x: chain(x, b), _outputs


def gemm(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply matrices."""
    return _product("dot", inputs)


def gemm_skinny(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply a few rows."""
    return _product("dot", inputs)


def gemm_batched(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply many small matrices."""
    return _product("batch_dot", inputs)


def _product(operation, inputs):
    w, product = _array(inputs["w"]), _hybrid(nn.HybridLambda(operation))
    return _array(inputs["x"]), lambda x: product(x, w), _outputs


def conv(inputs, sizes):
    """Convolve, with both gradients."""
    return _convolution(inputs, sizes["width"], 1)


def conv_depthwise(inputs, sizes):
    """Convolve each channel, with both gradients."""
    return _convolution(inputs, sizes["width"], sizes["width"])


def _convolution(inputs, channels, groups):
    x, c = (_array(inputs[name].transpose(0, 3, 1, 2)) for name in ("x", "c"))
    w = _array(inputs["w"].transpose(3, 2, 0, 1))
    shape = {"kernel": (3, 3), "pad": (1, 1), "num_filter": channels, "num_group": groups, "no_bias": True}
    convolve = _hybrid(nn.HybridLambda(lambda F, x, w: F.Convolution(x, w, **shape)))

    def outputs(state):
        y, dx, dw = _outputs(state[1:])
        return [y.transpose(0, 2, 3, 1), dx.transpose(0, 2, 3, 1), dw.transpose(2, 3, 1, 0)]

    step = _both(convolve, (x, w), w, c, inputs["nudge"])
    return _Convolved(w), lambda state: _Convolved(*step(state)), outputs


def attention(inputs, sizes):
    """Attend causally, with all gradients; MXNet has no operation of its own for it, and batches along one axis."""
    shape = (sizes["batch"], sizes["heads"], sizes["sequence"], sizes["width"])
    q, k, v, c = (_array(inputs[name].reshape(-1, *shape[2:])) for name in ("q", "k", "v", "c"))
    mask, attend = _causal(sizes["sequence"]), _hybrid(nn.HybridLambda(_attend))

    def outputs(state):
        return [array.reshape(shape) for array in _outputs(state[1:])]

    return (q,), _both(lambda *arrays: attend(*arrays, mask), (q, k, v), q, c, inputs["nudge"]), outputs


def stream(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Scale and add, as one writes it."""
    a, x = inputs["a"], _array(inputs["x"])
    update = _hybrid(nn.HybridLambda(lambda F, x, y: a * x + y))  # noqa: ARG005 - Gluon's own signature
    return _array(inputs["y"]), lambda y: update(x, y), _outputs


def normalise(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Take the softmax of rows, then normalise them."""
    scale, bias, epsilon = _array(inputs["scale"]), _array(inputs["bias"]), inputs["epsilon"]
    both = nn.HybridLambda(lambda F, x, scale, bias: F.LayerNorm(F.softmax(x), scale, bias, eps=epsilon))
    both = _hybrid(both)
    return _array(inputs["x"]), lambda x: both(x, scale, bias), _outputs


def reduction(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Take a mean."""
    x, update = _array(inputs["x"]), _hybrid(nn.HybridLambda(lambda F, x, s: F.mean(x) - s))
    return _array(inputs["s"]), lambda s: update(x, s), _outputs


def gather(inputs, sizes):
    """Look up rows."""
    table = _array(inputs["table"])

    def look_up(F, table, indices):
        found = F.take(table, indices)
        first = F.reshape(F.slice(found, begin=(0, 0), end=(1, 1)), (1,))
        return found, F.broadcast_add(indices + 1, F.cast(first > 0, "int32")) % sizes["rows"]

    look_up = _hybrid(nn.HybridLambda(look_up))
    return (None, _array(inputs["indices"])), lambda state: look_up(table, state[1]), _outputs


def scatter(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Add rows, and take them away in turn, as the gradient of a look-up adds to what there is."""
    table, updates = _array(inputs["table"]), _array(inputs["updates"])
    table.attach_grad(grad_req="add")
    table.grad[:] = table
    with autograd.record():
        found = mx.nd.take(table, _array(inputs["indices"]))

    def step(state):
        _, updates, negated = state
        found.backward(updates, retain_graph=True)
        return table.grad, negated, updates

    return (table.grad, updates, -updates), step, lambda state: _outputs(state[0])


def optimiser(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Step by MXNet's own kernel of AdamW for many tensors; optimisers correct its rate themselves."""
    params = [_array(array) for array in inputs["params"].values()]
    gradients = [_array(array) for array in inputs["gradients"].values()]
    first, second = ([mx.nd.zeros_like(array) for array in params] for _ in range(2))
    rate, beta1, beta2 = inputs["rate"], inputs["beta1"], inputs["beta2"]
    decays, ones = [rate * inputs["decay"]] * len(params), [1.0] * len(params)
    scale, constants = (
        mx.nd.ones((1,), ctx=_here["context"]),
        {"beta1": beta1, "beta2": beta2, "epsilon": inputs["epsilon"]},
    )

    def step(state):
        done = state[1] + 1
        rates = [rate * (1 - beta2**done) ** 0.5 / (1 - beta1**done)] * len(params)
        mx.nd.contrib.multi_adamw_update(
            params, gradients, first, second, scale, rates, decays, ones, out=params, **constants
        )
        return params, done

    return (params, 0), step, lambda state: _outputs(state[0])


def upload(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Move from the host."""
    host = inputs["x"]

    def step(state):
        x = _array(host)
        return x, x[:1] - state[1]

    return (None, _array(inputs["s"])), step, _outputs


def download(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Move to the host."""

    def step(state):
        x = -state[0]
        return x, x.asnumpy()

    return (_array(inputs["x"]), None), step, lambda state: [state[1]]


def retrace(inputs, sizes):
    """Call with a new shape every time; the graph is made anew when it has seen them all."""
    batches = [_array(inputs["x"][: sizes["batch"] + more]) for more in range(sizes["shapes"])]
    net = Shifted(sizes["width"], sizes["mlp_width"], inputs["nudge"])
    _filled(net, inputs["params"])

    def step(state):
        _, mean, calls = state
        if calls % len(batches) == 0:
            _hybrid(net)
        return (*net(batches[calls % len(batches)], mean), calls + 1)

    return (None, _array(inputs["mean"]), 0), step, lambda state: _outputs(state[:2])


class Shifted(gluon.HybridBlock):
    """Two dense layers, and the mean of what they give."""

    def __init__(self, width, hidden, nudge):
        super().__init__()
        self._nudge = nudge
        with self.name_scope():
            self.up = nn.Dense(hidden, activation="relu", in_units=width)
            self.down = nn.Dense(width, in_units=hidden)

    def hybrid_forward(self, F, x, mean):
        """Give both."""
        y = self.down(self.up(F.broadcast_add(x, F.expand_dims(self._nudge * mean, 0))))
        return y, F.mean(y, axis=0)


def _filled(net, arrays):
    """Fill a network with arrays in the order of its parameters; Gluon puts what comes out of a layer first."""
    net.initialize(ctx=_here["context"])
    for parameter, array in zip(net.collect_params().values(), arrays.values()):  # noqa: B905 - `strict` came with Python 3.10
        parameter.set_data(_array(array.T))


def _both(function, arrays, moved, c, nudge):
    """Make a step that runs a function forward and backward, and moves one of its arrays by a trace of the gradient."""
    for array in arrays:
        array.attach_grad()

    def step(state):  # noqa: ARG001 - the array moves in place
        with autograd.record():
            y = function(*arrays)
        y.backward(c)
        moved[:] = moved + nudge * moved.grad
        return (moved, y, *(array.grad for array in arrays))

    return step


def _attend(F, q, k, v, mask):
    """Attend over arrays of (batch x heads, place, width of a head)."""
    scores = F.batch_dot(F.contrib.div_sqrt_dim(q), k, transpose_b=True)
    return F.batch_dot(F.softmax(F.broadcast_add(scores, mask)), v)


def _causal(length):
    """Give what hides later places."""
    return _array(np.triu(np.full((1, length, length), _HIDDEN, dtype=np.float32), 1))


def _hybrid(block):
    block.hybridize(static_alloc=True, static_shape=True)
    return block


def _array(array):
    return mx.nd.array(array, ctx=_here["context"], dtype=array.dtype)


def _arrays(state):
    """List the arrays of a state, however it nests them."""
    if isinstance(state, (list, tuple)):
        return [array for part in state for array in _arrays(part)]
    return [state] if isinstance(state, mx.nd.NDArray) else []


def _kind(context):
    return "cpu" if context.device_type.startswith("cpu") else "cuda"


def _layout(image):
    """Tell the order by the two sides, which are alike: memory follows the shape here, always."""
    if image is None or len(image.shape) != 4 or image.shape[1] == image.shape[3]:
        return None
    return {image.shape[1]: "NHWC", image.shape[3]: "NCHW"}.get(image.shape[2])


def _outputs(state):
    return [array.asnumpy() for array in _arrays(state)]
