"""What PyTorch can do, tried as its users would."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import nn

NEEDS = {
    "export_onnx": {"onnx": "onnx", "onnxscript": "onnxscript"},
    "export_stablehlo": {"torch_xla": "torch-xla"},
    "export_litert": {"litert_torch": "litert-torch"},
    "export_coreml": {"coremltools": "coremltools"},
}
NOT_APPLICABLE = {"PyTorch has no way of its own to a SavedModel": ("export_savedmodel",)}

_here = {"device": torch.device("cpu"), "framework": None}


def use(framework):
    """Take the device and what counts compilations."""
    _here.update(device=framework._here["device"], framework=framework)  # noqa: SLF001 - files of one framework


class _Network(nn.Module):
    """Two layers."""

    def __init__(self, inputs):
        super().__init__()
        self.inner, self.outer = (nn.Linear(*np.shape(inputs[name])) for name in ("w1", "w2"))
        with torch.no_grad():
            for layer, number in ((self.inner, 1), (self.outer, 2)):
                layer.weight.copy_(torch.from_numpy(inputs[f"w{number}"].T.copy()))
                layer.bias.copy_(torch.from_numpy(inputs[f"b{number}"]))

    def forward(self, x):
        """Compute both layers."""
        return self.outer(torch.tanh(self.inner(x)))


def export_onnx(inputs, folder):
    """Export by the exporter that is built on torch.export."""
    file = str(folder / "network.onnx")
    torch.onnx.export(_Network(inputs).eval(), (torch.from_numpy(inputs["x"]),), file, dynamo=True, verbose=False)
    return file


def export_stablehlo(inputs, folder):
    """Export by PyTorch/XLA, from a program of torch.export."""
    from torch_xla.stablehlo import StableHLOGraphModule, exported_program_to_stablehlo  # noqa: PLC0415

    exported_program_to_stablehlo(_captured(inputs)).save(str(folder))
    return [_get(StableHLOGraphModule.load(str(folder))(torch.from_numpy(inputs["x"])))]


def export_litert(inputs, folder):
    """Convert by LiteRT Torch."""
    import litert_torch  # noqa: PLC0415

    file = str(folder / "network.tflite")
    litert_torch.convert(_Network(inputs).eval(), (torch.from_numpy(inputs["x"]),)).export(file)
    return file


def export_torch_export(inputs, folder):
    """Capture and save."""
    file = str(folder / "network.pt2")
    torch.export.save(_captured(inputs), file)
    return file


def export_coreml(inputs, folder):
    """Convert what torch.export captured."""
    import coremltools  # noqa: PLC0415

    file = str(folder / "network.mlpackage")
    program = _captured(inputs).run_decompositions({})
    coremltools.convert(program, compute_precision=coremltools.precision.FLOAT32).save(file)
    return file


def _captured(inputs):
    return torch.export.export(_Network(inputs).eval(), (torch.from_numpy(inputs["x"]),))


def bf16(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Multiply in bfloat16."""
    product = _put(inputs["a"]).bfloat16() @ _put(inputs["b"]).bfloat16()
    _is(product.dtype, torch.bfloat16)
    return [_get(product.float())]


def fp64(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Multiply in float64."""
    return [_get(_put(inputs["a"]) @ _put(inputs["b"]))]


@torch.no_grad()
def compile(inputs, folder):  # noqa: A001, ARG001 - the capability's name; the contract's arguments
    """Compile by torch.compile, without a break."""
    compiled, x = torch.compile(_network(inputs), fullgraph=True), _put(inputs["x"])
    before = _here["framework"].compilations()
    outputs = [_get(compiled(x)), _get(compiled(-x))]
    if _here["framework"].compilations() == before:
        raise RuntimeError("torch.compile compiled nothing")
    return outputs


def vmap(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Map by torch.vmap."""
    function = torch.vmap(lambda x, w: torch.sin(w @ x).sum(), in_dims=(0, None))
    return [_get(function(_put(inputs["xs"]), _put(inputs["w"])))]


def per_example_gradients(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Map over the gradient function."""

    def loss(params, x, y):
        w1, b1, w2, b2 = params
        return ((torch.tanh(x @ w1 + b1) @ w2 + b2 - y) ** 2).sum()

    each = torch.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))
    params = tuple(_put(inputs[name]) for name in ("w1", "b1", "w2", "b2"))
    return [*map(_get, each(params, _put(inputs["x"]), _put(inputs["y"])))]


def jvp_of_jvp(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Nest torch.func.jvp."""
    f, x, u, v = _curved(inputs), _put(inputs["x"]), _put(inputs["u"]), _put(inputs["v"])
    (value, slope), (_, bend) = torch.func.jvp(lambda x: torch.func.jvp(f, (x,), (u,)), (x,), (v,))
    return [*map(_get, (value, slope, bend))]


def hessian(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Take torch.func.hessian."""
    return [_get(torch.func.hessian(_curved(inputs))(_put(inputs["x"])))]


@torch.no_grad()
def dynamic_shapes(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Compile with dynamic shapes."""
    compiled, x = torch.compile(_network(inputs), fullgraph=True, dynamic=True), _put(inputs["x"])
    return [_get(compiled(x[:batch])) for batch in inputs["batches"]]


@torch.no_grad()
def control_flow(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Loop by the operator that torch.compile keeps in its graph; a Python loop on a value breaks the graph."""
    from torch._higher_order_ops.while_loop import while_loop  # noqa: PLC0415 - a prototype, and not in each release

    def halve(x):
        def larger(x, count):  # noqa: ARG001 - the operator gives both
            return (x**2).sum() > 1

        return while_loop(larger, lambda x, count: (x / 2, count + 1), (x, torch.zeros((), device=x.device)))

    compiled, x = torch.compile(halve, fullgraph=True), _put(inputs["x"])
    return [_get(part) for start in (x, 100 * x) for part in compiled(start)]


def sparse_embedding_gradient(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Look up with `sparse=True`."""
    table = _put(inputs["table"]).requires_grad_()
    rows = nn.functional.embedding(_put(inputs["indices"]).long(), table, sparse=True)
    (rows * _put(inputs["c"])).sum().backward()
    if not table.grad.is_sparse:
        raise RuntimeError("the gradient of the table is dense")
    gradient = table.grad.coalesce()
    return [_get(gradient.indices()[0]), _get(gradient.values())]


def custom_gradient(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Write a torch.autograd.Function."""

    class Rounded(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):  # noqa: ARG004 - PyTorch's signature
            return x.round()

        @staticmethod
        def backward(ctx, gradient):  # noqa: ARG004 - as above
            return 2 * gradient

    x = _put(inputs["x"]).requires_grad_()
    total = (_put(inputs["c"]) * Rounded.apply(x)).sum()
    total.backward()
    return [_get(total), _get(x.grad)]


def deterministic(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Train twice with deterministic algorithms alone."""
    begun, x, y = _network(inputs), _put(inputs["x"]), _put(inputs["y"])

    def train():
        model = copy.deepcopy(begun)
        optimiser = torch.optim.SGD(model.parameters(), lr=inputs["rate"])
        for _ in range(inputs["steps"]):
            optimiser.zero_grad()
            nn.functional.mse_loss(model(x), y).backward()
            optimiser.step()
        (w1, b1), (w2, b2) = (layer.parameters() for layer in (model.inner, model.outer))
        return [_get(w1.T), _get(b1), _get(w2.T), _get(b2)]

    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True)  # noqa: FBT003 - PyTorch's signature
    try:
        return [*train(), *train()]
    finally:
        torch.use_deterministic_algorithms(before)


def _curved(inputs):
    w, c = _put(inputs["w"]), _put(inputs["c"])
    return lambda x: (c * torch.sin(w @ x)).sum()


def _network(inputs):
    return _Network(inputs).to(_here["device"])


def _put(array):
    return torch.from_numpy(array).to(_here["device"])


def _get(tensor):
    return tensor.detach().cpu().numpy()


def _is(found, wanted):
    if found != wanted:
        raise TypeError(f"the result is of the type {found}, not {wanted}")
