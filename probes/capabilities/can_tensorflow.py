"""What TensorFlow can do, tried as its users would."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

NEEDS = {"export_onnx": {"tf2onnx": "tf2onnx"}, "export_coreml": {"coremltools": "coremltools"}}
NOT_APPLICABLE = {
    "TensorFlow lowers to StableHLO within XLA, and documents no export to it": ("export_stablehlo",),
    "torch.export captures PyTorch alone": ("export_torch_export",),
}


def use(framework):
    """Take nothing: TensorFlow places what it computes by itself."""


class _Network(tf.Module):
    """Two layers."""

    def __init__(self, inputs):
        super().__init__()
        self.params = [tf.Variable(inputs[name]) for name in ("w1", "b1", "w2", "b2")]

    @tf.function(input_signature=[tf.TensorSpec((None, 4), tf.float32, name="x")])
    def __call__(self, x):
        """Compute both layers."""
        return _forward(self.params, x)


def _forward(params, x):
    w1, b1, w2, b2 = params
    return tf.tanh(x @ w1 + b1) @ w2 + b2


def export_onnx(inputs, folder):
    """Convert by tf2onnx."""
    import tf2onnx  # noqa: PLC0415

    file = str(folder / "network.onnx")
    network = _Network(inputs)
    tf2onnx.convert.from_function(tf.function(network.__call__), [_specification()], output_path=file)
    return file


def export_savedmodel(inputs, folder):
    """Save with a signature."""
    return _saved(inputs, folder)


def export_litert(inputs, folder):
    """Convert what was saved."""
    file = folder / "network.tflite"
    file.write_bytes(tf.lite.TFLiteConverter.from_saved_model(_saved(inputs, folder)).convert())
    return file


def export_coreml(inputs, folder):
    """Convert what was saved."""
    import coremltools  # noqa: PLC0415

    file = str(folder / "network.mlpackage")
    network = _Network(inputs)  # its function holds it weakly
    concrete = network.__call__.get_concrete_function()
    precision = coremltools.precision.FLOAT32
    coremltools.convert([concrete], source="tensorflow", compute_precision=precision).save(file)
    return file


def bf16(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Multiply in bfloat16."""
    product = tf.cast(inputs["a"], tf.bfloat16) @ tf.cast(inputs["b"], tf.bfloat16)
    if product.dtype != tf.bfloat16:
        raise TypeError(f"the result is of the type {product.dtype.name}")
    return [tf.cast(product, tf.float32)]


def fp64(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Multiply in float64."""
    return [tf.constant(inputs["a"]) @ tf.constant(inputs["b"])]


def compile(inputs, folder):  # noqa: A001, ARG001 - the capability's name; the contract's arguments
    """Compile by XLA, which takes the whole function or raises."""
    params, traced = [tf.constant(inputs[name]) for name in ("w1", "b1", "w2", "b2")], []

    @tf.function(jit_compile=True)
    def compiled(x):
        traced.append(x)
        return _forward(params, x)

    x = tf.constant(inputs["x"])
    outputs = [compiled(x), compiled(-x)]
    if len(traced) != 1:
        raise RuntimeError(f"the function was traced {len(traced)} times for two inputs of one shape")
    return outputs


def vmap(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Map by tf.vectorized_map."""
    w = tf.constant(inputs["w"])
    return [tf.vectorized_map(lambda x: tf.reduce_sum(tf.sin(tf.linalg.matvec(w, x))), tf.constant(inputs["xs"]))]


def per_example_gradients(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Map over a gradient that a tape computes."""
    params = [tf.constant(inputs[name]) for name in ("w1", "b1", "w2", "b2")]

    def gradients(example):
        x, y = example
        with tf.GradientTape() as tape:
            tape.watch(params)
            loss = tf.reduce_sum((_forward(params, x[None]) - y) ** 2)
        return tape.gradient(loss, params)

    return tf.vectorized_map(gradients, (tf.constant(inputs["x"]), tf.constant(inputs["y"])))


def jvp_of_jvp(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Nest ForwardAccumulator."""
    f, (x, u, v) = _curved(inputs), (tf.constant(inputs[name]) for name in "xuv")
    with tf.autodiff.ForwardAccumulator(x, v) as outer, tf.autodiff.ForwardAccumulator(x, u) as inner:
        value = f(x)
        slope = inner.jvp(value)
    return [value, slope, outer.jvp(slope)]


def hessian(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Take the Jacobian of a gradient."""
    f, x = _curved(inputs), tf.constant(inputs["x"])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            value = f(x)
        gradient = inner.gradient(value, x)
    return [outer.jacobian(gradient, x)]


def dynamic_shapes(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Trace once for any batch."""
    network, x = _Network(inputs), tf.constant(inputs["x"])
    outputs = [network(x[:batch]) for batch in inputs["batches"]]
    if network.__call__.experimental_get_tracing_count() != 1:
        raise RuntimeError("the function was traced again for another batch")
    return outputs


def control_flow(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Loop in the graph."""

    @tf.function(input_signature=[tf.TensorSpec(inputs["x"].shape, tf.float32)])
    def halve(x):
        def larger(x, count):  # noqa: ARG001 - the loop gives both
            return tf.reduce_sum(x**2) > 1

        return tf.while_loop(larger, lambda x, count: (x / 2, count + 1), (x, tf.constant(0.0)))

    x = tf.constant(inputs["x"])
    return [*halve(x), *halve(100 * x)]


def sparse_embedding_gradient(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Look up; the gradient is of the type IndexedSlices."""
    table = tf.Variable(inputs["table"])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.nn.embedding_lookup(table, inputs["indices"]) * inputs["c"])
    gradient = tape.gradient(loss, table)
    if not isinstance(gradient, tf.IndexedSlices):
        raise TypeError("the gradient of the table is dense")
    return [gradient.indices, gradient.values]


def custom_gradient(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Decorate with tf.custom_gradient."""

    @tf.custom_gradient
    def rounded(x):
        return tf.round(x), lambda gradient: 2 * gradient

    x = tf.constant(inputs["x"])
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(inputs["c"] * rounded(x))
    return [total, tape.gradient(total, x)]


def deterministic(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Train twice with deterministic operations alone; this cannot be undone, and is tried last."""
    tf.config.experimental.enable_op_determinism()
    tf.random.set_seed(0)
    x, y = tf.constant(inputs["x"]), tf.constant(inputs["y"])

    def train():
        params = [tf.Variable(inputs[name]) for name in ("w1", "b1", "w2", "b2")]

        @tf.function
        def step():
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((_forward(params, x) - y) ** 2)
            for param, gradient in zip(params, tape.gradient(loss, params)):  # noqa: B905 - Python 3.9 has no `strict`
                param.assign_sub(inputs["rate"] * gradient)

        for _ in range(inputs["steps"]):
            step()
        return [np.array(param) for param in params]

    return [*train(), *train()]


def _curved(inputs):
    w, c = tf.constant(inputs["w"]), tf.constant(inputs["c"])
    return lambda x: tf.reduce_sum(c * tf.sin(tf.linalg.matvec(w, x)))


def _specification():
    return tf.TensorSpec((None, 4), tf.float32, name="x")


def _saved(inputs, folder):
    place, network = str(folder / "saved"), _Network(inputs)
    tf.saved_model.save(network, place, signatures=network.__call__.get_concrete_function())
    return place
