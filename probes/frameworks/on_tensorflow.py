"""The probes in TensorFlow, each step a `tf.function`: as a graph, and compiled by XLA."""

from __future__ import annotations

import functools

import tensorflow as tf

VARIANTS = {
    "graph": {"modules": ("tensorflow",), "install": "tensorflow"},
    "xla": {"modules": ("tensorflow",), "install": "tensorflow"},
}

_here = {"xla": False, "device": "cpu", "functions": []}


def start(threads, device, variant):
    """Set threads and full float32 precision, choose the device."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_tensor_float_32_execution(False)  # noqa: FBT003 - TensorFlow's own signature
    cards = tf.config.list_physical_devices("GPU")
    if device == "cpu":
        tf.config.set_visible_devices([], "GPU")
    for card in cards:
        tf.config.experimental.set_memory_growth(card, True)  # noqa: FBT003 - TensorFlow's own signature
    _here["xla"] = variant == "xla"
    _here["device"] = "cuda" if cards and device == "auto" else "cpu"
    return {"version": tf.__version__, "device": _here["device"], "devices": ["cuda"] * len(cards) + ["cpu"]}


def wait(state):  # noqa: ARG001 - the contract's argument; TensorFlow waits for its devices
    """Wait until everything queued is done."""
    if _here["device"] != "cpu":
        tf.test.experimental.sync_devices()


def compilations():
    """Count the graphs traced so far."""
    return sum(function.experimental_get_tracing_count() for function in _here["functions"])


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
    w, product = tf.constant(inputs["w"]), _function(tf.matmul)
    return tf.constant(inputs["x"]), lambda x: product(x, w), _outputs


def conv(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Convolve, with both gradients."""
    x, c, nudge = tf.constant(inputs["x"]), tf.constant(inputs["c"]), tf.constant(inputs["nudge"])

    def both(x, w, c, nudge):
        with tf.GradientTape() as tape:
            tape.watch([x, w])
            y = tf.nn.conv2d(x, w, 1, "SAME")
        dx, dw = tape.gradient(y, [x, w], output_gradients=c)
        return w + nudge * dw, y, dx, dw

    both = _function(both)
    return (tf.constant(inputs["w"]),), lambda state: both(x, state[0], c, nudge), lambda s: [a.numpy() for a in s[1:]]


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
    return (q,), lambda state: both(state[0], k, v, c, nudge), lambda state: [array.numpy() for array in state[1:]]


def stream(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Scale and add, as one writes it."""
    a, x, update = tf.constant(inputs["a"]), tf.constant(inputs["x"]), _function(lambda a, x, y: a * x + y)
    return tf.constant(inputs["y"]), lambda y: update(a, x, y), _outputs


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
            h = h + attend(p, layer, _norm(p, f"{layer}.norm1", h))
            up = tf.nn.gelu(_dense(p, f"{layer}.up", _norm(p, f"{layer}.norm2", h)), approximate=True)
            h = h + _dense(p, f"{layer}.down", up)
        return _cross_entropy(_norm(p, "norm", h) @ p["head"], y)

    return _training(loss, inputs)


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
    outputs = functools.partial(_after_training, params)
    return None, lambda state: update(x, y, rate), outputs  # noqa: ARG005 - the state lives in the variables


def _after_training(params, value):
    return [value.numpy(), *(variable.numpy() for variable in params.values())]


def _attend(q, k, v):
    length = q.shape[2]
    scores = tf.matmul(q, k, transpose_b=True) * q.shape[3] ** -0.5
    mask = tf.linalg.band_part(tf.ones((length, length), dtype=tf.bool), -1, 0)
    return tf.matmul(tf.nn.softmax(tf.where(mask, scores, scores.dtype.min)), v)


def _dense(p, name, x):
    return tf.nn.bias_add(x @ p[f"{name}.kernel"], p[f"{name}.bias"])


def _norm(p, name, x):
    mean, variance = tf.nn.moments(x, axes=[-1], keepdims=True)
    return tf.nn.batch_normalization(x, mean, variance, p[f"{name}.bias"], p[f"{name}.scale"], 1e-5)


def _cross_entropy(logits, labels):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))


def _function(python):
    function = tf.function(python, jit_compile=_here["xla"])
    _here["functions"].append(function)
    return function


def _outputs(state):
    return [state.numpy()]
