"""Whole models in PyTorch: modules, and optimisers that write in place.

Compiled is what gives the loss, with its gradient; optimisers are fused by themselves. Where Python drives a loop, as
token by token or through a solver, one pass is compiled.
"""

from __future__ import annotations

import functools
import itertools
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name PyTorch's own documentation gives it
from torch import nn

_here = {}


class _Trained(NamedTuple):
    """The state of training: the optimiser writes into the parameters, and layers into what they keep."""

    model: Any
    """Parameters and running statistics."""
    image: Any
    """What is trained on: images or not."""
    value: Any = None
    kept: Any = ()
    """The optimisers' own tensors."""


def use(framework):
    """Take what was chosen when PyTorch was started: the device, the variant, the terms, and what compiles."""
    _here.update(framework.chosen())
    # The first optimiser imports the compiler, which takes 2 s: here it does so while other frameworks are imported.
    torch.optim.SGD([torch.zeros(1)])


def step_transformer(inputs, sizes):
    """Train a causal transformer."""
    weights = _Weights(inputs["params"])
    model = _Language(weights, inputs["turns"], sizes)
    attend = functools.partial(F.scaled_dot_product_attention, is_causal=True)

    def loss(x, y):
        logits = model(x, slice(None), lambda _, q, k, v: attend(q, k, v))
        return F.cross_entropy(logits.flatten(0, 1), y.flatten())

    x, y = _integers(inputs["x"]), _integers(inputs["y"])
    return _training(model, weights, loss, inputs, lambda: (_put(x), _put(y)))


def step_encoder(inputs, sizes):
    """Train an encoder; what is padding is masked."""
    weights = _Weights(inputs["params"])
    model = _Encoder(weights, sizes)

    def loss(x, text, y):
        return F.cross_entropy(model(x, text), y)

    x, y = _integers(inputs["x"]), _integers(inputs["y"])
    return _training(model, weights, loss, inputs, lambda: (_put(x), _put(inputs["text"]), _put(y)))


def decode(inputs, sizes):  # noqa: C901 - reading, writing, and what both share
    """Read a prompt in one call, and write tokens from a cache that is written in place, one call for each token.

    What has been written so far is cut out of the cache, but shapes that are compiled stay the same: there the rest is
    masked.
    """
    model = _Language(_Weights(inputs["params"]), inputs["turns"], sizes).requires_grad_(requires_grad=False)
    prompt, length, device = _put(inputs["prompt"]).long(), sizes["sequence"], _here["device"]
    room = length + sizes["new_tokens"]
    shape = (sizes["batch"], sizes["heads"], room, sizes["width"] // sizes["heads"])
    cache = [(torch.zeros(shape, device=device), torch.zeros(shape, device=device)) for _ in range(sizes["layers"])]
    places = torch.arange(room, device=device)

    def read(prompt):
        def attend(layer, q, k, v):
            keys, values = cache[layer]
            keys[:, :, :length], values[:, :, :length] = k, v
            return F.scaled_dot_product_attention(q, k, v, is_causal=True)

        return following(prompt, slice(length), attend)

    def cut(token, position):
        def attend(layer, q, k, v):
            keys, values = cache[layer]
            keys[:, :, position], values[:, :, position] = k[:, :, 0], v[:, :, 0]
            return F.scaled_dot_product_attention(q, keys[:, :, : position + 1], values[:, :, : position + 1])

        return following(token[:, None], position, attend)

    def masked(token, position):
        visible = (places <= position)[None]

        def attend(layer, q, k, v):
            keys, values = cache[layer]
            keys.index_copy_(2, position, k)
            values.index_copy_(2, position, v)
            return F.scaled_dot_product_attention(q, keys, values, attn_mask=visible)

        return following(token[:, None], position, attend)

    def following(tokens, positions, attend):
        logits = model(tokens, positions, attend, slice(-1, None))[:, 0]
        return logits, logits.argmax(dim=-1)

    write, positions = cut, range(length, room - 1)
    if _here["variant"] == "compiled":
        read, write = _here["compile"](read), _here["compile"](masked)
        positions = [places[place : place + 1].clone() for place in positions]

    @torch.no_grad()
    def step(state):
        logits, token = read(torch.cat([prompt[:, :-1], _put(state[1][-1]).long()[:, None]], dim=1))
        tokens = [_get(token)]
        for position in positions:
            logits, token = write(token, position)
            tokens.append(_get(token))
        return logits, tokens, cache

    return (None, [inputs["prompt"][:, -1]], cache), step, lambda state: [_get(state[0]), np.stack(state[1])]


def step_resnet(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Train a residual network in channels-last."""
    weights = _Weights(inputs["params"])
    return _training_on_images(_Resnet(weights, inputs["layers"]), weights, inputs)


def forward_resnet(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Classify images in channels-last."""
    return _classifying(_Resnet(_Weights(inputs["params"]), inputs["layers"], inputs["statistics"]).eval(), inputs)


def step_vit(inputs, sizes):
    """Train a vision transformer."""
    weights = _Weights(inputs["params"])
    return _training_on_images(_Vision(weights, sizes), weights, inputs)


def forward_vit(inputs, sizes):
    """Classify images by a vision transformer."""
    return _classifying(_Vision(_Weights(inputs["params"]), sizes).eval(), inputs)


def step_dlrm(inputs, sizes):
    """Train a recommender: the gradients of tables are sparse, so lookups stay outside of what is compiled."""
    weights, depth, tables = _Weights(inputs["params"]), sizes["mlp_layers"], sizes["tables"]
    model = nn.ModuleDict(
        {
            "bottom": nn.Sequential(_stack(weights, "bottom", depth + 1, nn.ReLU), nn.ReLU()),
            "top": _stack(weights, "top", depth + 1, nn.ReLU),
            "tables": nn.ModuleList(weights.embedding(f"table.{k}", sparse=True) for k in range(tables)),
        }
    )
    row, column = torch.tril_indices(tables + 1, tables + 1, -1, device=_here["device"])

    @_here["compile"]
    def judge(x, rows, y):
        h = model["bottom"](x)
        together = torch.stack([h, *rows], dim=1)
        products = torch.bmm(together, together.mT)[:, row, column]
        return F.binary_cross_entropy_with_logits(model["top"](torch.cat([h, products], dim=1))[:, 0], y)

    def loss(x, indices, y):
        return judge(x, _rows(model["tables"], indices), y)

    columns = np.ascontiguousarray(_integers(inputs["indices"]).T)
    batch = lambda: (_put(inputs["x"]), _put(columns), _put(inputs["y"]))  # noqa: E731 - said where it is used
    return _training(model, weights, loss, inputs, batch, compiled=True)


def step_ncf(inputs, sizes):
    """Train collaborative filtering: the gradients of tables are sparse, and PyTorch has an Adam for those."""
    weights = _Weights(inputs["params"])
    model = nn.ModuleDict(
        {
            "deep": nn.Sequential(_stack(weights, "deep", sizes["mlp_layers"], nn.ReLU), nn.ReLU()),
            "head": weights.linear("head"),
            "tables": nn.ModuleList(weights.embedding(f"table.{k}", sparse=True) for k in range(sizes["tables"])),
        }
    )

    @_here["compile"]
    def judge(rows, y):
        deep = model["deep"](torch.cat(rows[-2:], dim=1))
        logits = model["head"](torch.cat([rows[0] * rows[1], deep], dim=1))[:, 0]
        return F.binary_cross_entropy_with_logits(logits, y)

    def loss(users, items, y):
        return judge(_rows(model["tables"], itertools.cycle((users, items))), y)

    both = _integers(inputs["users"]), _integers(inputs["items"])
    return _training(model, weights, loss, inputs, lambda: (*map(_put, both), _put(inputs["y"])), compiled=True)


def step_towers(inputs, sizes):
    """Train two towers; of their tables as in `step_ncf`."""
    weights = _Weights(inputs["params"])
    model = nn.ModuleDict(
        {
            "towers": nn.ModuleList(_stack(weights, f"tower.{k}", sizes["mlp_layers"] + 1, nn.ReLU) for k in range(2)),
            "tables": nn.ModuleList(weights.embedding(f"table.{k}", sparse=True) for k in range(2)),
        }
    )

    @_here["compile"]
    def judge(users, items, y):
        of_users, of_items = model["towers"]
        return F.cross_entropy(of_users(users) @ of_items(items).T, y)

    def loss(users, items, y):
        return judge(*_rows(model["tables"], (users, items)), y)

    batch = [*map(_integers, (inputs["users"], inputs["items"], inputs["y"]))]
    return _training(model, weights, loss, inputs, lambda: [*map(_put, batch)], compiled=True)


def step_policy(inputs, sizes):
    """Act on one observation after the other, then learn."""
    weights, world = _Weights(inputs["params"]), inputs["world"]
    policy = _stack(weights, "policy", sizes["mlp_layers"] + 1, nn.ReLU)

    def loss(x, y, advantage):
        return (advantage * F.cross_entropy(policy(x), y, reduction="none")).mean()

    y = _integers(inputs["y"])
    batch = lambda: (_put(inputs["x"]), _put(y), _put(inputs["advantage"]))  # noqa: E731 - said where it is used
    state, learn, learned = _training(policy, weights, loss, inputs, batch)
    choose = _here["compile"](lambda observation: policy(observation).argmax())

    @torch.inference_mode()
    def act(row):
        return choose(_put(world[row : row + 1])).item()

    def step(state):
        trained, row, actions = state[0], state[1], []
        for _ in range(sizes["acts"]):
            actions.append(act(row))
            row = (row + 1 + actions[-1]) % len(world)
        return learn(trained), row, actions

    return (state, 0, ()), step, lambda state: [*learned(state[0]), state[2]]


def step_pinn(inputs, sizes):
    """Fit a network to a differential equation.

    Derivatives by the inputs are taken backward, as is the gradient; the compiler does not look into
    `torch.autograd.grad`, and is given functions of functions.
    """
    weights, order = _Weights(inputs["params"]), sizes["derivative_order"]
    field = _stack(weights, "field", sizes["mlp_layers"] + 1, nn.Tanh)

    def value(t, x):
        return field(torch.cat([t, x], dim=1))

    def backward(x):
        def slope(value, by):
            return torch.autograd.grad(value, by, torch.ones_like(value), create_graph=True)[0]

        t, x = (column.detach().requires_grad_() for column in x.chunk(2, dim=1))
        u = part = value(t, x)
        for _ in range(order):
            part = slope(part, x)
        return slope(u, t) + part

    def along(function, argument):
        return torch.func.grad(lambda t, x: function(t, x).sum(), argnums=argument)

    def of_functions(x):
        t, x = x.chunk(2, dim=1)
        part = value
        for _ in range(order):
            part = along(part, 1)
        return along(value, 0)(t, x) + part(t, x)

    derivatives = of_functions if _here["variant"] == "compiled" else backward

    def loss(x, edge, y):
        return F.mse_loss(torch.cat([derivatives(x), field(edge)])[:, 0], y)

    return _training(field, weights, loss, inputs, lambda: tuple(_put(inputs[name]) for name in ("x", "edge", "y")))


def step_ode(inputs, sizes):
    """Train through a solver."""
    weights, steps = _Weights(inputs["params"]), sizes["solver_steps"]
    field, dt = _stack(weights, "field", sizes["mlp_layers"] + 1, nn.Tanh), 1 / sizes["solver_steps"]

    @_here["compile"]
    def advance(h):
        one = field(h)
        two = field(h + dt / 2 * one)
        three = field(h + dt / 2 * two)
        four = field(h + dt * three)
        return h + dt / 6 * (one + 2 * two + 2 * three + four)

    def loss(x, y):
        for _ in range(steps):
            x = advance(x)
        return F.mse_loss(x, y)

    return _training(field, weights, loss, inputs, lambda: (_put(inputs["x"]), _put(inputs["y"])), compiled=True)


def _training(model, weights, loss, inputs, batch, *, compiled=False):  # noqa: PLR0913 - what a training loop has
    """Train by the optimiser that is asked for; `compiled` tells whether parts of the loss are already.

    `batch` brings it from the host, in every step as a loop over a loader does.
    """
    loss = loss if compiled else _here["compile"](loss)
    about = inputs["optimiser"]
    optimisers = [*_optimisers(model, about)]

    def step(state):
        for optimiser in optimisers:
            optimiser.zero_grad()
        value = loss(*batch())
        value.backward()
        if "clip" in about:
            nn.utils.clip_grad_norm_(model.parameters(), about["clip"])
        for optimiser in optimisers:
            optimiser.step()
        return state._replace(value=value.detach(), kept=[optimiser.state for optimiser in optimisers])

    def first_moment(parameter):
        """Give none for what the loss turned out not to depend on: that has no gradient, and is passed over."""
        found = (optimiser.state[parameter] for optimiser in optimisers if parameter in optimiser.state)
        return next(found, {}).get("exp_avg", torch.zeros_like(parameter))

    def outputs(state):
        moments = weights.shown(first_moment) if about["name"] in {"adam", "adamw"} else []
        return [_get(state.value), *weights.shown(), *moments]

    return _Trained(_tensors(model), batch()[0]), step, outputs


def _training_on_images(model, weights, inputs):
    y = _integers(inputs["y"])
    return _training(
        model,
        weights,
        lambda x, y: F.cross_entropy(model(x), y),
        inputs,
        lambda: (_images(inputs["x"]), _put(y)),
    )


def _classifying(model, inputs):
    """Classify images from the host, where the logits go: the next images differ by the first of them."""
    classify, x = _here["compile"](model), inputs["x"].copy()

    @torch.inference_mode()
    def step(state):
        x.flat[0] = inputs["x"].flat[0] + state.value.flat[0]
        return state._replace(value=_get(classify(_images(x))))

    return _Trained(_tensors(model), _images(x), np.zeros(1, np.float32)), step, lambda state: [state.value]


def _optimisers(model, about):
    """Make one optimiser for the parameters whose gradients are dense, and one for the others where there are any."""
    sparse = {part.weight for part in model.modules() if isinstance(part, nn.Embedding) and part.sparse}
    dense = [parameter for parameter in model.parameters() if parameter not in sparse]
    if about["name"] in {"adam", "adamw"}:
        constants = {"lr": about["rate"], "betas": (about["beta1"], about["beta2"]), "eps": about["epsilon"]}
        adam = torch.optim.Adam
        if about["name"] == "adamw":
            adam = functools.partial(torch.optim.AdamW, weight_decay=about["decay"])
        make, make_sparse = (functools.partial(each, **constants) for each in (adam, torch.optim.SparseAdam))
    else:
        make = functools.partial(torch.optim.SGD, lr=about["rate"], momentum=about.get("momentum", 0))
        make_sparse = make
    yield _fused(make, dense)
    if sparse:
        yield make_sparse([*sparse])


def _fused(make, params):
    """Take the fused kernel where the device has one, as PyTorch advises; as it comes, PyTorch chooses."""
    if not _here["matched"]:
        return make(params)
    try:
        return make(params, fused=True)
    except RuntimeError:
        return make(params, foreach=True)


class _Weights:
    """The parameters that a model begins with: given to layers as PyTorch keeps them, shown as they came."""

    def __init__(self, arrays):
        self._arrays, self._given = arrays, {}

    def shown(self, of=lambda parameter: parameter):
        """Copy to the host, in the order they came, each parameter or what belongs to it."""
        return [_get(of(parameter).permute(back)) for parameter, back in (self._given[name] for name in self._arrays)]

    def inward(self, layer):
        """Make what leads to queries, keys and values: one dense layer, or one for each."""
        packed = f"{layer}.packed.kernel" in self._arrays
        return nn.ModuleList(self.linear(f"{layer}.{n}") for n in (["packed"] if packed else ["query", "key", "value"]))

    def linear(self, name):
        """Make a dense layer; what has the name itself is a matrix without a bias."""
        bare = name in self._arrays
        kernel = name if bare else f"{name}.kernel"
        layer = nn.Linear(*self._arrays[kernel].shape, bias=not bare, device="meta")
        layer.weight = self.parameter(kernel, (1, 0), (1, 0))
        if not bare:
            layer.bias = self.parameter(f"{name}.bias")
        return layer

    def embedding(self, name, *, sparse=False):
        """Make a table."""
        layer = nn.Embedding(*self._arrays[name].shape, sparse=sparse, device="meta")
        layer.weight = self.parameter(name, (0, 1), (0, 1))
        return layer

    def norm(self, name):
        """Make a normalisation of every row; one without a bias is by the root of the mean square."""
        shape, biased = self._arrays[f"{name}.scale"].shape, f"{name}.bias" in self._arrays
        layer = (nn.LayerNorm if biased else nn.RMSNorm)(shape, eps=1e-5, device="meta")
        layer.weight = self.parameter(f"{name}.scale")
        if biased:
            layer.bias = self.parameter(f"{name}.bias")
        return layer

    def patches(self, name):
        """Make a convolution by steps of its own width."""
        layer = self._convolution(name, self._arrays[f"{name}.filter"].shape[0], 0)
        layer.bias = self.parameter(f"{name}.bias")
        return layer

    def _convolution(self, name, stride, padding):
        size, _, fan_in, fan_out = self._arrays[f"{name}.filter"].shape
        layer = nn.Conv2d(fan_in, fan_out, size, stride, padding, bias=False, device="meta")
        layer.weight = self.parameter(f"{name}.filter", (3, 2, 0, 1), (2, 3, 1, 0))
        return layer

    def convolution(self, name, stride, statistics):
        """Make a convolution that is normalised over the batch, or by `statistics`."""
        size, *_, fan_out = self._arrays[f"{name}.filter"].shape
        layer = self._convolution(name, stride, size // 2)
        norm = nn.BatchNorm2d(fan_out, eps=1e-5, momentum=0.1, device=_here["device"])
        norm.weight, norm.bias = self.parameter(f"{name}.scale"), self.parameter(f"{name}.shift")
        if statistics:
            norm.running_mean, norm.running_var = map(_put, statistics[name])
        return nn.Sequential(layer, norm)

    def parameter(self, name, order=(0,), back=(0,)):
        """Copy, since optimisers write in place: filters in channels-last memory."""
        tensor = _put(self._arrays[name]).permute(order)
        in_memory = torch.channels_last if tensor.ndim == 4 else torch.contiguous_format
        parameter = nn.Parameter(tensor.clone(memory_format=in_memory))
        self._given[name] = parameter, back
        return parameter


class _Language(nn.Module):
    """Blocks that normalise first, from tokens to logits; queries and keys are turned."""

    def __init__(self, weights, turns, sizes):
        super().__init__()
        self.tokens = weights.embedding("tokens")
        self.blocks = nn.ModuleList(_Gated(weights, layer, sizes["heads"]) for layer in range(sizes["layers"]))
        self.norm, self.head = weights.norm("norm"), weights.linear("head")
        self.cos, self.sin = map(_put, turns)

    def forward(self, x, positions, attend, wanted=slice(None)):
        """Give the logits at the places `wanted`; `attend(layer, q, k, v)` is told the number of its layer."""
        h, cos, sin = self.tokens(x), self.cos[positions], self.sin[positions]

        def turned(z):
            a, b = z.chunk(2, dim=-1)
            return z * cos + torch.cat([-b, a], dim=-1) * sin

        for layer, block in enumerate(self.blocks):
            h = block(h, lambda q, k, v: attend(layer, turned(q), turned(k), v))  # noqa: B023 - it is called at once
        return self.head(self.norm(h[:, wanted]))


class _Encoder(nn.Module):
    """Blocks that see all of a text, from tokens to the logits of its first place."""

    def __init__(self, weights, sizes):
        super().__init__()
        self.tokens, self.positions = weights.embedding("tokens"), weights.parameter("positions", (0, 1), (0, 1))
        self.blocks = nn.ModuleList(_Block(weights, layer, sizes["heads"]) for layer in range(sizes["layers"]))
        self.norm, self.head = weights.norm("norm"), weights.linear("head")

    def forward(self, x, text):
        """Attend to what is text."""
        h = self.tokens(x) + self.positions
        for block in self.blocks:
            h = block(h, functools.partial(F.scaled_dot_product_attention, attn_mask=text[:, None, None]))
        return self.head(self.norm(h[:, 0]))


class _Block(nn.Module):
    """Attention and two dense layers."""

    def __init__(self, weights, layer, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = weights.norm(f"{layer}.norm1"), weights.norm(f"{layer}.norm2")
        self.inward = weights.inward(layer)
        self.out, self.up, self.down = (weights.linear(f"{layer}.{name}") for name in ("out", "up", "down"))

    def forward(self, h, attend):
        """Normalise first, each time."""
        z = self.norm1(h)
        parts = [each(z) for each in self.inward]
        parts = parts if len(parts) > 1 else parts[0].chunk(3, dim=-1)
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in parts)
        h = h + self.out(attend(q, k, v).transpose(1, 2).flatten(2))
        return h + self.down(self.opened(self.norm2(h)))

    def opened(self, z):
        """Widen."""
        return F.gelu(self.up(z))


class _Gated(_Block):
    """Attention and three matrices, one of which is a gate."""

    def __init__(self, weights, layer, heads):
        super().__init__(weights, layer, heads)
        self.gate = weights.linear(f"{layer}.gate")

    def opened(self, z):
        """Widen, as far as the gate is open."""
        return F.silu(self.gate(z)) * self.up(z)


class _Vision(nn.Module):
    """The blocks of an encoder, from the patches of an image to logits."""

    def __init__(self, weights, sizes):
        super().__init__()
        self.patches, self.positions = weights.patches("patches"), weights.parameter("positions", (0, 1), (0, 1))
        self.blocks = nn.ModuleList(_Block(weights, layer, sizes["heads"]) for layer in range(sizes["layers"]))
        self.norm, self.head = weights.norm("norm"), weights.linear("head")

    def forward(self, x):
        """Make places of patches, row by row."""
        h = self.patches(x).flatten(2).transpose(1, 2) + self.positions
        for block in self.blocks:
            h = block(h, F.scaled_dot_product_attention)
        return self.head(self.norm(h).mean(dim=1))


class _Resnet(nn.Module):
    """A residual network, from images to logits; `statistics` are what training has left."""

    def __init__(self, weights, layers, statistics=None):
        super().__init__()
        stem, *blocks = layers
        self.stem = weights.convolution("stem", stem["stride"], statistics)
        self.pool = nn.MaxPool2d(3, 2, 1) if stem["pool"] else nn.Identity()
        self.blocks = nn.Sequential(*(_Residual(weights, block, statistics) for block in blocks))
        self.head = weights.linear("head")

    def forward(self, x):
        """Give the logits."""
        h = self.blocks(self.pool(F.relu(self.stem(x), inplace=True)))
        return self.head(h.mean(dim=(2, 3)))


class _Residual(nn.Module):
    """Convolutions, and a way around them."""

    def __init__(self, weights, block, statistics):
        super().__init__()
        self.convolutions = nn.ModuleList(
            weights.convolution(name, block["stride"] if name == block["strided"] else 1, statistics)
            for name in block["convolutions"]
        )
        skip = block["skip"]
        self.skip = weights.convolution(skip, block["stride"], statistics) if skip else nn.Identity()

    def forward(self, h):
        """Apply relu between convolutions, and once both ways have met."""
        *before, last = self.convolutions
        z = h
        for convolution in before:
            z = F.relu(convolution(z), inplace=True)
        return F.relu(last(z) + self.skip(h), inplace=True)


def _stack(weights, name, depth, between):
    """Stack dense layers `name.0`, `name.1`, ..."""
    layers = []
    for layer in range(depth):
        layers += [between(), weights.linear(f"{name}.{layer}")] if layer else [weights.linear(f"{name}.{layer}")]
    return nn.Sequential(*layers)


def _rows(tables, columns):
    """Read a column of indices in each table."""
    return [table(column) for table, column in zip(tables, columns)]  # noqa: B905 - `strict` came with Python 3.10


def _integers(array):
    """Give the 64 bits that PyTorch looks up by."""
    return array.astype(np.int64)


def _tensors(model):
    return [*model.parameters(), *model.buffers()]


def _images(array):
    """Name the axes as PyTorch does; in memory channels stay last."""
    return _put(array).permute(0, 3, 1, 2)


def _put(array):
    return torch.from_numpy(array).to(_here["device"])


def _get(tensor):
    return tensor.detach().cpu().numpy()
