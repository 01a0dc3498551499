"""What MLX can do, tried as its users would."""

from __future__ import annotations

import mlx.core as mx
import numpy as np

NOT_APPLICABLE = {
    "MLX exports functions in a format of its own alone; what writes others is third-party": (
        "export_onnx",
        "export_stablehlo",
        "export_savedmodel",
        "export_litert",
        "export_coreml",
    ),
    "torch.export captures PyTorch alone": ("export_torch_export",),
    "MLX's gradient of a look-up is as large as the table: differentiate by the rows that were looked up instead": (
        "sparse_embedding_gradient",
    ),
}

NAMES = ("w1", "b1", "w2", "b2")


def use(framework):
    """Take nothing: MLX computes on its default device."""


def _forward(params, x):
    w1, b1, w2, b2 = params
    return mx.tanh(x @ w1 + b1) @ w2 + b2


def _params(inputs):
    return [mx.array(inputs[name]) for name in NAMES]


def bf16(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Multiply in bfloat16."""
    product = mx.array(inputs["a"]).astype(mx.bfloat16) @ mx.array(inputs["b"]).astype(mx.bfloat16)
    if product.dtype != mx.bfloat16:
        raise TypeError(f"the result is of the type {product.dtype}")
    return [product.astype(mx.float32)]


def fp64(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Multiply in float64, which MLX has on the processor alone."""
    return [mx.array(inputs["a"], mx.float64) @ mx.array(inputs["b"], mx.float64)]


def compile(inputs, folder):  # noqa: A001, ARG001 - the capability's name; the contract's arguments
    """Compile by mx.compile."""
    params, x, traced = _params(inputs), mx.array(inputs["x"]), []

    @mx.compile
    def compiled(x):
        traced.append(None)
        return _forward(params, x)

    outputs = [compiled(x), compiled(-x)]
    if len(traced) != 1:
        raise RuntimeError(f"the function was traced {len(traced)} times for two inputs of one shape")
    return outputs


def vmap(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Map by mx.vmap."""
    function = mx.vmap(lambda x, w: mx.sin(w @ x).sum(), in_axes=(0, None))
    return [function(mx.array(inputs["xs"]), mx.array(inputs["w"]))]


def per_example_gradients(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Map over the gradient function."""
    params = _params(inputs)
    gradient = mx.grad(lambda params, x, y: ((_forward(params, x) - y) ** 2).sum())
    return mx.vmap(lambda x, y: gradient(params, x, y))(mx.array(inputs["x"]), mx.array(inputs["y"]))


def jvp_of_jvp(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Nest mx.jvp."""
    f, (x, u, v) = _curved(inputs), (mx.array(inputs[name]) for name in "xuv")

    def along(x):
        (value,), (slope,) = mx.jvp(f, [x], [u])
        return [value, slope]

    (value, slope), (_, bend) = mx.jvp(along, [x], [v])
    return [value, slope, bend]


def hessian(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Map a product with the Hessian, by forward over reverse, over the unit vectors."""
    gradient, x = mx.grad(_curved(inputs)), mx.array(inputs["x"])
    return [mx.vmap(lambda along: mx.jvp(gradient, [x], [along])[1][0])(mx.eye(x.size))]


def dynamic_shapes(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Call one compiled function; each new shape is traced again."""
    params, x = _params(inputs), mx.array(inputs["x"])
    compiled = mx.compile(lambda x: _forward(params, x))
    return [compiled(x[:batch]) for batch in inputs["batches"]]


def control_flow(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Loop in Python within mx.compile; MLX has no loop of its own."""

    @mx.compile
    def halve(x):
        count = 0
        while (x**2).sum().item() > 1:
            x, count = x / 2, count + 1
        return x, mx.array(count)

    x = mx.array(inputs["x"])
    return [*halve(x), *halve(100 * x)]


def custom_gradient(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Decorate with mx.custom_function."""

    @mx.custom_function
    def rounded(x):
        return mx.round(x)

    @rounded.vjp
    def _(primals, gradient, output):  # noqa: ARG001 - MLX's signature
        return 2 * gradient

    c = mx.array(inputs["c"])
    return [*mx.value_and_grad(lambda x: (c * rounded(x)).sum())(mx.array(inputs["x"]))]


def deterministic(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Train twice; MLX has no switch for it."""
    x, y = mx.array(inputs["x"]), mx.array(inputs["y"])
    gradients = mx.grad(lambda params: ((_forward(params, x) - y) ** 2).mean())

    def train():
        params = _params(inputs)
        for _ in range(inputs["steps"]):
            slopes = gradients(params)
            params = [param - inputs["rate"] * slope for param, slope in zip(params, slopes)]  # noqa: B905 - Python 3.9 has no `strict`
            mx.eval(params)
        return [np.array(param) for param in params]

    return [*train(), *train()]


def _curved(inputs):
    w, c = mx.array(inputs["w"]), mx.array(inputs["c"])
    return lambda x: (c * mx.sin(w @ x)).sum()
