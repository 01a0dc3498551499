"""The models in MXNet: Gluon blocks, hybridized, with the loss inside the graph, and Gluon's trainer."""

# ruff: noqa: N803 - Gluon calls what operations are taken from `F`

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon
from mxnet.gluon import nn
from mxnet.gluon.model_zoo.vision import BasicBlockV1

NOT_APPLICABLE = {
    "MXNet differentiates a matrix product twice at most; training through its second derivative takes three times": (
        "pinn_train",
        "heat_train",
    )
}

_here: dict[str, Any] = {}
"""Of the framework's first file: the context."""

_HIDDEN = -1e9
"""What is added to a score of which nothing is to be left."""

Built = tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]


class _Trained(NamedTuple):
    """Where training stands; the trainer writes into the parameters."""

    params: list[Any]
    turn: int = 0
    loss: Any = None
    image: Any = None


class _Answered(NamedTuple):
    """What inference has brought back."""

    params: list[Any]
    turn: int = 0
    results: Any = None
    image: Any = None


def use(framework: Any) -> None:
    """Run where the framework's first file has chosen."""
    _here.update(framework._here)


class _AdamW(mx.optimizer.Optimizer):
    """AdamW, some parameters at once as in GluonNLP: of MXNet itself is the operation alone."""

    def __init__(self, learning_rate: float, beta1: float, beta2: float, epsilon: float = 1e-8, **more: Any) -> None:
        super().__init__(learning_rate=learning_rate, **more)
        self.betas, self.epsilon = (beta1, beta2), epsilon
        self.aggregate_num = 4  # as of SGD; on processors more at once are slower

    def create_state(self, index: int, weight: Any) -> Any:  # noqa: ARG002 - the base class's signature
        return mx.nd.zeros_like(weight), mx.nd.zeros_like(weight)

    def update_multi_precision(self, index: Any, weight: Any, grad: Any, state: Any) -> None:
        self._update_count(index)
        beta1, beta2 = self.betas
        rates, steps, decays = self._get_lrs(index), [], []
        for number, rate, decay in zip(index, rates, self._get_wds(index)):  # noqa: B905 - Python 3.9
            count = self._index_update_count[number]
            steps.append(rate * math.sqrt(1 - beta2**count) / (1 - beta1**count))
            decays.append(rate * decay)
        means, variances = zip(*state)  # noqa: B905 - Python 3.9
        constants = {"beta1": beta1, "beta2": beta2, "epsilon": self.epsilon}
        places = {"lrs": steps, "wds": decays, "etas": [1.0] * len(index), "out": weight}
        mx.nd.contrib.multi_adamw_update(weight, grad, means, variances, self.rescale_grad, **places, **constants)


class _SelfAttention(nn.HybridBlock):
    """Attends over (place, text, width), by the operations that take queries, keys and values as one array."""

    def __init__(self, width: int, heads: int, leaving: Any = None, *, bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.inward = nn.Dense(3 * width, flatten=False, use_bias=bias)
        self.outward = nn.Dense(width, flatten=False, use_bias=bias, weight_initializer=leaving)

    def hybrid_forward(self, F: Any, x: Any, *mask: Any) -> Any:
        together = self.inward(x)
        scores = F.contrib.interleaved_matmul_selfatt_qk(together, heads=self.heads)
        if mask:
            scores = F.broadcast_add(scores, *mask)
        y = F.contrib.interleaved_matmul_selfatt_valatt(together, F.softmax(scores), heads=self.heads)
        return self.outward(y)


class _CachedAttention(_SelfAttention):
    """Attends to what stands in its cache, into which it writes what is new."""

    def hybrid_forward(self, F: Any, x: Any, mask: Any, places: Any, cache: Any) -> Any:
        together = F.reshape(self.inward(x), (0, 0, self.heads, 3, -1))
        q = F.reshape(F.slice_axis(together, axis=3, begin=0, end=1), (0, 0, -1))
        new = F.reshape(F.slice_axis(together, axis=3, begin=1, end=3), (0, 0, -1))
        cache = F.contrib.index_copy(cache, places, new)
        scores = F.contrib.interleaved_matmul_encdec_qk(q, cache, heads=self.heads)
        weights = F.softmax(F.broadcast_add(scores, mask))
        y = F.contrib.interleaved_matmul_encdec_valatt(cache, weights, heads=self.heads)
        return self.outward(y), cache


class _Normalising(nn.HybridBlock):
    """A block that normalises first, made of `norm1`, `attend`, `norm2` and `mlp`; a cache comes out as it went in."""

    def hybrid_forward(self, F: Any, h: Any, *context: Any) -> Any:  # noqa: ARG002 - Gluon's own signature
        attended = self.attend(self.norm1(h), *context)
        attended, *cache = attended if isinstance(attended, tuple) else (attended,)
        h = h + attended
        h = h + self.mlp(self.norm2(h))
        return (h, *cache) if cache else h


class _Block(_Normalising):
    def __init__(self, attend: nn.HybridBlock, width: int, leaving: Any = None, *, bias: bool) -> None:
        super().__init__()
        self.norm1, self.attend, self.norm2 = nn.LayerNorm(center=bias), attend, nn.LayerNorm(center=bias)
        self.mlp = nn.HybridSequential()
        self.mlp.add(
            nn.Dense(4 * width, flatten=False, use_bias=bias),
            nn.GELU(),
            nn.Dense(width, flatten=False, use_bias=bias, weight_initializer=leaving),
        )


class _GPT(nn.HybridBlock):
    def __init__(self, sizes: dict[str, int], length: int, attention: type[_SelfAttention]) -> None:
        super().__init__()
        width, layers, vocabulary = sizes["width"], sizes["layers"], sizes["vocabulary"]
        leaving = mx.init.Normal(0.02 / math.sqrt(2 * layers))
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = self.params.get("positions", shape=(length, width), init=mx.init.Normal(0.02))
        self.hidden = self.params.get_constant("hidden", _causal(length))
        self.blocks = nn.HybridSequential()
        for _ in range(layers):
            attend = attention(width, sizes["heads"], leaving, bias=False)
            self.blocks.add(_Block(attend, width, leaving, bias=False))
        self.norm = nn.LayerNorm(center=False)
        self.head = nn.Dense(vocabulary, flatten=False, use_bias=False, in_units=width, params=self.tokens.params)


def _causal(length: int) -> Any:
    return np.triu(np.full((length, length), _HIDDEN, np.float32), 1)


class _TrainedGPT(_GPT):
    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__(sizes, sizes["sequence"], _SelfAttention)
        self.loss = gluon.loss.SoftmaxCrossEntropyLoss()

    def hybrid_forward(self, F: Any, x: Any, y: Any, positions: Any, hidden: Any) -> Any:
        h = F.broadcast_add(self.tokens(F.transpose(x)), F.expand_dims(positions, 1))
        mask = F.expand_dims(hidden, 0)
        for block in self.blocks:
            h = block(h, mask)
        return F.mean(self.loss(self.head(self.norm(h)), F.transpose(y)))


class _GeneratingGPT(_GPT):
    """Gives logits, the token that they favour, and the caches, which it is given too."""

    def __init__(self, sizes: dict[str, int], length: int) -> None:
        super().__init__(sizes, length, _CachedAttention)

    def hybrid_forward(self, F: Any, x: Any, places: Any, *caches: Any, positions: Any, hidden: Any) -> Any:
        h = F.broadcast_add(self.tokens(F.transpose(x)), F.expand_dims(F.take(positions, places), 1))
        return _follow(F, self, h, caches, F.expand_dims(F.take(hidden, places), 0), places)


def _follow(F: Any, model: Any, h: Any, caches: Any, *context: Any) -> Any:
    after = []
    for block, before in zip(model.blocks, caches):  # noqa: B905 - Python 3.9
        h, cache = block(h, *context, before)
        after.append(cache)
    last = F.reshape(F.slice_axis(h, axis=0, begin=-1, end=None), (-3, 0))
    logits = model.head(model.norm(last))
    return (logits, F.cast(F.argmax(logits, axis=-1, keepdims=True), "int32"), *after)


class _Encoder(nn.HybridBlock):
    """Blocks that see all of a text but its padding."""

    def __init__(self, sizes: dict[str, int], rate: float = 0.1) -> None:
        super().__init__()
        width = sizes["width"]
        self.tokens = nn.Embedding(sizes["vocabulary"], width)
        self.positions = self.params.get("positions", shape=(sizes["sequence"], width), init=mx.init.Normal(0.02))
        self.norm, self.dropout = nn.LayerNorm(), nn.Dropout(rate)
        self.blocks = nn.HybridSequential()
        for _ in range(sizes["layers"]):
            self.blocks.add(_EncoderBlock(width, sizes["heads"], rate))

    def hybrid_forward(self, F: Any, x: Any, mask: Any, positions: Any) -> Any:
        h = self.dropout(self.norm(F.broadcast_add(self.tokens(x), F.expand_dims(positions, 0))))
        hidden = F.reshape((1 - mask) * _HIDDEN, (0, 1, 1, -1))
        for block in self.blocks:
            h = block(h, hidden)
        return h


class _Classifier(nn.HybridBlock):
    """Gives the loss."""

    def __init__(self, sizes: dict[str, int], rate: float = 0.1) -> None:
        super().__init__()
        self.encoder, self.head = _Encoder(sizes), nn.HybridSequential()
        self.head.add(nn.Dense(sizes["width"], activation="relu"), nn.Dropout(rate), nn.Dense(2))
        self.loss = gluon.loss.SoftmaxCrossEntropyLoss()

    def hybrid_forward(self, F: Any, x: Any, mask: Any, y: Any) -> Any:
        first = F.reshape(F.slice_axis(self.encoder(x, mask), axis=1, begin=0, end=1), (0, -1))
        return F.mean(self.loss(self.head(first), y))


class _Tagger(nn.HybridBlock):
    """Gives the loss."""

    def __init__(self, sizes: dict[str, int], rate: float = 0.1, tags: int = 9) -> None:
        super().__init__()
        self.encoder, self.dropout, self.head = _Encoder(sizes), nn.Dropout(rate), nn.Dense(tags, flatten=False)
        self.loss = gluon.loss.SoftmaxCrossEntropyLoss()

    def hybrid_forward(self, F: Any, x: Any, mask: Any, y: Any) -> Any:
        return F.mean(self.loss(self.head(self.dropout(self.encoder(x, mask))), y))


class _EncoderBlock(nn.HybridBlock):
    def __init__(self, width: int, heads: int, rate: float) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.outward = (nn.Dense(width, flatten=False) for _ in range(4))
        self.mlp = nn.HybridSequential()
        self.mlp.add(nn.Dense(4 * width, flatten=False), nn.GELU(), nn.Dense(width, flatten=False))
        self.norm1, self.norm2, self.dropout = nn.LayerNorm(), nn.LayerNorm(), nn.Dropout(rate)

    def hybrid_forward(self, F: Any, h: Any, hidden: Any) -> Any:
        def part(x: Any) -> Any:
            x = F.transpose(F.reshape(x, (0, 0, self.heads, -1)), (0, 2, 1, 3))
            return F.reshape(x, (-1, 0, 0), reverse=True)

        q, k, v = part(self.query(h)), part(self.key(h)), part(self.value(h))
        scores = F.batch_dot(F.contrib.div_sqrt_dim(q), k, transpose_b=True)
        scores = F.broadcast_add(F.reshape(scores, (-4, -1, self.heads, 0, 0)), hidden)
        y = F.batch_dot(F.reshape(F.softmax(scores), (-3, 0, 0)), v)
        y = F.transpose(F.reshape(y, (-4, -1, self.heads, 0, 0)), (0, 2, 1, 3))
        h = self.norm1(h + self.dropout(self.outward(F.reshape(y, (0, 0, -1)))))
        return self.norm2(h + self.dropout(self.mlp(h)))


def gpt_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    model = _TrainedGPT(sizes)
    model.initialize(mx.init.Normal(0.02), ctx=_here["context"])
    return _training(model, _AdamW(1e-3, 0.9, 0.95, wd=0.1), inputs, clip=1.0)


def bert_finetune(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    return _encoding(_Classifier(sizes), inputs)


def tagger_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    return _encoding(_Tagger(sizes), inputs)


def _encoding(model: nn.HybridBlock, inputs: dict[str, Any]) -> Built:
    model.initialize(mx.init.Normal(0.02), ctx=_here["context"])
    return _training(model, _AdamW(5e-5, 0.9, 0.999, wd=0.01), inputs, clip=1.0)


class _Apart(nn.HybridBlock):
    """A block once more, with the same parameters and a graph of its own: a static graph is for one shape."""

    def __init__(self, block: nn.HybridBlock) -> None:
        super().__init__()
        self.block = block

    def hybrid_forward(self, F: Any, *args: Any) -> Any:  # noqa: ARG002 - Gluon's own signature
        return self.block(*args)


def gpt_generate(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    return _generating(_GeneratingGPT(sizes, sizes["sequence"] + sizes["new_tokens"]), inputs, sizes)


def _generating(
    model: nn.HybridBlock, inputs: dict[str, Any], sizes: dict[str, int], *, group: int = 1, shown: bool = False
) -> Built:
    """Generate, and bring every token over as soon as it is there where somebody is to be shown it."""
    prompt, length = sizes["sequence"], sizes["sequence"] + sizes["new_tokens"]
    model.initialize(mx.init.Normal(0.02), ctx=_here["context"])
    shape = (length, sizes["batch"], 2 * sizes["width"] // group)
    empty = [mx.nd.zeros(shape, ctx=_here["context"]) for _ in range(sizes["layers"])]
    places = [_put(np.arange(prompt)), *(_put(np.array([place])) for place in range(prompt, length - 1))]
    model(_batch(inputs, 0)["x"], places[0], *empty)
    first, further = _hybrid(_Apart(model)), _hybrid(_Apart(model))

    def step(state: _Answered) -> _Answered:
        x, caches, tokens = _batch(inputs, state.turn)["x"], empty, []
        for here in places:
            follow = further if tokens else first
            logits, x, *caches = follow(x, here, *caches)
            tokens.append(x.asnumpy() if shown else x)
        answer = np.concatenate(tokens, axis=1) if shown else mx.nd.concat(*tokens, dim=1).asnumpy()
        return _Answered(state.params, state.turn + 1, [logits.asnumpy(), answer])

    return _Answered(_params(model)), step, _results


def _resnet(
    stem: list[nn.HybridBlock], width: int, blocks: list[int], classes: int, kind: Any = BasicBlockV1
) -> nn.HybridSequential:
    model, before, wider = nn.HybridSequential(), width, getattr(kind, "wider", 1)
    model.add(*stem)
    for stage, count in enumerate(blocks):
        for block in range(count):
            after = wider * width << stage
            model.add(kind(after, 2 if stage and not block else 1, before != after, before))
            before = after
    model.add(nn.GlobalAvgPool2D(), nn.Dense(classes, weight_initializer="uniform"))
    model.initialize(mx.init.MSRAPrelu("out", slope=0), ctx=_here["context"])
    return model


class _Judged(nn.HybridBlock):
    """A network with its loss."""

    def __init__(self, network: nn.HybridBlock, loss: nn.HybridBlock) -> None:
        super().__init__()
        self.network, self.loss = network, loss

    def hybrid_forward(self, F: Any, *args: Any) -> Any:
        *given, wanted = args
        return F.mean(self.loss(self.network(*given), wanted))


def resnet_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    width = sizes["width"]
    stem = [nn.Conv2D(width, 3, 1, 1, use_bias=False, in_channels=3), nn.BatchNorm(), nn.Activation("relu")]
    model = _resnet(stem, width, [(sizes["depth"] - 2) // 6] * 3, 10)
    optimiser = mx.optimizer.SGD(learning_rate=0.05, momentum=0.9, wd=5e-4)
    return _training(_Judged(model, gluon.loss.SoftmaxCrossEntropyLoss()), optimiser, inputs)


def resnet_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    return _imagenet(inputs, sizes["width"], {18: [2, 2, 2, 2], 34: [3, 4, 6, 3]}[sizes["depth"]], BasicBlockV1)


def _imagenet(inputs: dict[str, Any], width: int, blocks: list[int], kind: Any) -> Built:
    mx.random.seed(inputs["seed"])
    stem = [nn.Conv2D(width, 7, 2, 3, use_bias=False, in_channels=3), nn.BatchNorm(), nn.Activation("relu")]
    return _classifying(_resnet([*stem, nn.MaxPool2D(3, 2, 1)], width, blocks, 1000, kind), inputs)


class _ViT(nn.HybridBlock):
    def __init__(self, sizes: dict[str, int], patch: int = 16, classes: int = 1000) -> None:
        super().__init__()
        width, length = sizes["width"], (sizes["image"] // patch) ** 2 + 1
        self.patches = nn.Conv2D(width, patch, patch, in_channels=3)
        self.token = self.params.get("token", shape=(1, 1, width), init="zeros", wd_mult=0.0)
        self.positions = self.params.get("positions", shape=(length, 1, width), init=mx.init.Normal(0.02), wd_mult=0.0)
        self.blocks = nn.HybridSequential()
        for _ in range(sizes["layers"]):
            self.blocks.add(_Block(_SelfAttention(width, sizes["heads"], bias=True), width, bias=True))
        self.norm, self.head = nn.LayerNorm(), nn.Dense(classes)

    def hybrid_forward(self, F: Any, x: Any, token: Any, positions: Any) -> Any:
        h = F.transpose(F.reshape(self.patches(x), (0, 0, -1)), (2, 0, 1))
        token = F.broadcast_like(token, h, lhs_axes=(1,), rhs_axes=(1,))
        h = self.blocks(F.broadcast_add(F.concat(token, h, dim=0), positions))
        return self.head(self.norm(F.reshape(F.slice_axis(h, axis=0, begin=0, end=1), (-3, 0))))


def vit_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    model = _ViT(sizes)
    model.initialize(mx.init.Normal(0.02), ctx=_here["context"])
    return _classifying(model, inputs)


def _tables(count: int, rows: int, dim: int, draw: mx.init.Initializer) -> nn.HybridSequential:
    tables = nn.HybridSequential()
    tables.add(*(nn.Embedding(rows, dim, weight_initializer=draw, sparse_grad=True) for _ in range(count)))
    return tables


class _DLRM(nn.HybridBlock):
    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__()
        tables, rows, dim = sizes["tables"], sizes["table_rows"], sizes["embedding_dim"]
        hidden = [sizes["mlp_width"]] * sizes["mlp_layers"]
        self.tables = _tables(tables, rows, dim, mx.init.Uniform(rows**-0.5))
        self.bottom, self.top = _mlp([*hidden, dim], "relu", last="relu"), _mlp([*hidden, 1], "relu")
        one, other = np.tril_indices(tables + 1, -1)
        self.pairs = self.params.get_constant("pairs", (one * (tables + 1) + other).astype(np.float32))

    def hybrid_forward(self, F: Any, numbers: Any, picks: Any, pairs: Any) -> Any:
        first = self.bottom(numbers)
        rows = F.split(picks, num_outputs=len(self.tables), axis=1, squeeze_axis=True)
        picked = [table(row) for table, row in zip(self.tables, rows)]  # noqa: B905 - Python 3.9
        vectors = F.stack(first, *picked, axis=1)
        products = F.batch_dot(vectors, vectors, transpose_b=True)
        products = F.transpose(F.take(F.transpose(F.reshape(products, (0, -1))), pairs))  # by rows it takes quickest
        return self.top(F.concat(first, products, dim=1))


def dlrm_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    model = _Judged(_DLRM(sizes), gluon.loss.SigmoidBinaryCrossEntropyLoss())
    model.initialize(ctx=_here["context"])
    return _training(model, mx.optimizer.SGD(learning_rate=0.1), inputs)


class _NeuMF(nn.HybridBlock):
    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__()
        widths = [sizes["mlp_width"] >> layer for layer in range(sizes["mlp_layers"])]
        self.tables = _tables(4, sizes["table_rows"], sizes["embedding_dim"], mx.init.Normal(0.01))
        self.deep, self.head = _mlp(widths, "relu", last="relu"), nn.Dense(1)

    def hybrid_forward(self, F: Any, users: Any, items: Any) -> Any:
        rows = (users, items) * 2
        user1, item1, user2, item2 = (table(row) for table, row in zip(self.tables, rows))  # noqa: B905 - Python 3.9
        return self.head(F.concat(user1 * item1, self.deep(F.concat(user2, item2, dim=1)), dim=1))


def ncf_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    model = _Judged(_NeuMF(sizes), gluon.loss.SigmoidBinaryCrossEntropyLoss())
    model.initialize(ctx=_here["context"])
    return _training(model, mx.optimizer.Adam(1e-3), inputs)


class _Learning(nn.HybridBlock):
    """How far the values of what was done are from what they should be."""

    def __init__(self, network: nn.HybridBlock, target: nn.HybridBlock) -> None:
        super().__init__()
        self.network, self.target, self.loss = network, target, gluon.loss.HuberLoss()

    def hybrid_forward(self, F: Any, *recalled: Any) -> Any:
        seen, action, reward, after, ended = recalled
        best = F.max(self.target(after), axis=1)
        wanted = F.BlockGrad(reward + 0.99 * (1 - ended) * best)
        return F.mean(self.loss(F.pick(self.network(seen), action), wanted))


def dqn_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    widths = [*[sizes["mlp_width"]] * sizes["mlp_layers"], sizes["width"] // 2]
    model, target = _mlp(widths, "relu"), _mlp(widths, "relu")
    learning = _Learning(model, target)
    learning.initialize(ctx=_here["context"])
    target.collect_params().setattr("grad_req", "null")
    replay = {name: array.copy() for name, array in inputs["replay"].items()}
    capacity = len(replay["action"])

    def recall(rows: Any) -> list[Any]:
        return [_put(replay[name][rows]) for name in ("seen", "action", "reward", "next", "ended")]

    learning(*recall(inputs["batches"][0]["rows"]))
    quick, slow = _params(model), _params(target)
    for one, other in zip(slow, quick):  # noqa: B905 - Python 3.9
        other.copyto(one)
    learning, values = _hybrid(learning), _hybrid(_Apart(model))
    trainer = gluon.Trainer(model.collect_params(), "adam", {"learning_rate": 1e-3})

    def act(batch: dict[str, Any], turn: int) -> None:
        for number, (explores, random) in enumerate(zip(batch["explores"], batch["random"])):  # noqa: B905 - Python 3.9
            seen, action = batch["seen"][number], random
            if not explores:
                action = values(_put(seen[None])).asnumpy().argmax()
            place = (turn * len(batch["random"]) + number) % capacity
            replay["seen"][place], replay["next"][place] = seen, batch["seen"][number + 1]
            replay["action"][place], replay["reward"][place], replay["ended"][place] = action, 1, 0

    def step(state: _Trained) -> _Trained:
        batch = inputs["batches"][state.turn % len(inputs["batches"])]
        act(batch, state.turn)
        loss = _improve(trainer, learning, recall(batch["rows"]))
        for one, other in zip(slow, quick):  # noqa: B905 - Python 3.9
            one += 0.005 * (other - one)  # noqa: PLW2901 - in place
        return _Trained(state.params, state.turn + 1, loss)

    return _Trained([*quick, *slow]), step, _loss


class _Path(nn.HybridBlock):
    def __init__(self, f: nn.HybridBlock, steps: int) -> None:
        super().__init__()
        self.f, self.steps = f, steps

    def hybrid_forward(self, F: Any, y: Any, path: Any) -> Any:
        f, size, states = self.f, 1 / self.steps, []
        for _ in range(self.steps):
            k1 = f(y)
            k2 = f(y + size / 2 * k1)
            k3 = f(y + size / 2 * k2)
            k4 = f(y + size * k3)
            y = y + size / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            states.append(y)
        return F.mean(F.square(F.stack(*states) - path))


def ode_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    f = _mlp([*[sizes["mlp_width"]] * sizes["mlp_layers"], sizes["width"]], "tanh")
    model = _Path(f, sizes["solver_steps"])
    model.initialize(ctx=_here["context"])
    return _training(model, mx.optimizer.Adam(1e-3), inputs)


class _RMSNorm(nn.HybridBlock):
    def __init__(self, width: int, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.scale = self.params.get("scale", shape=(width,), init="ones")

    def hybrid_forward(self, F: Any, x: Any, scale: Any) -> Any:
        square = F.mean(F.square(x), axis=-1, keepdims=True)
        return F.broadcast_mul(F.broadcast_mul(x, F.rsqrt(square + self.epsilon)), scale)


class _TurnedAttention(nn.HybridBlock):
    """Attends over (place, text, width), to itself or to what stands in its cache, into which it writes."""

    group = 1
    """Heads of queries that share one of keys and values."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, kept = heads, width // self.group
        self.query, self.key, self.value, self.outward = (
            nn.Dense(each, flatten=False, use_bias=False) for each in (width, kept, kept, width)
        )

    def split(self, F: Any, x: Any) -> tuple[Any, ...]:
        parts = (self.query(x), 1), (self.key(x), self.group), (self.value(x), self.group)
        return tuple(F.reshape(part, (0, 0, self.heads // group, -1)) for part, group in parts)

    def share(self, F: Any, kept: Any) -> Any:  # noqa: ARG002 - of use where there are groups
        """Give keys and values to as many heads as there are of queries: to each its own."""
        return kept

    def hybrid_forward(self, F: Any, x: Any, mask: Any, cosines: Any, sines: Any, *cached: Any) -> Any:
        def turn(x: Any) -> Any:
            first, second = F.split(x, num_outputs=2, axis=3)
            return F.broadcast_mul(x, cosines) + F.broadcast_mul(F.concat(-second, first, dim=3), sines)

        q, k, v = self.split(F, x)
        q, kept = (F.reshape(part, (0, 0, -1)) for part in (turn(q), F.concat(turn(k), v, dim=3)))
        if cached:
            places, cache = cached
            kept = F.contrib.index_copy(cache, places, kept)
        shared = self.share(F, kept)
        scores = F.contrib.interleaved_matmul_encdec_qk(q, shared, heads=self.heads)
        weights = F.softmax(F.broadcast_add(scores, mask))
        y = self.outward(F.contrib.interleaved_matmul_encdec_valatt(shared, weights, heads=self.heads))
        return (y, kept) if cached else y


class _Gated(nn.HybridBlock):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.gate, self.up = (nn.Dense(hidden, flatten=False, use_bias=False) for _ in range(2))
        self.swish, self.down = nn.Swish(), nn.Dense(width, flatten=False, use_bias=False)

    def hybrid_forward(self, F: Any, z: Any) -> Any:  # noqa: ARG002 - Gluon's own signature
        return self.down(self.swish(self.gate(z)) * self.up(z))


class _GroupedAttention(_TurnedAttention):
    """Normalises queries and keys before it turns them."""

    group = 2

    def __init__(self, width: int, heads: int) -> None:
        super().__init__(width, heads)
        self.norm_q, self.norm_k = _RMSNorm(width // heads), _RMSNorm(width // heads)

    def split(self, F: Any, x: Any) -> tuple[Any, ...]:
        q, k, v = super().split(F, x)
        return self.norm_q(q), self.norm_k(k), v

    def share(self, F: Any, kept: Any) -> Any:
        """Repeat each, as the operations know of no groups; `repeat` itself is several times slower."""
        apart = F.reshape(kept, (0, 0, self.heads // self.group, 1, -1))
        return F.reshape(F.broadcast_axis(apart, axis=3, size=self.group), (0, 0, -1))


class _GatedBlock(_Normalising):
    def __init__(self, attend: _TurnedAttention, width: int, hidden: int) -> None:
        super().__init__()
        self.norm1, self.attend, self.norm2 = _RMSNorm(width), attend, _RMSNorm(width)
        self.mlp = _Gated(width, hidden)


class _Turning(nn.HybridBlock):
    def __init__(self, sizes: dict[str, int], length: int, attention: type[_TurnedAttention], hidden: int) -> None:
        super().__init__()
        width, heads = sizes["width"], sizes["heads"]
        self.tokens = nn.Embedding(sizes["vocabulary"], width)
        self.hidden = self.params.get_constant("hidden", _causal(length))
        powers = np.arange(0, width // heads, 2) * heads / width
        # Numbers of the first half of a head turn with those of the second, by the same angles.
        angles = np.tile(np.arange(length)[:, None] / 10_000**powers, 2).reshape(length, 1, 1, -1)
        self.cosines = self.params.get_constant("cosines", np.cos(angles).astype(np.float32))
        self.sines = self.params.get_constant("sines", np.sin(angles).astype(np.float32))
        self.blocks = nn.HybridSequential()
        for _ in range(sizes["layers"]):
            self.blocks.add(_GatedBlock(attention(width, heads), width, hidden))
        self.norm = _RMSNorm(width)


class _Llama(_Turning):
    def __init__(self, sizes: dict[str, int], length: int) -> None:
        super().__init__(sizes, length, _TurnedAttention, -(-8 * sizes["width"] // 96) * 32)  # 8 / 3, rounded up
        self.head = nn.Dense(sizes["vocabulary"], flatten=False, use_bias=False)


class _TrainedLlama(_Llama):
    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__(sizes, sizes["sequence"])
        self.loss = gluon.loss.SoftmaxCrossEntropyLoss()

    def hybrid_forward(self, F: Any, x: Any, y: Any, hidden: Any, **turning: Any) -> Any:
        h, mask = self.tokens(F.transpose(x)), F.expand_dims(hidden, 0)
        for block in self.blocks:
            h = block(h, mask, turning["cosines"], turning["sines"])
        return F.mean(self.loss(self.head(self.norm(h)), F.transpose(y)))


class _Following(nn.HybridBlock):
    """Gives what `_GeneratingGPT` gives."""

    def hybrid_forward(self, F: Any, x: Any, places: Any, *caches: Any, **constants: Any) -> Any:
        hidden, *turning = (F.take(constants[name], places) for name in ("hidden", "cosines", "sines"))
        return _follow(F, self, self.tokens(F.transpose(x)), caches, F.expand_dims(hidden, 0), *turning, places)


class _GeneratingLlama(_Following, _Llama):
    pass


class _Qwen(_Turning):
    def __init__(self, sizes: dict[str, int], length: int) -> None:
        super().__init__(sizes, length, _GroupedAttention, 3 * sizes["width"])
        vocabulary, width, tied = sizes["vocabulary"], sizes["width"], self.tokens.params
        self.head = nn.Dense(vocabulary, flatten=False, use_bias=False, in_units=width, params=tied)


class _TrainedQwen(_Qwen):
    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__(sizes, sizes["sequence"])
        self.heads, self.loss = sizes["heads"], gluon.loss.SoftmaxCrossEntropyLoss()

    def hybrid_forward(self, F: Any, x: Any, mask: Any, *wanted: Any, hidden: Any, **turning: Any) -> Any:
        h, padding = self.tokens(F.transpose(x)), F.reshape((1 - mask) * _HIDDEN, (0, 1, 1, -1))
        unseen = F.broadcast_add(padding, F.reshape(hidden, (1, 1, 0, 0), reverse=True))
        unseen = F.reshape(F.broadcast_axis(unseen, axis=1, size=self.heads), (-3, 0, 0))
        for block in self.blocks:
            h = block(h, unseen, turning["cosines"], turning["sines"])
        y, answer = (F.reshape(F.transpose(each), (-1, 1)) for each in wanted)
        logits = F.reshape(self.head(self.norm(h)), (-3, 0))
        return F.sum(self.loss(logits, y, answer)) / F.sum(answer)


class _GeneratingQwen(_Following, _Qwen):
    pass


def llama_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    model = _TrainedLlama(sizes)
    model.initialize(mx.init.Normal(0.02), ctx=_here["context"])
    return _training(model, _AdamW(3e-4, 0.9, 0.95, wd=0.1), inputs, clip=1.0)


def llama_chat(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    return _generating(_GeneratingLlama(sizes, sizes["sequence"] + sizes["new_tokens"]), inputs, sizes, shown=True)


def qwen_finetune(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    model = _TrainedQwen(sizes)
    model.initialize(mx.init.Normal(0.02), ctx=_here["context"])
    return _training(model, _AdamW(2e-5, 0.9, 0.999, wd=0.01), inputs, clip=1.0)


def qwen_chat(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    model = _GeneratingQwen(sizes, sizes["sequence"] + sizes["new_tokens"])
    return _generating(model, inputs, sizes, group=_GroupedAttention.group, shown=True)


def vit_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    network = _ViT(sizes, sizes["image"] // math.isqrt(sizes["sequence"]), classes=10)
    model = _Judged(network, gluon.loss.SoftmaxCrossEntropyLoss())
    model.initialize(mx.init.Normal(0.02), ctx=_here["context"])
    return _training(model, _AdamW(1e-3, 0.9, 0.999, wd=0.05), inputs)


class _Bottleneck(nn.HybridBlock):
    """The stride is in the middle, as in GluonCV's V1b; the V1 that Gluon has strides first."""

    wider = 4

    def __init__(self, after: int, stride: int, downsample: bool, before: int) -> None:  # noqa: FBT001 - as in Gluon
        super().__init__()
        self.body, width = nn.HybridSequential(), after // self.wider
        self.body.add(nn.Conv2D(width, 1, use_bias=False, in_channels=before), nn.BatchNorm(), nn.Activation("relu"))
        self.body.add(
            nn.Conv2D(width, 3, stride, 1, use_bias=False, in_channels=width), nn.BatchNorm(), nn.Activation("relu")
        )
        self.body.add(nn.Conv2D(after, 1, use_bias=False, in_channels=width), nn.BatchNorm())
        self.downsample = nn.HybridSequential() if downsample else None
        if downsample:
            self.downsample.add(nn.Conv2D(after, 1, stride, use_bias=False, in_channels=before), nn.BatchNorm())

    def hybrid_forward(self, F: Any, x: Any) -> Any:
        shortcut = self.downsample(x) if self.downsample else x
        return F.Activation(self.body(x) + shortcut, act_type="relu")


def bottleneck_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    return _imagenet(inputs, sizes["width"], {50: [3, 4, 6, 3]}[sizes["depth"]], _Bottleneck)


class _Towers(nn.HybridBlock):
    """Gives the loss."""

    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__()
        self.tables = _tables(2, sizes["table_rows"], sizes["embedding_dim"], mx.init.Normal(0.05))
        widths = [*[sizes["mlp_width"]] * sizes["mlp_layers"], sizes["embedding_dim"]]
        self.user, self.item, self.loss = _mlp(widths, "relu"), _mlp(widths, "relu"), gluon.loss.SoftmaxCELoss()

    def hybrid_forward(self, F: Any, users: Any, items: Any) -> Any:
        user, item = self.user(self.tables[0](users)), self.item(self.tables[1](items))
        return F.mean(self.loss(F.dot(user, item, transpose_b=True), F.contrib.arange_like(user, axis=0)))


def towers_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    model = _Towers(sizes)
    model.initialize(ctx=_here["context"])
    return _training(model, mx.optimizer.Adam(1e-3), inputs)


class _Actor(nn.HybridBlock):
    """Gives the log-probabilities of all actions, and the value."""

    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__()
        hidden = [sizes["mlp_width"]] * sizes["mlp_layers"]
        self.policy, self.value = _mlp([*hidden, sizes["width"] // 2], "tanh"), _mlp([*hidden, 1], "tanh")

    def hybrid_forward(self, F: Any, seen: Any) -> Any:
        return F.log_softmax(self.policy(seen)), F.reshape(self.value(seen), (-1,))


class _Proximal(nn.HybridBlock):
    """How much worse an actor does now than it could near to what it did."""

    def __init__(self, actor: nn.HybridBlock) -> None:
        super().__init__()
        self.actor, self.error = actor, gluon.loss.L2Loss()

    def hybrid_forward(self, F: Any, seen: Any, *recalled: Any) -> Any:
        action, chosen, advantage, wanted = recalled
        logs, value = self.actor(seen)
        ratio = F.exp(F.pick(logs, action) - chosen)
        gain = F.minimum(ratio * advantage, F.clip(ratio, 0.8, 1.2) * advantage)
        entropy = -F.sum(F.exp(logs) * logs, axis=1)
        return F.mean(self.error(value, wanted)) - F.mean(gain) - 0.01 * F.mean(entropy)


def ppo_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    mx.random.seed(inputs["seed"])
    model = _Actor(sizes)
    learning = _Proximal(model)
    learning.initialize(ctx=_here["context"])
    rollout = {name: array.copy() for name, array in inputs["rollout"].items()}
    capacity = len(rollout["action"])

    def recall(rows: Any) -> list[Any]:
        return [_put(rollout[name][rows]) for name in ("seen", "action", "chosen", "advantage", "wanted")]

    learning(*recall(inputs["batches"][0]["rows"]))
    learning, consult, trained = _hybrid(learning), _hybrid(_Apart(model)), _trained(model)
    trainer = gluon.Trainer(model.collect_params(), "adam", {"learning_rate": 3e-4, "epsilon": 1e-5})

    def act(batch: dict[str, Any], turn: int) -> None:
        for number, (seen, chance) in enumerate(zip(batch["seen"], batch["chance"])):  # noqa: B905 - Python 3.9
            (logs,), (value,) = (array.asnumpy() for array in consult(_put(seen[None])))
            action = min(np.searchsorted(np.exp(logs).cumsum(), chance, side="right"), len(logs) - 1)
            place = (turn * len(batch["chance"]) + number) % capacity
            rollout["seen"][place], rollout["action"][place] = seen, action
            rollout["chosen"][place], rollout["value"][place] = logs[action], value

    def step(state: _Trained) -> _Trained:
        batch = inputs["batches"][state.turn % len(inputs["batches"])]
        act(batch, state.turn)
        loss = _improve(trainer, learning, recall(batch["rows"]), trained, clip=0.5)
        return _Trained(state.params, state.turn + 1, loss)

    return _Trained(_params(model)), step, _loss


def _mlp(widths: list[int], activation: str, last: str | None = None) -> nn.HybridSequential:
    """Join dense layers, with an activation between and perhaps one at the end."""
    layers = nn.HybridSequential()
    for width in widths[:-1]:
        layers.add(nn.Dense(width, activation=activation))
    layers.add(nn.Dense(widths[-1], activation=last))
    return layers


def _training(model: nn.HybridBlock, optimiser: Any, inputs: dict[str, Any], clip: float = 0.0) -> Built:
    """Train a block that gives its loss; where something decays but not everything should, at most matrices do."""
    model(*_batch(inputs, 0).values())  # shapes are found by a first call
    trained = _trained(model)
    if isinstance(optimiser, _AdamW):
        for param in trained:
            param.wd_mult *= float(len(param.shape) >= 2)
    trainer, compiled = gluon.Trainer(model.collect_params(), optimiser), _hybrid(model)

    def step(state: _Trained) -> _Trained:
        batch = _batch(inputs, state.turn)
        loss = _improve(trainer, compiled, batch.values(), trained, clip)
        return _Trained(state.params, state.turn + 1, loss, _image(batch))

    return _Trained(_params(model)), step, _loss


def _improve(trainer: gluon.Trainer, model: Any, given: Any, clipped: Any = (), clip: float = 0.0) -> Any:
    with autograd.record():
        loss = model(*given)
    loss.backward()
    if clip:
        grads = [param.grad(_here["context"]) for param in clipped]
        gluon.utils.clip_global_norm(grads, clip, check_isfinite=False)
    trainer.step(1)
    return loss


def _classifying(model: nn.HybridBlock, inputs: dict[str, Any]) -> Built:
    x = _batch(inputs, 0)["x"]
    model(x)  # shapes are found by a first call
    compiled = _hybrid(model)
    if _here["context"].device_type == "cpu":
        model.optimize_for(x, backend="MKLDNN", static_alloc=True, static_shape=True)

    def step(state: _Answered) -> _Answered:
        batch = _batch(inputs, state.turn)
        return _Answered(state.params, state.turn + 1, [compiled(batch["x"]).asnumpy()], _image(batch))

    return _Answered(_params(model)), step, _results


def _hybrid(block: nn.HybridBlock) -> Any:
    block.hybridize(static_alloc=True, static_shape=True)
    return block


def _trained(model: nn.HybridBlock) -> list[Any]:
    return [param for param in model.collect_params().values() if param.grad_req != "null"]


def _params(model: nn.HybridBlock) -> list[Any]:
    return [param.data(_here["context"]) for param in model.collect_params().values()]


def _batch(inputs: dict[str, Any], turn: int) -> dict[str, Any]:
    """Bring over the batch whose turn it is."""
    batches = inputs["batches"]
    return {name: _put(array) for name, array in batches[turn % len(batches)].items()}


def _put(array: Any) -> Any:
    """Bring over an array: whole numbers as such, truth as 0 and 1, and pictures in MXNet's order."""
    if array.ndim == 4:
        array = array.transpose(0, 3, 1, 2)
    return mx.nd.array(array, ctx=_here["context"], dtype="int32" if array.dtype.kind == "i" else "float32")


def _image(batch: dict[str, Any]) -> Any:
    x = batch.get("x")
    return x if x is not None and x.ndim == 4 else None


def _loss(state: _Trained) -> list[Any]:
    return [] if state.loss is None else [state.loss.asnumpy().reshape(())]


def _results(state: _Answered) -> Any:
    return state.results
