"""The probes in TensorFlow, each step a `tf.function`: as a graph, and compiled by XLA."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

VARIANTS = {
    "graph": {"modules": ("tensorflow",), "install": "tensorflow"},
    "xla": {"modules": ("tensorflow",), "install": "tensorflow", "compiles": True},
}

LAYOUT = "NHWC"

_COUNTED = {"cuda", "rocm"}
"""Where TensorFlow's allocator counts."""

_here = {"xla": False, "device": "cpu", "traces": 0}


class _Convolved(NamedTuple):
    """The state of a convolution."""

    w: Any
    image: Any = None
    dx: Any = None
    dw: Any = None


class _Trained(NamedTuple):
    """The state of training."""

    value: Any
    params: Any
    image: Any
    """What is trained on: images or not."""


def start(threads, device, variant, matched):
    """Choose the device; on the terms of all, set threads and full float32 precision."""
    if matched:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.experimental.enable_tensor_float_32_execution(False)  # noqa: FBT003 - TensorFlow's own signature
    cards = [found for found in tf.config.list_physical_devices() if found.device_type != "CPU"]
    for card in cards:
        if device == "cpu":
            tf.config.set_visible_devices([], card.device_type)
        elif card.device_type == "GPU":
            tf.config.experimental.set_memory_growth(card, True)  # noqa: FBT003 - TensorFlow's own signature
    _here["xla"] = variant == "xla"
    seen = [_kind(found.device_type) for found in cards] + ["cpu"]
    _here["device"] = seen[0] if device == "auto" else "cpu"
    # It says 0 where it was not told, and then decides by itself.
    told = tf.config.threading.get_intra_op_parallelism_threads() or None
    return {"version": tf.__version__, "device": _here["device"], "devices": seen, "threads": told}


def wait(state):  # noqa: ARG001 - the contract's argument; TensorFlow waits for its devices
    """Wait until everything queued is done."""
    if _here["device"] != "cpu":
        tf.test.experimental.sync_devices()


def terms(state):
    """Tell what the arrays of a state are."""
    arrays = [array for array in tf.nest.flatten(state) if isinstance(array, (tf.Tensor, tf.Variable))]
    words = {tf.DeviceSpec.from_string(array.device).device_type for array in arrays}
    return {
        "devices": sorted(_kind(word) for word in words),
        "dtypes": sorted({array.dtype.name for array in arrays}),
        "layout": _layout(getattr(state, "image", None)),
    }


def reset_peak_memory():
    """Start to look for the most memory anew."""
    if _here["device"] in _COUNTED:
        tf.config.experimental.reset_memory_stats("GPU:0")


def peak_memory():
    """Give the most bytes of the device since then."""
    return tf.config.experimental.get_memory_info("GPU:0")["peak"] if _here["device"] in _COUNTED else None


def compilations():
    """Count the graphs traced so far."""
    return _here["traces"]


def dispatch(inputs, sizes):
    """Chain tiny additions."""
    b = tf.constant(inputs["b"])

    def chain(x, b):
        for _ in range(sizes["depth"]):
            x = b - x
        return x

    chain = _function(chain)
    return tf.constant(inputs["x"]), lambda x: chain(x, b), _outputs


def gemm(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply matrices."""
    return _product(tf.constant(inputs["x"]), tf.constant(inputs["w"]))


def gemm_skinny(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply a few rows."""
    return _product(tf.constant(inputs["x"]), tf.constant(inputs["w"]))


def gemm_batched(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply many small matrices."""
    return _product(tf.constant(inputs["x"]), tf.constant(inputs["w"]))


def gemm_bf16(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Multiply in bfloat16."""
    x, w = (tf.cast(tf.constant(inputs[name]), tf.bfloat16) for name in ("x", "w"))
    return _product(x, w)


def _product(x, w):
    product = _function(tf.matmul)
    return x, lambda x: product(x, w), _outputs


def conv(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Convolve, with both gradients."""
    return _convolution(lambda x, w: tf.nn.conv2d(x, w, 1, "SAME"), inputs["w"], inputs, _after_the_first)


def conv_depthwise(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Convolve each channel, with both gradients; TensorFlow has the channels of a filter before what each becomes."""

    def outputs(state):
        y, dx, dw = _after_the_first(state)
        return [y, dx, dw.transpose(0, 1, 3, 2)]

    w = inputs["w"].transpose(0, 1, 3, 2)
    return _convolution(lambda x, w: tf.nn.depthwise_conv2d(x, w, (1, 1, 1, 1), "SAME"), w, inputs, outputs)


def _convolution(convolve, w, inputs, outputs):
    x, c, nudge = tf.constant(inputs["x"]), tf.constant(inputs["c"]), tf.constant(inputs["nudge"])

    def both(x, w, c, nudge):
        with tf.GradientTape() as tape:
            tape.watch([x, w])
            y = convolve(x, w)
        dx, dw = tape.gradient(y, [x, w], output_gradients=c)
        return w + nudge * dw, y, dx, dw

    both = _function(both)
    return _Convolved(tf.constant(w)), lambda state: _Convolved(*both(x, state.w, c, nudge)), outputs


def attention(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Attend causally, with all gradients; TensorFlow has no operation of its own for it."""
    q, k, v, c, nudge = (tf.constant(inputs[name]) for name in ("q", "k", "v", "c", "nudge"))

    def both(q, k, v, c, nudge):
        with tf.GradientTape() as tape:
            tape.watch([q, k, v])
            y = _attend(q, k, v)
        dq, dk, dv = tape.gradient(y, [q, k, v], output_gradients=c)
        return q + nudge * dq, y, dq, dk, dv

    both = _function(both)
    return (q,), lambda state: both(state[0], k, v, c, nudge), _after_the_first


def stream(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Scale and add, as one writes it."""
    a, x, update = tf.constant(inputs["a"]), tf.constant(inputs["x"]), _function(lambda a, x, y: a * x + y)
    return tf.constant(inputs["y"]), lambda y: update(a, x, y), _outputs


def normalise(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Take the softmax of rows, then normalise them."""
    scale, bias, epsilon = (tf.constant(inputs[name]) for name in ("scale", "bias", "epsilon"))
    both = _function(lambda x, scale, bias, epsilon: _normalise(tf.nn.softmax(x), scale, bias, epsilon))
    return tf.constant(inputs["x"]), lambda x: both(x, scale, bias, epsilon), _outputs


def reduction(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Take a mean."""
    x, update = tf.constant(inputs["x"]), _function(lambda x, s: tf.reduce_mean(x) - s)
    return tf.constant(inputs["s"]), lambda s: update(x, s), _outputs


def gather(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Look up rows; on cards TensorFlow computes with indices of 64 bits, and moves others to the host for it."""
    table = tf.constant(inputs["table"])

    def look_up(table, indices):
        found = tf.gather(table, indices)
        return found, (indices + 1 + tf.cast(found[0, 0] > 0, tf.int64)) % table.shape[0]

    look_up = _function(look_up)
    return (None, tf.constant(inputs["indices"], tf.int64)), lambda state: look_up(table, state[1]), _outputs


def scatter(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Add rows in place, and take them away in turn."""
    table = tf.Variable(inputs["table"])
    indices, updates = tf.constant(inputs["indices"], tf.int64), tf.constant(inputs["updates"])

    def add(updates, indices):
        table.scatter_add(tf.IndexedSlices(updates, indices))

    def step(state):
        _, updates, negated = state
        add(updates, indices)
        return table, negated, updates

    add = _function(add)
    return (table, updates, -updates), step, lambda state: _outputs(state[0])


def optimiser(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Step by AdamW: TensorFlow's own kernel for Adam, and the decay before it."""
    params = [tf.Variable(array) for array in inputs["params"].values()]
    moments = [(tf.Variable(tf.zeros_like(each)), tf.Variable(tf.zeros_like(each))) for each in params]
    gradients = [tf.constant(array) for array in inputs["gradients"].values()]
    constants = {name: tf.constant(inputs[name]) for name in ("rate", "decay", "beta1", "beta2", "epsilon")}
    powers = tf.Variable(inputs["beta1"]), tf.Variable(inputs["beta2"])

    def update(gradients, given):
        for variable, (first, second), gradient in zip(params, moments, gradients):  # noqa: B905 - `strict` came with Python 3.10
            variable.assign_sub(given["rate"] * given["decay"] * variable)
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=first.handle,
                v=second.handle,
                beta1_power=powers[0],
                beta2_power=powers[1],
                lr=given["rate"],
                beta1=given["beta1"],
                beta2=given["beta2"],
                epsilon=given["epsilon"],
                grad=gradient,
            )
        powers[0].assign(powers[0] * given["beta1"])
        powers[1].assign(powers[1] * given["beta2"])

    def step(state):
        update(gradients, constants)
        return state

    update = _function(update)
    return params, step, _outputs


def upload(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Move from the host."""
    host = inputs["x"]

    def step(state):
        x = tf.constant(host)
        return x, x[:1] - state[1]

    return (None, tf.constant(inputs["s"])), step, _outputs


def download(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Move to the host."""

    def step(state):
        x = -state[0]
        return x, x.numpy()

    return (tf.constant(inputs["x"]), None), step, lambda state: [state[1]]


def retrace(inputs, sizes):
    """Call with a new shape every time; the function is made anew when it has seen them all."""
    params = {name: tf.constant(array) for name, array in inputs["params"].items()}
    batches = [tf.constant(inputs["x"][: sizes["batch"] + more]) for more in range(sizes["shapes"])]
    nudge = tf.constant(inputs["nudge"])

    def block(p, x, mean, nudge):
        y = _dense(p, "1", tf.nn.relu(_dense(p, "0", x + nudge * mean)))
        return y, tf.reduce_mean(y, axis=0)

    def step(state):
        _, mean, function, calls = state
        if calls % len(batches) == 0:
            function = _function(block)
        return (*function(params, batches[calls % len(batches)], mean, nudge), function, calls + 1)

    return (None, tf.constant(inputs["mean"]), None, 0), step, lambda state: _outputs(state[:2])


def step_mlp(inputs, sizes):
    """Train dense layers."""

    def loss(p, x, y):
        for layer in range(sizes["mlp_layers"]):
            x = tf.nn.relu(_dense(p, str(layer), x))
        return _cross_entropy(_dense(p, str(sizes["mlp_layers"]), x), y)

    return _training(loss, inputs)


def step_cnn(inputs, sizes):
    """Train convolutions."""

    def loss(p, x, y):
        for block in range(sizes["depth"]):
            x = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, p[f"{block}.filter"], 1, "SAME"), p[f"{block}.bias"]))
            x = tf.nn.max_pool2d(x, 2, 2, "VALID")
        return _cross_entropy(_dense(p, "head", tf.reduce_mean(x, axis=(1, 2))), y)

    return _training(loss, inputs)


def step_transformer(inputs, sizes):
    """Train a causal transformer."""

    def attend(p, layer, x):
        split = (*x.shape[:2], sizes["heads"], x.shape[2] // sizes["heads"])
        q, k, v = (
            tf.transpose(tf.reshape(x @ p[f"{layer}.{name}"], split), (0, 2, 1, 3))
            for name in ("query", "key", "value")
        )
        return tf.reshape(tf.transpose(_attend(q, k, v), (0, 2, 1, 3)), x.shape) @ p[f"{layer}.out"]

    def loss(p, x, y):
        h = tf.gather(p["tokens"], x) + p["positions"]
        for layer in range(sizes["layers"]):
            h = _block(p, layer, h, lambda x: attend(p, layer, x))  # noqa: B023 - it is called at once
        return _cross_entropy(_norm(p, "norm", h) @ p["head"], y)

    return _training(loss, inputs)


def decode(inputs, sizes):
    """Write tokens, each by a call of one function; keys and values are kept in variables."""
    heads, length = sizes["heads"], sizes["sequence"]
    params = {name: tf.constant(array) for name, array in inputs["params"].items()}
    shape = (length, heads, sizes["width"] // heads)
    caches = [(tf.Variable(tf.zeros(shape)), tf.Variable(tf.zeros(shape))) for _ in range(sizes["layers"])]
    places = [tf.constant([place], tf.int64) for place in range(sizes["new_tokens"])]

    def attend(p, layer, x, place):
        q, k, v = (tf.reshape(x @ p[f"{layer}.{name}"], (1, *shape[1:])) for name in ("query", "key", "value"))
        for cache, new in zip(caches[layer], (k, v)):  # noqa: B905 - `strict` came with Python 3.10
            cache.scatter_update(tf.IndexedSlices(new, place))
        keys, values = caches[layer]
        scores = tf.einsum("qhd,khd->hqk", q, keys) * shape[2] ** -0.5
        scores = tf.where(tf.range(length, dtype=tf.int64) <= place, scores, scores.dtype.min)
        return tf.reshape(tf.einsum("hqk,khd->qhd", tf.nn.softmax(scores), values), x.shape) @ p[f"{layer}.out"]

    def write(p, token, place):
        h = tf.gather(p["tokens"], token) + tf.gather(p["positions"], place)
        for layer in range(sizes["layers"]):
            h = _block(p, layer, h, lambda x: attend(p, layer, x, place))  # noqa: B023 - it is called at once
        logits = _norm(p, "norm", h) @ p["head"]
        return logits, tf.argmax(logits, axis=-1)

    def step(state):
        tokens = [state[1][-1]]
        for place in places:
            logits, token = write(params, tokens[-1], place)
            tokens.append(token)
        return logits, tokens[1:]

    def outputs(state):
        logits, *tokens = _outputs(state)
        return [logits[0], np.concatenate(tokens)]

    write = _function(write)
    return (None, [tf.constant(inputs["start"], tf.int64)]), step, outputs


def _block(p, layer, h, attend):
    """Attend and pass every place through two dense layers, each added to what it was given."""
    h = h + attend(_norm(p, f"{layer}.norm1", h))
    up = tf.nn.gelu(_dense(p, f"{layer}.up", _norm(p, f"{layer}.norm2", h)), approximate=True)
    return h + _dense(p, f"{layer}.down", up)


def _training(loss, inputs):
    params = {name: tf.Variable(array) for name, array in inputs["params"].items()}
    x, y, rate = tf.constant(inputs["x"]), tf.constant(inputs["y"]), tf.constant(inputs["rate"])

    def update(x, y, rate):
        with tf.GradientTape() as tape:
            value = loss(params, x, y)
        gradient = tape.gradient(value, params)
        for name, variable in params.items():
            variable.assign_sub(rate * tf.convert_to_tensor(gradient[name]))
        return value

    update = _function(update)
    variables = list(params.values())

    def step(state):
        return _Trained(update(x, y, rate), state.params, x)

    return _Trained(None, variables, x), step, lambda state: _outputs(state[:2])


def _attend(q, k, v):
    length = q.shape[2]
    scores = tf.matmul(q, k, transpose_b=True) * q.shape[3] ** -0.5
    mask = tf.linalg.band_part(tf.ones((length, length), dtype=tf.bool), -1, 0)
    return tf.matmul(tf.nn.softmax(tf.where(mask, scores, scores.dtype.min)), v)


def _dense(p, name, x):
    return tf.nn.bias_add(x @ p[f"{name}.kernel"], p[f"{name}.bias"])


def _norm(p, name, x):
    return _normalise(x, p[f"{name}.scale"], p[f"{name}.bias"], 1e-5)


def _normalise(x, scale, bias, epsilon):
    mean, variance = tf.nn.moments(x, axes=[-1], keepdims=True)
    return tf.nn.batch_normalization(x, mean, variance, bias, scale, epsilon)


def _cross_entropy(logits, labels):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))


def _function(python):
    """Make a graph of a function, and count how often it is traced."""

    def traced(*arrays):
        _here["traces"] += 1
        return python(*arrays)

    return tf.function(traced, jit_compile=_here["xla"])


def _kind(word):
    """Name a device as the other frameworks do; TensorFlow calls the cards of every vendor GPU."""
    if word != "GPU":
        return word.lower()
    if sys.platform == "darwin":
        return "metal"
    return "rocm" if tf.test.is_built_with_rocm() else "cuda"


def _layout(image):
    """Tell the order by the two sides, which are alike: memory follows the shape here, always."""
    if image is None or len(image.shape) != 4 or image.shape[1] == image.shape[3]:
        return None
    return {image.shape[1]: "NHWC", image.shape[3]: "NCHW"}.get(image.shape[2])


def _outputs(state):
    return [array.numpy() for array in tf.nest.flatten(state)]


def _after_the_first(state):
    return _outputs(state[1:])
