"""The probes in PyTorch: eager, and with `torch.compile`."""

from __future__ import annotations

import contextlib
import sys
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812 - the name PyTorch's own documentation gives it

VARIANTS = {
    "eager": {"modules": ("torch",), "install": "torch numpy"},
    "compiled": {"modules": ("torch",), "install": "torch numpy", "compiles": True, "slowly": True},
}
LAYOUT = "NHWC"

_here = {"device": torch.device("cpu"), "compile": lambda function: function, "variant": "eager", "matched": True}


class _Convolved(NamedTuple):
    """The state of a convolution."""

    w: Any
    image: Any
    dx: Any = None
    dw: Any = None


def start(threads, device, variant, matched):
    """Choose the device; where terms are matched, set threads and full float32 precision."""
    if matched:
        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)
        torch.set_float32_matmul_precision("highest")
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
        torch.backends.cudnn.allow_tf32 = False
    seen = [kind for kind in ("cuda", "xpu", "mps") if _has(kind)] if device == "auto" else []
    _here["device"] = torch.device([*seen, "cpu"][0])
    if variant == "compiled":
        _here["compile"] = torch.compile
    _here.update(variant=variant, matched=matched)
    named = [_named(kind) for kind in (*seen, "cpu")]
    return {
        "version": torch.__version__,
        "device": named[0],
        "devices": named,
        "threads": torch.get_num_threads(),
    }


def chosen():
    """Tell what `start` chose: the device, the variant, whether terms are matched, and what compiles."""
    return _here


def wait(state):  # noqa: ARG001 - the contract's argument; PyTorch waits for a device, not for a value
    """Wait until everything queued is done."""
    if _here["device"].type != "cpu":
        getattr(torch, _here["device"].type).synchronize()


def compilations():
    """Count the graphs that Dynamo has captured so far."""
    return _counters()["stats"]["unique_graphs"] if _counters() else 0


def cache_hits():
    """Count the graphs whose code Inductor had on disk."""
    return _counters()["inductor"]["fxgraph_cache_hit"] if _counters() else 0


def _counters():
    """Give Dynamo's counters; nothing was counted where it was never imported, and importing it takes seconds."""
    return getattr(sys.modules.get("torch._dynamo.utils"), "counters", None)


def terms(state):
    """Tell on which devices and in which types the arrays of a state are, and how images lie in memory."""
    found = list(_tensors(state))
    return {
        # Adam counts its steps in a number on the host, wherever it works, unless its kernel is fused.
        "devices": sorted({_named(tensor.device.type) for tensor in found if tensor.ndim}),
        "dtypes": sorted({str(tensor.dtype).rpartition(".")[2] for tensor in found}),
        "layout": _layout(getattr(state, "image", None)),
    }


def _tensors(state):
    if isinstance(state, torch.Tensor):
        yield state
    elif isinstance(state, (tuple, list, dict)):
        for part in state.values() if isinstance(state, dict) else state:
            yield from _tensors(part)


def _layout(image):
    """Read the order from the strides; where both orders are the same in memory there is none to tell."""
    if image is None or image.ndim != 4:
        return None
    last, first = (image.is_contiguous(memory_format=f) for f in (torch.channels_last, torch.contiguous_format))
    return None if last == first else "NHWC" if last else "NCHW"


def reset_peak_memory():
    """Begin to watch the device's memory anew."""
    if hasattr(_module(), "reset_peak_memory_stats"):
        _module().reset_peak_memory_stats()


def peak_memory():
    """Give the most bytes held on the device since; unknown where PyTorch does not watch."""
    return _module().max_memory_allocated() if hasattr(_module(), "max_memory_allocated") else None


def _module():
    """Give what PyTorch offers for the device; nothing that it offers for processors tells memory."""
    return getattr(torch, _here["device"].type)


def dispatch(inputs, sizes):
    """Chain tiny additions."""
    b = _put(inputs["b"])

    def chain(x, b):
        for _ in range(sizes["depth"]):
            x = b - x
        return x

    chain = _here["compile"](chain)
    return _put(inputs["x"]), lambda x: chain(x, b), _outputs


def gemm(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply matrices."""
    w, product = _put(inputs["w"]), _here["compile"](torch.matmul)
    return _put(inputs["x"]), lambda x: product(x, w), _outputs


def gemm_skinny(inputs, sizes):
    """Multiply a few rows."""
    return gemm(inputs, sizes)


def gemm_batched(inputs, sizes):
    """Multiply many small matrices."""
    return gemm(inputs, sizes)


def gemm_bf16(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply matrices in bfloat16."""
    w, product = _put(inputs["w"]).bfloat16(), _here["compile"](torch.matmul)
    return _put(inputs["x"]).bfloat16(), lambda x: product(x, w), lambda x: [_get(x.float())]


def conv(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Convolve in channels-last, with both gradients."""
    return _convolution(inputs, groups=1)


def conv_depthwise(inputs, sizes):
    """Convolve each channel by itself, with both gradients."""
    return _convolution(inputs, groups=sizes["width"])


def _convolution(inputs, groups):
    x, c, nudge = _put(inputs["x"]).permute(0, 3, 1, 2), _put(inputs["c"]).permute(0, 3, 1, 2), inputs["nudge"]

    def both(x, w, c):
        x, w = x.detach().requires_grad_(), w.detach().requires_grad_()
        y = F.conv2d(x, w, padding=1, groups=groups)
        dx, dw = torch.autograd.grad(y, (x, w), c)
        return (w + nudge * dw).detach(), y.detach(), dx, dw

    def outputs(state):
        return [*(_get(array.permute(0, 2, 3, 1)) for array in state[1:3]), _get(state.dw.permute(2, 3, 1, 0))]

    both = _here["compile"](both)
    return _Convolved(_filter(_put(inputs["w"])), x), lambda state: _Convolved(*both(x, state.w, c)), outputs


def attention(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Attend causally, with all gradients."""
    k, v, c, nudge = _put(inputs["k"]), _put(inputs["v"]), _put(inputs["c"]), inputs["nudge"]

    def both(q, k, v, c):
        q, k, v = (array.detach().requires_grad_() for array in (q, k, v))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        dq, dk, dv = torch.autograd.grad(y, (q, k, v), c)
        return (q + nudge * dq).detach(), y.detach(), dq, dk, dv

    both = _here["compile"](both)
    return (_put(inputs["q"]),), lambda state: both(state[0], k, v, c), lambda state: [_get(a) for a in state[1:]]


def stream(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Scale and add, as one writes it."""
    a, x = inputs["a"], _put(inputs["x"])
    update = _here["compile"](lambda a, x, y: a * x + y)
    return _put(inputs["y"]), lambda y: update(a, x, y), _outputs


def normalise(inputs, sizes):
    """Softmax and layer normalisation, by PyTorch's own functions."""
    scale, bias, width, epsilon = _put(inputs["scale"]), _put(inputs["bias"]), sizes["width"], inputs["epsilon"]

    @_here["compile"]
    def rows(x, scale, bias):
        return F.layer_norm(F.softmax(x, dim=-1), (width,), scale, bias, epsilon)

    return _put(inputs["x"]), lambda x: rows(x, scale, bias), _outputs


def reduction(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Take the mean."""
    x, mean = _put(inputs["x"]), _here["compile"](lambda x, s: x.mean() - s)
    return _put(inputs["s"]), lambda s: mean(x, s), _outputs


def gather(inputs, sizes):
    """Look up rows, as an embedding does."""
    table, count = _put(inputs["table"]), sizes["rows"]

    @_here["compile"]
    def look_up(table, indices):
        rows = F.embedding(indices, table)
        return rows, (indices + 1 + (rows[0, 0] > 0)) % count

    return (None, _put(inputs["indices"]).long()), lambda state: look_up(table, state[1]), lambda s: [*map(_get, s)]


def scatter(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Add rows in place, and take them away in turn."""
    indices, updates = _put(inputs["indices"]).long(), _put(inputs["updates"])
    turns = (updates, -updates)

    @_here["compile"]
    def add(table, indices, updates):
        return table.index_add_(0, indices, updates)

    def step(state):
        table, turn = state
        return add(table, indices, turns[turn]), 1 - turn

    return (_put(inputs["table"]).clone(), 0), step, lambda state: [_get(state[0])]


def optimiser(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Update by PyTorch's own AdamW."""
    params = [_put(array).clone().requires_grad_() for array in inputs["params"].values()]
    for tensor, gradient in zip(params, inputs["gradients"].values()):  # noqa: B905 - Python 3.9 has no `strict`
        tensor.grad = _put(gradient)
    adamw = _adamw(params, inputs)

    def step(state):
        adamw.step()
        return state

    return params, step, lambda state: [*map(_get, state)]


def _adamw(params, inputs):
    """Take the fused kernel where the device has one, as PyTorch advises."""
    constants = {"lr": inputs["rate"], "betas": (inputs["beta1"], inputs["beta2"]), "eps": inputs["epsilon"]}
    constants["weight_decay"] = inputs["decay"]
    if not _here["matched"]:
        return torch.optim.AdamW(params, **constants)
    with contextlib.suppress(RuntimeError):
        return torch.optim.AdamW(params, **constants, fused=True)
    return torch.optim.AdamW(params, **constants, foreach=True)


def upload(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Move an array to the device."""

    def step(state):
        x = _put(inputs["x"])
        return x, x[:1] - state[1]

    return (None, _put(inputs["s"])), step, lambda state: [*map(_get, state)]


def download(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Move an array to the host."""

    def step(state):
        x = -state[0]
        return x, x.cpu().numpy()

    return (_put(inputs["x"]), None), step, lambda state: [state[1]]


def retrace(inputs, sizes):
    """Compute two layers on a batch one row larger than before; `torch.compile` is left to choose dynamic shapes.

    It keeps what it compiled by the code of a function: at the second size it turns to dynamic shapes, and from then on
    neither a new size nor a function made anew from the same code is compiled again.
    """
    p = {name: _put(array) for name, array in inputs["params"].items()}
    batches = [_put(inputs["x"][: sizes["batch"] + more]) for more in range(sizes["shapes"])]
    nudge, made = inputs["nudge"], {}

    def make():
        def block(p, x, mean):
            y = _dense(p, "1", F.relu(_dense(p, "0", x + nudge * mean)))
            return y, y.mean(dim=0)

        return _here["compile"](block)

    def step(state):
        calls, _, mean = state
        if calls % len(batches) == 0:
            made["block"] = make()
        return (calls + 1, *made["block"](p, batches[calls % len(batches)], mean))

    return (0, None, _put(inputs["mean"])), step, lambda state: [*map(_get, state[1:])]


def _dense(p, name, x):
    return F.linear(x, p[f"{name}.kernel"].T, p[f"{name}.bias"])


def _filter(tensor):
    """Reorder to (out, in, height, width), in channels-last memory."""
    return tensor.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)


def _put(array):
    return torch.from_numpy(array).to(_here["device"])


def _get(tensor):
    return tensor.detach().cpu().numpy()


def _outputs(state):
    return [_get(state)]


def _named(kind):
    """Name a kind of device; a build for AMD cards calls them cuda as well."""
    return "rocm" if kind == "cuda" and torch.version.hip else kind


def _has(kind):
    return getattr(getattr(torch, kind, None), "is_available", bool)()
