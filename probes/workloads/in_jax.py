"""Whole models in JAX: each step is one function compiled by `jax.jit`, and what it replaces is donated."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

AXES = "NHWC", "HWIO", "NHWC"
KEPT = 0.9
"""Of the running statistics, at each step of training."""


class _Trained(NamedTuple):
    """The state of training."""

    params: Any
    image: Any
    """What is trained on: images or not."""
    value: Any = None
    kept: Any = ()
    """The optimiser's own arrays, and what else goes from step to step."""


def use(framework):
    """Take part: JAX is already set up."""


def step_transformer(inputs, sizes):
    """Train a causal transformer."""

    def attend(q, k, v):
        return jax.nn.dot_product_attention(
            _turned(q, *inputs["turns"]), _turned(k, *inputs["turns"]), v, is_causal=True
        )

    def loss(p, batch):
        h = p["tokens"][batch["x"]]
        for layer in range(sizes["layers"]):
            h = _block(p, layer, h, sizes["heads"], attend)
        return _cross_entropy(_norm(p, "norm", h) @ p["head"], batch["y"]).mean()

    return _training(loss, inputs, ("x", "y"))


def step_encoder(inputs, sizes):
    """Train an encoder; what is padding is masked."""

    def loss(p, batch):
        attend = functools.partial(jax.nn.dot_product_attention, mask=batch["text"][:, None, None])
        h = p["tokens"][batch["x"]] + p["positions"]
        for layer in range(sizes["layers"]):
            h = _block(p, layer, h, sizes["heads"], attend)
        return _cross_entropy(_dense(p, "head", _norm(p, "norm", h[:, 0])), batch["y"]).mean()

    return _training(loss, inputs, ("x", "text", "y"))


def decode(inputs, sizes):
    """Read a prompt in one call, and write tokens from a cache that is donated; one call for each token."""
    p, prompt, turns = jax.device_put((inputs["params"], inputs["prompt"], inputs["turns"]))
    heads, length, batch = sizes["heads"], sizes["sequence"], sizes["batch"]
    room = length + sizes["new_tokens"]
    shape = (batch, room, heads, sizes["width"] // heads)
    cache = [(jnp.zeros(shape), jnp.zeros(shape)) for _ in range(sizes["layers"])]
    positions = [jax.device_put(jnp.int32(position)) for position in range(length, room - 1)]

    @functools.partial(jax.jit, donate_argnums=1)
    def read(p, cache, prompt, last):
        tokens = prompt.at[:, -1].set(last)
        attend = functools.partial(jax.nn.dot_product_attention, is_causal=True)
        return following(p, cache, tokens, 0, lambda q, k, v, _: attend(q, k, v))

    @functools.partial(jax.jit, donate_argnums=1)
    def write(p, cache, token, position):
        visible = (jnp.arange(room) <= position)[None, None, None]
        attend = functools.partial(jax.nn.dot_product_attention, mask=visible)
        return following(p, cache, token[:, None], position, lambda q, _k, _v, kept: attend(q, *kept))

    def following(p, cache, tokens, position, attend):
        h, kept = p["tokens"][tokens], []
        here = [jax.lax.dynamic_slice_in_dim(each, position, tokens.shape[1]) for each in turns]

        def remember(q, k, v):
            q, k = _turned(q, *here), _turned(k, *here)
            kept.append(
                tuple(
                    jax.lax.dynamic_update_slice_in_dim(old, new, position, axis=1)
                    for old, new in zip(cache[len(kept)], (k, v))  # noqa: B905 - `strict` came with Python 3.10
                )
            )
            return attend(q, k, v, kept[-1])

        for layer in range(sizes["layers"]):
            h = _block(p, layer, h, heads, remember)
        logits = _norm(p, "norm", h[:, -1]) @ p["head"]
        return logits, logits.argmax(axis=-1).astype(tokens.dtype), kept

    def step(state):
        _, tokens, cache = state
        logits, token, cache = read(p, cache, prompt, tokens[-1])
        tokens = [jax.device_get(token)]
        for position in positions:
            logits, token, cache = write(p, cache, token, position)
            tokens.append(jax.device_get(token))
        return logits, tokens, cache

    return (None, [inputs["prompt"][:, -1]], cache), step, lambda state: [state[0], np.stack(state[1])]


def step_resnet(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Train a residual network; running statistics go from step to step beside the parameters."""
    names = [name.rpartition(".")[0] for name in inputs["params"] if name.endswith(".scale")]
    running = {name: _start_of_statistics(inputs["params"][f"{name}.scale"]) for name in names}

    def loss(p, batch, running):
        now = {}

        def normalise(h, name):
            mean, variance = h.mean(axis=(0, 1, 2)), h.var(axis=(0, 1, 2))
            now[name] = tuple(
                KEPT * old + (1 - KEPT) * new
                for old, new in zip(running[name], (mean, variance))  # noqa: B905 - `strict` came with Python 3.10
            )
            return (h - mean) * jax.lax.rsqrt(variance + 1e-5)

        return _cross_entropy(_resnet(p, batch["x"], inputs["layers"], normalise), batch["y"]).mean(), now

    return _training(loss, inputs, ("x", "y"), running)


def forward_resnet(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Classify images."""

    def network(held, x):
        def normalise(h, name):
            mean, variance = held["statistics"][name]
            return (h - mean) * jax.lax.rsqrt(variance + 1e-5)

        return _resnet(held["params"], x, inputs["layers"], normalise)

    return _classifying(network, inputs, ("params", "statistics"))


def step_vit(inputs, sizes):
    """Train a vision transformer."""

    def loss(p, batch):
        return _cross_entropy(_vision(p, batch["x"], sizes), batch["y"]).mean()

    return _training(loss, inputs, ("x", "y"))


def forward_vit(inputs, sizes):
    """Classify images by a vision transformer."""
    return _classifying(lambda held, x: _vision(held["params"], x, sizes), inputs, ("params",))


def step_dlrm(inputs, sizes):
    """Train a recommender: the gradient is by the rows that were read, and only those are written."""
    tables, depth = sizes["tables"], sizes["mlp_layers"]
    params = {name: jnp.array(array) for name, array in inputs["params"].items()}
    host = inputs["x"], inputs["indices"], inputs["y"]
    rate = inputs["optimiser"]["rate"]
    below = np.tril_indices(tables + 1, -1)

    def loss(dense, rows, x, y):
        h = x
        for layer in range(depth + 1):
            h = jax.nn.relu(_dense(dense, f"bottom.{layer}", h))
        together = jnp.stack([h, *rows], axis=1)
        h = jnp.concatenate([h, (together @ together.swapaxes(1, 2))[:, below[0], below[1]]], axis=1)
        for layer in range(depth):
            h = jax.nn.relu(_dense(dense, f"top.{layer}", h))
        return _binary_cross_entropy(_dense(dense, f"top.{depth}", h)[:, 0], y)

    @functools.partial(jax.jit, donate_argnums=0)
    def update(params, x, indices, y):
        names = [f"table.{k}" for k in range(tables)]
        dense = {name: array for name, array in params.items() if name not in names}
        rows = [params[name][indices[:, k]] for k, name in enumerate(names)]
        value, (by_dense, by_rows) = jax.value_and_grad(loss, argnums=(0, 1))(dense, rows, x, y)
        moved = {name: array - rate * by_dense[name] for name, array in dense.items()}
        for k, name in enumerate(names):
            moved[name] = params[name].at[indices[:, k]].add(-rate * by_rows[k])
        return moved, value

    def step(state):
        params, value = update(state.params, *host)
        return _Trained(params, state.image, value)

    return (
        _Trained(params, jax.device_put(host[0])),
        step,
        lambda state: [state.value, *(state.params[name] for name in inputs["params"])],
    )


def step_ncf(inputs, sizes):
    """Train collaborative filtering: the gradient of a table is as large as the table, and Adam goes over all of it."""

    def loss(p, batch):
        both = batch["users"], batch["items"]
        rows = [p[f"table.{k}"][both[k % 2]] for k in range(sizes["tables"])]
        h = jnp.concatenate(rows[-2:], axis=1)
        for layer in range(sizes["mlp_layers"]):
            h = jax.nn.relu(_dense(p, f"deep.{layer}", h))
        h = jnp.concatenate([rows[0] * rows[1], h], axis=1)
        return _binary_cross_entropy(_dense(p, "head", h)[:, 0], batch["y"])

    return _training(loss, inputs, ("users", "items", "y"))


def step_towers(inputs, sizes):
    """Train two towers; of their tables as in `step_ncf`."""

    def loss(p, batch):
        ends = []
        for k, read in enumerate((batch["users"], batch["items"])):
            h = p[f"table.{k}"][read]
            for layer in range(sizes["mlp_layers"] + 1):
                h = _dense(p, f"tower.{k}.{layer}", jax.nn.relu(h) if layer else h)
            ends.append(h)
        return _cross_entropy(ends[0] @ ends[1].T, batch["y"]).mean()

    return _training(loss, inputs, ("users", "items", "y"))


def step_policy(inputs, sizes):
    """Act by a compiled call for each observation, then learn by another."""
    depth, world = sizes["mlp_layers"], inputs["world"]

    def policy(p, h):
        for layer in range(depth + 1):
            h = _dense(p, f"policy.{layer}", jax.nn.relu(h) if layer else h)
        return h

    def loss(p, batch):
        return (batch["advantage"] * _cross_entropy(policy(p, batch["x"]), batch["y"])).mean()

    choose = jax.jit(lambda p, observation: policy(p, observation)[0].argmax())
    state, learn, learned = _training(loss, inputs, ("x", "y", "advantage"))

    def step(state):
        trained, row, actions = state[0], state[1], []
        for _ in range(sizes["acts"]):
            actions.append(int(choose(trained.params, world[row : row + 1])))
            row = (row + 1 + actions[-1]) % len(world)
        return learn(trained), row, actions

    return (state, 0, ()), step, lambda state: [*learned(state[0]), state[2]]


def step_pinn(inputs, sizes):
    """Fit a network to a differential equation: derivatives forward, gradient backward."""
    depth, order = sizes["mlp_layers"], sizes["derivative_order"]

    def field(p, h):
        for layer in range(depth + 1):
            h = _dense(p, f"field.{layer}", jnp.tanh(h) if layer else h)
        return h[..., 0]

    def along(function, direction):
        return lambda x: jax.jvp(function, (x,), (direction,))[1]

    def loss(p, batch):
        total = 0
        for axis, times in enumerate((1, order)):
            derivative = functools.partial(field, p)
            for _ in range(times):
                derivative = along(derivative, jnp.zeros_like(batch["x"]).at[:, axis].set(1))
            total = total + derivative(batch["x"])
        return ((jnp.concatenate([total, field(p, batch["edge"])]) - batch["y"]) ** 2).mean()

    return _training(loss, inputs, ("x", "edge", "y"))


def step_ode(inputs, sizes):
    """Train through a solver whose loop is compiled."""
    steps = sizes["solver_steps"]

    def loss(p, batch):
        def field(h):
            for layer in range(sizes["mlp_layers"] + 1):
                h = _dense(p, f"field.{layer}", jnp.tanh(h) if layer else h)
            return h

        def advance(h, _):
            dt = 1 / steps
            one = field(h)
            two = field(h + dt / 2 * one)
            three = field(h + dt / 2 * two)
            four = field(h + dt * three)
            return h + dt / 6 * (one + 2 * two + 2 * three + four), None

        return ((jax.lax.scan(advance, batch["x"], length=steps)[0] - batch["y"]) ** 2).mean()

    return _training(loss, inputs, ("x", "y"))


def _training(loss, inputs, names, running=None):
    """Train by the optimiser that is asked for; a `running` state is passed to the loss, which returns it anew.

    The batch comes from the host in every step, as in a loop over a loader: a compiled call takes NumPy as it is.
    """
    params = {name: jnp.array(array) for name, array in inputs["params"].items()}
    host = {name: inputs[name] for name in names}
    about = inputs["optimiser"]
    start, change = {"adam": _adam, "adamw": _adam, "momentum": _momentum}[about["name"]](about, params)

    @functools.partial(jax.jit, donate_argnums=(0, 1))
    def update(params, kept, batch):
        if running is None:
            value, gradient = jax.value_and_grad(loss)(params, batch)
            now = None
        else:
            (value, now), gradient = jax.value_and_grad(loss, has_aux=True)(params, batch, kept[1])
        if "clip" in about:
            gradient = _clipped(gradient, about["clip"])
        params, moments = change(params, gradient, kept[0])
        return params, (moments, now), value

    def step(state):
        params, kept, value = update(state.params, state.kept, host)
        return _Trained(params, state.image, value, kept)

    def outputs(state):
        adaptive = about["name"] in {"adam", "adamw"}
        moments = [state.kept[0][0][name] for name in inputs["params"]] if adaptive else []
        return [state.value, *(state.params[name] for name in inputs["params"]), *moments]

    return _Trained(params, jax.device_put(host[names[0]]), None, (start, running)), step, outputs


def _classifying(network, inputs, names):
    """Classify images from the host, where the logits go: the next images differ by the first of them."""
    held, x, classify = jax.device_put({name: inputs[name] for name in names}), inputs["x"].copy(), jax.jit(network)

    def step(state):
        x.flat[0] = inputs["x"].flat[0] + state.value.flat[0]
        return state._replace(value=np.asarray(classify(held, x)))

    return _Trained(held, jax.device_put(x), np.zeros(1, np.float32)), step, lambda state: [state.value]


def _clipped(gradient, longest):
    length = jnp.sqrt(sum(jnp.vdot(part, part) for part in jax.tree.leaves(gradient)))
    return jax.tree.map(lambda part: part * jnp.minimum(1, longest / length), gradient)


def _adam(about, params):
    first, second = (_nothing(params) for _ in range(2))

    def change(params, gradient, kept):
        first, second, count = kept
        count = count + 1
        first = jax.tree.map(lambda m, g: about["beta1"] * m + (1 - about["beta1"]) * g, first, gradient)
        second = jax.tree.map(lambda v, g: about["beta2"] * v + (1 - about["beta2"]) * g**2, second, gradient)
        scale1, scale2 = 1 - about["beta1"] ** count, 1 - about["beta2"] ** count

        def moved(p, m, v):
            step = m / scale1 / (jnp.sqrt(v / scale2) + about["epsilon"])
            return p - about["rate"] * (about["decay"] * p + step if "decay" in about else step)

        return jax.tree.map(moved, params, first, second), (first, second, count)

    return (first, second, jnp.zeros((), jnp.float32)), change


def _momentum(about, params):
    def change(params, gradient, speed):
        speed = jax.tree.map(lambda v, g: about["momentum"] * v + g, speed, gradient)
        return jax.tree.map(lambda p, v: p - about["rate"] * v, params, speed), speed

    return _nothing(params), change


def _nothing(params):
    """Make zeros of these shapes, on the host first: `jnp.zeros` is compiled anew for each shape."""
    return {name: jnp.array(np.zeros(array.shape, array.dtype)) for name, array in params.items()}


def _start_of_statistics(scale):
    return jnp.array(np.zeros_like(scale)), jnp.array(np.ones_like(scale))


def _block(p, layer, h, heads, attend):
    """Normalise first, attend, normalise, and two dense layers, or three where one is a gate."""
    z = _norm(p, f"{layer}.norm1", h)
    if f"{layer}.packed.kernel" in p:
        parts = jnp.split(_dense(p, f"{layer}.packed", z), 3, axis=-1)
    else:
        parts = [_dense(p, f"{layer}.{name}", z) for name in ("query", "key", "value")]
    q, k, v = (part.reshape(*z.shape[:2], heads, -1) for part in parts)
    h = h + _dense(p, f"{layer}.out", attend(q, k, v).reshape(h.shape))
    z = _norm(p, f"{layer}.norm2", h)
    up = _dense(p, f"{layer}.up", z)
    gated = f"{layer}.gate" in p
    z = jax.nn.silu(_dense(p, f"{layer}.gate", z)) * up if gated else jax.nn.gelu(up, approximate=False)
    return h + _dense(p, f"{layer}.down", z)


def _turned(z, cos, sin):
    """Turn the halves of each head, of arrays that are (example, place, head, half)."""
    a, b = jnp.split(z, 2, axis=-1)
    return z * cos[:, None] + jnp.concatenate([-b, a], axis=-1) * sin[:, None]


def _vision(p, x, sizes):
    """Cut an image into patches, and take them through the blocks."""
    patch, side = sizes["patch"], sizes["image"] // sizes["patch"]
    h = jax.lax.conv_general_dilated(x, p["patches.filter"], (patch, patch), "VALID", dimension_numbers=AXES)
    h = (h + p["patches.bias"]).reshape(len(x), side * side, -1) + p["positions"]
    for layer in range(sizes["layers"]):
        h = _block(p, layer, h, sizes["heads"], jax.nn.dot_product_attention)
    return _dense(p, "head", _norm(p, "norm", h).mean(axis=1))


def _resnet(p, h, layers, normalise):
    def convolved(name, h, stride=1):
        kernel = p[f"{name}.filter"]
        half = kernel.shape[0] // 2
        h = jax.lax.conv_general_dilated(
            h, kernel, (stride, stride), ((half, half), (half, half)), dimension_numbers=AXES
        )
        return normalise(h, name) * p[f"{name}.scale"] + p[f"{name}.shift"]

    stem, *blocks = layers
    h = jax.nn.relu(convolved("stem", h, stem["stride"]))
    if stem["pool"]:
        around = ((0, 0), (1, 1), (1, 1), (0, 0))
        h = jax.lax.reduce_window(h, -jnp.inf, jax.lax.max, (1, 3, 3, 1), (1, 2, 2, 1), around)
    for block in blocks:
        z = h
        for name in block["convolutions"]:
            z = convolved(name, z, block["stride"] if name == block["strided"] else 1)
            z = z if name == block["convolutions"][-1] else jax.nn.relu(z)
        h = jax.nn.relu(z + (convolved(block["skip"], h, block["stride"]) if block["skip"] else h))
    return _dense(p, "head", h.mean(axis=(1, 2)))


def _dense(p, name, x):
    """Apply a dense layer; what has the name itself is a matrix without a bias."""
    if name in p:
        return x @ p[name]
    return x @ p[f"{name}.kernel"] + p[f"{name}.bias"]


def _norm(p, name, x):
    """Normalise every row; without a bias, by the root of its mean square."""
    biased = f"{name}.bias" in p
    centred = x - x.mean(axis=-1, keepdims=True) if biased else x
    h = centred * jax.lax.rsqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5) * p[f"{name}.scale"]
    return h + p[f"{name}.bias"] if biased else h


def _binary_cross_entropy(z, y):
    return (jax.nn.softplus(z) - y * z).mean()


def _cross_entropy(logits, labels):
    chosen = jnp.take_along_axis(logits, labels[..., None], axis=-1)[..., 0]
    return jax.nn.logsumexp(logits, axis=-1) - chosen
