"""The models in JAX: functions over trees of weights; `jax.jit` compiles a step, which overwrites what it is given."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import count, repeat
from operator import itemgetter
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

Built = tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]
Optimiser = tuple[Callable[[Any], Any], Callable[[Any, Any, Any], Any]]
"""What makes its memory of weights; what takes weights, gradients and memory, and gives weights and memory."""


class _Trained(NamedTuple):
    """Where training stands; the next step takes the buffers over."""

    carried: Any
    turn: int = 0
    loss: Any = None
    image: Any = None


class _Answered(NamedTuple):
    """What inference has brought back."""

    weights: Any
    turn: int = 0
    results: Any = None
    image: Any = None


class _Moments(NamedTuple):
    """What Adam remembers."""

    first: Any
    second: Any
    count: Any


def use(framework: Any) -> None:
    """Take nothing: `start` of the framework's first file has chosen the device for the whole process."""


def gpt_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    def loss(weights: Any, _: None, batch: Any) -> Any:
        h = weights["tokens"][batch["x"]] + weights["positions"]
        for block in weights["blocks"]:
            q, k, v = _part(block, _norm(block["norm1"], h), sizes["heads"])
            h = h + _join(block, jax.nn.dot_product_attention(q, k, v, is_causal=True))
            h = h + _mix(block, _norm(block["norm2"], h))
        return _cross_entropy(_norm(weights["norm"], h) @ weights["tokens"].T, batch["y"]), None

    weights = _gpt(inputs["seed"], sizes, sizes["sequence"])
    return _training(inputs, weights, loss, _clipped(1.0, _adam(1e-3, betas=(0.9, 0.95), decay=0.1)))


def bert_finetune(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    def logits(weights: Any, h: Any, drop: Iterator[Any]) -> Any:
        h = next(drop)(jax.nn.relu(_dense(weights["dense"], h[:, 0])))
        return _dense(weights["head"], h)

    return _encoding(inputs, sizes, logits, {"dense": sizes["width"], "head": 2})


def tagger_train(inputs: dict[str, Any], sizes: dict[str, int], tags: int = 9) -> Built:
    def logits(weights: Any, h: Any, drop: Iterator[Any]) -> Any:
        return _dense(weights["head"], next(drop)(h))

    return _encoding(inputs, sizes, logits, {"head": tags})


def _encoding(inputs: dict[str, Any], sizes: dict[str, int], logits: Any, after: dict[str, int]) -> Built:
    """Train an encoder below dense layers of these widths, from which the logits come."""
    width, heads = sizes["width"], sizes["heads"]
    keys = _keys(inputs["seed"])

    def dropout(key: Any, x: Any, rate: float = 0.1) -> Any:
        return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)

    def loss(weights: Any, key: Any, batch: Any) -> Any:
        following, *each = jax.random.split(key, 3 + 2 * len(weights["blocks"]))
        drop = (partial(dropout, key) for key in each)
        h = next(drop)(_norm(weights["norm"], weights["tokens"][batch["x"]] + weights["positions"]))
        visible = batch["mask"][:, None, None, :]
        for block in weights["blocks"]:
            q, k, v = (_split(_dense(block[name], h), heads) for name in ("query", "key", "value"))
            attended = _join(block, jax.nn.dot_product_attention(q, k, v, mask=visible))
            h = _norm(block["norm1"], h + next(drop)(attended))
            h = _norm(block["norm2"], h + next(drop)(_mix(block, h)))
        return _cross_entropy(logits(weights, h, drop), batch["y"]), following

    def dense(before: int, after: int) -> Any:
        return _layer(keys, before, after, jax.nn.initializers.normal(0.02))

    def block() -> Any:
        inner = {name: dense(width, width) for name in ("query", "key", "value", "outward")}
        norms = {name: _scales(width) for name in ("norm1", "norm2")}
        return {**inner, "up": dense(width, 4 * width), "down": dense(4 * width, width), **norms}

    weights = {
        "tokens": 0.02 * jax.random.normal(next(keys), (sizes["vocabulary"], width)),
        "positions": 0.02 * jax.random.normal(next(keys), (sizes["sequence"], width)),
        "norm": _scales(width),
        "blocks": [block() for _ in range(sizes["layers"])],
        **{name: dense(width, units) for name, units in after.items()},
    }
    key = jax.random.PRNGKey(inputs["seed"])
    return _training(inputs, weights, loss, _clipped(1.0, _adam(5e-5, decay=0.01)), key)


def gpt_generate(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    def scores(weights: Any, x: Any, places: Any, attends: list[Any]) -> Any:
        h = weights["tokens"][x] + weights["positions"][places]
        for block, attend in zip(weights["blocks"], attends):  # noqa: B905 - Python 3.9
            h = h + _join(block, attend(*_part(block, _norm(block["norm1"], h), sizes["heads"])))
            h = h + _mix(block, _norm(block["norm2"], h))
        return _norm(weights["norm"], h[:, -1]) @ weights["tokens"].T

    weights = _gpt(inputs["seed"], sizes, sizes["sequence"] + sizes["new_tokens"])
    return _generating(inputs, sizes, weights, scores)


def _generating(
    inputs: dict[str, Any], sizes: dict[str, int], weights: Any, scores: Any, *, shown: bool = False
) -> Built:
    """Take the likeliest token every time; where they are shown, each is on the host before the next.

    The scores are of weights, tokens, their places, and for each block what attends from its cache. Beside the usual
    sizes there may be a `group`: how many heads of queries share one of keys and values.
    """
    batch, heads, length = sizes["batch"], sizes["heads"], sizes["sequence"] + sizes["new_tokens"]

    def forward(weights: Any, cache: Any, place: Any, x: Any) -> Any:
        places, cached = place + jnp.arange(x.shape[1]), []
        visible = jnp.arange(length) <= places[:, None]

        def attend(keys: Any, values: Any, q: Any, k: Any, v: Any) -> Any:
            keys = lax.dynamic_update_slice_in_dim(keys, k, place, axis=1)
            values = lax.dynamic_update_slice_in_dim(values, v, place, axis=1)
            cached.append((keys, values))
            return jax.nn.dot_product_attention(q, keys, values, mask=visible)

        logits = scores(weights, x, places, [partial(attend, *kept) for kept in cache])
        return cached, places[-1] + 1, logits, jnp.argmax(logits, axis=-1, keepdims=True)

    @jax.jit
    def begin(weights: Any, x: Any) -> Any:
        empty = jnp.zeros((batch, length, heads // sizes.get("group", 1), sizes["width"] // heads))
        return forward(weights, [(empty, empty)] * sizes["layers"], 0, x)

    proceed = jax.jit(forward, donate_argnums=1)

    def step(state: _Answered) -> _Answered:
        cache, place, logits, token = begin(state.weights, _batch(inputs, state.turn)["x"])
        tokens = [jax.device_get(token) if shown else token]
        for _ in range(sizes["new_tokens"] - 1):
            cache, place, logits, token = proceed(state.weights, cache, place, token)
            tokens.append(jax.device_get(token) if shown else token)
        logits, tokens = jax.device_get((logits, tokens))
        return _Answered(state.weights, state.turn + 1, [logits, np.concatenate(tokens, axis=1)])

    return _Answered(weights), step, _results


def _gpt(seed: int, sizes: dict[str, int], length: int) -> Any:
    keys, width, layers = _keys(seed), sizes["width"], sizes["layers"]
    return {
        "tokens": 0.02 * jax.random.normal(next(keys), (sizes["vocabulary"], width)),
        "positions": 0.02 * jax.random.normal(next(keys), (length, width)),
        "blocks": [_block(keys, width, 0.02 / math.sqrt(2 * layers), bias=False) for _ in range(layers)],
        "norm": _scales(width, bias=False),
    }


def _block(keys: Iterator[Any], width: int, back: float, *, bias: bool) -> Any:
    normal = jax.nn.initializers.normal
    return {
        "norm1": _scales(width, bias=bias),
        "inward": _layer(keys, width, 3 * width, normal(0.02), bias=bias),
        "outward": _layer(keys, width, width, normal(back), bias=bias),
        "norm2": _scales(width, bias=bias),
        "up": _layer(keys, width, 4 * width, normal(0.02), bias=bias),
        "down": _layer(keys, 4 * width, width, normal(back), bias=bias),
    }


def _part(block: Any, x: Any, heads: int) -> list[Any]:
    return [_split(part, heads) for part in jnp.split(_dense(block["inward"], x), 3, axis=-1)]


def _split(x: Any, heads: int) -> Any:
    return x.reshape(*x.shape[:-1], heads, -1)


def _join(block: Any, y: Any) -> Any:
    return _dense(block["outward"], y.reshape(*y.shape[:-2], -1))


def _mix(block: Any, x: Any) -> Any:
    return _dense(block["down"], jax.nn.gelu(_dense(block["up"], x), approximate=False))


def resnet_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    def loss(weights: Any, means: Any, batch: Any) -> Any:
        h, stem = _convolve(weights["stem"], means["stem"], batch["x"], training=True)
        logits, means = _stages(weights, means, jax.nn.relu(h), training=True)
        return _cross_entropy(logits, batch["y"]), {**means, "stem": stem}

    weights, means = _resnet(inputs["seed"], [3, 3, 3], sizes["width"], [(sizes["depth"] - 2) // 6] * 3, 10)
    return _training(inputs, weights, loss, _sgd(0.05, momentum=0.9, decay=5e-4), means)


def resnet_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    blocks = {18: [2, 2, 2, 2], 34: [3, 4, 6, 3]}[sizes["depth"]]
    return _classifying(inputs, _resnet(inputs["seed"], [7, 3, 3], sizes["width"], blocks, 1000), _resnet_scores)


def _resnet_scores(network: Any, x: Any) -> Any:
    weights, means = network
    h, _ = _convolve(weights["stem"], means["stem"], x, stride=2)
    h = lax.reduce_window(jax.nn.relu(h), -jnp.inf, lax.max, (1, 3, 3, 1), (1, 2, 2, 1), _padding(0, 1, 1, 0))
    return _stages(weights, means, h)[0]


def _resnet(seed: int, kernels: list[int], width: int, blocks: list[int], classes: int) -> tuple[Any, Any]:
    """Draw weights, and make the running means and variances, in a tree of the same form.

    The kernels are those of the stem and of a block: of three, the last has four times the channels of the others.
    """
    stem, *each = kernels
    keys = _keys(seed)
    draw = jax.nn.initializers.variance_scaling(2.0, "fan_out", "normal")

    def convolution(size: int, before: int, after: int) -> tuple[Any, Any]:
        kernel = draw(next(keys), (size, size, before, after))
        return {"kernel": kernel, **_scales(after)}, {"mean": jnp.zeros(after), "variance": jnp.ones(after)}

    network: dict[str, Any] = {"stem": convolution(stem, 3, width), "blocks": []}
    before = width
    for stage, number in enumerate(blocks):
        after = (width << stage) * (4 if len(each) == 3 else 1)
        for _ in range(number):
            channels = [before, *[width << stage] * (len(each) - 1), after]
            block = {f"conv{n + 1}": convolution(size, *channels[n : n + 2]) for n, size in enumerate(each)}
            if before != after:
                block["shortcut"] = convolution(1, before, after)
            network["blocks"].append(block)
            before = after
    weights, means = (jax.tree.map(itemgetter(part), network, is_leaf=_is_pair) for part in range(2))
    return {**weights, "head": _layer(keys, before, classes)}, means


def _is_pair(node: Any) -> bool:
    return isinstance(node, tuple)


def _stages(weights: Any, means: Any, h: Any, *, training: bool = False) -> tuple[Any, Any]:
    seen = []
    for number, (block, mean) in enumerate(zip(weights["blocks"], means["blocks"])):  # noqa: B905 - Python 3.9
        stride, y, now = (2 if number and "shortcut" in block else 1), h, {}  # the first may widen, but never halves
        strides = {"conv1": 1, "conv2": stride, "conv3": 1} if "conv3" in block else {"conv1": stride, "conv2": 1}
        for name, step in strides.items():
            y = y if name == "conv1" else jax.nn.relu(y)
            y, now[name] = _convolve(block[name], mean[name], y, step, training=training)
        if "shortcut" in block:
            h, now["shortcut"] = _convolve(block["shortcut"], mean["shortcut"], h, stride, training=training)
        h = jax.nn.relu(y + h)
        seen.append(now)
    return _dense(weights["head"], h.mean(axis=(1, 2))), {**means, "blocks": seen}


def _convolve(weights: Any, means: Any, x: Any, stride: int = 1, *, training: bool = False) -> tuple[Any, Any]:
    """Convolve and normalise."""
    pad, order = weights["kernel"].shape[0] // 2, ("NHWC", "HWIO", "NHWC")
    y = lax.conv_general_dilated(x, weights["kernel"], (stride, stride), _padding(pad, pad), dimension_numbers=order)
    now = means
    if training:
        now = {"mean": y.mean(axis=(0, 1, 2)), "variance": y.var(axis=(0, 1, 2))}
        means = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * lax.stop_gradient(new), means, now)
    scale = weights["scale"] * lax.rsqrt(now["variance"] + 1e-5)
    return (y - now["mean"]) * scale + weights["shift"], means


def _padding(*each: int) -> list[tuple[int, int]]:
    return [(pad, pad) for pad in each]


def vit_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    return _classifying(inputs, *_vit(inputs["seed"], sizes, sizes["image"] // 16, 1000))


def _vit(seed: int, sizes: dict[str, int], side: int, classes: int) -> tuple[Any, Any]:
    """Draw weights, and make what computes with them, for so many patches a side."""
    keys, width, patch = _keys(seed), sizes["width"], sizes["image"] // side
    normal = jax.nn.initializers.normal(0.02)

    def scores(weights: Any, x: Any) -> Any:
        patches = x.reshape(-1, side, patch, side, patch, 3).swapaxes(2, 3).reshape(len(x), side**2, -1)
        h = _dense(weights["patches"], patches)
        h = jnp.concatenate([jnp.broadcast_to(weights["token"], (len(h), 1, width)), h], axis=1) + weights["positions"]
        for block in weights["blocks"]:
            q, k, v = _part(block, _norm(block["norm1"], h), sizes["heads"])
            h = h + _join(block, jax.nn.dot_product_attention(q, k, v))
            h = h + _mix(block, _norm(block["norm2"], h))
        return _dense(weights["head"], _norm(weights["norm"], h[:, 0]))

    weights = {
        "patches": _layer(keys, 3 * patch**2, width, normal),
        "token": jnp.zeros(width),
        "positions": 0.02 * jax.random.normal(next(keys), (side**2 + 1, width)),
        "blocks": [_block(keys, width, 0.02, bias=True) for _ in range(sizes["layers"])],
        "norm": _scales(width),
        "head": _layer(keys, width, classes, normal),
    }
    return weights, scores


def dlrm_train(inputs: dict[str, Any], sizes: dict[str, int], features: int = 13, rate: float = 0.1) -> Built:
    keys, tables, rows, dim = _keys(inputs["seed"]), sizes["tables"], sizes["table_rows"], sizes["embedding_dim"]
    hidden, pairs = [sizes["mlp_width"]] * sizes["mlp_layers"], np.tril_indices(tables + 1, -1)

    def loss(weights: Any, picked: Any, batch: Any) -> Any:
        first = jax.nn.relu(_mlp(weights["bottom"], batch["numbers"], jax.nn.relu))
        vectors = jnp.concatenate([first[:, None], picked], axis=1)
        products = (vectors @ vectors.swapaxes(1, 2))[:, pairs[0], pairs[1]]
        logits = _mlp(weights["top"], jnp.concatenate([first, products], axis=1), jax.nn.relu)
        return _binary_cross_entropy(logits[:, 0], batch["y"])

    def train(carried: Any, batch: Any) -> Any:
        weights, table = carried
        places = batch["picks"] + rows * jnp.arange(tables)
        # By the rows that were picked, not by the table: its gradient would be as large as itself.
        value, (gradients, steep) = jax.value_and_grad(loss, argnums=(0, 1))(weights, table[places], batch)
        weights = jax.tree.map(lambda weight, gradient: weight - rate * gradient, weights, gradients)
        return (weights, table.at[places].add(-rate * steep)), value

    weights = {
        "bottom": _layers(keys, [features, *hidden, dim]),
        "top": _layers(keys, [dim + len(pairs[0]), *hidden, 1]),
    }
    table = jax.random.uniform(next(keys), (tables * rows, dim), minval=-(rows**-0.5), maxval=rows**-0.5)
    return _running(lambda state: _batch(inputs, state.turn), train, (weights, table))


def ncf_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keys, rows, dim = _keys(inputs["seed"]), sizes["table_rows"], sizes["embedding_dim"]
    widths = [2 * dim, *(sizes["mlp_width"] >> layer for layer in range(sizes["mlp_layers"]))]

    def loss(weights: Any, _: None, batch: Any) -> Any:
        user1, user2 = (table[batch["users"]] for table in weights["users"])
        item1, item2 = (table[batch["items"]] for table in weights["items"])
        deep = jax.nn.relu(_mlp(weights["deep"], jnp.concatenate([user2, item2], axis=1), jax.nn.relu))
        logits = _dense(weights["head"], jnp.concatenate([user1 * item1, deep], axis=1))
        return _binary_cross_entropy(logits[:, 0], batch["y"]), None

    def table() -> Any:
        return 0.01 * jax.random.normal(next(keys), (rows, dim))

    weights = {
        "users": (table(), table()),
        "items": (table(), table()),
        "deep": _layers(keys, widths),
        "head": _layer(keys, dim + widths[-1], 1),
    }
    return _training(inputs, weights, loss, _adam(1e-3))


def dqn_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    weights = _layers(
        _keys(inputs["seed"]), [sizes["width"], *[sizes["mlp_width"]] * sizes["mlp_layers"], sizes["width"] // 2]
    )
    replay = {name: array.copy() for name, array in inputs["replay"].items()}
    capacity = len(replay["action"])
    begin, update = _adam(1e-3)
    values = partial(_mlp, activation=jax.nn.relu)

    @jax.jit
    def best(weights: Any, seen: Any) -> Any:
        return jnp.argmax(values(weights, seen))

    def loss(weights: Any, target: Any, batch: Any) -> Any:
        later = values(target, batch["next"]).max(axis=1)
        wanted = batch["reward"] + 0.99 * (1 - batch["ended"]) * later
        taken = jnp.take_along_axis(values(weights, batch["seen"]), batch["action"][:, None], axis=1)[:, 0]
        distance = jnp.abs(taken - wanted)
        near = jnp.minimum(distance, 1)
        return (near**2 / 2 + distance - near).mean()

    @partial(jax.jit, donate_argnums=0)
    def learn(carried: Any, batch: Any) -> Any:
        weights, target, moments = carried
        value, gradients = jax.value_and_grad(loss)(weights, target, batch)
        weights, moments = update(weights, gradients, moments)
        target = jax.tree.map(lambda slow, quick: slow + 0.005 * (quick - slow), target, weights)
        return (weights, target, moments), value

    def act(weights: Any, batch: dict[str, Any], turn: int) -> None:
        for number, (explores, random) in enumerate(zip(batch["explores"], batch["random"])):  # noqa: B905 - Python 3.9
            seen = batch["seen"][number]
            action = random if explores else int(best(weights, seen))
            place = (turn * len(batch["random"]) + number) % capacity
            replay["seen"][place], replay["next"][place] = seen, batch["seen"][number + 1]
            replay["action"][place], replay["reward"][place], replay["ended"][place] = action, 1, 0

    def step(state: _Trained) -> _Trained:
        batch = inputs["batches"][state.turn % len(inputs["batches"])]
        act(state.carried[0], batch, state.turn)
        carried, value = learn(state.carried, {name: array[batch["rows"]] for name, array in replay.items()})
        return _Trained(carried, state.turn + 1, value)

    return _Trained((weights, jax.tree.map(jnp.copy, weights), begin(weights))), step, _loss


def pinn_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    def residual(u: Any, t: Any, x: Any) -> Any:
        along = partial(u, t)
        left = _slope(lambda t: u(t, x), t) + u(t, x) * _slope(along, x)
        return left - 0.01 * _slope(along, x, sizes["derivative_order"])

    return _physics(inputs, sizes, 2, residual)


def _slope(function: Any, x: Any, order: int = 1) -> Any:
    """Differentiate at every point by the number that belongs to it, forwards."""
    return jax.jvp(partial(_slope, function, order=order - 1), (x,), (jnp.ones_like(x),))[1] if order else function(x)


def _physics(inputs: dict[str, Any], sizes: dict[str, int], numbers: int, residual: Any) -> Built:
    widths = [numbers, *[sizes["mlp_width"]] * sizes["mlp_layers"], 1]

    def loss(weights: Any, _: None, batch: Any) -> Any:
        def u(*columns: Any) -> Any:
            return _mlp(weights, jnp.concatenate(columns, axis=1), jnp.tanh)

        inner = residual(u, *jnp.split(batch["inside"], numbers, axis=1))
        edge = _mlp(weights, batch["edge"], jnp.tanh) - batch["value"]
        return (inner**2).mean() + (edge**2).mean(), None

    weights = _layers(_keys(inputs["seed"]), widths, jax.nn.initializers.glorot_normal())
    return _training(inputs, weights, loss, _adam(1e-3))


def ode_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    size = 1 / sizes["solver_steps"]

    def loss(weights: Any, _: None, batch: Any) -> Any:
        f = partial(_mlp, weights, activation=jnp.tanh)

        def advance(y: Any, _: None) -> Any:
            k1 = f(y)
            k2 = f(y + size / 2 * k1)
            k3 = f(y + size / 2 * k2)
            k4 = f(y + size * k3)
            y = y + size / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            return y, y

        _, path = lax.scan(advance, batch["start"], length=sizes["solver_steps"])
        return ((path - batch["path"]) ** 2).mean(), None

    widths = [sizes["width"], *[sizes["mlp_width"]] * sizes["mlp_layers"], sizes["width"]]
    return _training(inputs, _layers(_keys(inputs["seed"]), widths), loss, _adam(1e-3))


def llama_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    def loss(weights: Any, _: None, batch: Any) -> Any:
        attends = repeat(partial(jax.nn.dot_product_attention, is_causal=True))
        h = _llama_states(weights, batch["x"], jnp.arange(sizes["sequence"]), attends, sizes["heads"])
        return _cross_entropy(_dense(weights["head"], _root_norm(weights["norm"], h)), batch["y"]), None

    optimiser = _clipped(1.0, _adam(3e-4, betas=(0.9, 0.95), decay=0.1))
    return _training(inputs, _llama(inputs["seed"], sizes), loss, optimiser)


def llama_chat(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    def scores(weights: Any, x: Any, places: Any, attends: list[Any]) -> Any:
        h = _llama_states(weights, x, places, attends, sizes["heads"])
        return _dense(weights["head"], _root_norm(weights["norm"], h[:, -1]))

    return _generating(inputs, sizes, _llama(inputs["seed"], sizes), scores, shown=True)


def _llama(seed: int, sizes: dict[str, int]) -> Any:
    keys, width, normal = _keys(seed), sizes["width"], jax.nn.initializers.normal(0.02)
    hidden = 32 * math.ceil(width / 12)  # 8 / 3 of the width, rounded up
    return {
        "tokens": normal(next(keys), (sizes["vocabulary"], width)),
        "blocks": [_gated_block(keys, width, width, hidden) for _ in range(sizes["layers"])],
        "norm": _scales(width, bias=False),
        "head": _layer(keys, width, sizes["vocabulary"], normal, bias=False),
    }


def _gated_block(keys: Iterator[Any], width: int, kept: int, hidden: int) -> Any:
    """Draw a block, whose keys and values may be narrower than its queries."""
    widths = {"query": (width, width), "key": (width, kept), "value": (width, kept), "outward": (width, width)}
    widths |= {"gate": (width, hidden), "up": (width, hidden), "down": (hidden, width)}
    normal = jax.nn.initializers.normal(0.02)
    layers = {name: _layer(keys, *each, normal, bias=False) for name, each in widths.items()}
    return {**layers, **{name: _scales(width, bias=False) for name in ("norm1", "norm2")}}


def _llama_states(weights: Any, x: Any, places: Any, attends: Iterable[Any], heads: int) -> Any:
    """Give what the last block does; each block has what attends in it, and may normalise queries and keys."""
    h, width = weights["tokens"][x], weights["tokens"].shape[1] // heads
    angles = places[:, None, None] * 10_000.0 ** -(jnp.arange(0, width, 2) / width)
    turned = partial(_turned, jnp.cos(angles), jnp.sin(angles))
    for block, attend in zip(weights["blocks"], attends):  # noqa: B905 - Python 3.9
        z = _root_norm(block["norm1"], h)
        q, k, v = (_dense(block[name], z) for name in ("query", "key", "value"))
        q, k, v = (part.reshape(*part.shape[:-1], -1, width) for part in (q, k, v))
        if "norm_q" in block:
            q, k = _root_norm(block["norm_q"], q), _root_norm(block["norm_k"], k)
        h = h + _join(block, attend(turned(q), turned(k), v))
        z = _root_norm(block["norm2"], h)
        h = h + _dense(block["down"], jax.nn.silu(_dense(block["gate"], z)) * _dense(block["up"], z))
    return h


def _turned(cos: Any, sin: Any, x: Any) -> Any:
    """Turn pairs of numbers, one from either half."""
    first, second = jnp.split(x, 2, axis=-1)
    return jnp.concatenate([first * cos - second * sin, second * cos + first * sin], axis=-1)


def qwen_finetune(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    places = jnp.arange(sizes["sequence"])

    def loss(weights: Any, _: None, batch: Any) -> Any:
        visible = (places <= places[:, None]) & batch["mask"][:, None, None, :]
        attends = repeat(partial(jax.nn.dot_product_attention, mask=visible))
        h = _llama_states(weights, batch["x"], places, attends, sizes["heads"])
        return _cross_entropy(_qwen_scores(weights, h), batch["y"], where=batch["answer"]), None

    return _training(inputs, _qwen(inputs["seed"], sizes), loss, _clipped(1.0, _adam(2e-5, decay=0.01)))


def qwen_chat(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    def scores(weights: Any, x: Any, places: Any, attends: list[Any]) -> Any:
        return _qwen_scores(weights, _llama_states(weights, x, places, attends, sizes["heads"])[:, -1])

    return _generating(inputs, {**sizes, "group": 2}, _qwen(inputs["seed"], sizes), scores, shown=True)


def _qwen(seed: int, sizes: dict[str, int]) -> Any:
    keys, width = _keys(seed), sizes["width"]

    def block() -> Any:
        norms = {name: _scales(width // sizes["heads"], bias=False) for name in ("norm_q", "norm_k")}
        return {**_gated_block(keys, width, width // 2, 3 * width), **norms}

    return {
        "tokens": 0.02 * jax.random.normal(next(keys), (sizes["vocabulary"], width)),
        "blocks": [block() for _ in range(sizes["layers"])],
        "norm": _scales(width, bias=False),
    }


def _qwen_scores(weights: Any, h: Any) -> Any:
    return _root_norm(weights["norm"], h) @ weights["tokens"].T


def vit_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    weights, scores = _vit(inputs["seed"], sizes, math.isqrt(sizes["sequence"]), 10)

    def loss(weights: Any, _: None, batch: Any) -> Any:
        return _cross_entropy(scores(weights, batch["x"]), batch["y"]), None

    def decays(weights: Any) -> Any:
        return {**_matrices(weights), "positions": False}

    return _training(inputs, weights, loss, _adam(1e-3, decay=0.05, decays=decays))


def bottleneck_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    blocks = {50: [3, 4, 6, 3]}[sizes["depth"]]
    return _classifying(inputs, _resnet(inputs["seed"], [7, 1, 3, 1], sizes["width"], blocks, 1000), _resnet_scores)


def towers_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keys, rows, dim = _keys(inputs["seed"]), sizes["table_rows"], sizes["embedding_dim"]

    def loss(weights: Any, _: None, batch: Any) -> Any:
        def lead(name: str) -> Any:
            return _mlp(weights[name]["tower"], weights[name]["table"][batch[name]], jax.nn.relu)

        users, items = lead("users"), lead("items")
        return _cross_entropy(users @ items.T, jnp.arange(len(users))), None

    def side() -> Any:
        tower = _layers(keys, [dim, *[sizes["mlp_width"]] * sizes["mlp_layers"], dim])
        return {"table": 0.05 * jax.random.normal(next(keys), (rows, dim)), "tower": tower}

    return _training(inputs, {"users": side(), "items": side()}, loss, _adam(1e-3))


def ppo_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keys, inward = _keys(inputs["seed"]), [sizes["width"], *[sizes["mlp_width"]] * sizes["mlp_layers"]]
    weights = {"policy": _layers(keys, [*inward, sizes["width"] // 2]), "value": _layers(keys, [*inward, 1])}
    rollout = {name: array.copy() for name, array in inputs["rollout"].items()}
    capacity = len(rollout["action"])
    begin, update = _clipped(0.5, _adam(3e-4, epsilon=1e-5))

    def judge(weights: Any, seen: Any) -> Any:
        logs = jax.nn.log_softmax(_mlp(weights["policy"], seen, jnp.tanh))
        return logs, _mlp(weights["value"], seen, jnp.tanh)[..., 0]

    def loss(weights: Any, batch: Any) -> Any:
        logs, value = judge(weights, batch["seen"])
        now = jnp.take_along_axis(logs, batch["action"][:, None], axis=1)[:, 0]
        ratio, advantage = jnp.exp(now - batch["chosen"]), batch["advantage"]
        gain = jnp.minimum(ratio * advantage, jnp.clip(ratio, 0.8, 1.2) * advantage).mean()
        entropy = -(jnp.exp(logs) * logs).sum(axis=1).mean()
        return ((value - batch["wanted"]) ** 2).mean() / 2 - gain - 0.01 * entropy

    def train(carried: Any, batch: Any) -> Any:
        weights, moments = carried
        value, gradients = jax.value_and_grad(loss)(weights, batch)
        return update(weights, gradients, moments), value

    judged = jax.jit(judge)

    def act(weights: Any, batch: dict[str, Any], turn: int) -> None:
        for number, (seen, chance) in enumerate(zip(batch["seen"], batch["chance"])):  # noqa: B905 - Python 3.9
            logs, value = jax.device_get(judged(weights, seen))
            action = min(np.searchsorted(np.exp(logs).cumsum(), chance, side="right"), len(logs) - 1)
            place = (turn * len(batch["chance"]) + number) % capacity
            rollout["seen"][place], rollout["action"][place] = seen, action
            rollout["chosen"][place], rollout["value"][place] = logs[action], value

    def experience(state: _Trained) -> Any:
        batch = inputs["batches"][state.turn % len(inputs["batches"])]
        act(state.carried[0], batch, state.turn)
        return {name: array[batch["rows"]] for name, array in rollout.items() if name != "value"}

    return _running(experience, train, (weights, begin(weights)))


def heat_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    def residual(u: Any, t: Any, x: Any, y: Any) -> Any:
        u_xx, u_yy = _slope(lambda x: u(t, x, y), x, 2), _slope(lambda y: u(t, x, y), y, 2)
        return _slope(lambda t: u(t, x, y), t) - 0.1 * (u_xx + u_yy)

    return _physics(inputs, sizes, 3, residual)


def _keys(seed: int) -> Iterator[Any]:
    key = jax.random.key(seed)
    return (jax.random.fold_in(key, number) for number in count())


def _layer(keys: Iterator[Any], before: int, after: int, draw: Any = None, *, bias: bool = True) -> Any:
    draw = draw or jax.nn.initializers.lecun_normal()
    layer = {"kernel": draw(next(keys), (before, after))}
    return {**layer, "bias": jnp.zeros(after)} if bias else layer


def _layers(keys: Iterator[Any], widths: list[int], draw: Any = None) -> list[Any]:
    return [_layer(keys, before, after, draw) for before, after in zip(widths, widths[1:])]  # noqa: B905, RUF007 - Python 3.9


def _scales(width: int, *, bias: bool = True) -> Any:
    return {"scale": jnp.ones(width), "shift": jnp.zeros(width)} if bias else {"scale": jnp.ones(width)}


def _dense(layer: Any, x: Any) -> Any:
    y = x @ layer["kernel"]
    return y + layer["bias"] if "bias" in layer else y


def _mlp(layers: Any, x: Any, activation: Callable[[Any], Any]) -> Any:
    """Join dense layers, with an activation between."""
    *inner, last = layers
    for layer in inner:
        x = activation(_dense(layer, x))
    return _dense(last, x)


def _norm(weights: Any, x: Any) -> Any:
    y = jax.nn.standardize(x, axis=-1, epsilon=1e-5) * weights["scale"]
    return y + weights["shift"] if "shift" in weights else y


def _root_norm(weights: Any, x: Any) -> Any:
    return x * lax.rsqrt((x**2).mean(axis=-1, keepdims=True) + 1e-5) * weights["scale"]


def _cross_entropy(logits: Any, y: Any, where: Any = None) -> Any:
    right = jnp.take_along_axis(logits, y[..., None], axis=-1)[..., 0]
    return (jax.nn.logsumexp(logits, axis=-1) - right).mean(where=where)


def _binary_cross_entropy(logits: Any, y: Any) -> Any:
    return (jax.nn.softplus(logits) - y * logits).mean()


def _matrices(weights: Any) -> Any:
    return jax.tree.map(lambda weight: weight.ndim >= 2, weights)


def _adam(
    rate: float,
    betas: tuple[float, float] = (0.9, 0.999),
    decay: float = 0.0,
    epsilon: float = 1e-8,
    decays: Callable[[Any], Any] = _matrices,
) -> Optimiser:
    """Adam, with decay of the weights where a tree of their form says so."""

    def begin(weights: Any) -> _Moments:
        first, second = (jax.tree.map(jnp.zeros_like, weights) for _ in range(2))
        return _Moments(first, second, jnp.zeros((), jnp.int32))

    def update(weights: Any, gradients: Any, moments: _Moments) -> Any:
        number = moments.count + 1
        first = jax.tree.map(lambda m, g: betas[0] * m + (1 - betas[0]) * g, moments.first, gradients)
        second = jax.tree.map(lambda v, g: betas[1] * v + (1 - betas[1]) * g**2, moments.second, gradients)
        scales = [1 - beta**number for beta in betas]

        def moved(weight: Any, m: Any, v: Any, decaying: Any) -> Any:
            change = m / scales[0] / (jnp.sqrt(v / scales[1]) + epsilon)
            return weight - rate * (change + decay * weight if decaying else change)

        return jax.tree.map(moved, weights, first, second, decays(weights)), _Moments(first, second, number)

    return begin, update


def _clipped(length: float, optimiser: Optimiser) -> Optimiser:
    """Clip the norm of all gradients together, then do as before."""
    begin, update = optimiser

    def clipped(weights: Any, gradients: Any, memory: Any) -> Any:
        norm = jnp.sqrt(sum(jnp.sum(gradient**2) for gradient in jax.tree.leaves(gradients)))
        gradients = jax.tree.map(lambda gradient: gradient * jnp.minimum(1, length / norm), gradients)
        return update(weights, gradients, memory)

    return begin, clipped


def _sgd(rate: float, momentum: float, decay: float) -> Optimiser:
    def update(weights: Any, gradients: Any, speeds: Any) -> Any:
        speeds = jax.tree.map(lambda s, g, w: momentum * s + g + decay * w, speeds, gradients, weights)
        return jax.tree.map(lambda weight, speed: weight - rate * speed, weights, speeds), speeds

    return partial(jax.tree.map, jnp.zeros_like), update


def _training(inputs: dict[str, Any], weights: Any, loss: Any, optimiser: Optimiser, beside: Any = None) -> Built:
    """Train by a loss that takes, and gives anew, what is carried from step to step beside the weights."""
    begin, update = optimiser

    def train(carried: Any, batch: Any) -> Any:
        weights, memory, beside = carried
        (value, beside), gradients = jax.value_and_grad(loss, has_aux=True)(weights, beside, batch)
        return (*update(weights, gradients, memory), beside), value

    return _running(lambda state: _batch(inputs, state.turn), train, (weights, begin(weights), beside))


def _running(bring: Callable[[_Trained], Any], train: Any, carried: Any) -> Built:
    compiled = jax.jit(train, donate_argnums=0)

    def step(state: _Trained) -> _Trained:
        batch = bring(state)
        carried, value = compiled(state.carried, batch)
        return _Trained(carried, state.turn + 1, value, _image(batch))

    return _Trained(carried), step, _loss


def _classifying(inputs: dict[str, Any], weights: Any, scores: Any) -> Built:
    compiled = jax.jit(scores)

    def step(state: _Answered) -> _Answered:
        batch = _batch(inputs, state.turn)
        logits = jax.device_get(compiled(state.weights, batch["x"]))
        return _Answered(state.weights, state.turn + 1, [logits], _image(batch))

    return _Answered(weights), step, _results


def _batch(inputs: dict[str, Any], turn: int) -> Any:
    """Bring over the batch whose turn it is; JAX makes int32 of int64."""
    batches = inputs["batches"]
    return jax.device_put(batches[turn % len(batches)])


def _image(batch: Any) -> Any:
    x = batch.get("x")
    return x if x is not None and x.ndim == 4 else None


def _loss(state: _Trained) -> list[Any]:
    return [] if state.loss is None else [jax.device_get(state.loss)]


def _results(state: _Answered) -> Any:
    return state.results
