"""The training steps in Keras 3, on each of its back ends, as `train_on_batch` runs them."""

from __future__ import annotations

import keras

VARIANTS = {
    "jax": {
        "modules": ("keras", "jax", "jaxlib"),
        "install": "keras jax",
        "environment": {"KERAS_BACKEND": "jax"},
    },
    "tensorflow": {
        "modules": ("keras", "tensorflow"),
        "install": "keras tensorflow",
        "environment": {"KERAS_BACKEND": "tensorflow"},
    },
    "torch": {
        "modules": ("keras", "torch"),
        "install": "keras torch",
        "environment": {"KERAS_BACKEND": "torch"},
    },
}

NOT_APPLICABLE = {
    "Keras hands single operations to its back end: see that framework's own row": (
        "dispatch",
        "gemm",
        "conv",
        "attention",
        "stream",
    )
}


def start(threads, device, variant):
    """Set the back end's threads and full float32 precision; Keras itself chooses its device."""
    backend = keras.backend.backend()
    if backend != variant:
        raise RuntimeError(f"Keras runs on {backend}, and {variant} was asked for")
    seen = {"jax": _start_jax, "tensorflow": _start_tensorflow, "torch": _start_torch}[variant](threads, device)
    return {"version": keras.__version__, "device": seen[0], "devices": seen}


def wait(state):
    """Do nothing: the loss is a number in Python, so the step that made it is done."""


def step_mlp(inputs, sizes):
    """Train dense layers."""
    image = keras.Input((sizes["width"],), batch_size=sizes["batch"])
    h = image
    for _ in range(sizes["mlp_layers"]):
        h = keras.layers.Dense(sizes["mlp_width"], activation="relu")(h)
    return _training(keras.Model(image, keras.layers.Dense(sizes["vocabulary"])(h)), inputs)


def step_cnn(inputs, sizes):
    """Train convolutions."""
    image = keras.Input((sizes["image"], sizes["image"], 3), batch_size=sizes["batch"])
    h = image
    for block in range(sizes["depth"]):
        h = keras.layers.Conv2D(sizes["width"] * 2**block, 3, padding="same", activation="relu")(h)
        h = keras.layers.MaxPooling2D(2)(h)
    h = keras.layers.GlobalAveragePooling2D()(h)
    return _training(keras.Model(image, keras.layers.Dense(sizes["vocabulary"])(h)), inputs)


def step_transformer(inputs, sizes):
    """Train a causal transformer."""
    width, heads = sizes["width"], sizes["heads"]
    tokens = keras.Input((sizes["sequence"],), batch_size=sizes["batch"], dtype="int32")
    h = Positions()(keras.layers.Embedding(sizes["vocabulary"], width)(tokens))
    for _ in range(sizes["layers"]):
        z = keras.layers.LayerNormalization(epsilon=1e-5)(h)
        attend = keras.layers.MultiHeadAttention(heads, width // heads, use_bias=False)
        h = keras.layers.Add()([h, attend(z, z, use_causal_mask=True)])
        z = keras.layers.LayerNormalization(epsilon=1e-5)(h)
        z = keras.layers.Dense(4 * width)(z)
        z = keras.layers.Activation(_gelu)(z)
        h = keras.layers.Add()([h, keras.layers.Dense(width)(z)])
    h = keras.layers.LayerNormalization(epsilon=1e-5)(h)
    return _training(keras.Model(tokens, keras.layers.Dense(sizes["vocabulary"], use_bias=False)(h)), inputs)


class Positions(keras.layers.Layer):
    """Adds a learned vector to each place of a sequence."""

    def build(self, shape):
        """Make one vector for each place."""
        self.table = self.add_weight(shape=shape[1:], name="table")

    def call(self, x):
        """Add the vectors."""
        return x + self.table


def _gelu(x):
    return keras.activations.gelu(x, approximate=True)


def _training(model, inputs):
    """Fill the model, whose variables come in the order of the parameters, and compile it as Keras does by default."""
    params = inputs["params"]
    shapes = [variable.shape for variable in model.trainable_variables]
    model.set_weights([array.reshape(shape) for array, shape in map(_pair, params.values(), shapes)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.SGD(inputs["rate"]), loss=loss)
    x, y = keras.ops.convert_to_tensor(inputs["x"]), keras.ops.convert_to_tensor(inputs["y"])

    def outputs(value):
        return [value, *(array.reshape(p.shape) for array, p in map(_pair, model.get_weights(), params.values()))]

    return 0.0, lambda _: model.train_on_batch(x, y), outputs


def _pair(one, other):
    return one, other


def _start_jax(threads, device):  # noqa: ARG001 - JAX takes its threads from the affinity mask alone
    import jax  # noqa: PLC0415 - each back end is another package

    if device == "cpu":
        jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_default_matmul_precision", "highest")
    return [{"gpu": "cuda"}.get(found.platform, found.platform) for found in jax.devices()]


def _start_tensorflow(threads, device):
    import tensorflow as tf  # noqa: PLC0415 - each back end is another package

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_tensor_float_32_execution(False)  # noqa: FBT003 - TensorFlow's own signature
    if device == "cpu":
        tf.config.set_visible_devices([], "GPU")
    return ["cuda"] * len(tf.config.get_visible_devices("GPU")) + ["cpu"]


def _start_torch(threads, device):  # noqa: ARG001 - the environment tells Keras where to run
    import torch  # noqa: PLC0415 - each back end is another package

    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
    # Keras chooses the device itself, by an order of its own.
    chosen = keras.ops.ones((1,)).device.type
    return list(dict.fromkeys([chosen, "cpu"]))
