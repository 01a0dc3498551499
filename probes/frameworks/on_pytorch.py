"""The probes in PyTorch: eager, and with `torch.compile`."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - the name PyTorch's own documentation gives it

VARIANTS = {
    "eager": {"modules": ("torch",), "install": "torch numpy"},
    "compiled": {"modules": ("torch",), "install": "torch numpy"},
}

_here = {"device": torch.device("cpu"), "compile": lambda function: function}


def start(threads, device, variant):
    """Set threads and full float32 precision, choose the device."""
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    torch.set_float32_matmul_precision("highest")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    seen = [kind for kind in ("cuda", "xpu", "mps") if _has(kind)] if device == "auto" else []
    _here["device"] = torch.device([*seen, "cpu"][0])
    if variant == "compiled":
        _here["compile"] = torch.compile
    # A build for AMD cards calls them cuda as well.
    named = ["rocm" if kind == "cuda" and torch.version.hip else kind for kind in (*seen, "cpu")]
    return {"version": torch.__version__, "device": named[0], "devices": named}


def wait(state):  # noqa: ARG001 - the contract's argument; PyTorch waits for a device, not for a value
    """Wait until everything queued is done."""
    if _here["device"].type != "cpu":
        getattr(torch, _here["device"].type).synchronize()


def compilations():
    """Count the graphs that Dynamo has captured so far."""
    from torch._dynamo.utils import counters  # noqa: PLC0415 - slow to import, and eager needs none

    return counters["stats"]["unique_graphs"]


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


def conv(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Convolve in channels-last, with both gradients."""
    x, c, nudge = _put(inputs["x"]).permute(0, 3, 1, 2), _put(inputs["c"]).permute(0, 3, 1, 2), inputs["nudge"]

    def both(x, w, c):
        x, w = x.detach().requires_grad_(), w.detach().requires_grad_()
        y = F.conv2d(x, w, padding=1)
        dx, dw = torch.autograd.grad(y, (x, w), c)
        return (w + nudge * dw).detach(), y.detach(), dx, dw

    def outputs(state):
        return [*(_get(array.permute(0, 2, 3, 1)) for array in state[1:3]), _get(state[3].permute(2, 3, 1, 0))]

    both = _here["compile"](both)
    return (_filter(_put(inputs["w"])),), lambda state: both(x, state[0], c), outputs


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


def step_mlp(inputs, sizes):
    """Train dense layers."""

    def loss(p, x, y):
        for layer in range(sizes["mlp_layers"]):
            x = F.relu(_dense(p, str(layer), x))
        return F.cross_entropy(_dense(p, str(sizes["mlp_layers"]), x), y)

    return _training(loss, inputs, _put(inputs["x"]))


def step_cnn(inputs, sizes):
    """Train convolutions in channels-last."""

    def loss(p, x, y):
        for block in range(sizes["depth"]):
            x = F.relu(F.conv2d(x, p[f"{block}.filter"], p[f"{block}.bias"], padding=1))
            x = F.max_pool2d(x, 2)
        return F.cross_entropy(_dense(p, "head", x.mean(dim=(2, 3))), y)

    return _training(loss, inputs, _put(inputs["x"]).permute(0, 3, 1, 2))


def step_transformer(inputs, sizes):
    """Train a causal transformer."""
    width, heads = sizes["width"], sizes["heads"]

    def norm(p, name, x):
        return F.layer_norm(x, (width,), p[f"{name}.scale"], p[f"{name}.bias"], 1e-5)

    def attend(p, layer, x):
        q, k, v = (
            F.linear(x, p[f"{layer}.{name}"].T).unflatten(-1, (heads, -1)).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return F.linear(y.transpose(1, 2).flatten(2), p[f"{layer}.out"].T)

    def loss(p, x, y):
        h = F.embedding(x, p["tokens"]) + p["positions"]
        for layer in range(sizes["layers"]):
            h = h + attend(p, layer, norm(p, f"{layer}.norm1", h))
            up = F.gelu(_dense(p, f"{layer}.up", norm(p, f"{layer}.norm2", h)), approximate="tanh")
            h = h + _dense(p, f"{layer}.down", up)
        logits = F.linear(norm(p, "norm", h), p["head"].T)
        return F.cross_entropy(logits.flatten(0, 1), y.flatten())

    return _training(loss, inputs, _put(inputs["x"]).long())


def _training(loss, inputs, x):
    params = {name: _parameter(array) for name, array in inputs["params"].items()}
    y = _put(inputs["y"]).long()
    optimiser = torch.optim.SGD(params.values(), lr=inputs["rate"])
    loss = _here["compile"](loss)

    def step(state):  # noqa: ARG001 - the state lives in the parameters
        optimiser.zero_grad(set_to_none=True)
        value = loss(params, x, y)
        value.backward()
        optimiser.step()
        return value.detach()

    def outputs(value):
        return [_get(value), *(_get(p.permute(2, 3, 1, 0) if p.ndim == 4 else p) for p in params.values())]

    return None, step, outputs


def _dense(p, name, x):
    return F.linear(x, p[f"{name}.kernel"].T, p[f"{name}.bias"])


def _parameter(array):
    """Copy, since the optimiser writes in place."""
    tensor = _put(array).clone()
    return (_filter(tensor) if tensor.ndim == 4 else tensor).requires_grad_()


def _filter(tensor):
    """Reorder to (out, in, height, width), in channels-last memory."""
    return tensor.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)


def _put(array):
    return torch.from_numpy(array).to(_here["device"])


def _get(tensor):
    return tensor.detach().cpu().numpy()


def _outputs(state):
    return [_get(state)]


def _has(kind):
    return getattr(getattr(torch, kind, None), "is_available", bool)()
