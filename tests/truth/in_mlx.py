"""The models in MLX: modules and optimisers of `mlx`, as they run by default, and each step by `mlx.core.compile`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import mlx.core as mx
import numpy as np
from mlx import nn, optimizers, utils

_here: dict[str, Any] = {}
"""Of the framework's first file: what compiles, and whether it does."""

Batch = dict[str, mx.array]
Built = tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]


class _Trained(NamedTuple):
    """Where training stands; model and optimiser are changed where they are."""

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


def use(framework: Any) -> None:
    """Compile where the framework's first file has chosen to."""
    _here.update(compile=framework.compiled, compiles=framework.compiles())


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int, *, bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.inward = nn.Linear(width, 3 * width, bias=bias)
        self.outward = nn.Linear(width, width, bias=bias)

    def __call__(self, x: mx.array, mask: Any, cache: Any) -> Any:
        parts = (mx.unflatten(part, -1, (self.heads, -1)) for part in mx.split(self.inward(x), 3, axis=-1))
        return self.outward(_attend(parts, mask, cache))


def _attend(parts: Any, mask: Any, cache: Any, turn: Any = None) -> Any:
    """Attend to what stands in a cache too; queries and keys may be turned by their places."""
    q, k, v = (part.transpose(0, 2, 1, 3) for part in parts)
    if turn is not None:
        place = 0 if cache is None else cache.place
        q, k = turn(q, offset=place), turn(k, offset=place)
    if cache is not None:
        k, v = cache.update(k, v)
    y = mx.fast.scaled_dot_product_attention(q, k, v, scale=q.shape[-1] ** -0.5, mask=mask)
    return y.transpose(0, 2, 1, 3).flatten(-2)


class _Block(nn.Module):
    def __init__(self, width: int, heads: int, *, bias: bool) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, bias=bias), nn.LayerNorm(width, bias=bias)
        self.attend = _Attention(width, heads, bias=bias)
        self.up, self.down = nn.Linear(width, 4 * width, bias=bias), nn.Linear(4 * width, width, bias=bias)

    def __call__(self, h: mx.array, mask: Any = None, cache: Any = None) -> Any:
        h = h + self.attend(self.norm1(h), mask, cache)
        return h + self.down(nn.gelu(self.up(self.norm2(h))))


class _GPT(nn.Module):
    def __init__(self, sizes: dict[str, int], length: int) -> None:
        super().__init__()
        width, layers = sizes["width"], sizes["layers"]
        self.tokens, self.positions = nn.Embedding(sizes["vocabulary"], width), nn.Embedding(length, width)
        self.blocks = [_Block(width, sizes["heads"], bias=False) for _ in range(layers)]
        self.norm = nn.LayerNorm(width, bias=False)
        _draw(self)
        for block in self.blocks:
            for back in (block.attend.outward, block.down):
                back.weight = back.weight / math.sqrt(2 * layers)

    def __call__(self, x: mx.array, places: mx.array, mask: Any, caches: Any = None) -> Any:
        h = self.tokens(x) + self.positions(places)
        for number, block in enumerate(self.blocks):
            h = block(h, mask, caches and caches[number])
        return h

    def score(self, h: mx.array) -> Any:
        return self.tokens.as_linear(self.norm(h))


class _Cache:
    """Room for keys and values, of which attention is given what is filled, as in mlx-lm."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._keys, self._values, self.place = mx.zeros(shape), mx.zeros(shape), 0

    def update(self, keys: mx.array, values: mx.array) -> tuple[mx.array, mx.array]:
        begin, self.place = self.place, self.place + keys.shape[2]
        self._keys[..., begin : self.place, :] = keys
        self._values[..., begin : self.place, :] = values
        return self._keys[..., : self.place, :], self._values[..., : self.place, :]


class _WholeCache:
    """The same, but attention is given all of it: what is compiled for one token serves for the next."""

    def __init__(self, place: mx.array, keys: mx.array, values: mx.array) -> None:
        self.place, self.keys, self.values = place, keys, values

    def update(self, keys: mx.array, values: mx.array) -> tuple[mx.array, mx.array]:
        self.keys = mx.slice_update(self.keys, keys, self.place, axes=(2,))
        self.values = mx.slice_update(self.values, values, self.place, axes=(2,))
        return self.keys, self.values


class _Encoder(nn.Module):
    """Blocks that see all of a text but its padding."""

    def __init__(self, sizes: dict[str, int], rate: float = 0.1) -> None:
        super().__init__()
        width = sizes["width"]
        self.tokens, self.positions = nn.Embedding(sizes["vocabulary"], width), nn.Embedding(sizes["sequence"], width)
        self.norm, self.dropout = nn.LayerNorm(width), nn.Dropout(rate)
        self.blocks = [_EncoderBlock(width, sizes["heads"], rate) for _ in range(sizes["layers"])]

    def __call__(self, x: mx.array, mask: mx.array) -> Any:
        h = self.dropout(self.norm(self.tokens(x) + self.positions(mx.arange(x.shape[1]))))
        for block in self.blocks:
            h = block(h, mask[:, None, None, :])
        return h


class _Classifier(nn.Module):
    def __init__(self, sizes: dict[str, int], rate: float = 0.1) -> None:
        super().__init__()
        width = sizes["width"]
        self.encoder, self.dropout = _Encoder(sizes), nn.Dropout(rate)
        self.dense, self.head = nn.Linear(width, width), nn.Linear(width, 2)

    def __call__(self, x: mx.array, mask: mx.array) -> Any:
        first = self.encoder(x, mask)[:, 0]
        return self.head(self.dropout(nn.relu(self.dense(first))))


class _Tagger(nn.Module):
    def __init__(self, sizes: dict[str, int], rate: float = 0.1, tags: int = 9) -> None:
        super().__init__()
        self.encoder, self.dropout, self.head = _Encoder(sizes), nn.Dropout(rate), nn.Linear(sizes["width"], tags)

    def __call__(self, x: mx.array, mask: mx.array) -> Any:
        return self.head(self.dropout(self.encoder(x, mask)))


class _EncoderBlock(nn.Module):
    def __init__(self, width: int, heads: int, rate: float) -> None:
        super().__init__()
        self.attend = nn.MultiHeadAttention(width, heads, bias=True)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.norm1, self.norm2, self.dropout = nn.LayerNorm(width), nn.LayerNorm(width), nn.Dropout(rate)

    def __call__(self, h: mx.array, mask: mx.array) -> Any:
        h = self.norm1(h + self.dropout(self.attend(h, h, h, mask)))
        return self.norm2(h + self.dropout(self.down(nn.gelu(self.up(h)))))


def _draw(model: nn.Module) -> None:
    """Draw weights from a normal distribution; biases are 0."""

    def draw(_: str, module: nn.Module) -> None:
        if isinstance(module, (nn.Linear, nn.Embedding, nn.Conv2d)):
            module.weight = nn.init.normal(std=0.02)(module.weight)
            if "bias" in module:
                module.bias = mx.zeros_like(module.bias)

    model.apply_to_modules(draw)


def gpt_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    return _continuing(_GPT(sizes, sizes["sequence"]), inputs, sizes, rate=1e-3)


def _continuing(model: _GPT | _Llama, inputs: dict[str, Any], sizes: dict[str, int], rate: float) -> Built:
    def loss(batch: Batch) -> Any:
        logits = model.score(model(batch["x"], mx.arange(sizes["sequence"]), "causal"))
        return nn.losses.cross_entropy(logits, batch["y"], reduction="mean")

    return _training(model, _adamw(rate, betas=[0.9, 0.95], decay=0.1), inputs, loss, clip=1.0)


def bert_finetune(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    return _encoding(_Classifier(sizes), inputs)


def tagger_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    return _encoding(_Tagger(sizes), inputs)


def _encoding(model: nn.Module, inputs: dict[str, Any]) -> Built:
    _draw(model)

    def loss(batch: Batch) -> Any:
        return nn.losses.cross_entropy(model(batch["x"], batch["mask"]), batch["y"], reduction="mean")

    return _training(model, _adamw(rate=5e-5, betas=[0.9, 0.999], decay=0.01), inputs, loss, clip=1.0)


def gpt_generate(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    return _generating(_GPT(sizes, sizes["sequence"] + sizes["new_tokens"]), inputs, sizes)


def _generating(
    model: _GPT | _Llama | _Qwen, inputs: dict[str, Any], sizes: dict[str, int], *, group: int = 1, shown: bool = False
) -> Built:
    """Generate, and bring every token over as soon as it is there where somebody is to be shown it."""
    batch, width, layers, heads = (sizes[word] for word in ("batch", "width", "layers", "heads"))
    length = sizes["sequence"] + sizes["new_tokens"]
    room = (batch, heads // group, length, width // heads)
    model.eval()

    def choose(h: mx.array) -> tuple[mx.array, mx.array]:
        logits = model.score(h[:, -1])
        return logits, mx.argmax(logits, axis=-1, keepdims=True)

    def proceed(x: mx.array, place: int, caches: Any) -> Any:
        many = x.shape[1]
        h = model(x, mx.arange(place, place + many), "causal" if many > 1 else None, caches)
        return (*choose(h), place + many, caches)

    def proceed_within(x: mx.array, place: mx.array, kept: Any) -> Any:
        caches = [_WholeCache(place, *pair) for pair in kept]
        places = place + mx.arange(x.shape[1])
        h = model(x, places, mx.arange(length) <= places[:, None], caches)
        return (*choose(h), place + x.shape[1], [(cache.keys, cache.values) for cache in caches])

    compiled = _here["compile"](proceed_within, inputs=model.state)

    def begin() -> tuple[Any, Any, Any]:
        if _here["compiles"]:
            return compiled, mx.array([0]), [(mx.zeros(room), mx.zeros(room)) for _ in range(layers)]
        return proceed, 0, [_Cache(room) for _ in range(layers)]

    def step(state: _Answered) -> _Answered:
        x, tokens = _batch(inputs, state.turn)["x"], []
        following, place, caches = begin()
        for _ in range(sizes["new_tokens"]):
            logits, x, place, caches = following(x, place, caches)
            if shown:
                tokens.append(np.array(x))
            else:
                mx.async_eval(x)
                tokens.append(x)
        answer = np.concatenate(tokens, axis=1) if shown else np.array(mx.concatenate(tokens, axis=1))
        return _Answered(state.weights, state.turn + 1, [np.array(logits), answer])

    return _Answered(model.state), step, _results


class _Residual(nn.Module):
    wider = 1

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm(after)
        self.conv2, self.norm2 = nn.Conv2d(after, after, 3, 1, 1, bias=False), nn.BatchNorm(after)
        self.shortcut: nn.Module = nn.Identity()
        if before != after:
            self.shortcut = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm(after))

    def __call__(self, x: mx.array) -> Any:
        y = nn.relu(self.norm1(self.conv1(x)))
        return nn.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


class _ResNet(nn.Module):
    def __init__(self, stem: list[Any], width: int, blocks: list[int], classes: int, kind: Any = _Residual) -> None:
        super().__init__()
        stages, before = [], width
        for stage, count in enumerate(blocks):
            for block in range(count):
                stages.append(kind(before, width << stage, 2 if stage and not block else 1))
                before = kind.wider * width << stage
        self.features, self.head = nn.Sequential(*stem, *stages), nn.Linear(before, classes)
        self.apply_to_modules(self._draw)

    @staticmethod
    def _draw(_: str, module: nn.Module) -> None:
        if isinstance(module, nn.Conv2d):
            module.weight = nn.init.he_normal()(module.weight, mode="fan_out", gain=math.sqrt(2))

    def __call__(self, x: mx.array) -> Any:
        return self.head(self.features(x).mean(axis=(1, 2)))


def resnet_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    width = sizes["width"]
    stem = [nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm(width), nn.relu]
    model = _ResNet(stem, width, [(sizes["depth"] - 2) // 6] * 3, 10)

    def loss(batch: Batch) -> Any:
        return nn.losses.cross_entropy(model(batch["x"]), batch["y"], reduction="mean")

    return _training(model, optimizers.SGD(0.05, momentum=0.9, weight_decay=5e-4), inputs, loss)


def resnet_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    return _imagenet(inputs, sizes["width"], {18: [2, 2, 2, 2], 34: [3, 4, 6, 3]}[sizes["depth"]], _Residual)


def _imagenet(inputs: dict[str, Any], width: int, blocks: list[int], kind: type[nn.Module]) -> Built:
    mx.random.seed(inputs["seed"])
    stem = [nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm(width), nn.relu, nn.MaxPool2d(3, 2, 1)]
    return _classifying(_ResNet(stem, width, blocks, 1000, kind), inputs)


class _ViT(nn.Module):
    def __init__(self, sizes: dict[str, int], patch: int = 16, classes: int = 1000) -> None:
        super().__init__()
        width = sizes["width"]
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.token = mx.zeros((1, 1, width))
        self.positions = 0.02 * mx.random.normal((1, (sizes["image"] // patch) ** 2 + 1, width))
        self.blocks = [_Block(width, sizes["heads"], bias=True) for _ in range(sizes["layers"])]
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)
        _draw(self)

    def __call__(self, x: mx.array) -> Any:
        h = self.patches(x).flatten(1, 2)
        h = mx.concatenate([mx.broadcast_to(self.token, (len(h), 1, h.shape[2])), h], axis=1) + self.positions
        for block in self.blocks:
            h = block(h)
        return self.head(self.norm(h[:, 0]))


def vit_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    return _classifying(_ViT(sizes), inputs)


class _Crossing(nn.Module):
    """All of DLRM but its tables."""

    def __init__(self, sizes: dict[str, int], features: int = 13) -> None:
        super().__init__()
        hidden, dim = [sizes["mlp_width"]] * sizes["mlp_layers"], sizes["embedding_dim"]
        first, second = np.tril_indices(sizes["tables"] + 1, -1)
        self.bottom = _mlp([features, *hidden, dim], nn.relu)
        self.top = _mlp([dim + len(first), *hidden, 1], nn.relu)
        self._first, self._second = mx.array(first), mx.array(second)

    def __call__(self, numbers: mx.array, picked: mx.array) -> Any:
        first = nn.relu(self.bottom(numbers))
        vectors = mx.concatenate([first[:, None], picked], axis=1)
        products = (vectors @ vectors.swapaxes(1, 2))[:, self._first, self._second]
        return self.top(mx.concatenate([first, products], axis=1)).squeeze(1)


def dlrm_train(inputs: dict[str, Any], sizes: dict[str, int], rate: float = 0.1) -> Built:
    mx.random.seed(inputs["seed"])
    tables, rows = sizes["tables"], sizes["table_rows"]
    table = mx.random.uniform(-(rows**-0.5), rows**-0.5, (tables * rows, sizes["embedding_dim"]))
    model, held, begins = _Crossing(sizes), {"table": table}, rows * mx.arange(tables)
    del table  # what nothing else holds is changed in place
    optimiser = optimizers.SGD(rate)

    def loss(weights: Any, picked: mx.array, batch: Batch) -> Any:
        model.update(weights)
        return nn.losses.binary_cross_entropy(model(batch["numbers"], picked), batch["y"])

    def train(batch: Batch) -> Any:
        places = batch["picks"] + begins
        # By the rows that were picked, not by the table: its gradient would be as large as itself.
        differentiated = mx.value_and_grad(loss, argnums=(0, 1))
        value, (gradients, steep) = differentiated(model.trainable_parameters(), held["table"][places], batch)
        optimiser.update(model, gradients)
        held["table"] = held["table"].at[places].subtract(rate * steep)
        return value

    optimiser.init(model.trainable_parameters())
    return _running(inputs, train, [model.state, held, optimiser.state])


def _tables(count: int, rows: int, dim: int, std: float) -> list[nn.Embedding]:
    tables = [nn.Embedding(rows, dim) for _ in range(count)]
    for table in tables:
        table.weight = nn.init.normal(std=std)(table.weight)
    return tables


class _NeuMF(nn.Module):
    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__()
        rows, dim = sizes["table_rows"], sizes["embedding_dim"]
        widths = [2 * dim, *(sizes["mlp_width"] >> layer for layer in range(sizes["mlp_layers"]))]
        self.tables = _tables(4, rows, dim, std=0.01)
        self.deep, self.head = _mlp(widths, nn.relu), nn.Linear(dim + widths[-1], 1)

    def __call__(self, users: mx.array, items: mx.array) -> Any:
        user1, item1, user2, item2 = (table(rows) for table, rows in zip(self.tables, (users, items) * 2))  # noqa: B905 - Python 3.9
        deep = nn.relu(self.deep(mx.concatenate([user2, item2], axis=1)))
        return self.head(mx.concatenate([user1 * item1, deep], axis=1)).squeeze(1)


def ncf_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    model = _NeuMF(sizes)

    def loss(batch: Batch) -> Any:
        return nn.losses.binary_cross_entropy(model(batch["users"], batch["items"]), batch["y"])

    return _training(model, _adam(), inputs, loss)


def dqn_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    widths = [sizes["width"], *[sizes["mlp_width"]] * sizes["mlp_layers"], sizes["width"] // 2]
    model, target, optimiser = _mlp(widths, nn.relu), _mlp(widths, nn.relu), _adam()
    target.update(model.parameters())
    optimiser.init(model.trainable_parameters())
    replay = {name: array.copy() for name, array in inputs["replay"].items()}
    capacity, carried = len(replay["action"]), [model.state, target.state, optimiser.state]

    choose = _here["compile"](lambda seen: mx.argmax(model(seen), axis=1), inputs=model.state)

    def act(batch: dict[str, Any], turn: int) -> None:
        for number, (explores, random) in enumerate(zip(batch["explores"], batch["random"])):  # noqa: B905 - Python 3.9
            seen, action = batch["seen"][number], random
            if not explores:
                action = choose(mx.array(seen[None])).item()
            place = (turn * len(batch["random"]) + number) % capacity
            replay["seen"][place], replay["next"][place] = seen, batch["seen"][number + 1]
            replay["action"][place], replay["reward"][place], replay["ended"][place] = action, 1, 0

    def loss(batch: Batch, wanted: mx.array) -> Any:
        taken = mx.take_along_axis(model(batch["seen"]), batch["action"][:, None], axis=1).squeeze(1)
        return nn.losses.huber_loss(taken, wanted, reduction="mean")

    differentiated = nn.value_and_grad(model, loss)

    def train(batch: Batch) -> Any:
        best = target(batch["next"]).max(axis=1)
        value, gradients = differentiated(batch, batch["reward"] + 0.99 * (1 - batch["ended"]) * best)
        optimiser.update(model, gradients)
        target.update(
            utils.tree_map(lambda slow, quick: slow + 0.005 * (quick - slow), target.parameters(), model.parameters())
        )
        return value

    return _practising(inputs, act, replay, train, carried)


def _practising(
    inputs: dict[str, Any],
    act: Callable[[dict[str, Any], int], None],
    recalled: dict[str, Any],
    train: Callable[[Batch], Any],
    carried: Any,
) -> Built:
    """Act, then learn from rows of what is kept."""
    learn = _here["compile"](train, inputs=carried, outputs=carried)

    def step(state: _Trained) -> _Trained:
        batch = inputs["batches"][state.turn % len(inputs["batches"])]
        act(batch, state.turn)
        value = learn({name: mx.array(array[batch["rows"]]) for name, array in recalled.items()})
        mx.eval(carried, value)
        return _Trained(carried, state.turn + 1, value)

    return _Trained(carried), step, _loss


def pinn_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    def residual(u: Any, t: mx.array, x: mx.array) -> Any:
        u_x = u_n = _along(u, 1)
        for _ in range(sizes["derivative_order"] - 1):
            u_n = _along(u_n, 1)
        return _along(u, 0)(t, x) + u(t, x) * u_x(t, x) - 0.01 * u_n(t, x)

    return _obeying(residual, inputs, sizes)


def _along(function: Any, argument: int) -> Any:
    """Differentiate at every point by the number that belongs to it."""
    return mx.grad(lambda *point: function(*point).sum(), argnums=argument)


def _obeying(residual: Callable[..., Any], inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    """Train a function of as many numbers as a point has, until nothing is left of its equation."""
    mx.random.seed(inputs["seed"])
    numbers = inputs["batches"][0]["inside"].shape[1]
    model = _mlp([numbers, *[sizes["mlp_width"]] * sizes["mlp_layers"], 1], mx.tanh)
    for layer in model.layers[::2]:
        layer.weight, layer.bias = nn.init.glorot_normal()(layer.weight), mx.zeros_like(layer.bias)

    def u(*point: mx.array) -> Any:
        return model(mx.concatenate(point, axis=1))

    def loss(batch: Batch) -> Any:
        left = residual(u, *mx.split(batch["inside"], numbers, axis=1))
        return left.square().mean() + nn.losses.mse_loss(model(batch["edge"]), batch["value"])

    return _training(model, _adam(), inputs, loss)


def ode_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    f = _mlp([sizes["width"], *[sizes["mlp_width"]] * sizes["mlp_layers"], sizes["width"]], mx.tanh)
    size = 1 / sizes["solver_steps"]

    def loss(batch: Batch) -> Any:
        y, states = batch["start"], []
        for _ in range(sizes["solver_steps"]):
            k1 = f(y)
            k2 = f(y + size / 2 * k1)
            k3 = f(y + size / 2 * k2)
            k4 = f(y + size * k3)
            y = y + size / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            states.append(y)
        return nn.losses.mse_loss(mx.stack(states), batch["path"])

    return _training(f, _adam(), inputs, loss)


class _TurnedAttention(nn.Module):
    group = 1
    """Heads of queries that share one of keys and values."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.width, kept = width // heads, width // self.group
        self.query, self.outward = (nn.Linear(width, width, bias=False) for _ in range(2))
        self.key, self.value = (nn.Linear(width, kept, bias=False) for _ in range(2))
        self.turn = nn.RoPE(self.width)

    def split(self, x: mx.array) -> tuple[mx.array, ...]:
        return tuple(mx.unflatten(dense(x), -1, (-1, self.width)) for dense in (self.query, self.key, self.value))

    def __call__(self, x: mx.array, mask: Any, cache: Any) -> Any:
        return self.outward(_attend(self.split(x), mask, cache, self.turn))


class _GroupedAttention(_TurnedAttention):
    """Normalises queries and keys before it turns them."""

    group = 2

    def __init__(self, width: int, heads: int) -> None:
        super().__init__(width, heads)
        self.norm_q, self.norm_k = nn.RMSNorm(self.width), nn.RMSNorm(self.width)

    def split(self, x: mx.array) -> tuple[mx.array, ...]:
        q, k, v = super().split(x)
        return self.norm_q(q), self.norm_k(k), v


class _GatedBlock(nn.Module):
    def __init__(self, attend: _TurnedAttention, width: int, hidden: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.RMSNorm(width), nn.RMSNorm(width)
        self.attend = attend
        self.gate, self.up = (nn.Linear(width, hidden, bias=False) for _ in range(2))
        self.down = nn.Linear(hidden, width, bias=False)

    def __call__(self, h: mx.array, mask: Any, cache: Any) -> Any:
        h = h + self.attend(self.norm1(h), mask, cache)
        z = self.norm2(h)
        return h + self.down(nn.silu(self.gate(z)) * self.up(z))


class _Turning(nn.Module):
    def __init__(self, sizes: dict[str, int], attention: type[_TurnedAttention], hidden: int) -> None:
        super().__init__()
        width, heads = sizes["width"], sizes["heads"]
        self.tokens, self.norm = nn.Embedding(sizes["vocabulary"], width), nn.RMSNorm(width)
        self.blocks = [_GatedBlock(attention(width, heads), width, hidden) for _ in range(sizes["layers"])]

    def __call__(self, x: mx.array, _places: mx.array, mask: Any, caches: Any = None) -> Any:
        """Take what a GPT takes, though places are known to the caches."""
        h = self.tokens(x)
        for number, block in enumerate(self.blocks):
            h = block(h, mask, caches and caches[number])
        return h


class _Llama(_Turning):
    def __init__(self, sizes: dict[str, int]) -> None:
        width = sizes["width"]
        super().__init__(sizes, _TurnedAttention, -(-8 * width // 96) * 32)  # 8 / 3, rounded up
        self.head = nn.Linear(width, sizes["vocabulary"], bias=False)
        _draw(self)

    def score(self, h: mx.array) -> Any:
        return self.head(self.norm(h))


class _Qwen(_Turning):
    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__(sizes, _GroupedAttention, 3 * sizes["width"])
        _draw(self)

    def score(self, h: mx.array) -> Any:
        return self.tokens.as_linear(self.norm(h))


def llama_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    return _continuing(_Llama(sizes), inputs, sizes, rate=3e-4)


def llama_chat(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    return _generating(_Llama(sizes), inputs, sizes, shown=True)


def qwen_finetune(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    model, places = _Qwen(sizes), mx.arange(sizes["sequence"])

    def loss(batch: Batch) -> Any:
        visible = (places <= places[:, None]) & batch["mask"][:, None, None, :]
        losses = nn.losses.cross_entropy(model.score(model(batch["x"], places, visible)), batch["y"])
        return (losses * batch["answer"]).sum() / batch["answer"].sum()

    return _training(model, _adamw(rate=2e-5, betas=[0.9, 0.999], decay=0.01), inputs, loss, clip=1.0)


def qwen_chat(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    return _generating(_Qwen(sizes), inputs, sizes, group=_GroupedAttention.group, shown=True)


def vit_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    model = _ViT(sizes, sizes["image"] // math.isqrt(sizes["sequence"]), classes=10)

    def loss(batch: Batch) -> Any:
        return nn.losses.cross_entropy(model(batch["x"]), batch["y"], reduction="mean")

    optimiser = _adamw(rate=1e-3, betas=[0.9, 0.999], decay=0.05, lasting=("token", "positions"))
    return _training(model, optimiser, inputs, loss)


class _Bottleneck(nn.Module):
    wider = 4

    def __init__(self, before: int, width: int, stride: int) -> None:
        super().__init__()
        after = self.wider * width
        self.conv1, self.norm1 = nn.Conv2d(before, width, 1, bias=False), nn.BatchNorm(width)
        self.conv2, self.norm2 = nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm(width)
        self.conv3, self.norm3 = nn.Conv2d(width, after, 1, bias=False), nn.BatchNorm(after)
        self.shortcut: nn.Module = nn.Identity()
        if before != after:
            self.shortcut = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm(after))

    def __call__(self, x: mx.array) -> Any:
        y = nn.relu(self.norm1(self.conv1(x)))
        y = nn.relu(self.norm2(self.conv2(y)))
        return nn.relu(self.norm3(self.conv3(y)) + self.shortcut(x))


def bottleneck_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    return _imagenet(inputs, sizes["width"], {50: [3, 4, 6, 3]}[sizes["depth"]], _Bottleneck)


class _Towers(nn.Module):
    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__()
        rows, dim = sizes["table_rows"], sizes["embedding_dim"]
        self.tables = _tables(2, rows, dim, std=0.05)
        self.towers = [_mlp([dim, *[sizes["mlp_width"]] * sizes["mlp_layers"], dim], nn.relu) for _ in range(2)]

    def __call__(self, *picks: mx.array) -> Any:
        sides = zip(self.towers, self.tables, picks)  # noqa: B905 - Python 3.9
        users, items = (tower(table(rows)) for tower, table, rows in sides)
        return users @ items.T


def towers_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    model = _Towers(sizes)

    def loss(batch: Batch) -> Any:
        own = mx.arange(len(batch["users"]))
        return nn.losses.cross_entropy(model(batch["users"], batch["items"]), own, reduction="mean")

    return _training(model, _adam(), inputs, loss)


class _Actor(nn.Module):
    """Gives the log-probabilities of all actions, and the value."""

    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__()
        widths = [sizes["width"], *[sizes["mlp_width"]] * sizes["mlp_layers"]]
        self.policy, self.value = _mlp([*widths, sizes["width"] // 2], mx.tanh), _mlp([*widths, 1], mx.tanh)

    def __call__(self, seen: mx.array) -> Any:
        return nn.log_softmax(self.policy(seen)), self.value(seen).squeeze(1)


def ppo_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    model, optimiser = _Actor(sizes), _adam(rate=3e-4, eps=1e-5)
    rollout = {name: array.copy() for name, array in inputs["rollout"].items()}
    capacity = len(rollout["action"])

    consult = _here["compile"](model, inputs=model.state)

    def act(batch: dict[str, Any], turn: int) -> None:
        for number, (seen, chance) in enumerate(zip(batch["seen"], batch["chance"])):  # noqa: B905 - Python 3.9
            consulted = consult(mx.array(seen[None]))
            mx.eval(consulted)
            (logs,), (value,) = map(np.array, consulted)
            action = min(np.searchsorted(np.exp(logs).cumsum(), chance, side="right"), len(logs) - 1)
            place = (turn * len(batch["chance"]) + number) % capacity
            rollout["seen"][place], rollout["action"][place] = seen, action
            rollout["chosen"][place], rollout["value"][place] = logs[action], value

    def loss(batch: Batch) -> Any:
        logs, value = model(batch["seen"])
        ratio = mx.exp(mx.take_along_axis(logs, batch["action"][:, None], axis=1).squeeze(1) - batch["chosen"])
        gain = mx.minimum(ratio * batch["advantage"], mx.clip(ratio, 0.8, 1.2) * batch["advantage"])
        entropy = -(mx.exp(logs) * logs).sum(axis=1)
        return -gain.mean() + 0.5 * nn.losses.mse_loss(value, batch["wanted"]) - 0.01 * entropy.mean()

    recalled = {name: rollout[name] for name in ("seen", "action", "chosen", "advantage", "wanted")}
    train = _updating(model, optimiser, loss, clip=0.5)
    return _practising(inputs, act, recalled, train, [model.state, optimiser.state])


def heat_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    def residual(u: Any, *point: mx.array) -> Any:
        u_xx, u_yy = (_along(_along(u, axis), axis)(*point) for axis in (1, 2))
        return _along(u, 0)(*point) - 0.1 * (u_xx + u_yy)

    return _obeying(residual, inputs, sizes)


def _mlp(widths: list[int], activation: Callable[[Any], Any]) -> nn.Sequential:
    """Join dense layers, with an activation between."""
    layers: list[Any] = []
    for before, after in zip(widths, widths[1:]):  # noqa: B905, RUF007 - Python 3.9
        layers += [nn.Linear(before, after), activation]
    return nn.Sequential(*layers[:-1])


def _adam(rate: float = 1e-3, eps: float = 1e-8) -> optimizers.Optimizer:
    return optimizers.Adam(rate, betas=[0.9, 0.999], eps=eps, bias_correction=True)


def _adamw(rate: float, betas: list[float], decay: float, lasting: tuple[str, ...] = ()) -> optimizers.Optimizer:
    """Let only matrices decay, but for those that are named as lasting."""
    decaying = optimizers.AdamW(rate, betas, 1e-8, weight_decay=decay, bias_correction=True)
    others = optimizers.Adam(rate, betas, 1e-8, bias_correction=True)
    return optimizers.MultiOptimizer([decaying, others], [lambda name, param: param.ndim >= 2 and name not in lasting])


def _training(
    model: nn.Module, optimiser: Any, inputs: dict[str, Any], loss: Callable[[Batch], Any], clip: float = 0.0
) -> Built:
    train = _updating(model, optimiser, loss, clip)
    return _running(inputs, train, [model.state, optimiser.state, mx.random.state])


def _updating(model: nn.Module, optimiser: Any, loss: Callable[[Batch], Any], clip: float) -> Callable[[Batch], Any]:
    optimiser.init(model.trainable_parameters())
    differentiated = nn.value_and_grad(model, loss)

    def train(batch: Batch) -> Any:
        value, gradients = differentiated(batch)
        if clip:
            gradients, _ = optimizers.clip_grad_norm(gradients, clip)
        optimiser.update(model, gradients)
        return value

    return train


def _running(inputs: dict[str, Any], train: Callable[[Batch], Any], carried: Any) -> Built:
    """Evaluate after every step, as a training loop has to."""
    compiled = _here["compile"](train, inputs=carried, outputs=carried)

    def step(state: _Trained) -> _Trained:
        batch = _batch(inputs, state.turn)
        value = compiled(batch)
        mx.eval(carried, value)
        return _Trained(carried, state.turn + 1, value, _image(batch))

    return _Trained(carried), step, _loss


def _classifying(model: nn.Module, inputs: dict[str, Any]) -> Built:
    model.eval()
    compiled = _here["compile"](model, inputs=model.state)

    def step(state: _Answered) -> _Answered:
        batch = _batch(inputs, state.turn)
        return _Answered(state.weights, state.turn + 1, [np.array(compiled(batch["x"]))], _image(batch))

    return _Answered(model.state), step, _results


def _batch(inputs: dict[str, Any], turn: int) -> Batch:
    """Bring over the batch whose turn it is."""
    batches = inputs["batches"]
    return {name: mx.array(array) for name, array in batches[turn % len(batches)].items()}


def _image(batch: Batch) -> mx.array | None:
    x = batch.get("x")
    return x if x is not None and x.ndim == 4 else None


def _loss(state: _Trained) -> list[Any]:
    return [] if state.loss is None else [np.array(state.loss)]


def _results(state: _Answered) -> Any:
    return state.results
