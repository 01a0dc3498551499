"""What MXNet can do, tried as its users would: Gluon, hybridized where something is compiled."""

# ruff: noqa: N803 - Gluon calls what operations are taken from `F`

from __future__ import annotations

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon
from mxnet.gluon import nn

NEEDS = {"export_onnx": {"onnx": "onnx"}}
NOT_APPLICABLE = {
    "MXNet writes ONNX and a format of its own alone": (
        "export_stablehlo",
        "export_savedmodel",
        "export_litert",
        "export_coreml",
    ),
    "torch.export captures PyTorch alone": ("export_torch_export",),
    "MXNet has no vmap": ("vmap",),
    "MXNet differentiates backwards only": ("jvp_of_jvp",),
}

NAMES = ("w1", "b1", "w2", "b2")

_here = {"context": mx.cpu()}


def use(framework):
    """Take the device."""
    _here["context"] = framework._here["context"]  # noqa: SLF001 - files of one framework


class _Network(gluon.HybridBlock):
    """Two layers."""

    def __init__(self, inputs):
        super().__init__()
        with self.name_scope():
            self.inner = nn.Dense(inputs["w1"].shape[1], activation="tanh", in_units=inputs["w1"].shape[0])
            self.outer = nn.Dense(inputs["w2"].shape[1], in_units=inputs["w2"].shape[0])
        self.initialize(ctx=_here["context"])
        for layer, number in ((self.inner, 1), (self.outer, 2)):
            layer.weight.set_data(_put(inputs[f"w{number}"].T))
            layer.bias.set_data(_put(inputs[f"b{number}"]))

    def hybrid_forward(self, F, x):  # noqa: ARG002 - Gluon's signature
        """Compute both layers."""
        return self.outer(self.inner(x))

    def arrays(self, take):
        """Give weights as the reference has them, or their gradients."""
        layers = ((layer.weight, layer.bias) for layer in (self.inner, self.outer))
        return [array for weight, bias in layers for array in (take(weight).asnumpy().T, take(bias).asnumpy())]


def export_onnx(inputs, folder):
    """Write the symbol and its parameters, and convert them."""
    network, name, file = _Network(inputs), str(folder / "network"), str(folder / "network.onnx")
    network.hybridize()
    network(_put(inputs["x"]))
    network.export(name)
    shapes = [inputs["x"].shape]
    mx.onnx.export_model(f"{name}-symbol.json", f"{name}-0000.params", shapes, [np.float32], file)
    return file


def bf16(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Multiply in bfloat16."""
    kind = np.dtype([("bfloat16", np.uint16)])
    a, b = (mx.nd.amp_cast(_put(inputs[name]), dtype=kind) for name in "ab")
    return [mx.nd.amp_cast(mx.nd.dot(a, b), dtype=np.float32).asnumpy()]


def fp64(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Multiply in float64."""
    return [mx.nd.dot(_put(inputs["a"]), _put(inputs["b"])).asnumpy()]


def compile(inputs, folder):  # noqa: A001, ARG001 - the capability's name; the contract's arguments
    """Hybridize: the block is traced into a graph with its memory planned ahead."""
    network, x = _Network(inputs), _put(inputs["x"])
    network.hybridize(static_alloc=True, static_shape=True)
    outputs = [network(x).asnumpy(), network(-x).asnumpy()]
    if network._cached_graph == ():  # noqa: SLF001 - nothing public tells
        raise RuntimeError("the block was not traced")
    return outputs


def per_example_gradients(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Differentiate by copies of the parameters, one for each example."""
    rows = len(inputs["x"])
    w1, b1, w2, b2 = (_put(np.repeat(inputs[name][None], rows, axis=0)) for name in NAMES)
    x, y = _put(inputs["x"][:, None]), _put(inputs["y"][:, None])
    for array in (w1, b1, w2, b2):
        array.attach_grad()
    with autograd.record():
        h = mx.nd.tanh(mx.nd.batch_dot(x, w1) + b1.expand_dims(1))
        loss = ((mx.nd.batch_dot(h, w2) + b2.expand_dims(1) - y) ** 2).sum()
    loss.backward()
    return [array.grad.asnumpy() for array in (w1, b1, w2, b2)]


def hessian(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Differentiate each component of a gradient."""
    w, c, x = (_put(inputs[name]) for name in "wcx")
    rows = []
    for place in range(x.size):
        x.attach_grad()
        with autograd.record():
            value = (c * mx.nd.sin(mx.nd.dot(w, x))).sum()
            (gradient,) = autograd.grad(value, [x], create_graph=True, retain_graph=True)
            component = gradient[place]
        component.backward()
        rows.append(x.grad.asnumpy())
    return [np.stack(rows)]


def dynamic_shapes(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Call one hybridized block."""
    network, x = _Network(inputs), _put(inputs["x"])
    network.hybridize()
    return [network(x[:batch]).asnumpy() for batch in inputs["batches"]]


def control_flow(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Loop in the graph, for at most so many iterations as it is told."""

    class Halve(gluon.HybridBlock):
        def hybrid_forward(self, F, x):
            def larger(x, count):  # noqa: ARG001 - the loop gives both
                return F.sum(x**2) > 1

            def halved(x, count):
                return [], [x / 2, count + 1]

            return F.contrib.while_loop(larger, halved, [x, F.zeros((1,))], max_iterations=64)[1]

    block, x = Halve(), _put(inputs["x"])
    block.hybridize()
    found = [part.asnumpy() for start in (x, 100 * x) for part in block(start)]
    return [part if part.size > 1 else part.reshape(()) for part in found]


def sparse_embedding_gradient(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Look up with `sparse_grad=True`."""
    embedding = nn.Embedding(*inputs["table"].shape, sparse_grad=True)
    embedding.initialize(ctx=_here["context"])
    embedding.weight.set_data(_put(inputs["table"]))
    with autograd.record():
        loss = (embedding(_put(inputs["indices"])) * _put(inputs["c"])).sum()
    loss.backward()
    gradient = embedding.weight.grad()
    if gradient.stype != "row_sparse":
        raise TypeError(f"the gradient of the table is of the type {gradient.stype}")
    return [gradient.indices.asnumpy(), gradient.data.asnumpy()]


def custom_gradient(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Write an autograd.Function."""

    class Rounded(autograd.Function):
        def forward(self, x):
            return x.round()

        def backward(self, gradient):
            return 2 * gradient

    x = _put(inputs["x"])
    x.attach_grad()
    with autograd.record():
        total = (_put(inputs["c"]) * Rounded()(x)).sum()
    total.backward()
    return [total.asnumpy().reshape(()), x.grad.asnumpy()]


def deterministic(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Train twice; its switch, MXNET_ENFORCE_DETERMINISM, is for GPUs and read at the start."""
    x, y = _put(inputs["x"]), _put(inputs["y"])

    def train():
        network = _Network(inputs)
        network.hybridize()
        trainer = gluon.Trainer(network.collect_params(), "sgd", {"learning_rate": inputs["rate"]})
        for _ in range(inputs["steps"]):
            with autograd.record():
                loss = ((network(x) - y) ** 2).mean()
            loss.backward()
            trainer.step(1)
        return network.arrays(lambda parameter: parameter.data())

    return [*train(), *train()]


def _put(array):
    return mx.nd.array(array, ctx=_here["context"], dtype=array.dtype)
