"""Whole models in TensorFlow: variables, and a `tf.function` for each step, run as a graph or compiled by XLA."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

KEPT = 0.9
"""Of the running statistics, at each step of training."""
EPSILON = 1e-5
"""Added to a variance, in batch and layer normalisation."""

_framework: Any = None


class _Trained(NamedTuple):
    """The state of training, and of anything that reads images."""

    value: Any
    params: Any
    image: Any
    """What is trained on: images or not."""
    kept: Any = ()
    """The optimiser's own variables, and what else goes from step to step."""


def use(framework):
    """Take the way to make graphs from the file that started TensorFlow."""
    global _framework  # noqa: PLW0603 - there is one in a process
    _framework = framework


def step_transformer(inputs, sizes):
    """Train a causal transformer."""
    length = sizes["sequence"]

    def causally(q, k, v):
        visible = tf.linalg.band_part(tf.ones((length, length), tf.bool), -1, 0)
        return _attend(_turned(q, *inputs["turns"]), _turned(k, *inputs["turns"]), v, visible)

    def loss(p, x, y):
        h = tf.nn.embedding_lookup(p["tokens"], x)
        for layer in range(sizes["layers"]):
            h = _block(p, layer, h, sizes["heads"], causally)
        every = tf.reshape(_norm(p, "norm", h), (-1, sizes["width"]))  # a batched product has a slower gradient
        return tf.reduce_mean(_cross_entropy(every @ p["head"], tf.reshape(y, (-1,))))

    return _training(loss, inputs, ("x", "y"))


def step_encoder(inputs, sizes):
    """Train an encoder; what is padding is masked."""

    def loss(p, x, text, y):
        attend = functools.partial(_attend, visible=text[:, None, None])
        h = tf.nn.embedding_lookup(p["tokens"], x) + p["positions"]
        for layer in range(sizes["layers"]):
            h = _block(p, layer, h, sizes["heads"], attend)
        return tf.reduce_mean(_cross_entropy(_dense(p, "head", _norm(p, "norm", h[:, 0])), y))

    return _training(loss, inputs, ("x", "text", "y"))


def decode(inputs, sizes):  # noqa: C901 - reading, writing, and what both share
    """Read a prompt in one call, and write tokens, one call for each; variables keep keys and values by place."""
    heads, length, width = sizes["heads"], sizes["sequence"], sizes["width"]
    room = length + sizes["new_tokens"]
    p = {name: tf.constant(array) for name, array in inputs["params"].items()}
    shape = (room, sizes["batch"], heads, width // heads)
    caches = [(tf.Variable(tf.zeros(shape)), tf.Variable(tf.zeros(shape))) for _ in range(sizes["layers"])]
    places = [tf.constant(place, tf.int64) for place in range(length, room - 1)]
    prompt, turns = tf.constant(inputs["prompt"], tf.int64), [*map(tf.constant, inputs["turns"])]
    causal = tf.linalg.band_part(tf.ones((length, length), tf.bool), -1, 0)

    def read(last):
        def attend(cache, q, k, v):
            for old, new in zip(cache, (k, v)):  # noqa: B905 - `strict` came with Python 3.10
                old[:length].assign(tf.transpose(new, (2, 0, 1, 3)))
            return _attend(q, k, v, causal)

        return following(tf.concat([prompt[:, :-1], last[:, None]], axis=1), tf.range(length), attend)

    def write(token, place):
        def attend(cache, q, k, v):
            for old, new in zip(cache, (k, v)):  # noqa: B905 - `strict` came with Python 3.10
                old.scatter_update(tf.IndexedSlices(tf.transpose(new, (2, 0, 1, 3)), place[None]))
            keys, values = cache
            scores = tf.einsum("bhqd,kbhd->bhqk", q, keys) * q.shape[3] ** -0.5
            weights = tf.nn.softmax(tf.where(tf.range(room, dtype=tf.int64) <= place, scores, scores.dtype.min))
            return tf.einsum("bhqk,kbhd->bhqd", weights, values)

        return following(token[:, None], place[None], attend)

    def following(tokens, places, attend):
        h, here = tf.gather(p["tokens"], tokens), [tf.gather(each, places) for each in turns]
        for layer, cache in enumerate(caches):
            h = _block(p, layer, h, heads, lambda q, k, v: attend(cache, _turned(q, *here), _turned(k, *here), v))  # noqa: B023 - it is called at once
        logits = _norm(p, "norm", h[:, -1]) @ p["head"]
        return logits, tf.argmax(logits, axis=-1)

    read, write = _framework.compiled(read), _framework.compiled(write)

    def step(state):
        logits, token = read(tf.constant(state[1][-1], tf.int64))
        tokens = [token.numpy()]
        for place in places:
            logits, token = write(token, place)
            tokens.append(token.numpy())
        return logits, tokens, caches

    return (None, [inputs["prompt"][:, -1]], caches), step, lambda state: [state[0].numpy(), np.stack(state[1])]


def step_resnet(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Train a residual network; the kernel that normalises keeps the running statistics as well."""
    names = [name.rpartition(".")[0] for name in inputs["params"] if name.endswith(".scale")]
    running = {name: _start_of_statistics(inputs["params"][f"{name}.scale"].shape) for name in names}

    def loss(p, x, y):
        def normalise(h, name):
            mean, variance = running[name]
            h, now_mean, now_variance = tf.compat.v1.nn.fused_batch_norm(
                h,
                p[f"{name}.scale"],
                p[f"{name}.shift"],
                mean,
                variance,
                epsilon=EPSILON,
                exponential_avg_factor=1 - KEPT,
            )
            mean.assign(now_mean)
            variance.assign(now_variance)
            return h

        return tf.reduce_mean(_cross_entropy(_resnet(p, x, inputs["layers"], normalise), y))

    return _training(loss, inputs, ("x", "y"), running)


def forward_resnet(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Classify images."""
    p = {name: tf.constant(array) for name, array in inputs["params"].items()}
    statistics = {name: tuple(map(tf.constant, both)) for name, both in inputs["statistics"].items()}

    def classify(x):
        def normalise(h, name):
            both = p[f"{name}.scale"], p[f"{name}.shift"]
            return tf.compat.v1.nn.fused_batch_norm(h, *both, *statistics[name], epsilon=EPSILON, is_training=False)[0]

        return _resnet(p, x, inputs["layers"], normalise)

    return _classifying(classify, p, inputs)


def step_vit(inputs, sizes):
    """Train a vision transformer."""

    def loss(p, x, y):
        return tf.reduce_mean(_cross_entropy(_vision(p, x, sizes), y))

    return _training(loss, inputs, ("x", "y"))


def forward_vit(inputs, sizes):
    """Classify images by a vision transformer."""
    p = {name: tf.constant(array) for name, array in inputs["params"].items()}
    return _classifying(lambda x: _vision(p, x, sizes), p, inputs)


def step_dlrm(inputs, sizes):
    """Train a recommender: the gradient of a table is the slices that were read, and only those are written."""
    tables, depth = sizes["tables"], sizes["mlp_layers"]
    rows, columns = np.tril_indices(tables + 1, -1)
    below = rows * (tables + 1) + columns

    def loss(p, x, indices, y):
        h = x
        for layer in range(depth + 1):
            h = tf.nn.relu(_dense(p, f"bottom.{layer}", h))
        read = [tf.nn.embedding_lookup(p[f"table.{k}"], indices[:, k]) for k in range(tables)]
        together = tf.stack([h, *read], axis=1)
        products = tf.reshape(tf.matmul(together, together, transpose_b=True), (-1, (tables + 1) ** 2))
        h = tf.concat([h, tf.gather(products, below, axis=1)], axis=1)
        for layer in range(depth):
            h = tf.nn.relu(_dense(p, f"top.{layer}", h))
        z = _dense(p, f"top.{depth}", h)[:, 0]
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, z))

    return _training(loss, inputs, ("x", "indices", "y"))


def step_ncf(inputs, sizes):
    """Train collaborative filtering: Adam goes over all of every table."""

    def loss(p, users, items, y):
        rows = [tf.nn.embedding_lookup(p[f"table.{k}"], (users, items)[k % 2]) for k in range(sizes["tables"])]
        h = tf.concat(rows[-2:], axis=1)
        for layer in range(sizes["mlp_layers"]):
            h = tf.nn.relu(_dense(p, f"deep.{layer}", h))
        z = _dense(p, "head", tf.concat([rows[0] * rows[1], h], axis=1))[:, 0]
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, z))

    return _training(loss, inputs, ("users", "items", "y"))


def step_towers(inputs, sizes):
    """Train two towers; of their tables as in `step_ncf`."""

    def loss(p, users, items, y):
        ends = []
        for k, read in enumerate((users, items)):
            h = tf.nn.embedding_lookup(p[f"table.{k}"], read)
            for layer in range(sizes["mlp_layers"] + 1):
                h = _dense(p, f"tower.{k}.{layer}", tf.nn.relu(h) if layer else h)
            ends.append(h)
        return tf.reduce_mean(_cross_entropy(tf.matmul(*ends, transpose_b=True), y))

    return _training(loss, inputs, ("users", "items", "y"))


def step_policy(inputs, sizes):
    """Act by a call of a function for each observation, then learn by another."""
    depth, world = sizes["mlp_layers"], inputs["world"]

    def policy(p, h):
        for layer in range(depth + 1):
            h = _dense(p, f"policy.{layer}", tf.nn.relu(h) if layer else h)
        return h

    def loss(p, x, y, advantage):
        return tf.reduce_mean(advantage * _cross_entropy(policy(p, x), y))

    state, learn, learned = _training(loss, inputs, ("x", "y", "advantage"))
    choose = _framework.compiled(lambda observation: tf.argmax(policy(state.params, observation)[0]))

    def step(state):
        trained, row, actions = state[0], state[1], []
        for _ in range(sizes["acts"]):
            actions.append(int(choose(tf.constant(world[row : row + 1]))))
            row = (row + 1 + actions[-1]) % len(world)
        return learn(trained), row, actions

    return (state, 0, ()), step, lambda state: [*learned(state[0]), state[2]]


def step_pinn(inputs, sizes):
    """Fit a network to a differential equation: a tape within a tape for each derivative."""
    depth, order = sizes["mlp_layers"], sizes["derivative_order"]

    def field(p, h):
        for layer in range(depth + 1):
            h = _dense(p, f"field.{layer}", tf.nn.tanh(h) if layer else h)
        return h

    def along(p, t, x, order):
        """Give the values, and their derivatives by the second coordinate."""
        if not order:
            return [field(p, tf.concat([t, x], axis=1))]
        with tf.GradientTape() as tape:
            tape.watch(x)
            found = along(p, t, x, order - 1)
        return [*found, tape.gradient(found[-1], x)]

    def loss(p, x, edge, y):
        t, x = tf.split(x, 2, axis=1)
        with tf.GradientTape() as tape:
            tape.watch(t)
            value, *_, last = along(p, t, x, order)
        found = tf.concat([tape.gradient(value, t) + last, field(p, edge)], axis=0)
        return tf.reduce_mean((found[:, 0] - y) ** 2)

    return _training(loss, inputs, ("x", "edge", "y"))


def step_ode(inputs, sizes):
    """Train through a solver whose loop the graph holds unrolled: its gradient is quicker so."""
    steps = sizes["solver_steps"]

    def loss(p, x, y):
        def field(h):
            for layer in range(sizes["mlp_layers"] + 1):
                h = _dense(p, f"field.{layer}", tf.nn.tanh(h) if layer else h)
            return h

        h, dt = x, 1 / steps
        for _ in range(steps):
            one = field(h)
            two = field(h + dt / 2 * one)
            three = field(h + dt / 2 * two)
            four = field(h + dt * three)
            h = h + dt / 6 * (one + 2 * two + 2 * three + four)
        return tf.reduce_mean((h - y) ** 2)

    return _training(loss, inputs, ("x", "y"))


def _training(loss, inputs, names, kept=()):
    """Train variables by the optimiser that is asked for; `kept` are further variables, which the loss assigns.

    The batch is brought from the host in every step, as a loop over a loader does.
    """
    params = {name: tf.Variable(array) for name, array in inputs["params"].items()}
    host = [inputs[name] for name in names]
    about = inputs["optimiser"]
    optimisers = {"adam": _adam, "adamw": _adam, "momentum": _momentum, "sgd": _sgd}
    moments, change = optimisers[about["name"]](about, params)

    def update(*batch):
        with tf.GradientTape() as tape:
            value = loss(params, *batch)
        change(tape.gradient(value, params, unconnected_gradients=tf.UnconnectedGradients.ZERO))
        return value

    update = _framework.compiled(update)

    def step(state):
        return state._replace(value=update(*map(_constant, host)))

    def outputs(state):
        first = moments[0].values() if about["name"] in {"adam", "adamw"} else ()
        return [state.value.numpy(), *_numpy(params.values()), *_numpy(first)]

    return _Trained(None, params, _constant(host[0]), (moments, kept)), step, outputs


def _classifying(classify, params, inputs):
    """Classify images from the host, where the logits go: the next images differ by the first of them."""
    classify, x = _framework.compiled(classify), inputs["x"].copy()

    def step(state):
        x.flat[0] = inputs["x"].flat[0] + state.value.flat[0]
        return state._replace(value=classify(tf.constant(x)).numpy())

    return _Trained(np.zeros(1, np.float32), params, tf.constant(x)), step, lambda state: [state.value]


def _adam(about, params):
    """Step by Keras's Adam or AdamW, which are what TensorFlow has.

    Of gradients by rows it would square those of one row each by itself, so they are made whole.
    """
    make = tf.keras.optimizers.Adam
    if about["name"] == "adamw":
        make = functools.partial(tf.keras.optimizers.AdamW, weight_decay=about["decay"])
    constants = {"beta_1": about["beta1"], "beta_2": about["beta2"], "epsilon": about["epsilon"]}
    adam = make(about["rate"], global_clipnorm=about.get("clip"), **constants)
    adam.build([*params.values()])
    found = [each for each in adam.variables if each.path.endswith("momentum")]
    first = {name: each.value for name, each in zip(params, found)}  # noqa: B905 - `strict` came with Python 3.10

    def change(gradient):
        adam.apply([tf.convert_to_tensor(gradient[name]) for name in params])

    return (first, [each.value for each in adam.variables]), change


def _momentum(about, params):
    """Step by TensorFlow's own kernel for momentum."""
    speed = {name: tf.Variable(tf.zeros_like(each)) for name, each in params.items()}

    def change(gradient):
        for name, variable in params.items():
            tf.raw_ops.ResourceApplyMomentum(
                var=variable.handle,
                accum=speed[name].handle,
                lr=about["rate"],
                grad=gradient[name],
                momentum=about["momentum"],
            )

    return (speed,), change


def _sgd(about, params):
    def change(gradient):
        for name, variable in params.items():
            found = gradient[name]
            if isinstance(found, tf.IndexedSlices):
                variable.scatter_sub(tf.IndexedSlices(about["rate"] * found.values, found.indices))
            else:
                variable.assign_sub(about["rate"] * found)

    return (), change


def _start_of_statistics(shape):
    return tf.Variable(tf.zeros(shape)), tf.Variable(tf.ones(shape))


def _block(p, layer, h, heads, attend):
    """Normalise first, attend, normalise, and two dense layers, or three where one is a gate."""
    z = _norm(p, f"{layer}.norm1", h)
    (*places, width), split = h.shape, (heads, h.shape[2] // heads)
    if f"{layer}.packed.kernel" in p:
        packed = tf.reshape(_dense(p, f"{layer}.packed", z), (*places, 3, *split))
        parts = tf.unstack(tf.transpose(packed, (2, 0, 3, 1, 4)))
    else:
        each = (_dense(p, f"{layer}.{name}", z) for name in ("query", "key", "value"))
        parts = [tf.transpose(tf.reshape(part, (*places, *split)), (0, 2, 1, 3)) for part in each]
    y = tf.reshape(tf.transpose(attend(*parts), (0, 2, 1, 3)), (*places, width))
    h = h + _dense(p, f"{layer}.out", y)
    z = _norm(p, f"{layer}.norm2", h)
    up = _dense(p, f"{layer}.up", z)
    z = tf.nn.silu(_dense(p, f"{layer}.gate", z)) * up if f"{layer}.gate" in p else tf.nn.gelu(up)
    return h + _dense(p, f"{layer}.down", z)


def _turned(z, cos, sin):
    """Turn the halves of each head, of arrays that are (example, head, place, half)."""
    a, b = tf.split(z, 2, axis=-1)
    return z * cos + tf.concat([-b, a], axis=-1) * sin


def _attend(q, k, v, visible=None):
    """Attend, each head by itself; TensorFlow has no operation of its own for it."""
    scores = tf.matmul(q * q.shape[3] ** -0.5, k, transpose_b=True)
    scores = scores if visible is None else tf.where(visible, scores, scores.dtype.min)
    return tf.nn.softmax(scores) @ v


def _vision(p, x, sizes):
    """Cut an image into patches, and take them through the blocks."""
    patch, side = sizes["patch"], sizes["image"] // sizes["patch"]
    h = tf.nn.bias_add(tf.nn.conv2d(x, p["patches.filter"], patch, "VALID"), p["patches.bias"])
    h = tf.reshape(h, (x.shape[0], side * side, sizes["width"])) + p["positions"]
    for layer in range(sizes["layers"]):
        h = _block(p, layer, h, sizes["heads"], _attend)
    return _dense(p, "head", tf.reduce_mean(_norm(p, "norm", h), axis=1))


def _resnet(p, h, layers, normalise):
    def convolved(name, h, stride=1):
        kernel = p[f"{name}.filter"]
        return normalise(tf.nn.conv2d(h, kernel, stride, _around(kernel.shape[0] // 2)), name)

    stem, *blocks = layers
    h = tf.nn.relu(convolved("stem", h, stem["stride"]))
    if stem["pool"]:
        h = tf.nn.max_pool2d(tf.pad(h, _around(1)), 3, 2, "VALID")  # nothing is below zero after relu
    for block in blocks:
        z = h
        for name in block["convolutions"]:
            z = convolved(name, z, block["stride"] if name == block["strided"] else 1)
            z = z if name == block["convolutions"][-1] else tf.nn.relu(z)
        h = tf.nn.relu(z + (convolved(block["skip"], h, block["stride"]) if block["skip"] else h))
    return _dense(p, "head", tf.reduce_mean(h, axis=(1, 2)))


def _around(size):
    return [[0, 0], [size, size], [size, size], [0, 0]]


def _dense(p, name, x):
    """Apply a dense layer; what has the name itself is a matrix without a bias."""
    if name in p:
        return x @ p[name]
    return tf.nn.bias_add(x @ p[f"{name}.kernel"], p[f"{name}.bias"])


def _norm(p, name, x):
    """Normalise every row; without a bias, by the root of its mean square."""
    if f"{name}.bias" not in p:
        return x * tf.math.rsqrt(tf.reduce_mean(tf.square(x), axis=-1, keepdims=True) + EPSILON) * p[f"{name}.scale"]
    mean, variance = tf.nn.moments(x, axes=[-1], keepdims=True)
    return tf.nn.batch_normalization(x, mean, variance, p[f"{name}.bias"], p[f"{name}.scale"], EPSILON)


def _cross_entropy(logits, labels):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)


def _constant(array):
    """Move an array to the device; indices get 64 bits, since TensorFlow keeps those of 32 on the host."""
    return tf.constant(array, tf.int64 if array.dtype.kind == "i" else None)


def _numpy(arrays):
    return [array.numpy() for array in arrays]
