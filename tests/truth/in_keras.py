"""The models in Keras, one text for all its back ends: trained by `train_on_batch`, asked by `predict_on_batch`."""

from __future__ import annotations

import math
from collections.abc import Callable
from operator import itemgetter
from typing import Any, NamedTuple

import keras  # type: ignore[import-untyped]
import numpy as np
from keras import layers, ops

Batch = dict[str, Any]
Built = tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]


class _Trained(NamedTuple):
    """Where training stands; a step writes into the model, and Keras brings every loss to the host."""

    model: Any
    turn: int = 0
    loss: Any = None


class _Answered(NamedTuple):
    """What inference has brought back."""

    model: Any
    turn: int = 0
    results: Any = None


def use(framework: Any) -> None:
    """Take nothing: Keras itself knows its back end and its device."""


class Attending(layers.Layer):  # type: ignore[misc]
    """Attends, between what each kind of block does before in `part` and after in `join`.

    TensorFlow names scopes after these classes, so none begins with an underscore.
    """

    def __init__(self, heads: int, *, causal: bool) -> None:
        super().__init__()
        self.heads, self.causal = heads, causal

    def call(self, h: Any, cache: Any = None, place: Any = None, visible: Any = None, turn: Any = ()) -> Any:
        """Attend to what is new, or else to a cache, into which it is written: then that comes back too."""
        q, k, v = self.part(h, *turn)
        if cache is not None:
            k, v = (ops.slice_update(old, (0, place, 0, 0), new) for old, new in zip(cache, (k, v)))  # noqa: B905 - Python 3.9
        causal = self.causal and visible is None
        attended = ops.dot_product_attention(q, *self.shared(k, v), mask=visible, is_causal=causal)
        h = self.join(h, ops.reshape(attended, ops.shape(h)))
        return h if cache is None else (h, (k, v))

    def shared(self, k: Any, v: Any) -> Any:
        """Give keys and values to as many heads as there are of queries: to each its own."""
        return k, v


class Block(Attending):
    """Normalises first."""

    def __init__(self, width: int, heads: int, back: float = 0.02, *, bias: bool, causal: bool) -> None:
        super().__init__(heads, causal=causal)
        self.norm1 = layers.LayerNormalization(epsilon=1e-5, center=bias)
        self.inward = _dense(3 * width, use_bias=bias)
        self.outward = _dense(width, back, use_bias=bias)
        self.norm2 = layers.LayerNormalization(epsilon=1e-5, center=bias)
        self.up = _dense(4 * width, use_bias=bias, activation="gelu")
        self.down = _dense(width, back, use_bias=bias)

    def part(self, h: Any) -> Any:
        """Give queries, keys and values, each of batch x length x heads x width of a head."""
        batch, length, width = ops.shape(h)
        inward = ops.reshape(self.inward(self.norm1(h)), (batch, length, 3, self.heads, width // self.heads))
        return ops.unstack(inward, 3, axis=2)

    def join(self, h: Any, attended: Any) -> Any:
        h = h + self.outward(attended)
        return h + self.down(self.up(self.norm2(h)))


class GatedBlock(Attending):
    """Turns queries and keys; keys and values may be narrower than queries."""

    def __init__(self, width: int, heads: int, kept: int, hidden: int) -> None:
        super().__init__(heads, causal=True)
        self.norm1 = layers.RMSNormalization(epsilon=1e-5)
        self.q, self.k, self.v, self.outward = (_dense(each, use_bias=False) for each in (width, kept, kept, width))
        self.norm2 = layers.RMSNormalization(epsilon=1e-5)
        self.gate = _dense(hidden, use_bias=False, activation="silu")
        self.up, self.down = _dense(hidden, use_bias=False), _dense(width, use_bias=False)

    def part(self, h: Any, cosine: Any, sine: Any) -> Any:
        """Give queries and keys, turned by their position, and values."""
        (batch, length, width), z = ops.shape(h), self.norm1(h)
        shape = (batch, length, -1, width // self.heads)
        q, k, v = self.normalised(*(ops.reshape(to(z), shape) for to in (self.q, self.k, self.v)))
        return _turned(q, cosine, sine), _turned(k, cosine, sine), v

    def normalised(self, q: Any, k: Any, v: Any) -> Any:
        """Leave heads as they are."""
        return q, k, v

    def join(self, h: Any, attended: Any) -> Any:
        h = h + self.outward(attended)
        z = self.norm2(h)
        return h + self.down(self.gate(z) * self.up(z))


class LlamaBlock(GatedBlock):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__(width, heads, width, -(-8 * width // 96) * 32)  # 8 / 3 of it, rounded up to a multiple of 32


class QwenBlock(GatedBlock):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__(width, heads, width // 2, 3 * width)
        self.norm_q, self.norm_k = layers.RMSNormalization(epsilon=1e-5), layers.RMSNormalization(epsilon=1e-5)

    def normalised(self, q: Any, k: Any, v: Any) -> Any:
        return self.norm_q(q), self.norm_k(k), v

    def shared(self, k: Any, v: Any) -> Any:
        """Repeat each for two heads, as KerasHub does: not every back end can have fewer."""
        return ops.repeat(k, 2, axis=2), ops.repeat(v, 2, axis=2)


def _turned(x: Any, cosine: Any, sine: Any) -> Any:
    left, right = ops.split(x, 2, axis=-1)
    return x * cosine + ops.concatenate([-right, left], axis=-1) * sine


class Decoder(keras.Model):  # type: ignore[misc]
    """Writes on: `embed` gives what goes through the blocks, and what each of them takes besides."""

    group = 1
    """Heads of queries that share one of keys and values."""

    def __init__(self, sizes: dict[str, int], length: int) -> None:
        super().__init__()
        self.length = length
        self.tokens = layers.Embedding(sizes["vocabulary"], sizes["width"], _normal())

    def call(self, x: Any) -> Any:
        h, options = self.embed(x)
        for block in self.blocks:
            h = block(h, **options)
        return self.logits(h)

    def logits(self, h: Any) -> Any:
        """Give them by the embedding of tokens."""
        return ops.matmul(self.norm(h), ops.transpose(self.tokens.embeddings))


class GPT(Decoder):
    def __init__(self, sizes: dict[str, int], length: int) -> None:
        super().__init__(sizes, length)
        width, heads, back = sizes["width"], sizes["heads"], 0.02 / math.sqrt(2 * sizes["layers"])
        self.positions = self.add_weight(shape=(length, width), initializer=_normal(), name="positions")
        self.blocks = [Block(width, heads, back, bias=False, causal=True) for _ in range(sizes["layers"])]
        self.norm = layers.LayerNormalization(epsilon=1e-5, center=False)

    def embed(self, x: Any, places: Any = None) -> Any:
        return self.tokens(x) + _at(self.positions, places), {}


class Turning(Decoder):
    """Has no positions but those by which its blocks, of one `kind`, turn queries and keys."""

    kind: type[GatedBlock]

    def __init__(self, sizes: dict[str, int], length: int) -> None:
        super().__init__(sizes, length)
        width, heads = sizes["width"], sizes["heads"]
        self.blocks = [self.kind(width, heads) for _ in range(sizes["layers"])]
        self.norm = layers.RMSNormalization(epsilon=1e-5)
        speeds = 10_000.0 ** (-np.arange(0, width // heads, 2) / (width // heads))
        angles = np.tile(np.outer(np.arange(length), speeds), 2)[:, None]  # alike for every head
        self.turns = [ops.convert_to_tensor(part(angles), "float32") for part in (np.cos, np.sin)]

    def embed(self, x: Any, places: Any = None) -> Any:
        return self.tokens(x), {"turn": [_at(turn, places) for turn in self.turns]}


class Llama(Turning):
    kind = LlamaBlock

    def __init__(self, sizes: dict[str, int], length: int) -> None:
        super().__init__(sizes, length)
        self.head = _dense(sizes["vocabulary"], use_bias=False)

    def logits(self, h: Any) -> Any:
        return self.head(self.norm(h))


class Qwen(Turning):
    kind, group = QwenBlock, 2


class QwenTuned(Qwen):
    """Is told what is padding."""

    def call(self, given: Any) -> Any:
        x, text = given
        h, options = self.embed(x)
        places = ops.arange(self.length)
        visible = ops.logical_and(places <= places[:, None], text[:, None, None, :])
        for block in self.blocks:
            h = block(h, visible=visible, **options)
        return self.logits(h)


def _at(table: Any, places: Any) -> Any:
    return table if places is None else ops.take(table, places, axis=0)


class Writer(Decoder):
    """Gives the logits of the last position, the token they call for, its place, and the caches up to there."""

    def __init__(self, sizes: dict[str, int], length: int) -> None:
        super().__init__(sizes, length)
        heads = sizes["heads"]
        self.empty = (sizes["batch"], length, heads // self.group, sizes["width"] // heads)

    def call(self, x: Any, caches: Any = None, place: Any = None) -> Any:
        if caches is None:
            caches, place = [(ops.zeros(self.empty), ops.zeros(self.empty)) for _ in self.blocks], 0
        places = place + ops.arange(x.shape[1])
        visible = (ops.arange(self.length) <= places[:, None])[None, None]
        (h, options), grown = self.embed(x, places), []
        for block, cache in zip(self.blocks, caches):  # noqa: B905 - Python 3.9
            h, cache = block(h, cache=cache, place=place, visible=visible, **options)  # noqa: PLW2901
            grown.append(cache)
        logits = self.logits(h[:, -1])
        return logits, ops.argmax(logits, axis=-1)[:, None], places[-1] + 1, grown


class GPTWriter(Writer, GPT):
    pass


class LlamaWriter(Writer, Llama):
    pass


class QwenWriter(Writer, Qwen):
    pass


class Encoder(keras.Model):  # type: ignore[misc]
    """Blocks that see all of a text but its padding, below what says something of the whole or of every word."""

    def __init__(self, sizes: dict[str, int], rate: float = 0.1) -> None:
        super().__init__()
        width, heads = sizes["width"], sizes["heads"]
        self.tokens = layers.Embedding(sizes["vocabulary"], width, _normal())
        self.positions = self.add_weight(shape=(sizes["sequence"], width), initializer=_normal(), name="positions")
        self.norm = layers.LayerNormalization(epsilon=1e-5)
        self.dropout1, self.dropout2 = layers.Dropout(rate), layers.Dropout(rate)
        self.blocks = [EncoderBlock(width, heads, rate) for _ in range(sizes["layers"])]

    def encode(self, given: Any, training: Any) -> Any:
        x, text = given
        h = self.dropout1(self.norm(self.tokens(x) + self.positions), training=training)
        for block in self.blocks:
            h = block(h, text[:, None, :], training=training)
        return h


class Classifier(Encoder):
    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__(sizes)
        self.dense, self.head = _dense(sizes["width"], activation="relu"), _dense(2)

    def call(self, given: Any, training: Any = None) -> Any:
        first = self.encode(given, training)[:, 0]
        return self.head(self.dropout2(self.dense(first), training=training))


class Tagger(Encoder):
    def __init__(self, sizes: dict[str, int], tags: int = 9) -> None:
        super().__init__(sizes)
        self.head = _dense(tags)

    def call(self, given: Any, training: Any = None) -> Any:
        return self.head(self.dropout2(self.encode(given, training), training=training))


class EncoderBlock(layers.Layer):  # type: ignore[misc]
    """Normalises last."""

    def __init__(self, width: int, heads: int, rate: float) -> None:
        super().__init__()
        self.attend = layers.MultiHeadAttention(heads, width // heads, kernel_initializer=_normal())
        self.up, self.down = _dense(4 * width, activation="gelu"), _dense(width)
        self.norm1, self.norm2 = layers.LayerNormalization(epsilon=1e-5), layers.LayerNormalization(epsilon=1e-5)
        self.dropout1, self.dropout2 = layers.Dropout(rate), layers.Dropout(rate)

    def call(self, h: Any, visible: Any, training: Any = None) -> Any:
        attended = self.attend(h, h, attention_mask=visible, training=training)
        h = self.norm1(h + self.dropout1(attended, training=training))
        return self.norm2(h + self.dropout2(self.down(self.up(h)), training=training))


def _normal(deviation: float = 0.02) -> Any:
    return keras.initializers.RandomNormal(stddev=deviation)


def _dense(units: int, deviation: float = 0.02, **options: Any) -> Any:
    return layers.Dense(units, kernel_initializer=_normal(deviation), **options)


def gpt_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    model = GPT(sizes, sizes["sequence"])
    model.compile(_adamw(1e-3, 0.1, beta_2=0.95), _cross_entropy())
    return _training(model, inputs)


def bert_finetune(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    return _encoding(Classifier(sizes), inputs)


def tagger_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    return _encoding(Tagger(sizes), inputs)


def _encoding(model: Any, inputs: dict[str, Any]) -> Built:
    model.compile(_adamw(5e-5, 0.01), _cross_entropy())
    return _training(model, inputs, x=itemgetter("x", "mask"))


def _adamw(rate: float, decay: float, *more: str, beta_2: float = 0.999, clip: float | None = 1.0) -> Any:
    """Let only matrices decay; a layer of attention has kernels of three dimensions and biases of two."""
    optimiser = keras.optimizers.AdamW(rate, decay, beta_2=beta_2, epsilon=1e-8, global_clipnorm=clip)
    optimiser.exclude_from_weight_decay(var_names=["bias", "gamma", "beta", "scale", *more])
    return optimiser


def _cross_entropy(**options: Any) -> Any:
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, **options)


def gpt_generate(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    return _generating(GPTWriter(sizes, sizes["sequence"] + sizes["new_tokens"]), inputs, sizes)


def _generating(model: Any, inputs: dict[str, Any], sizes: dict[str, int], *, shown: bool = False) -> Built:
    model(keras.Input((sizes["sequence"],), sizes["batch"], dtype="int32"))  # makes its weights
    following = _compiled(model)

    def step(state: _Answered) -> _Answered:
        x, caches, place, tokens = _batch(inputs, state.turn)["x"], None, None, []
        for _ in range(sizes["new_tokens"]):
            logits, x, place, caches = following(x, caches, place)
            tokens.append(ops.convert_to_numpy(x) if shown else x)
        told = np.concatenate(tokens, axis=1) if shown else ops.convert_to_numpy(ops.concatenate(tokens, axis=1))
        return _Answered(model, state.turn + 1, [ops.convert_to_numpy(logits), told])

    return _Answered(model), step, _results


def _compiled(model: Any) -> Any:
    """Compile a model whose caches go in and out and stay on the device, as KerasHub does, by each back end itself."""
    if keras.backend.backend() == "jax":
        import jax  # noqa: PLC0415 - each back end is another package

        def call(weights: Any, x: Any, caches: Any, place: Any) -> Any:
            return model.stateless_call(weights, [], x, caches, place)[0]

        compiled, weights = jax.jit(call, donate_argnames="caches"), [each.value for each in model.trainable_variables]
        return lambda *given: compiled(weights, *given)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf  # type: ignore[import-untyped]  # noqa: PLC0415 - as above

        return tf.function(model, jit_compile=model.jit_compile)
    import torch  # noqa: PLC0415 - as above

    return torch.no_grad()(model)


def resnet_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    decay = keras.regularizers.L2(5e-4 / 2)  # its gradient is what is to be added; Keras counts it into the loss
    x = keras.Input(inputs["batches"][0]["x"].shape[1:])
    h = layers.ReLU()(_convolve(x, sizes["width"], 3, decay=decay))
    model = keras.Model(x, _stages(h, sizes["width"], [(sizes["depth"] - 2) // 6] * 3, 10, decay))
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), _cross_entropy())
    return _training(model, inputs)


def resnet_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    x = keras.Input(inputs["batches"][0]["x"].shape[1:])
    h = layers.ReLU()(_convolve(x, sizes["width"], 7, stride=2))
    h = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(h))  # no value is below zero here
    blocks = {18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3]}[sizes["depth"]]
    scores = _stages(h, sizes["width"], blocks, 1000, bottleneck=sizes["depth"] >= 50)
    return _classifying(keras.Model(x, scores), inputs)


def _stages(  # noqa: PLR0913 - what tells the three networks apart
    h: Any, width: int, blocks: list[int], classes: int, decay: Any = None, *, bottleneck: bool = False
) -> Any:
    for stage, number in enumerate(blocks):
        for block in range(number):
            stride, channels = (2 if stage and not block else 1), width << stage
            left = 4 * channels if bottleneck else channels
            y = layers.ReLU()(_convolve(h, channels, 1, decay=decay)) if bottleneck else h
            y = layers.ReLU()(_convolve(y, channels, 3, stride, decay))
            shortcut = h if h.shape[-1] == left else _convolve(h, left, 1, stride, decay)
            y = _convolve(y, left, 1 if bottleneck else 3, decay=decay)
            h = layers.ReLU()(layers.Add()([y, shortcut]))
    head = layers.Dense(classes, kernel_regularizer=decay, bias_regularizer=decay)
    return head(layers.GlobalAveragePooling2D()(h))


def _convolve(x: Any, channels: int, size: int, stride: int = 1, decay: Any = None) -> Any:
    """Convolve and normalise; with a stride, Keras by itself would pad the far side more."""
    draw = keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal")
    if stride > 1 and size > 1:
        x = layers.ZeroPadding2D(size // 2)(x)
    padding = "same" if stride == 1 else "valid"
    x = layers.Conv2D(
        channels, size, stride, padding, use_bias=False, kernel_initializer=draw, kernel_regularizer=decay
    )(x)
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, gamma_regularizer=decay, beta_regularizer=decay)(x)


class ViT(keras.Model):  # type: ignore[misc]
    def __init__(self, sizes: dict[str, int], patch: int = 16, classes: int = 1000) -> None:
        super().__init__()
        width, places = sizes["width"], (sizes["image"] // patch) ** 2
        self.patches = layers.Conv2D(width, patch, patch, kernel_initializer=_normal())
        self.token = self.add_weight(shape=(1, 1, width), initializer="zeros", name="token")
        self.positions = self.add_weight(shape=(places + 1, width), initializer=_normal(), name="positions")
        self.blocks = [Block(width, sizes["heads"], bias=True, causal=False) for _ in range(sizes["layers"])]
        self.norm, self.head = layers.LayerNormalization(epsilon=1e-5), _dense(classes)

    def call(self, x: Any) -> Any:
        places, width = self.positions.shape
        h = ops.reshape(self.patches(x), (-1, places - 1, width))
        h = ops.concatenate([ops.repeat(self.token, ops.shape(h)[0], axis=0), h], axis=1) + self.positions
        for block in self.blocks:
            h = block(h)
        return self.head(self.norm(h[:, 0]))


def vit_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    return _classifying(ViT(sizes), inputs)


def dlrm_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    count, rows, dim = sizes["tables"], sizes["table_rows"], sizes["embedding_dim"]
    hidden, spread = [sizes["mlp_width"]] * sizes["mlp_layers"], rows**-0.5
    pairs = [row * (count + 1) + column for row in range(count + 1) for column in range(row)]
    tables = [layers.Embedding(rows, dim, keras.initializers.RandomUniform(-spread, spread)) for _ in range(count)]

    numbers, picks = keras.Input((13,)), keras.Input((count,), dtype="int32")
    first = _mlp([13, *hidden, dim], "relu", last="relu")(numbers)
    picked = [table(row) for table, row in zip(tables, ops.unstack(picks, count, axis=1))]  # noqa: B905 - Python 3.9
    vectors = ops.stack([first, *picked], axis=1)
    products = layers.Flatten()(ops.matmul(vectors, ops.transpose(vectors, (0, 2, 1))))
    both = layers.Concatenate()([first, ops.take(products, pairs, axis=1)])
    model = keras.Model((numbers, picks), _mlp([dim + len(pairs), *hidden, 1], "relu")(both))
    model.compile(keras.optimizers.SGD(0.1), keras.losses.BinaryCrossentropy(from_logits=True))
    return _training(model, inputs, x=itemgetter("numbers", "picks"))


def ncf_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    dim = sizes["embedding_dim"]
    users, items = (keras.Input((), dtype="int32") for _ in range(2))
    user1, item1, user2, item2 = (
        layers.Embedding(sizes["table_rows"], dim, _normal(0.01))(rows) for rows in (users, items) * 2
    )
    widths = [2 * dim, *(sizes["mlp_width"] >> layer for layer in range(sizes["mlp_layers"]))]
    deep = _mlp(widths, "relu", last="relu")(layers.Concatenate()([user2, item2]))
    both = layers.Concatenate()([layers.Multiply()([user1, item1]), deep])
    model = keras.Model((users, items), layers.Dense(1)(both))
    model.compile(_adam(), keras.losses.BinaryCrossentropy(from_logits=True))
    return _training(model, inputs, x=itemgetter("users", "items"))


class Agent(keras.Model):  # type: ignore[misc]
    """Gives the value of actions taken; `values` learns, and `target` follows it."""

    def __init__(self, values: Any, target: Any) -> None:
        super().__init__()
        self.values, self.target = values, target
        self.target.trainable = False

    def call(self, given: Batch) -> Any:
        values = self.values(given["seen"])
        return ops.sum(values * ops.one_hot(given["action"], values.shape[1]), axis=1)

    def compute_loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        # The target moves before a step, so that it is compiled with it: before the first, both are the same.
        for slow, quick in zip(self.target.weights, self.values.weights):  # noqa: B905 - Python 3.9
            slow.assign(slow + 0.005 * (ops.stop_gradient(quick) - slow))
        best = ops.stop_gradient(ops.max(self.target(x["next"]), axis=1))
        reward, ended = (ops.convert_to_tensor(x[name]) for name in ("reward", "ended"))
        y = reward + 0.99 * (1 - ended) * best
        return super().compute_loss(x, y, y_pred, sample_weight)


def dqn_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    widths = [sizes["width"], *[sizes["mlp_width"]] * sizes["mlp_layers"], sizes["width"] // 2]
    values, target = _mlp(widths, "relu"), _mlp(widths, "relu")
    target.set_weights(values.get_weights())
    agent = Agent(values, target)
    agent.compile(_adam(), keras.losses.Huber())
    replay = {name: array.copy() for name, array in inputs["replay"].items()}
    capacity = len(replay["action"])

    def act(batch: Batch, turn: int) -> None:
        for number, (explores, random) in enumerate(zip(batch["explores"], batch["random"])):  # noqa: B905 - Python 3.9
            seen = batch["seen"][number]
            action = random if explores else np.argmax(values.predict_on_batch(seen[None]))
            place = (turn * len(batch["random"]) + number) % capacity
            replay["seen"][place], replay["next"][place] = seen, batch["seen"][number + 1]
            replay["action"][place], replay["reward"][place], replay["ended"][place] = action, 1, 0

    def step(state: _Trained) -> _Trained:
        batch = _batch(inputs, state.turn)
        act(batch, state.turn)
        loss = agent.train_on_batch({name: array[batch["rows"]] for name, array in replay.items()})
        return _Trained(agent, state.turn + 1, loss)

    return _Trained(agent), step, _loss


class Physics(keras.Model):  # type: ignore[misc]
    """Meets values on the edge, and an equation inside, of which `residual` is what is left."""

    def __init__(self, field: Any) -> None:
        super().__init__()
        self.field = field

    def call(self, given: Any) -> Any:
        return self.field(given[1])

    def compute_loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:  # noqa: ARG002 - Keras calls it so
        residual = self.residual(ops.convert_to_tensor(x[0]))
        return ops.mean(ops.square(residual)) + ops.mean(keras.losses.mean_squared_error(y, y_pred))

    def at(self, *place: Any) -> list[Any]:
        return [self.field(ops.concatenate(place, axis=1))]


class Wave(Physics):
    def __init__(self, field: Any, order: int) -> None:
        super().__init__(field)
        self.order = order

    def residual(self, inside: Any) -> Any:
        t, place = ops.split(inside, 2, axis=1)
        found = _derive(lambda t: self.along(t, place, self.order), t, which=0)
        u, u_x, u_n, u_t = found[0], found[1], found[-2], found[-1]
        return u_t + u * u_x - 0.01 * u_n

    def along(self, t: Any, x: Any, order: int) -> list[Any]:
        """Give u and its derivatives by x."""
        if not order:
            return self.at(t, x)
        return _derive(lambda x: self.along(t, x, order - 1), x)


class Heat(Physics):
    def residual(self, inside: Any) -> Any:
        t, x, y = ops.split(inside, 3, axis=1)

        def first(x: Any, y: Any) -> list[Any]:
            return _derive(self.at, t, x, y, which=0)

        _, u_t, _, _, u_yy, u_xx = _derive(lambda x: _derive(lambda y: first(x, y), y, which=3), x, which=2)
        return u_t - 0.1 * (u_xx + u_yy)


def _derive(function: Callable[..., list[Any]], *at: Any, which: int = -1) -> list[Any]:
    """Give values and the derivatives of one of them by each argument, row by row: Keras has back ends do that."""
    if keras.backend.backend() == "jax":
        import jax  # noqa: PLC0415 - each back end is another package

        def along(place: int) -> Any:
            def moved(x: Any) -> list[Any]:
                return function(*at[:place], x, *at[place + 1 :])

            return jax.jvp(moved, (at[place],), (ops.ones_like(at[place]),))

        found = [along(place) for place in range(len(at))]
        return [*found[0][0], *(slopes[which] for _, slopes in found)]
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf  # noqa: PLC0415 - as above

        with tf.GradientTape() as tape:
            tape.watch(at)
            values = function(*at)
        return [*values, *tape.gradient(values[which], at)]
    import torch  # noqa: PLC0415 - as above

    values = function(*(x.requires_grad_() for x in at))
    return [*values, *torch.autograd.grad(values[which].sum(), at, create_graph=True)]


def pinn_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    field = _mlp([2, *[sizes["mlp_width"]] * sizes["mlp_layers"], 1], "tanh", draw="glorot_normal")
    return _fitting(Wave(field, sizes["derivative_order"]), inputs)


def _fitting(model: Any, inputs: dict[str, Any]) -> Built:
    model.compile(_adam())
    return _training(model, inputs, x=itemgetter("inside", "edge"), y="value")


class Path(keras.Model):  # type: ignore[misc]
    """Solves an equation from where it starts."""

    def __init__(self, f: Any, steps: int) -> None:
        super().__init__()
        self.f, self.steps = f, steps

    def call(self, y: Any) -> Any:
        f, size, states = self.f, 1 / self.steps, []
        for _ in range(self.steps):
            k1 = f(y)
            k2 = f(y + size / 2 * k1)
            k3 = f(y + size / 2 * k2)
            k4 = f(y + size * k3)
            y = y + size / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            states.append(y)
        return ops.stack(states)


def ode_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    f = _mlp([sizes["width"], *[sizes["mlp_width"]] * sizes["mlp_layers"], sizes["width"]], "tanh")
    model = Path(f, sizes["solver_steps"])
    model.compile(_adam(), "mse")
    return _training(model, inputs, x=itemgetter("start"), y="path")


def llama_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    model = Llama(sizes, sizes["sequence"])
    model.compile(_adamw(3e-4, 0.1, beta_2=0.95), _cross_entropy())
    return _training(model, inputs)


def llama_chat(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    return _generating(LlamaWriter(sizes, sizes["sequence"] + sizes["new_tokens"]), inputs, sizes, shown=True)


def qwen_finetune(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    model = QwenTuned(sizes, sizes["sequence"])
    model.compile(_adamw(2e-5, 0.01), _cross_entropy(reduction="mean_with_sample_weight"))
    return _training(model, inputs, x=itemgetter("x", "mask"), weight="answer")


def qwen_chat(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    return _generating(QwenWriter(sizes, sizes["sequence"] + sizes["new_tokens"]), inputs, sizes, shown=True)


def vit_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    model = ViT(sizes, patch=sizes["image"] // math.isqrt(sizes["sequence"]), classes=10)
    model.compile(_adamw(1e-3, 0.05, "token", "positions", clip=None), _cross_entropy())
    return _training(model, inputs)


def bottleneck_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    return resnet_infer(inputs, sizes)


class Towers(keras.Model):  # type: ignore[misc]
    """Holds every user of a batch against every item, of which the user's own is the right one."""

    def __init__(self, user: Any, item: Any) -> None:
        super().__init__()
        self.user, self.item = user, item

    def call(self, given: Any) -> Any:
        users, items = given
        return ops.matmul(self.user(users), ops.transpose(self.item(items)))

    def compute_loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        y = ops.arange(ops.shape(y_pred)[0])
        return super().compute_loss(x, y, y_pred, sample_weight)


def towers_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    rows, dim = sizes["table_rows"], sizes["embedding_dim"]
    widths = [dim, *[sizes["mlp_width"]] * sizes["mlp_layers"], dim]
    model = Towers(
        *(keras.Sequential([layers.Embedding(rows, dim, _normal(0.05)), _mlp(widths, "relu")]) for _ in range(2))
    )
    model.compile(_adam(), _cross_entropy())
    return _training(model, inputs, x=itemgetter("users", "items"), y=None)


class Actor(keras.Model):  # type: ignore[misc]
    """Gives the log-probabilities of all actions, and a value; learns from what it did."""

    def __init__(self, policy: Any, value: Any) -> None:
        super().__init__()
        self.policy, self.value = policy, value

    def call(self, given: Batch) -> Any:
        return ops.log_softmax(self.policy(given["seen"])), ops.squeeze(self.value(given["seen"]), axis=1)

    def compute_loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:  # noqa: ARG002 - Keras calls it so
        logs, worth = y_pred
        action, chosen, advantage, wanted = (
            ops.convert_to_tensor(x[name]) for name in ("action", "chosen", "advantage", "wanted")
        )
        ratio = ops.exp(ops.sum(logs * ops.one_hot(action, logs.shape[1]), axis=1) - chosen)
        gain = ops.minimum(ratio * advantage, ops.clip(ratio, 0.8, 1.2) * advantage)
        entropy = -ops.sum(ops.exp(logs) * logs, axis=1)
        return ops.mean(0.5 * ops.square(worth - wanted) - gain - 0.01 * entropy)


def ppo_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    widths = [sizes["width"], *[sizes["mlp_width"]] * sizes["mlp_layers"]]
    actor = Actor(_mlp([*widths, sizes["width"] // 2], "tanh"), _mlp([*widths, 1], "tanh"))
    actor.compile(keras.optimizers.Adam(3e-4, epsilon=1e-5, global_clipnorm=0.5))
    rollout = {name: array.copy() for name, array in inputs["rollout"].items()}
    capacity = len(rollout["action"])

    def act(batch: Batch, turn: int) -> None:
        for number, (seen, chance) in enumerate(zip(batch["seen"], batch["chance"])):  # noqa: B905 - Python 3.9
            logs, worth = (each[0] for each in actor.predict_on_batch({"seen": seen[None]}))
            action = min(int(np.searchsorted(np.cumsum(np.exp(logs)), chance, side="right")), len(logs) - 1)
            place = (turn * len(batch["chance"]) + number) % capacity
            rollout["seen"][place], rollout["action"][place] = seen, action
            rollout["chosen"][place], rollout["value"][place] = logs[action], worth

    def step(state: _Trained) -> _Trained:
        batch = _batch(inputs, state.turn)
        act(batch, state.turn)
        # What values were is for who reckons the advantages, between the steps.
        read = {name: array[batch["rows"]] for name, array in rollout.items() if name != "value"}
        return _Trained(actor, state.turn + 1, actor.train_on_batch(read))

    return _Trained(actor), step, _loss


def heat_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    field = _mlp([3, *[sizes["mlp_width"]] * sizes["mlp_layers"], 1], "tanh", draw="glorot_normal")
    return _fitting(Heat(field), inputs)


def _mlp(widths: list[int], activation: str, last: str | None = None, draw: str = "glorot_uniform") -> Any:
    """Join dense layers."""
    each = [*[activation] * (len(widths) - 2), last]
    dense = (layers.Dense(width, word, kernel_initializer=draw) for width, word in zip(widths[1:], each))  # noqa: B905 - Python 3.9
    return keras.Sequential([keras.Input(widths[:1]), *dense])


def _adam() -> Any:
    return keras.optimizers.Adam(1e-3, epsilon=1e-8)


def _training(
    model: Any,
    inputs: dict[str, Any],
    x: Callable[[Batch], Any] = itemgetter("x"),
    y: str | None = "y",
    weight: str | None = None,
) -> Built:
    def step(state: _Trained) -> _Trained:
        batch = _batch(inputs, state.turn)
        more = [batch[name] if name else None for name in (y, weight)]
        return _Trained(model, state.turn + 1, model.train_on_batch(x(batch), *more))

    return _Trained(model), step, _loss


def _classifying(model: Any, inputs: dict[str, Any]) -> Built:
    def step(state: _Answered) -> _Answered:
        return _Answered(model, state.turn + 1, [model.predict_on_batch(_batch(inputs, state.turn)["x"])])

    return _Answered(model), step, _results


def _batch(inputs: dict[str, Any], turn: int) -> Batch:
    """Give the batch whose turn it is; Keras brings it over."""
    batches = inputs["batches"]
    batch: Batch = batches[turn % len(batches)]
    return batch


def _loss(state: _Trained) -> list[Any]:
    return [] if state.loss is None else [state.loss]


def _results(state: _Answered) -> Any:
    return state.results
