"""Whole models in MLX: a step is one function, which the variant `compiled` compiles, and is evaluated at its end."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import mlx.core as mx
import numpy as np
from mlx import nn, optimizers

NEW = 0.1
"""Of the running statistics, at each step of training."""

_framework: Any = None


class _Trained(NamedTuple):
    """The state of training."""

    value: Any
    held: Any
    """What goes from step to step: parameters, the optimiser's own arrays, running statistics."""
    image: Any
    """What is trained on: images or not."""


def use(framework):
    """Take part: MLX is already set up, and its first file knows whether to compile."""
    global _framework  # noqa: PLW0603 - there is one in a process
    _framework = framework


def step_transformer(inputs, sizes):
    """Train a causal transformer."""
    scale = (sizes["width"] // sizes["heads"]) ** -0.5

    def attend(q, k, v):
        return mx.fast.scaled_dot_product_attention(_turned(q, 0), _turned(k, 0), v, scale=scale, mask="causal")

    def loss(p, x, y):
        h = p["tokens"][x]
        for layer in range(sizes["layers"]):
            h = _block(p, layer, h, sizes["heads"], attend)
        return nn.losses.cross_entropy(_norm(p, "norm", h) @ p["head"], y, reduction="mean")

    return _training(loss, inputs, ("x", "y"))


def step_encoder(inputs, sizes):
    """Train an encoder; what is padding is masked."""
    scale = (sizes["width"] // sizes["heads"]) ** -0.5

    def loss(p, x, text, y):
        attend = functools.partial(mx.fast.scaled_dot_product_attention, scale=scale, mask=text[:, None, None])
        h = p["tokens"][x] + p["positions"]
        for layer in range(sizes["layers"]):
            h = _block(p, layer, h, sizes["heads"], attend)
        return nn.losses.cross_entropy(_dense(p, "head", _norm(p, "norm", h[:, 0])), y, reduction="mean")

    return _training(loss, inputs, ("x", "text", "y"))


def decode(inputs, sizes):  # noqa: C901 - reading, writing, and what both share
    """Read a prompt in one call, and write tokens, each by a call that is under way while the next is prepared.

    A token is looked at once the one behind it is under way. Attention looks at as much of the cache as is filled.
    Compiled, that would be another function for each length: there it looks at the whole cache through a mask.
    """
    heads, length, width, batch = sizes["heads"], sizes["sequence"], sizes["width"] // sizes["heads"], sizes["batch"]
    room = length + sizes["new_tokens"]
    p = {name: mx.array(array) for name, array in inputs["params"].items()}
    caches = [[mx.zeros((batch, heads, room, width)) for _ in range(2)] for _ in range(sizes["layers"])]
    attention = functools.partial(mx.fast.scaled_dot_product_attention, scale=width**-0.5)
    compiles = _framework.compiles()
    places = [mx.array([n]) if compiles else n for n in range(length, room - 1)]
    prompt = mx.array(inputs["prompt"])

    def whole(cache, q, *new):
        for kept, each in zip(cache, new):  # noqa: B905 - `strict` came with Python 3.10
            kept[..., :length, :] = each
        return attention(q, *new, mask="causal")

    def by_slices(cache, place, q, *new):
        for kept, each in zip(cache, new):  # noqa: B905 - `strict` came with Python 3.10
            kept[..., place : place + 1, :] = each
        return attention(q, *(kept[..., : place + 1, :] for kept in cache))

    def by_mask(cache, place, q, *new):
        cache[:] = [mx.slice_update(kept, each, place, axes=(2,)) for kept, each in zip(cache, new)]  # noqa: B905 - as above
        return attention(q, *cache, mask=mx.arange(room) <= place)

    def read(p, prompt, last):
        tokens = mx.concatenate([prompt[:, :-1], last[:, None]], axis=1)
        return following(p, tokens, 0, whole)

    def write(p, token, place):
        attend = by_mask if compiles else by_slices
        return following(p, token[:, None], place, lambda cache, *new: attend(cache, place, *new))

    def following(p, tokens, place, attend):
        h = p["tokens"][tokens]
        for layer, cache in enumerate(caches):
            h = _block(p, layer, h, heads, lambda q, k, v: attend(cache, _turned(q, place), _turned(k, place), v))  # noqa: B023 - it is called at once
        logits = _norm(p, "norm", h[:, -1]) @ p["head"]
        return logits, logits.argmax(axis=-1).astype(tokens.dtype)

    def step(state):
        logits, token = read(p, prompt, mx.array(state[1][-1]))
        mx.async_eval(token)
        tokens = []
        for place in places:
            before = token
            logits, token = write(p, before, place)
            mx.async_eval(token)
            tokens.append(np.array(before))
        tokens.append(np.array(token))
        mx.eval(logits, caches)
        return logits, tokens, caches

    read, write = (_framework.compiled(each, inputs=caches, outputs=caches) for each in (read, write))
    return (None, [inputs["prompt"][:, -1]], caches), step, lambda state: [state[0], np.stack(state[1])]


def step_resnet(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Train a residual network; running statistics go from step to step beside the parameters."""
    scales = {n.rpartition(".")[0]: array.shape for n, array in inputs["params"].items() if n.endswith(".scale")}
    running = {name: [mx.zeros(shape), mx.ones(shape)] for name, shape in scales.items()}

    def loss(p, x, y):
        def normalise(h, name):
            mean, variance = h.mean(axis=(0, 1, 2)), h.var(axis=(0, 1, 2))
            kept = running[name]
            kept[:] = [(1 - NEW) * old + NEW * new for old, new in zip(kept, (mean, variance))]  # noqa: B905 - `strict` came with Python 3.10
            return (h - mean) * mx.rsqrt(variance + 1e-5)

        return nn.losses.cross_entropy(_resnet(p, x, inputs["layers"], normalise), y, reduction="mean")

    return _training(loss, inputs, ("x", "y"), running)


def forward_resnet(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Classify images."""
    statistics = {name: [*map(mx.array, arrays)] for name, arrays in inputs["statistics"].items()}

    def network(held, x):
        def normalise(h, name):
            mean, variance = held["statistics"][name]
            return (h - mean) * mx.rsqrt(variance + 1e-5)

        return _resnet(held["params"], x, inputs["layers"], normalise)

    return _classifying(network, inputs, statistics)


def step_vit(inputs, sizes):
    """Train a vision transformer."""

    def loss(p, x, y):
        return nn.losses.cross_entropy(_vision(p, x, sizes), y, reduction="mean")

    return _training(loss, inputs, ("x", "y"))


def forward_vit(inputs, sizes):
    """Classify images by a vision transformer."""
    return _classifying(lambda held, x: _vision(held["params"], x, sizes), inputs)


def step_dlrm(inputs, sizes):
    """Train a recommender: the gradient is by the rows that were read, and those are added to each table in place."""
    depth, names = sizes["mlp_layers"], [f"table.{k}" for k in range(sizes["tables"])]
    params = {name: mx.array(array) for name, array in inputs["params"].items()}
    tables = {name: params.pop(name) for name in names}
    columns = np.ascontiguousarray(inputs["indices"].T)
    below = mx.array(np.flatnonzero(np.tri(sizes["tables"] + 1, k=-1)))
    rate = inputs["optimiser"]["rate"]
    descent = optimizers.SGD(rate)
    held = {"params": params, "tables": tables}

    def loss(p, rows, x, y):
        h = x
        for layer in range(depth + 1):
            h = nn.relu(_dense(p, f"bottom.{layer}", h))
        together = mx.stack([h, *rows], axis=1)
        products = (together @ together.swapaxes(1, 2)).flatten(1)
        h = mx.concatenate([h, mx.take(products, below, axis=1)], axis=1)
        for layer in range(depth):
            h = nn.relu(_dense(p, f"top.{layer}", h))
        z = _dense(p, f"top.{depth}", h)[:, 0]
        return nn.losses.binary_cross_entropy(z, y, reduction="mean")

    differentiated = mx.value_and_grad(loss, argnums=(0, 1))

    def update(x, indices, y):
        rows = [tables[name][read] for name, read in zip(names, indices)]  # noqa: B905 - `strict` came with Python 3.10
        value, (by_dense, by_rows) = differentiated(held["params"], rows, x, y)
        held["params"] = descent.apply_gradients(by_dense, held["params"])
        for name, read, gradient in zip(names, indices, by_rows):  # noqa: B905 - as above
            tables[name] = tables[name].at[read].add(-rate * gradient)
        return value

    def step(state):
        x, indices, y = mx.array(inputs["x"]), [*map(mx.array, columns)], mx.array(inputs["y"])
        state = _Trained(update(x, indices, y), held, x)
        mx.eval(state)
        return state

    def outputs(state):
        now = {**held["params"], **tables}
        return [state.value, *(now[name] for name in inputs["params"])]

    update = _framework.compiled(update, inputs=held, outputs=held)
    return _Trained(None, held, mx.array(inputs["x"])), step, outputs


def step_ncf(inputs, sizes):
    """Train collaborative filtering: the gradient of a table is as large as the table, and Adam goes over all of it."""

    def loss(p, users, items, y):
        rows = [p[f"table.{k}"][(users, items)[k % 2]] for k in range(sizes["tables"])]
        h = mx.concatenate(rows[-2:], axis=1)
        for layer in range(sizes["mlp_layers"]):
            h = nn.relu(_dense(p, f"deep.{layer}", h))
        z = _dense(p, "head", mx.concatenate([rows[0] * rows[1], h], axis=1))[:, 0]
        return nn.losses.binary_cross_entropy(z, y, reduction="mean")

    return _training(loss, inputs, ("users", "items", "y"))


def step_towers(inputs, sizes):
    """Train two towers; of their tables as in `step_ncf`."""

    def loss(p, users, items, y):
        ends = []
        for k, read in enumerate((users, items)):
            h = p[f"table.{k}"][read]
            for layer in range(sizes["mlp_layers"] + 1):
                h = _dense(p, f"tower.{k}.{layer}", nn.relu(h) if layer else h)
            ends.append(h)
        return nn.losses.cross_entropy(ends[0] @ ends[1].T, y, reduction="mean")

    return _training(loss, inputs, ("users", "items", "y"))


def step_policy(inputs, sizes):
    """Act by a call for each observation, then learn by another."""
    depth, world = sizes["mlp_layers"], inputs["world"]

    def policy(p, h):
        for layer in range(depth + 1):
            h = _dense(p, f"policy.{layer}", nn.relu(h) if layer else h)
        return h

    def loss(p, x, y, advantage):
        return (advantage * nn.losses.cross_entropy(policy(p, x), y)).mean()

    choose = _framework.compiled(lambda p, observation: policy(p, observation)[0].argmax())
    state, learn, learned = _training(loss, inputs, ("x", "y", "advantage"))

    def step(state):
        trained, row, actions = state[0], state[1], []
        for _ in range(sizes["acts"]):
            actions.append(choose(trained.held["params"], mx.array(world[row : row + 1])).item())
            row = (row + 1 + actions[-1]) % len(world)
        return learn(trained), row, actions

    return (state, 0, ()), step, lambda state: [*learned(state[0]), state[2]]


def step_pinn(inputs, sizes):
    """Fit a network to a differential equation: derivatives forward, gradient backward."""
    depth, order = sizes["mlp_layers"], sizes["derivative_order"]
    directions = [mx.broadcast_to(mx.array(unit), inputs["x"].shape) for unit in np.eye(2, dtype=np.float32)]

    def field(p, h):
        for layer in range(depth + 1):
            h = _dense(p, f"field.{layer}", mx.tanh(h) if layer else h)
        return h[:, 0]

    def along(function, direction):
        return lambda x: mx.jvp(function, [x], [direction])[1][0]

    def loss(p, x, edge, y):
        total = 0
        for direction, times in zip(directions, (1, order)):  # noqa: B905 - `strict` came with Python 3.10
            derivative = functools.partial(field, p)
            for _ in range(times):
                derivative = along(derivative, direction)
            total = total + derivative(x)
        return mx.square(mx.concatenate([total, field(p, edge)]) - y).mean()

    return _training(loss, inputs, ("x", "edge", "y"))


def step_ode(inputs, sizes):
    """Train through a solver; its loop is Python's, also where it is compiled."""
    steps = sizes["solver_steps"]

    def loss(p, x, y):
        def field(h):
            for layer in range(sizes["mlp_layers"] + 1):
                h = _dense(p, f"field.{layer}", mx.tanh(h) if layer else h)
            return h

        h, dt = x, 1 / steps
        for _ in range(steps):
            one = field(h)
            two = field(h + dt / 2 * one)
            three = field(h + dt / 2 * two)
            four = field(h + dt * three)
            h = h + dt / 6 * (one + 2 * two + 2 * three + four)
        return mx.square(h - y).mean()

    return _training(loss, inputs, ("x", "y"))


def _training(loss, inputs, names, running=None):
    """Train by MLX's own optimiser; `running` is what the loss changes besides.

    The batch is brought from the host in every step, as a loop over a loader does.
    """
    about = inputs["optimiser"]
    params = _parameters(inputs["params"])
    host = [inputs[name] for name in names]
    change = {"adam": _adam, "adamw": _adamw, "momentum": _momentum}[about["name"]](about)
    change.init(params)
    moments = {name: change.state[name] for name in params}
    held = {"params": params, "moments": moments, "running": running or {}}
    changed = [held, change.state]
    differentiated = mx.value_and_grad(loss)

    def update(*batch):
        value, gradient = differentiated(held["params"], *batch)
        if "clip" in about:
            gradient, _ = optimizers.clip_grad_norm(gradient, about["clip"])
        held["params"] = change.apply_gradients(gradient, held["params"])
        return value

    def step(state):  # noqa: ARG001 - the state is held
        batch = [*map(mx.array, host)]
        value = update(*batch)
        mx.eval(value, changed)
        return _Trained(value, held, batch[0])

    def outputs(state):
        adaptive = about["name"] in {"adam", "adamw"}
        first = [moments[name]["m"] for name in inputs["params"]] if adaptive else []
        found = [*(held["params"][name] for name in inputs["params"]), *first]
        return [state.value, *(array.transpose(1, 2, 3, 0) if array.ndim == 4 else array for array in found)]

    update = _framework.compiled(update, inputs=changed, outputs=changed)
    return _Trained(None, held, mx.array(host[0])), step, outputs


def _classifying(network, inputs, statistics=None):
    """Classify by a network of what is held: parameters, and what training has left besides.

    Images come from the host, where the logits go: the next images differ by the first of them.
    """
    held = {"params": _parameters(inputs["params"]), "statistics": statistics or {}}
    x, classify = inputs["x"].copy(), _framework.compiled(lambda x: network(held, x), inputs=held)

    def step(state):
        x.flat[0] = inputs["x"].flat[0] + state.value.flat[0]
        image = mx.array(x)
        return _Trained(np.array(classify(image)), held, image)

    return _Trained(np.zeros(1, np.float32), held, mx.array(x)), step, lambda state: [state.value]


def _adam(about, make=optimizers.Adam):
    betas = [about["beta1"], about["beta2"]]
    return make(about["rate"], betas=betas, eps=about["epsilon"], bias_correction=True)


def _adamw(about):
    return _adam(about, functools.partial(optimizers.AdamW, weight_decay=about["decay"]))


def _momentum(about):
    return optimizers.SGD(about["rate"], momentum=about["momentum"])


def _block(p, layer, h, heads, attend):
    """Normalise first, attend, normalise, and two dense layers, or three where one is a gate."""
    z = _norm(p, f"{layer}.norm1", h)
    if f"{layer}.packed.kernel" in p:
        parts = mx.split(_dense(p, f"{layer}.packed", z), 3, axis=-1)
    else:
        parts = [_dense(p, f"{layer}.{name}", z) for name in ("query", "key", "value")]
    y = attend(*(_split(part, heads) for part in parts))
    h = h + _dense(p, f"{layer}.out", y.transpose(0, 2, 1, 3).reshape(h.shape))
    z = _norm(p, f"{layer}.norm2", h)
    up = _dense(p, f"{layer}.up", z)
    z = nn.silu(_dense(p, f"{layer}.gate", z)) * up if f"{layer}.gate" in p else nn.gelu(up)
    return h + _dense(p, f"{layer}.down", z)


def _turned(z, place):
    """Turn the halves of each head, of arrays that are (example, head, place, half); `place` is that of the first."""
    return mx.fast.rope(z, z.shape[-1], traditional=False, base=10_000, scale=1.0, offset=place)


def _split(z, heads):
    return z.reshape(*z.shape[:2], heads, -1).transpose(0, 2, 1, 3)


def _vision(p, x, sizes):
    """Cut an image into patches, and take them through the blocks."""
    patch, side, width = sizes["patch"], sizes["image"] // sizes["patch"], sizes["width"] // sizes["heads"]
    attend = functools.partial(mx.fast.scaled_dot_product_attention, scale=width**-0.5)
    h = mx.conv2d(x, p["patches.filter"], patch) + p["patches.bias"]
    h = h.reshape(len(x), side * side, -1) + p["positions"]
    for layer in range(sizes["layers"]):
        h = _block(p, layer, h, sizes["heads"], attend)
    return _dense(p, "head", _norm(p, "norm", h).mean(axis=1))


def _resnet(p, h, layers, normalise):
    def convolved(name, h, stride=1):
        kernel = p[f"{name}.filter"]
        h = mx.conv2d(h, kernel, stride, kernel.shape[1] // 2)
        return p[f"{name}.scale"] * normalise(h, name) + p[f"{name}.shift"]

    stem, *blocks = layers
    h = nn.relu(convolved("stem", h, stem["stride"]))
    if stem["pool"]:
        h = nn.MaxPool2d(3, stride=2, padding=1)(h)
    for block in blocks:
        z = h
        for name in block["convolutions"]:
            z = convolved(name, z, block["stride"] if name == block["strided"] else 1)
            z = z if name == block["convolutions"][-1] else nn.relu(z)
        h = nn.relu(z + (convolved(block["skip"], h, block["stride"]) if block["skip"] else h))
    return _dense(p, "head", h.mean(axis=(1, 2)))


def _parameters(params):
    """Bring parameters to MLX, which keeps the outputs of a filter first."""
    return {name: mx.array(array.transpose(3, 0, 1, 2) if array.ndim == 4 else array) for name, array in params.items()}


def _dense(p, name, x):
    """Apply a dense layer; what has the name itself is a matrix without a bias."""
    if name in p:
        return x @ p[name]
    return mx.addmm(p[f"{name}.bias"], x, p[f"{name}.kernel"])


def _norm(p, name, x):
    """Normalise every row; without a bias, by the root of its mean square."""
    if f"{name}.bias" in p:
        return mx.fast.layer_norm(x, p[f"{name}.scale"], p[f"{name}.bias"], 1e-5)
    return mx.fast.rms_norm(x, p[f"{name}.scale"], 1e-5)
