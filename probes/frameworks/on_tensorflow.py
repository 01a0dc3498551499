"""The probes in TensorFlow, each step a `tf.function`: as a graph, and compiled by XLA."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

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

    chain = compiled(chain)
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
    product = compiled(tf.matmul)
    return x, lambda x: product(x, w), _outputs


def conv(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Convolve, with both gradients."""
    return _convolution(lambda x, w: tf.nn.conv2d(x, w, 1, "SAME"), inputs["w"], inputs, _after_the_first)


def conv_depthwise(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Convolve each channel, with both gradients; TensorFlow has the channels of a filter before what each becomes."""

    def outputs(state):
        y, dx, dw = _after_the_first(state)
        return [y, dx, tf.transpose(dw, (0, 1, 3, 2))]

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

    both = compiled(both)
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

    both = compiled(both)
    return (q,), lambda state: both(state[0], k, v, c, nudge), _after_the_first


def stream(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Scale and add, as one writes it."""
    a, x, update = tf.constant(inputs["a"]), tf.constant(inputs["x"]), compiled(lambda a, x, y: a * x + y)
    return tf.constant(inputs["y"]), lambda y: update(a, x, y), _outputs


def normalise(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Take the softmax of rows, then normalise them."""
    scale, bias, epsilon = (tf.constant(inputs[name]) for name in ("scale", "bias", "epsilon"))
    both = compiled(lambda x, scale, bias, epsilon: _normalise(tf.nn.softmax(x), scale, bias, epsilon))
    return tf.constant(inputs["x"]), lambda x: both(x, scale, bias, epsilon), _outputs


def reduction(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Take a mean."""
    x, update = tf.constant(inputs["x"]), compiled(lambda x, s: tf.reduce_mean(x) - s)
    return tf.constant(inputs["s"]), lambda s: update(x, s), _outputs


def gather(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Look up rows; on cards TensorFlow computes with indices of 64 bits, and moves others to the host for it."""
    table = tf.constant(inputs["table"])

    def look_up(table, indices):
        found = tf.gather(table, indices)
        return found, (indices + 1 + tf.cast(found[0, 0] > 0, tf.int64)) % table.shape[0]

    look_up = compiled(look_up)
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

    add = compiled(add)
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

    update = compiled(update)
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
            function = compiled(block)
        return (*function(params, batches[calls % len(batches)], mean, nudge), function, calls + 1)

    return (None, tf.constant(inputs["mean"]), None, 0), step, lambda state: _outputs(state[:2])


def _attend(q, k, v):
    length = q.shape[2]
    scores = tf.matmul(q, k, transpose_b=True) * q.shape[3] ** -0.5
    mask = tf.linalg.band_part(tf.ones((length, length), dtype=tf.bool), -1, 0)
    return tf.matmul(tf.nn.softmax(tf.where(mask, scores, scores.dtype.min)), v)


def _dense(p, name, x):
    return tf.nn.bias_add(x @ p[f"{name}.kernel"], p[f"{name}.bias"])


def _normalise(x, scale, bias, epsilon):
    mean, variance = tf.nn.moments(x, axes=[-1], keepdims=True)
    return tf.nn.batch_normalization(x, mean, variance, bias, scale, epsilon)


def compiled(python):
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
    return tf.nest.flatten(state)


def _after_the_first(state):
    return _outputs(state[1:])
