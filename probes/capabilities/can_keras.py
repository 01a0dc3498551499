"""What Keras can do on each of its back ends: by its own ways where it has them, else by the back end's."""

from __future__ import annotations

import sys

import keras
import numpy as np
from keras import ops

NEEDS = {}
NOT_APPLICABLE = {}

_NEEDS = {
    "export_onnx": {
        "jax": {"jax2onnx": "jax2onnx"},
        "tensorflow": {"tf2onnx": "tf2onnx"},
        "torch": {"onnx": "onnx", "onnxscript": "onnxscript"},
    },
    "export_savedmodel": {"jax": {"tensorflow": "tensorflow"}, "torch": {"tensorflow": "tensorflow"}},
    "export_litert": {"torch": {"litert_torch": "litert-torch"}},
}
_LEFT_OUT = {
    "Keras has no way of its own to this format": {"export_stablehlo": "all", "export_coreml": "all"},
    "Keras exports to LiteRT from its TensorFlow and PyTorch back ends alone": {"export_litert": "jax"},
    "Keras exports by torch.export from its PyTorch back end alone": {"export_torch_export": "jax tensorflow"},
    "the gradient of an Embedding is as large as its table on this back end": {
        "sparse_embedding_gradient": "jax torch"
    },
}
_OPTIONS = {"verbose": False}
SHAPE = (4,)

_here = {"backend": keras.backend.backend(), "framework": None}


def use(framework):
    """Leave out what this back end does not have."""
    _here["framework"] = framework
    backend = _here["backend"]
    NEEDS.update({name: needs[backend] for name, needs in _NEEDS.items() if backend in needs})
    for reason, left_out in _LEFT_OUT.items():
        NOT_APPLICABLE[reason] = tuple(name for name, where in left_out.items() if where == "all" or backend in where)


def export_onnx(inputs, folder):
    """Export the model."""
    file = str(folder / "network.onnx")
    _used(inputs).export(file, format="onnx", **_OPTIONS)
    return file


def export_savedmodel(inputs, folder):
    """Export the model."""
    place = str(folder / "saved")
    _used(inputs).export(place, format="tf_saved_model", **_OPTIONS)
    return place


def export_litert(inputs, folder):
    """Export the model, with a fixed batch, as Keras asks for."""
    file = str(folder / "network.tflite")
    signature = [keras.InputSpec(shape=inputs["x"].shape, dtype="float32")]
    _used(inputs).export(file, format="litert", input_signature=signature, **_OPTIONS)
    return file


def export_torch_export(inputs, folder):
    """Export the model."""
    file = str(folder / "network.pt2")
    signature = [keras.InputSpec(shape=inputs["x"].shape, dtype="float32")]
    _used(inputs).export(file, format="torch", input_signature=signature, **_OPTIONS)
    return file


def bf16(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Multiply in bfloat16."""
    product = ops.matmul(ops.cast(inputs["a"], "bfloat16"), ops.cast(inputs["b"], "bfloat16"))
    if keras.backend.standardize_dtype(product.dtype) != "bfloat16":
        raise TypeError(f"the result is of the type {product.dtype}")
    return [_get(ops.cast(product, "float32"))]


def fp64(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Multiply in float64, which JAX has to be told."""
    if _here["backend"] == "jax":
        import jax  # noqa: PLC0415 - the back end

        before = jax.config.jax_enable_x64
        jax.config.update("jax_enable_x64", True)  # noqa: FBT003 - JAX's signature
        try:
            return [_product(inputs)]
        finally:
            jax.config.update("jax_enable_x64", before)
    return [_product(inputs)]


def _product(inputs):
    a, b = (ops.convert_to_tensor(inputs[name], dtype="float64") for name in "ab")
    return _get(ops.matmul(a, b))


def compile(inputs, folder):  # noqa: A001, ARG001 - the capability's name; the contract's arguments
    """Predict by a model that is compiled with `jit_compile=True`."""
    model, before = _network(inputs), _compilations()
    model.compile(jit_compile=True)
    outputs = [model.predict_on_batch(inputs["x"]), model.predict_on_batch(-inputs["x"])]
    if before is not None and _compilations() == before:
        raise RuntimeError("the model was called without being compiled")
    return outputs


def _compilations():
    """Count what was compiled so far; unknown on TensorFlow, which compiles what it is asked to, or raises."""
    if _here["backend"] == "jax":
        return _here["framework"].compilations()
    if _here["backend"] == "torch":
        counters = getattr(sys.modules.get("torch._dynamo.utils"), "counters", None)
        return counters["stats"]["unique_graphs"] if counters else 0
    return None


def vmap(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Map by keras.ops.vectorized_map."""
    w = ops.convert_to_tensor(inputs["w"])

    def function(x):
        return ops.sum(ops.sin(ops.matmul(w, x)))

    return [_get(ops.vectorized_map(function, ops.convert_to_tensor(inputs["xs"])))]


def per_example_gradients(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Map the back end's gradient over a stateless call of the model."""
    model = _network(inputs)
    params = [variable.value for variable in model.trainable_variables]

    def loss(params, x, y):
        predicted, _ = model.stateless_call(params, [], x[None])
        return ops.sum(ops.square(predicted[0] - y))

    x, y = (ops.convert_to_tensor(inputs[name]) for name in "xy")
    gradient = _gradient(loss, params)
    if _here["backend"] == "torch":
        import torch  # noqa: PLC0415 - the back end

        return [*map(_get, torch.vmap(lambda x, y: gradient(params, x, y))(x, y))]
    return [*map(_get, ops.vectorized_map(lambda example: gradient(params, *example), (x, y)))]


def jvp_of_jvp(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Nest keras.ops.jvp."""
    f, (x, u, v) = _curved(inputs), (ops.convert_to_tensor(inputs[name]) for name in "xuv")
    (value, slope), (_, bend) = ops.jvp(lambda x: ops.jvp(f, (x,), (u,)), (x,), (v,))
    return [*map(_get, (value, slope, bend))]


def hessian(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Differentiate a function of keras.ops by the back end, twice."""
    f, x = _curved(inputs), ops.convert_to_tensor(inputs["x"])
    if _here["backend"] == "jax":
        import jax  # noqa: PLC0415 - the back end

        return [_get(jax.hessian(f)(x))]
    if _here["backend"] == "torch":
        import torch  # noqa: PLC0415 - the back end

        return [_get(torch.func.hessian(f)(x))]
    import tensorflow as tf  # noqa: PLC0415 - the back end

    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            value = f(x)
        gradient = inner.gradient(value, x)
    return [_get(outer.jacobian(gradient, x))]


def dynamic_shapes(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Predict by one model for several batches, compiled as Keras does of itself."""
    model = _network(inputs)
    model.compile()
    return [model.predict_on_batch(inputs["x"][:batch]) for batch in inputs["batches"]]


def control_flow(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Loop by keras.ops.while_loop within a layer."""

    class Halve(keras.layers.Layer):
        def call(self, x):
            def larger(x, count):  # noqa: ARG001 - the loop gives both
                return ops.sum(ops.square(x)) > 1

            start = (x, ops.zeros((1, 1)))
            return ops.while_loop(larger, lambda x, count: (x / 2, count + 1), start)

        def compute_output_spec(self, x):
            return keras.KerasTensor(x.shape, "float32"), keras.KerasTensor((1, 1), "float32")

    taken = keras.Input(batch_shape=(1, len(inputs["x"])))
    model = keras.Model(taken, Halve()(taken))
    model.compile()
    x = inputs["x"][None]
    found = [part for start in (x, 100 * x) for part in model.predict_on_batch(start)]
    return [np.array(part)[0] if part.shape[1] > 1 else np.array(part)[0, 0] for part in found]


def sparse_embedding_gradient(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Look up by an Embedding; TensorFlow's tape gives IndexedSlices."""
    import tensorflow as tf  # noqa: PLC0415 - the back end

    embedding = keras.layers.Embedding(*inputs["table"].shape)
    embedding.build(None)
    embedding.embeddings.assign(inputs["table"])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(embedding(inputs["indices"]) * inputs["c"])
    gradient = tape.gradient(loss, embedding.embeddings.value)
    if not isinstance(gradient, tf.IndexedSlices):
        raise TypeError("the gradient of the table is dense")
    return [gradient.indices, gradient.values]


def custom_gradient(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Decorate with keras.ops.custom_gradient."""

    @ops.custom_gradient
    def rounded(x):
        def gradient(*arguments, upstream=None):
            return 2 * (arguments[0] if upstream is None else upstream)

        return ops.round(x), gradient

    c, x = ops.convert_to_tensor(inputs["c"]), ops.convert_to_tensor(inputs["x"])

    if _here["backend"] == "torch":
        x.requires_grad_()
        total = ops.sum(c * rounded(x))
        total.backward()
        return [_get(total), _get(x.grad)]

    def total(params):
        return ops.sum(c * rounded(params[0]))

    return [_get(total([x])), _get(_gradient(total, [x])([x])[0])]


def deterministic(inputs, folder):  # noqa: ARG001 - the contract's arguments
    """Fit twice from the same seed and weights."""

    def train():
        keras.utils.set_random_seed(0)
        model = _network(inputs)
        model.compile(keras.optimizers.SGD(inputs["rate"]), loss="mse")
        for _ in range(inputs["steps"]):
            model.train_on_batch(inputs["x"], inputs["y"])
        return [_get(variable.value).copy() for variable in model.trainable_variables]

    return [*train(), *train()]


def _network(inputs):
    taken = keras.Input(SHAPE)
    inner = keras.layers.Dense(inputs["w1"].shape[1], activation="tanh")
    outer = keras.layers.Dense(inputs["w2"].shape[1])
    model = keras.Model(taken, outer(inner(taken)))
    model.set_weights([inputs[name] for name in ("w1", "b1", "w2", "b2")])
    return model


def _used(inputs):
    """Give a model that has been called, as every trained one was: Keras asks for it."""
    model = _network(inputs)
    model(inputs["x"])
    return model


def _curved(inputs):
    w, c = ops.convert_to_tensor(inputs["w"]), ops.convert_to_tensor(inputs["c"])
    return lambda x: ops.sum(c * ops.sin(ops.matmul(w, x)))


def _gradient(function, params):  # noqa: ARG001 - what it is taken for
    """Give the gradient of a function for the list that is its first argument, by the back end."""
    if _here["backend"] == "jax":
        import jax  # noqa: PLC0415 - the back end

        return jax.grad(function)
    if _here["backend"] == "torch":
        import torch  # noqa: PLC0415 - the back end

        return torch.func.grad(function)
    import tensorflow as tf  # noqa: PLC0415 - the back end

    def gradient(params, *arguments):
        with tf.GradientTape() as tape:
            tape.watch(params)
            value = function(params, *arguments)
        return tape.gradient(value, params)

    return gradient


def _get(tensor):
    return ops.convert_to_numpy(tensor)
