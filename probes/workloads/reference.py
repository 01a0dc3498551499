"""The mathematics of whole models: inputs, operations counted, and the float64 answer each is held against.

One function for each model, named like it, from sizes and a seed to a `Problem`; its docstring is what every framework
computes. Arrays are laid out as in the reference of single operations, whose tools it uses.

A model that is trained or classifies takes its batch from the host in every step, as a loop over a loader does: the
same one each time, but for one number of it where it classifies. One that is trained takes one step of its optimiser a
call, and returns the loss before the step, the parameters after it in the order of `params` and, where the optimiser is
`adam` or `adamw`, the first moments in the same order. There is no backward pass in NumPy: what the optimiser did tells
the gradient that a framework computed, and its slope along a direction has to be that of the float64 loss, by central
differences.
"""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path

import numpy as np


def _beside(path):
    """Load a file by its path: no folder of probes is a package."""
    spec = importlib.util.spec_from_file_location(f"advisor_probe_{path.stem}_of_operations", path)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ops = _beside(Path(__file__).resolve().parents[1] / "reference.py")

ADAMW = {"name": "adamw", "rate": 1e-3, "decay": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
"""The same decay for every parameter; the estimates of both moments are corrected for their start at zero."""
CLIPPED = {**ADAMW, "clip": 1.0}
"""The gradients of all parameters are scaled down together, before, to this length where theirs is more."""
ADAM = {"name": "adam", "rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
"""The same without decay."""
MOMENTUM = {"name": "momentum", "rate": 0.05, "momentum": 0.9}
"""`v` becomes `momentum * v + gradient`, and the parameter loses `rate * v`."""
SGD = {"name": "sgd", "rate": 0.05}
STATISTICS = 1e-5
"""Added to a variance before its root is taken, in batch and layer normalisation."""
LARGE_IMAGE = 64
"""From this width on images enter a residual network by a 7 by 7 convolution and a pooling, each by steps of two."""


def step_transformer(sizes, seed):
    """Train a language model by AdamW, with gradients clipped: built like Llama (Touvron et al. 2023), as most are.

    Embeddings of `tokens`, then the blocks. A block normalises first, by the root of the mean square; attention is
    causal. Matrices `query`, `key` and `value` (width, width), in each of which the heads lie side by side, and another
    is `out`. Queries and keys are turned by their position (Su et al. 2021): with `turns`, a cosine and a sine for each
    (sequence, width of a head), the halves `a` and `b` of a head become `(a, b) cos + (-b, a) sin`. Then `down` of
    `silu(gate)` times `up`, each `_hidden` wide. After the last block `norm` and `head`. Nothing has a bias. The loss
    is the mean cross entropy over every position of `y`.
    """
    draw, width, length = ops.Draw(seed), sizes["width"], sizes["sequence"]
    params = _language_model(draw, sizes)
    x = draw.labels(sizes["vocabulary"], sizes["batch"], length)
    y = draw.labels(sizes["vocabulary"], sizes["batch"], length)
    flops = 6.0 * x.size * _weights(params) + sizes["layers"] * 6.0 * x.size * length * width

    def loss(p):
        return _cross_entropy(_language(p, x, sizes), y)

    return _training(loss, params, {"x": x, "y": y, "turns": _turns(sizes, length)}, CLIPPED, flops, draw)


def step_encoder(sizes, seed):
    """Train an encoder to tell kinds of text apart, by AdamW with gradients clipped.

    Embeddings of `tokens` and `positions` are added, then come the blocks. A block normalises first: mean and variance
    of each position, `scale` and `bias`. Dense layers `query`, `key`, `value` and `out`, in which the heads lie side by
    side; attention sees all of a text: `text` (batch, sequence) tells what is text from the padding behind it. Then
    `up` to four times the width, GELU (exact), and `down`. At the end `norm` and the dense layer `head` of the first
    position, and the mean cross entropy.
    """
    draw, batch, length = ops.Draw(seed), sizes["batch"], sizes["sequence"]
    params = {
        "tokens": draw(sizes["vocabulary"], sizes["width"], scale=0.5),
        "positions": draw(length, sizes["width"], scale=0.5),
        **_blocks(draw, sizes, dict.fromkeys(_PROJECTIONS, sizes["width"])),
        **ops.dense(draw, "head", sizes["width"], LABELS),
    }
    x, y = draw.labels(sizes["vocabulary"], batch, length), draw.labels(LABELS, batch)
    text = np.arange(length) < 1 + length // 4 + draw.labels(length - length // 4, batch, 1)
    flops = 6.0 * x.size * (_weights(params) + sizes["layers"] * 2 * length * sizes["width"])

    def loss(p):
        h = p["tokens"][x] + p["positions"]
        h = _through(p, h, sizes, lambda q, k, v: _attend_all(q, k, v, text[:, None, None]))
        return _cross_entropy(_layer(p, "head", _by_layer(h[:, 0], p, "norm")), y)

    return _training(loss, params, {"x": x, "text": text, "y": y}, CLIPPED, flops, draw)


def decode(sizes, seed):
    """Continue `batch` prompts by `new_tokens` tokens each: `(logits, tokens)`.

    The model is that of `step_transformer`, and keeps turned keys and values for `sequence` + `new_tokens` positions,
    of which each has its `turns`. One call takes the whole `prompt` (batch, sequence) and gives the logits behind it;
    each further call takes the likeliest token after those before it. `tokens` (new_tokens, batch) are what the calls
    chose, each brought to the host as it comes, since whoever writes looks for the end of the text; `logits` (batch,
    vocabulary) are those of the last call. The next iteration has the last tokens at the end of its
    prompt, and begins at position 0 again. Where two tokens are as likely but for rounding either may be chosen: each
    is held against the float64 logits after the tokens before it.
    """
    draw, count, length = ops.Draw(seed), sizes["new_tokens"], sizes["sequence"]
    params = _language_model(draw, sizes)
    prompt = draw.labels(sizes["vocabulary"], sizes["batch"], length)

    def error(outputs):
        tokens = np.asarray(outputs[1])
        if tokens.shape != (count, len(prompt)) or not np.all((tokens >= 0) & (tokens < sizes["vocabulary"])):
            return float("inf")
        p = {name: ops.double(array) for name, array in params.items()}
        text = np.concatenate([prompt, tokens[:-1].T], axis=1).astype(int)
        exact = _language(p, text, sizes)[:, length - 1 :].swapaxes(0, 1)
        behind = exact.max(axis=-1) - _at(exact, tokens)
        return ops.largest([ops.distance(outputs[0], exact[-1]), (behind / np.abs(exact).max(axis=-1)).max()])

    read, head = length + count - 1, params["head"].size
    products = 2.0 * (read * (_weights(params) - head) + count * head)
    attended = 4.0 * sizes["layers"] * sizes["width"] * read * (read + 1) / 2
    about = {"params": params, "prompt": prompt, "turns": _turns(sizes, length + count)}
    return ops.Problem(about, len(prompt) * (products + attended), error)


def step_resnet(sizes, seed):
    """Train a residual network by gradient descent with momentum, on images (batch, image, image, 3).

    `layers` tells what comes in turn, each a mapping. The first, `stem`, is a convolution by its `stride`, normalised,
    relu; where `pool` is true, a maximum over 3 by 3 by steps of two, padded by one. The others are blocks: their
    `convolutions`, each normalised, with relu between them; the block's input is added, through the convolution `skip`
    of 1 by 1, normalised, where one is named; then relu. The convolution named by `strided` moves by `stride`, and so
    does `skip`. The convolution `n` has the parameters `n.filter`, `n.scale` and `n.shift`.
    Convolutions have no bias and are padded by half their size on every side. Normalisation is over the batch: mean
    and (biased) variance of each channel, `scale` and `shift`; a running mean and variance are kept, with 0.9 of the
    old. At the end the mean over the image, the dense layer `head`, and the mean cross entropy.
    """
    draw = ops.Draw(seed)
    params, layers, products = _residual(draw, sizes)
    x = draw(sizes["batch"], sizes["image"], sizes["image"], 3)
    y = draw.labels(sizes["vocabulary"], sizes["batch"])

    def loss(p):
        return _cross_entropy(_resnet(p, ops.double(x), layers, lambda h, _: _by_batch(h)), y)

    about = {"x": x, "y": y, "layers": layers}
    return _training(loss, params, about, MOMENTUM, 3 * sum(products) - products[0], draw)


def forward_resnet(sizes, seed):
    """Classify images by the network of `step_resnet`, normalised by the `statistics` that training has left.

    They are a mean and a variance by the name of the convolution. Returns the logits, to the host. Of the images that
    come next the first number is moved by the first of them.
    """
    draw = ops.Draw(seed)
    params, layers, products = _residual(draw, sizes)
    x = draw(sizes["batch"], sizes["image"], sizes["image"], 3)
    statistics = {
        name.rpartition(".")[0]: (draw(len(scale), scale=0.1), 1 + 0.5 * np.abs(draw(len(scale))))
        for name, scale in params.items()
        if name.endswith(".scale")
    }

    def error(outputs):
        p = {name: ops.double(array) for name, array in params.items()}

        def kept(h, name):
            mean, variance = map(ops.double, statistics[name])
            return (h - mean) / np.sqrt(variance + STATISTICS)

        return ops.distance(outputs[0], _resnet(p, ops.double(x), layers, kept))

    about = {"params": params, "x": x, "layers": layers, "statistics": statistics}
    return ops.Problem(about, float(sum(products)), error)


def step_vit(sizes, seed):
    """Train a vision transformer by AdamW, on images (batch, image, image, 3).

    A convolution, `patches`, by steps of its own width makes one place of each `patch` by `patch` pixels, row by row;
    its bias, and `positions` (patches, width), are added. Then come the blocks and the `norm` of `step_encoder`, but
    that one dense layer, `packed`, gives queries, keys and values beside each other, and attention sees every patch. At
    the end the mean over the patches, the dense layer `head`, and the mean cross entropy.
    """
    draw = ops.Draw(seed)
    params, x, flops = _vision(draw, sizes)
    y = draw.labels(sizes["vocabulary"], sizes["batch"])
    return _training(lambda p: _cross_entropy(_seen(p, x, sizes), y), params, {"x": x, "y": y}, ADAMW, 3 * flops, draw)


def forward_vit(sizes, seed):
    """Classify images by the network of `step_vit`: returns the logits, to the host.

    Of the images that come next the first number is moved by the first of them.
    """
    params, x, flops = _vision(ops.Draw(seed), sizes)

    def error(outputs):
        return ops.distance(outputs[0], _seen({name: ops.double(a) for name, a in params.items()}, x, sizes))

    return ops.Problem({"params": params, "x": x}, flops, error)


def step_dlrm(sizes, seed):
    """Train a model that recommends, by plain gradient descent, which touches only the rows of tables that were read.

    13 numbers `x` (batch, 13) go through the dense layers `bottom`, each with relu, the last as wide as a row of a
    table; each of the `tables` gives the row that `indices` (batch, tables) name. Of these vectors, the dense one
    first, all products of two different ones come behind the dense one, in the order of `numpy.tril_indices(n, -1)`.
    The dense layers `top`, with relu between them, make one number of it; the loss is the mean binary cross entropy of
    its sigmoid with `y` (batch), 0 or 1. Several examples may read the same row: their gradients add up. The more rows
    the smaller they start, as the authors of the model have it (Naumov et al. 2019), which float32 resolves updates of.
    """
    draw, batch, tables, dim = ops.Draw(seed), sizes["batch"], sizes["tables"], sizes["embedding_dim"]
    hidden = [sizes["mlp_width"]] * sizes["mlp_layers"]
    pairs = tables * (tables + 1) // 2
    params = {**_stack(draw, "bottom", [13, *hidden, dim]), **_stack(draw, "top", [dim + pairs, *hidden, 1])}
    products = 2.0 * batch * (sum(a.size for a in params.values() if a.ndim == 2) + (tables + 1) ** 2 * dim)
    small = sizes["table_rows"] ** -0.5
    params.update({f"table.{k}": draw(sizes["table_rows"], dim, scale=small) for k in range(tables)})
    x = draw(batch, 13)
    indices = np.stack([draw.skewed(sizes["table_rows"], batch) for _ in range(tables)], axis=1)
    y = draw.labels(2, batch).astype(np.float32)

    def loss(p):
        h = ops.double(x)
        for layer in range(len(hidden) + 1):
            h = np.maximum(_layer(p, f"bottom.{layer}", h), 0)
        rows = np.stack([h, *(p[f"table.{k}"][indices[:, k]] for k in range(tables))], axis=1)
        below = np.tril_indices(tables + 1, -1)
        h = np.concatenate([h, (rows @ rows.swapaxes(1, 2))[:, below[0], below[1]]], axis=1)
        for layer in range(len(hidden)):
            h = np.maximum(_layer(p, f"top.{layer}", h), 0)
        return _binary_cross_entropy(_layer(p, f"top.{len(hidden)}", h)[:, 0], y)

    return _training(loss, params, {"x": x, "indices": indices, "y": y}, SGD, 3 * products, draw)


def step_ncf(sizes, seed):
    """Train collaborative filtering by Adam, tables and all: NeuMF (He et al. 2017).

    Each of the `tables`, two at least, gives a row for every example: the first that of its user (`users`, batch), the
    second that of its item (`items`), the third that of the user again, and so on. The first two of these vectors are
    multiplied number by number; the last two, joined, go through the dense layers `deep`, each with relu, of
    `mlp_width`, half of it, half of that and so on. Product and layers, joined, go through the dense
    layer `head` to one number; the loss is the mean binary cross entropy of its sigmoid with `y` (batch), 0 or 1. Of
    four tables, as the authors have it, either way has two of its own; two are shared by both. Several examples may
    read the same row: their gradients add up before they are squared. Tables start as small as the authors' do.

    Adam goes over every row of a table or, where it is made for gradients by rows, over those alone that were read. In
    training these are two things: a row that is read no more moves on with the one, by a moment that decays, and rests
    with the other. Here they are the same in every step: since the batch is, a row that is not read never was, has
    moments of zero, and may not move.
    """
    draw, batch, tables, dim = ops.Draw(seed), sizes["batch"], sizes["tables"], sizes["embedding_dim"]
    depth = sizes["mlp_layers"]
    widths = [2 * dim, *(max(1, sizes["mlp_width"] >> layer) for layer in range(depth))]
    params = {**_stack(draw, "deep", widths), **ops.dense(draw, "head", dim + widths[-1], 1)}
    products = 2.0 * batch * sum(array.size for array in params.values() if array.ndim == 2)
    params.update({f"table.{k}": draw(sizes["table_rows"], dim, scale=0.01) for k in range(tables)})
    both = draw.labels(sizes["table_rows"], batch), draw.skewed(sizes["table_rows"], batch)
    y = draw.labels(2, batch).astype(np.float32)

    def loss(p):
        rows = [p[f"table.{k}"][both[k % 2]] for k in range(tables)]
        h = np.concatenate(rows[-2:], axis=1)
        for layer in range(depth):
            h = np.maximum(_layer(p, f"deep.{layer}", h), 0)
        h = np.concatenate([rows[0] * rows[1], h], axis=1)
        return _binary_cross_entropy(_layer(p, "head", h)[:, 0], y)

    users, items = both
    return _training(loss, params, {"users": users, "items": items, "y": y}, ADAM, 3 * products, draw)


def step_towers(sizes, seed):
    """Train two towers by Adam to tell what a user takes from what others take: Yi et al. 2019.

    `table.0` gives a row for each of the `users` (batch), `table.1` for each of the `items`. Each goes through a tower
    of its own, the dense layers `tower.0` and `tower.1`: `mlp_layers` of `mlp_width`, each with relu, and one to
    `embedding_dim`. The logit of a user and an item is the product of what leaves the towers; every user of the batch
    meets every item of it. The loss is the mean cross entropy with `y`, a user's own item. Tables move as in
    `step_ncf`, and begin as large as what comes behind them: of smaller rows a slope would meet many kinks of relu.
    """
    draw, batch, dim = ops.Draw(seed), sizes["batch"], sizes["embedding_dim"]
    depth = sizes["mlp_layers"] + 1
    widths = [dim, *[sizes["mlp_width"]] * (depth - 1), dim]
    params = {**_stack(draw, "tower.0", widths), **_stack(draw, "tower.1", widths)}
    weights = sum(array.size for array in params.values() if array.ndim == 2)
    params.update({f"table.{k}": draw(sizes["table_rows"], dim, scale=0.5) for k in range(2)})
    both = draw.labels(sizes["table_rows"], batch), draw.skewed(sizes["table_rows"], batch)
    y = np.arange(batch)

    def loss(p):
        ends = []
        for k, read in enumerate(both):
            h = p[f"table.{k}"][read]
            for layer in range(depth):
                h = _layer(p, f"tower.{k}.{layer}", np.maximum(h, 0) if layer else h)
            ends.append(h)
        return _cross_entropy(ends[0] @ ends[1].T, y)

    users, items = both
    flops = 6.0 * batch * (weights + batch * dim)
    return _training(loss, params, {"users": users, "items": items, "y": y}, ADAM, flops, draw)


def step_policy(sizes, seed):
    """Act, and learn from it by AdamW: returns what training returns, and the actions (acts).

    The policy is dense layers with relu between them, from an observation to a number for each of `vocabulary` actions.
    It acts `acts` times, one observation (1, width) at a time, taking the largest number: observations are rows of
    `world`, which lies on the host as an environment in Python does, beginning at row 0; after the action `a` comes the
    row `(row + 1 + a) % len(world)`. So each action has to reach the host before the next call. Then it learns: the
    loss is the mean over the batch `x` of `advantage` times the cross entropy with `y`. The next iteration goes on with
    the row where this one ended.
    """
    draw, batch, width, actions = ops.Draw(seed), sizes["batch"], sizes["width"], sizes["vocabulary"]
    depth = sizes["mlp_layers"]
    params = _stack(draw, "policy", [width, *[sizes["mlp_width"]] * depth, actions])
    world, x = draw(64, width), draw(batch, width)
    y, advantage = draw.labels(actions, batch), draw(batch)

    def policy(p, h):
        for layer in range(depth + 1):
            h = _layer(p, f"policy.{layer}", np.maximum(h, 0) if layer else ops.double(h))
        return h

    def loss(p):
        return float((advantage * _surprise(policy(p, x), y)).mean())

    weights = sum(array.size for array in params.values() if array.ndim == 2)
    flops = 6.0 * batch * weights + 2.0 * sizes["acts"] * weights
    learned = _training(loss, params, {"x": x, "y": y, "advantage": advantage, "world": world}, ADAMW, flops, draw)

    def error(outputs):
        chosen, row = np.asarray(outputs[-1]), 0
        if chosen.shape != (sizes["acts"],) or not np.all((chosen >= 0) & (chosen < actions)):
            return float("inf")
        start, behind = {name: ops.double(array) for name, array in params.items()}, []
        for action in chosen.astype(int):
            exact = policy(start, world[row : row + 1])[0]
            behind.append((exact.max() - exact[action]) / np.abs(exact).max())
            row = (row + 1 + action) % len(world)
        return ops.largest([learned.error(outputs[:-1]), *behind])

    return learned._replace(error=error)


def step_pinn(sizes, seed):
    """Fit a network to a differential equation by AdamW: dense layers with tanh between them, from a point to a number.

    At each of the points `x` (points, 2) the derivative by the first coordinate, which is time in most equations, plus
    the `derivative_order`-th by the second is to be as the first numbers of `y` say; at the points `edge`, a quarter as
    many, the value itself is to be as the last ones say. The loss is the mean square of all these differences.
    """
    draw, depth = ops.Draw(seed), sizes["mlp_layers"]
    params = _stack(draw, "field", [2, *[sizes["mlp_width"]] * depth, 1])
    x, edge = draw(sizes["points"], 2), draw(-(-sizes["points"] // 4), 2)
    y = draw(len(x) + len(edge))

    def derivative(p, x, axis, order):
        """Expand in a Taylor series along one coordinate: entry n is the coefficient of the n-th power."""
        series = [ops.double(x), *(np.zeros_like(x, dtype=float) for _ in range(order))]
        for first in series[1:2]:
            first[:, axis] = 1
        for layer in range(depth + 1):
            series = _tanh(series) if layer else series
            kernel, bias = p[f"field.{layer}.kernel"], p[f"field.{layer}.bias"]
            series = [part @ kernel + (0 if power else bias) for power, part in enumerate(series)]
        return math.factorial(order) * series[order][:, 0]

    def loss(p):
        inside = derivative(p, x, 0, 1) + derivative(p, x, 1, order)
        return float(((np.concatenate([inside, derivative(p, edge, 0, 0)]) - y) ** 2).mean())

    order = sizes["derivative_order"]
    weights = sum(array.size for array in params.values() if array.ndim == 2)
    products = 2.0 * weights * (len(x) * (order + 2) + len(edge))
    return _training(loss, params, {"x": x, "edge": edge, "y": y}, ADAMW, 3 * products, draw)


def step_ode(sizes, seed):
    """Train a differential equation through its solver, by AdamW.

    The field is `mlp_layers` dense layers of `mlp_width`, each with tanh, and a dense layer back; it does not depend on
    time. From `x` (batch, width) at time 0 to time 1 it goes by `solver_steps` equal steps of the classical Runge-Kutta
    method of fourth order; the loss is the mean square of the difference to `y` (batch, width).
    """
    draw, batch, width, steps = ops.Draw(seed), sizes["batch"], sizes["width"], sizes["solver_steps"]
    depth = sizes["mlp_layers"]
    params = _stack(draw, "field", [width, *[sizes["mlp_width"]] * depth, width])
    x, y = draw(batch, width), draw(batch, width)

    def loss(p):
        def field(h):
            for layer in range(depth + 1):
                h = _layer(p, f"field.{layer}", np.tanh(h) if layer else h)
            return h

        h, dt = ops.double(x), 1 / steps
        for _ in range(steps):
            one = field(h)
            two = field(h + dt / 2 * one)
            three = field(h + dt / 2 * two)
            four = field(h + dt * three)
            h = h + dt / 6 * (one + 2 * two + 2 * three + four)
        return float(((h - y) ** 2).mean())

    weights = sum(array.size for array in params.values() if array.ndim == 2)
    flops = 3 * 4.0 * steps * 2 * batch * weights
    return _training(loss, params, {"x": x, "y": y}, ADAMW, flops, draw)


_PROJECTIONS = ("query", "key", "value")
LABELS = 4
"""Kinds of text."""


TURN = 10_000.0
"""Pair `i` of `n` turns by the position over this to the power of `i / n`."""


def _language_model(draw, sizes):
    """Draw the parameters of a language model."""
    width, hidden = sizes["width"], _hidden(sizes)
    params = {"tokens": draw(sizes["vocabulary"], width, scale=0.5)}
    for layer in range(sizes["layers"]):
        params[f"{layer}.norm1.scale"] = 1 + draw(width, scale=0.1)
        for name in (*_PROJECTIONS, "out"):
            params[f"{layer}.{name}"] = draw(width, width, scale=width**-0.5)
        params[f"{layer}.norm2.scale"] = 1 + draw(width, scale=0.1)
        for name in ("gate", "up"):
            params[f"{layer}.{name}"] = draw(width, hidden, scale=width**-0.5)
        params[f"{layer}.down"] = draw(hidden, width, scale=hidden**-0.5)
    params["norm.scale"] = 1 + draw(width, scale=0.1)
    params["head"] = draw(width, sizes["vocabulary"], scale=width**-0.5)
    return params


def _hidden(sizes):
    """Widen by 8 / 3, to a multiple of 32: as many weights in three matrices as in two of four times the width."""
    return 32 * math.ceil(sizes["width"] / 12)


def _turns(sizes, length):
    """Give cosine and sine of what each position turns each number of a head by: those of a pair by the same."""
    half = sizes["width"] // sizes["heads"] // 2
    angles = np.arange(length)[:, None] * TURN ** (-np.tile(np.arange(half), 2) / half)
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def _blocks(draw, sizes, inward):
    """Draw the parameters of blocks and of `norm`; `inward` are the widths of the layers that lead to attention."""
    params, width = {}, sizes["width"]
    for layer in range(sizes["layers"]):
        params.update(_normalised(draw, f"{layer}.norm1", width))
        for name, fan_out in (*inward.items(), ("out", width)):
            params.update(ops.dense(draw, f"{layer}.{name}", width, fan_out))
        params.update(_normalised(draw, f"{layer}.norm2", width))
        params.update(ops.dense(draw, f"{layer}.up", width, 4 * width))
        params.update(ops.dense(draw, f"{layer}.down", 4 * width, width))
    params.update(_normalised(draw, "norm", width))
    return params


def _vision(draw, sizes):
    """Draw a vision transformer and its images; the operations of one pass forward."""
    width, patch, side = sizes["width"], sizes["patch"], sizes["image"] // sizes["patch"]
    params = {"patches.filter": draw(patch, patch, 3, width, scale=(patch * patch * 3) ** -0.5)}
    params["patches.bias"] = draw(width, scale=0.1)
    params["positions"] = draw(side * side, width, scale=0.5)
    params.update(_blocks(draw, sizes, {"packed": 3 * width}))
    params.update(ops.dense(draw, "head", width, sizes["vocabulary"]))
    x = draw(sizes["batch"], sizes["image"], sizes["image"], 3)
    patches = sizes["batch"] * side * side
    weights = sum(a.size for name, a in params.items() if a.ndim > 1 and name not in {"positions", "head.kernel"})
    attended = 4.0 * sizes["layers"] * patches * side * side * width
    return params, x, 2.0 * patches * weights + attended + 2.0 * sizes["batch"] * params["head.kernel"].size


def _seen(p, x, sizes):
    """Give the logits of a vision transformer."""
    patch, side = sizes["patch"], sizes["image"] // sizes["patch"]
    cut = ops.double(x)[:, : side * patch, : side * patch].reshape(len(x), side, patch, side, patch, 3)
    cut = cut.swapaxes(2, 3).reshape(len(x), side * side, -1)
    h = cut @ p["patches.filter"].reshape(cut.shape[-1], -1) + p["patches.bias"] + p["positions"]
    h = _through(p, h, sizes, _attend_all)
    return _layer(p, "head", _by_layer(h, p, "norm").mean(axis=1))


def _attend_all(q, k, v, seen=True):  # noqa: FBT002 - a mask, or all of it
    scores = np.where(seen, q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1]), -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ v


def _normalised(draw, name, width):
    return {f"{name}.scale": 1 + draw(width, scale=0.1), f"{name}.bias": draw(width, scale=0.1)}


def _weights(params):
    """Count what every token is multiplied by: all matrices but those that are looked up."""
    return sum(a.size for name, a in params.items() if a.ndim == 2 and name not in {"tokens", "positions"})


def _language(p, x, sizes):
    """Give the logits after each token."""
    cos, sin = map(ops.double, _turns(sizes, x.shape[-1]))

    def turned(z):
        a, b = np.split(z, 2, axis=-1)
        return z * cos + np.concatenate([-b, a], axis=-1) * sin

    def root(z, name):
        return z / np.sqrt((z**2).mean(axis=-1, keepdims=True) + STATISTICS) * p[f"{name}.scale"]

    h = p["tokens"][x]
    for layer in range(sizes["layers"]):
        z = root(h, f"{layer}.norm1")
        q, k, v = (_split(z @ p[f"{layer}.{name}"], sizes["heads"]) for name in _PROJECTIONS)
        h = h + _joined(ops.attend(turned(q), turned(k), v)) @ p[f"{layer}.out"]
        z = root(h, f"{layer}.norm2")
        gate = z @ p[f"{layer}.gate"]
        h = h + gate / (1 + np.exp(-gate)) * (z @ p[f"{layer}.up"]) @ p[f"{layer}.down"]
    return root(h, "norm") @ p["head"]


def _through(p, h, sizes, attend):
    """Take what stands at each position through the blocks."""
    for layer in range(sizes["layers"]):
        z = _by_layer(h, p, f"{layer}.norm1")
        if f"{layer}.query.kernel" not in p:
            parts = np.split(_layer(p, f"{layer}.packed", z), 3, axis=-1)
        else:
            parts = [_layer(p, f"{layer}.{name}", z) for name in _PROJECTIONS]
        h = h + _layer(p, f"{layer}.out", _joined(attend(*(_split(part, sizes["heads"]) for part in parts))))
        z = _layer(p, f"{layer}.up", _by_layer(h, p, f"{layer}.norm2"))
        z = 0.5 * z * (1 + _error_function(z / np.sqrt(2)))
        h = h + _layer(p, f"{layer}.down", z)
    return h


def _error_function(z):
    return np.fromiter(map(math.erf, z.ravel()), float, z.size).reshape(z.shape)


def _split(z, heads):
    return z.reshape(*z.shape[:2], heads, -1).transpose(0, 2, 1, 3)


def _joined(z):
    return z.transpose(0, 2, 1, 3).reshape(len(z), z.shape[2], -1)


def _by_layer(h, p, name):
    return ops.standardise(h, STATISTICS) * p[f"{name}.scale"] + p[f"{name}.bias"]


def _layer(p, name, h):
    return h @ p[f"{name}.kernel"] + p[f"{name}.bias"]


def _stack(draw, name, widths):
    """Draw dense layers `name.0`, `name.1`, ... from each width to the next."""
    params = {}
    for layer, (fan_in, fan_out) in enumerate(zip(widths, widths[1:])):  # noqa: B905, RUF007 - both came with Python 3.10
        params.update(ops.dense(draw, f"{name}.{layer}", fan_in, fan_out))
    return params


def _residual(draw, sizes):
    """Draw a residual network: its parameters, its layers in turn, and the operations of each convolution forward.

    `stages` stages of `blocks` blocks, each stage half as large and twice as wide as the one before, the first
    `width` wide; a block is two convolutions of 3 by 3, or where `bottleneck` is 1, one of 3 by 3 between two of 1 by
    1, of which the last is four times as wide.
    """
    params, products, layers, size = {}, [], [], sizes["image"]

    def convolution(name, filter_size, fan_in, fan_out, out_size):
        params[f"{name}.filter"] = draw(
            filter_size, filter_size, fan_in, fan_out, scale=(2 / (filter_size**2 * fan_in)) ** 0.5
        )
        params[f"{name}.scale"] = 1 + draw(fan_out, scale=0.1)
        params[f"{name}.shift"] = draw(fan_out, scale=0.1)
        products.append(2.0 * sizes["batch"] * out_size**2 * params[f"{name}.filter"].size)

    fan_in = sizes["width"]
    if sizes["image"] >= LARGE_IMAGE:
        size = _halved(size)
        convolution("stem", 7, 3, fan_in, size)
        size = _halved(size)
        layers.append({"name": "stem", "stride": 2, "pool": True})
    else:
        convolution("stem", 3, 3, fan_in, size)
        layers.append({"name": "stem", "stride": 1, "pool": False})
    for stage in range(sizes["stages"]):
        inner = sizes["width"] * 2**stage
        fan_out = 4 * inner if sizes["bottleneck"] else inner
        for block in range(sizes["blocks"]):
            name, stride = f"{stage}.{block}", 2 if stage and not block else 1
            before, size = size, _halved(size) if stride == 2 else size
            if sizes["bottleneck"]:
                convolution(f"{name}.1", 1, fan_in, inner, before)
                convolution(f"{name}.2", 3, inner, inner, size)
                convolution(f"{name}.3", 1, inner, fan_out, size)
            else:
                convolution(f"{name}.1", 3, fan_in, inner, size)
                convolution(f"{name}.2", 3, inner, fan_out, size)
            skip = stride == 2 or fan_in != fan_out
            if skip:
                convolution(f"{name}.skip", 1, fan_in, fan_out, size)
            names = [f"{name}.{n}" for n in ((1, 2, 3) if sizes["bottleneck"] else (1, 2))]
            strided = names[1] if sizes["bottleneck"] else names[0]
            through = f"{name}.skip" if skip else None
            layers.append({"name": name, "convolutions": names, "strided": strided, "stride": stride, "skip": through})
            fan_in = fan_out
    params.update(ops.dense(draw, "head", fan_in, sizes["vocabulary"]))
    products.append(2.0 * sizes["batch"] * params["head.kernel"].size)
    return params, layers, products


def _halved(size):
    return (size + 1) // 2


def _resnet(p, h, layers, normalise):
    """Give the logits; `normalise(h, name)` normalises what the convolution of that name gave."""

    def convolved(name, h, stride=1):
        return normalise(_convolve(h, p[f"{name}.filter"], stride), name) * p[f"{name}.scale"] + p[f"{name}.shift"]

    stem, *blocks = layers
    h = np.maximum(convolved("stem", h, stem["stride"]), 0)
    if stem["pool"]:
        h = np.maximum.reduce([part for _, part in _taps(h, 3, 2, -np.inf)])
    for block in blocks:
        z = h
        for name in block["convolutions"]:
            z = convolved(name, z, block["stride"] if name == block["strided"] else 1)
            z = z if name == block["convolutions"][-1] else np.maximum(z, 0)
        h = np.maximum(z + (convolved(block["skip"], h, block["stride"]) if block["skip"] else h), 0)
    return _layer(p, "head", h.mean(axis=(1, 2)))


def _convolve(x, kernel, stride):
    """Convolve as deep-learning frameworks mean it (no flip), padded by half the filter on every side."""
    return sum(part @ kernel[tap] for tap, part in _taps(x, len(kernel), stride, 0))


def _taps(x, size, stride, outside):
    """Give what each place of a filter, by row and column, is multiplied by."""
    height, width = (-(-edge // stride) for edge in x.shape[1:3])
    half = size // 2
    padded = np.pad(x, ((0, 0), (half, half), (half, half), (0, 0)), constant_values=outside)
    for row, column in np.ndindex(size, size):
        rows = slice(row, row + stride * (height - 1) + 1, stride)
        yield (row, column), padded[:, rows, column : column + stride * (width - 1) + 1 : stride]


def _by_batch(h):
    centred = h - h.mean(axis=(0, 1, 2))
    return centred / np.sqrt((centred**2).mean(axis=(0, 1, 2)) + STATISTICS)


def _tanh(series):
    """Take tanh of a Taylor series, by the differential equation y' = (1 - y^2) u'."""
    y, slope = [np.tanh(series[0])], [1 - np.tanh(series[0]) ** 2]
    for n in range(1, len(series)):
        y.append(sum(j * series[j] * slope[n - j] for j in range(1, n + 1)) / n)
        slope.append(-sum(y[i] * y[n - i] for i in range(n + 1)))
    return y


def _at(logits, labels):
    return np.take_along_axis(logits, np.asarray(labels)[..., None].astype(int), axis=-1)[..., 0]


def _surprise(logits, labels):
    """Give the cross entropy of every example."""
    logits = logits - logits.max(axis=-1, keepdims=True)
    return np.log(np.exp(logits).sum(axis=-1)) - _at(logits, labels)


def _cross_entropy(logits, labels):
    return float(_surprise(logits, labels).mean())


def _binary_cross_entropy(z, y):
    return float((np.logaddexp(0, z) - y * z).mean())


def _training(loss, params, about, optimiser, flops, draw):  # noqa: PLR0913, PLR0917 - all of a problem
    """Make the problem of one step of training."""
    adaptive = optimiser["name"] in {"adam", "adamw"}

    def error(outputs):
        start = {name: ops.double(array) for name, array in params.items()}
        exact, moved = loss(start), [*map(ops.double, outputs[1 : len(start) + 1])]
        moments = [*map(ops.double, outputs[len(start) + 1 :])]
        if not ops.alike(moved, start.values()) or not ops.alike(moments, start.values() if adaptive else ()):
            return float("inf")
        off = [abs(float(outputs[0]) - exact) / abs(exact)]
        if adaptive:
            gradient = [moment / (1 - optimiser["beta1"]) for moment in moments]
            off += map(_off, start.values(), moved, gradient)
        else:
            gradient = [(old - new) / optimiser["rate"] for old, new in zip(start.values(), moved)]  # noqa: B905
        return ops.largest([*off, ops.gradient_error(loss, start, gradient, draw, optimiser.get("clip", math.inf))])

    def _off(old, new, gradient):
        """How far an update is from Adam's, as a share of its rate, where the gradient is of any size, or is nothing.

        Frameworks add epsilon before or after the second moment is corrected for its start at zero: both are right.
        """
        rate, decay, late = optimiser["rate"], optimiser.get("decay", 0), optimiser["epsilon"]
        early = late / math.sqrt(1 - optimiser["beta2"])
        steps = [rate * (gradient / (np.abs(gradient) + epsilon) + decay * old) for epsilon in (late, early)]
        off = np.minimum(*(np.abs(old - new - step) for step in steps))
        told = (np.abs(gradient) > 0.1 * np.sqrt((gradient**2).mean())) | (gradient == 0)
        return 0.1 * float(off[told].max(initial=0)) / rate

    # The moments of what a relu never lets through again decay, in any real run too.
    return ops.Problem({"params": params, **about, "optimiser": optimiser}, flops, error, slice(1 + len(params)))
