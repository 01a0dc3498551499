"""The models in TensorFlow: layers and optimisers of Keras, each step a `tf.function`, as a graph and through XLA."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf  # type: ignore[import-untyped]

keras: Any = tf.keras

_here: dict[str, Any] = {}
"""Of the framework's first file: what makes a graph of a function."""

Batch = dict[str, Any]
Built = tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]


class _Trained(NamedTuple):
    """Where training stands; a step writes into the variables."""

    variables: list[Any]
    turn: int = 0
    loss: Any = None
    image: Any = None


class _Answered(NamedTuple):
    """What inference has brought back."""

    variables: list[Any]
    turn: int = 0
    results: Any = None
    image: Any = None


def use(framework: Any) -> None:
    """Compile as the framework's first file does."""
    _here["compiled"] = framework.compiled


class Attending(keras.layers.Layer):  # type: ignore[misc]
    """Attends, between what each kind of block does before in `part` and after in `join`."""

    def __init__(self, heads: int, *, causal: bool) -> None:
        super().__init__()
        self.heads, self.causal = heads, causal

    def call(self, h: Any, turn: Any = (), visible: Any = None) -> Any:
        q, k, v = self.part(h, *turn)
        if visible is None and self.causal:
            visible = _before(h.shape[1])
        return self.join(h, _attend(q, k, v, visible))

    def proceed(self, h: Any, cache: list[tf.Variable], places: Any, visible: Any, turn: Any = ()) -> Any:
        """Attend to what stands in a cache, once what is new has been written there."""
        q, *new = self.part(h, *turn)
        for kept, part in zip(cache, new):  # noqa: B905 - Python 3.9
            kept.scatter_nd_update(places, part)
        keys, values = cache
        return self.join(h, _attend(q, keys, values, visible))


class Block(Attending):
    """Normalises first."""

    def __init__(self, width: int, heads: int, back: float = 0.02, *, bias: bool, causal: bool) -> None:
        super().__init__(heads, causal=causal)
        self.norm1 = keras.layers.LayerNormalization(epsilon=1e-5, center=bias)
        self.inward = _dense(3 * width, use_bias=bias)
        self.outward = _dense(width, back, use_bias=bias)
        self.norm2 = keras.layers.LayerNormalization(epsilon=1e-5, center=bias)
        self.up = _dense(4 * width, use_bias=bias, activation="gelu")
        self.down = _dense(width, back, use_bias=bias)

    def part(self, h: Any) -> list[Any]:
        """Give queries, keys and values, each of batch x heads x length x width of a head."""
        batch, length, width = h.shape
        inward = tf.reshape(self.inward(self.norm1(h)), (batch, length, 3, self.heads, width // self.heads))
        return tf.unstack(tf.transpose(inward, (2, 0, 3, 1, 4)))  # type: ignore[no-any-return]

    def join(self, h: Any, attended: Any) -> Any:
        h = h + self.outward(tf.reshape(tf.transpose(attended, (0, 2, 1, 3)), h.shape))
        return h + self.down(self.up(self.norm2(h)))


class GatedBlock(Attending):
    """Turns queries and keys; keys and values may be narrower than queries."""

    def __init__(self, width: int, heads: int, kept: int, hidden: int) -> None:
        super().__init__(heads, causal=True)
        self.norm1 = keras.layers.RMSNormalization(epsilon=1e-5)
        self.q, self.k, self.v, self.outward = (_dense(each, use_bias=False) for each in (width, kept, kept, width))
        self.norm2 = keras.layers.RMSNormalization(epsilon=1e-5)
        self.gate = _dense(hidden, use_bias=False, activation="silu")
        self.up, self.down = _dense(hidden, use_bias=False), _dense(width, use_bias=False)

    def part(self, h: Any, cosine: Any, sine: Any) -> list[Any]:
        """Give queries and keys, turned by their position, and values."""
        (batch, length, width), z = h.shape, self.norm1(h)
        shape = (batch, length, -1, width // self.heads)
        q, k, v = (tf.reshape(to(z), shape) for to in (self.q, self.k, self.v))
        q, k, v = (tf.transpose(part, (0, 2, 1, 3)) for part in self.normalised(q, k, v))
        return [_turned(q, cosine, sine), _turned(k, cosine, sine), v]

    def normalised(self, q: Any, k: Any, v: Any) -> Any:
        """Leave heads as they are."""
        return q, k, v

    def join(self, h: Any, attended: Any) -> Any:
        h = h + self.outward(tf.reshape(tf.transpose(attended, (0, 2, 1, 3)), h.shape))
        z = self.norm2(h)
        return h + self.down(self.gate(z) * self.up(z))


class LlamaBlock(GatedBlock):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__(width, heads, width, -(-8 * width // 96) * 32)  # 8 / 3 of it, rounded up to a multiple of 32


class QwenBlock(GatedBlock):
    """Two heads of queries share one of keys and values."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__(width, heads, width // 2, 3 * width)
        self.norm_q = keras.layers.RMSNormalization(epsilon=1e-5)
        self.norm_k = keras.layers.RMSNormalization(epsilon=1e-5)

    def normalised(self, q: Any, k: Any, v: Any) -> Any:
        return self.norm_q(q), self.norm_k(k), v


def _turned(x: Any, cosine: Any, sine: Any) -> Any:
    left, right = tf.split(x, 2, axis=-1)
    return x * cosine + tf.concat([-right, left], axis=-1) * sine


def _attend(q: Any, k: Any, v: Any, visible: Any) -> Any:
    scores = _product(q * q.shape[-1] ** -0.5, k, transpose_b=True)
    if visible is not None:
        scores = tf.where(visible, scores, -1e9)
    return _product(tf.nn.softmax(scores), v)


def _product(left: Any, right: Any, **options: Any) -> Any:
    """Multiply head by head; heads that share one on the right go through it as one matrix, so that it isn't copied."""
    if left.shape[1] == right.shape[1]:
        return tf.matmul(left, right, **options)
    joined = tf.reshape(left, (*right.shape[:2], -1, left.shape[-1]))
    return tf.reshape(tf.matmul(joined, right, **options), (*left.shape[:3], -1))


def _before(length: int) -> Any:
    """Let every position see itself and those before."""
    return tf.linalg.band_part(tf.ones((length, length), tf.bool), -1, 0)


class Decoder(keras.Model):  # type: ignore[misc]
    """Writes on: `embed` gives what goes through the blocks, and what each of them takes besides."""

    group = 1
    """Heads of queries that share one of keys and values."""

    def __init__(self, sizes: dict[str, int], length: int) -> None:
        super().__init__()
        self.length = length
        self.tokens = keras.layers.Embedding(sizes["vocabulary"], sizes["width"], _normal())

    def call(self, x: Any, visible: Any = None) -> Any:
        h, options = self.embed(x)
        for block in self.blocks:
            h = block(h, visible=visible, **options)
        return self.logits(h)

    def logits(self, h: Any) -> Any:
        """Give those of every position, one after the other, by the embedding of tokens."""
        flat = tf.reshape(self.norm(h), (-1, h.shape[-1]))
        return tf.matmul(flat, self.tokens.embeddings, transpose_b=True)

    def proceed(self, x: Any, place: Any, caches: list[list[tf.Variable]]) -> Any:
        """Give the logits of the last position."""
        places = place + tf.range(x.shape[1])
        visible = tf.range(self.length) <= places[:, None]
        h, options = self.embed(x, places)
        batch, heads = caches[0][0].shape[:2]
        places = tf.stack(tf.meshgrid(tf.range(batch), tf.range(heads), places, indexing="ij"), axis=-1)
        for block, cache in zip(self.blocks, caches):  # noqa: B905 - Python 3.9
            h = block.proceed(h, cache, places, visible, **options)
        return self.logits(h[:, -1])


class GPT(Decoder):
    def __init__(self, sizes: dict[str, int], length: int) -> None:
        super().__init__(sizes, length)
        width, layers, back = sizes["width"], sizes["layers"], 0.02 / math.sqrt(2 * sizes["layers"])
        self.positions = self.add_weight(shape=(length, width), initializer=_normal())
        self.blocks = [Block(width, sizes["heads"], back, bias=False, causal=True) for _ in range(layers)]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5, center=False)

    def embed(self, x: Any, places: Any = None) -> Any:
        return self.tokens(x) + _at(self.positions, x, places), {}


class Turning(Decoder):
    """Has no positions but those by which its blocks, of one `kind`, turn queries and keys."""

    kind: type[GatedBlock]

    def __init__(self, sizes: dict[str, int], length: int) -> None:
        super().__init__(sizes, length)
        width, heads = sizes["width"], sizes["heads"]
        self.blocks = [self.kind(width, heads) for _ in range(sizes["layers"])]
        self.norm = keras.layers.RMSNormalization(epsilon=1e-5)
        speeds = 10_000.0 ** (-np.arange(0, width // heads, 2) / (width // heads))
        angles = np.tile(np.outer(np.arange(length), speeds), 2)
        self.turns = [tf.constant(part(angles), tf.float32) for part in (np.cos, np.sin)]

    def embed(self, x: Any, places: Any = None) -> Any:
        return self.tokens(x), {"turn": [_at(turn, x, places) for turn in self.turns]}


class Llama(Turning):
    kind = LlamaBlock

    def __init__(self, sizes: dict[str, int], length: int) -> None:
        super().__init__(sizes, length)
        self.head = _dense(sizes["vocabulary"], use_bias=False)

    def logits(self, h: Any) -> Any:
        return self.head(tf.reshape(self.norm(h), (-1, h.shape[-1])))


class Qwen(Turning):
    kind, group = QwenBlock, 2


def _at(table: Any, x: Any, places: Any) -> Any:
    """Give a table's rows for the places of tokens: the first ones, where none are named."""
    return table[: x.shape[1]] if places is None else tf.gather(table, places)


class Encoder(keras.Model):  # type: ignore[misc]
    """Blocks that see all of a text but its padding, below what says something of the whole or of every word."""

    def __init__(self, sizes: dict[str, int], rate: float = 0.1) -> None:
        super().__init__()
        width = sizes["width"]
        self.tokens = keras.layers.Embedding(sizes["vocabulary"], width, _normal())
        self.positions = self.add_weight(shape=(sizes["sequence"], width), initializer=_normal())
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5)
        self.dropout1, self.dropout2 = keras.layers.Dropout(rate), keras.layers.Dropout(rate)
        self.blocks = [EncoderBlock(width, sizes["heads"], rate) for _ in range(sizes["layers"])]

    def encode(self, x: Any, mask: Any) -> Any:
        h = self.dropout1(self.norm(self.tokens(x) + self.positions))
        for block in self.blocks:
            h = block(h, mask[:, None, :])
        return h


class Classifier(Encoder):
    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__(sizes)
        self.dense, self.head = _dense(sizes["width"], activation="relu"), _dense(2)

    def call(self, x: Any, mask: Any) -> Any:
        return self.head(self.dropout2(self.dense(self.encode(x, mask)[:, 0])))


class Tagger(Encoder):
    def __init__(self, sizes: dict[str, int], tags: int = 9) -> None:
        super().__init__(sizes)
        self.head = _dense(tags)

    def call(self, x: Any, mask: Any) -> Any:
        return self.head(self.dropout2(self.encode(x, mask)))


class EncoderBlock(keras.layers.Layer):  # type: ignore[misc]
    """Normalises last."""

    def __init__(self, width: int, heads: int, rate: float) -> None:
        super().__init__()
        self.attend = keras.layers.MultiHeadAttention(heads, width // heads, kernel_initializer=_normal())
        self.up, self.down = _dense(4 * width, activation="gelu"), _dense(width)
        self.norm1 = keras.layers.LayerNormalization(epsilon=1e-5)
        self.norm2 = keras.layers.LayerNormalization(epsilon=1e-5)
        self.dropout1, self.dropout2 = keras.layers.Dropout(rate), keras.layers.Dropout(rate)

    def call(self, h: Any, visible: Any) -> Any:
        h = self.norm1(h + self.dropout1(self.attend(h, h, attention_mask=visible)))
        return self.norm2(h + self.dropout2(self.down(self.up(h))))


def _normal(deviation: float = 0.02) -> Any:
    return keras.initializers.RandomNormal(stddev=deviation)


def _dense(units: int, deviation: float = 0.02, **options: Any) -> Any:
    return keras.layers.Dense(units, kernel_initializer=_normal(deviation), **options)


def gpt_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    return _writing(GPT(sizes, sizes["sequence"]), inputs, 1e-3)


def _writing(model: Any, inputs: dict[str, Any], rate: float) -> Built:
    model(inputs["batches"][0]["x"])

    def loss(batch: Batch) -> Any:
        return _cross_entropy(model(batch["x"]), tf.reshape(batch["y"], (-1,)))

    optimiser = keras.optimizers.AdamW(rate, 0.1, beta_1=0.9, beta_2=0.95, epsilon=1e-8, global_clipnorm=1.0)
    return _training(model.trainable_weights, _sparing(optimiser, model), inputs, loss)


def bert_finetune(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    return _encoding(Classifier(sizes), inputs)


def tagger_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    return _encoding(Tagger(sizes), inputs)


def _encoding(model: Any, inputs: dict[str, Any]) -> Built:
    model(inputs["batches"][0]["x"], inputs["batches"][0]["mask"])

    def loss(batch: Batch) -> Any:
        return _cross_entropy(model(batch["x"], batch["mask"], training=True), batch["y"])

    optimiser = keras.optimizers.AdamW(5e-5, 0.01, epsilon=1e-8, global_clipnorm=1.0)
    return _training(model.trainable_weights, _sparing(optimiser, model), inputs, loss)


def _sparing(optimiser: Any, model: Any, *more: str) -> Any:
    """Let only matrices decay; a layer of attention has kernels of three dimensions and biases of two."""
    kept = ("bias", "gamma", "beta", "scale", *more)
    optimiser.exclude_from_weight_decay([weight for weight in model.trainable_weights if weight.name in kept])
    return optimiser


def gpt_generate(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    return _generating(GPT(sizes, sizes["sequence"] + sizes["new_tokens"]), inputs, sizes)


def _generating(model: Any, inputs: dict[str, Any], sizes: dict[str, int], *, shown: bool = False) -> Built:
    model(inputs["batches"][0]["x"])

    heads = sizes["heads"]
    shape = (sizes["batch"], heads // model.group, model.length, sizes["width"] // heads)
    caches = [[tf.Variable(tf.zeros(shape)) for _ in range(2)] for _ in range(sizes["layers"])]

    def following(x: Any, place: Any) -> Any:
        logits = model.proceed(x, place, caches)
        return logits, tf.argmax(logits, axis=-1)[:, None], place + x.shape[1]

    following = _here["compiled"](following)

    def step(state: _Answered) -> _Answered:
        token, place, tokens = _batch(inputs, state.turn)["x"], tf.constant(0), []
        for _ in range(sizes["new_tokens"]):
            logits, token, place = following(token, place)
            tokens.append(token.numpy() if shown else token)
        results = [logits.numpy(), np.concatenate(tokens, axis=1) if shown else tf.concat(tokens, axis=1).numpy()]
        return _Answered(state.variables, state.turn + 1, results)

    return _Answered([*_variables(model.weights), *tf.nest.flatten(caches)]), step, _results


def resnet_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    x = keras.Input(inputs["batches"][0]["x"].shape[1:])
    h = keras.layers.ReLU()(_convolve(x, sizes["width"], 3))
    model = keras.Model(x, _stages(h, sizes["width"], [(sizes["depth"] - 2) // 6] * 3, 10))

    def loss(batch: Batch) -> Any:
        return _cross_entropy(model(batch["x"], training=True), batch["y"])

    # Keras would take the decay off the weights, past the momentum.
    return _training(model.trainable_weights, keras.optimizers.SGD(0.05, momentum=0.9), inputs, loss, decay=5e-4)


def resnet_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    x = keras.Input(inputs["batches"][0]["x"].shape[1:])
    h = keras.layers.ReLU()(_convolve(x, sizes["width"], 7, stride=2))
    h = keras.layers.MaxPooling2D(3, 2)(keras.layers.ZeroPadding2D(1)(h))
    blocks = {18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3]}[sizes["depth"]]
    scores = _stages(h, sizes["width"], blocks, 1000, bottleneck=sizes["depth"] >= 50)
    return _classifying(keras.Model(x, scores), inputs)


def _stages(h: Any, width: int, blocks: list[int], classes: int, *, bottleneck: bool = False) -> Any:
    for stage, number in enumerate(blocks):
        for block in range(number):
            stride, channels = (2 if stage and not block else 1), width << stage
            left = 4 * channels if bottleneck else channels
            y = keras.layers.ReLU()(_convolve(h, channels, 1)) if bottleneck else h
            y = keras.layers.ReLU()(_convolve(y, channels, 3, stride))
            shortcut = h if h.shape[-1] == left else _convolve(h, left, 1, stride)
            y = _convolve(y, left, 1 if bottleneck else 3)
            h = keras.layers.ReLU()(keras.layers.Add()([y, shortcut]))
    return keras.layers.Dense(classes)(keras.layers.GlobalAveragePooling2D()(h))


def _convolve(x: Any, channels: int, size: int, stride: int = 1) -> Any:
    """Convolve and normalise; with a stride, Keras by itself would pad the far side alone."""
    draw = keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal")
    if stride > 1 and size > 1:
        x = keras.layers.ZeroPadding2D(size // 2)(x)
    padding = "same" if stride == 1 else "valid"
    x = keras.layers.Conv2D(channels, size, stride, padding, use_bias=False, kernel_initializer=draw)(x)
    return keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)


class ViT(keras.Model):  # type: ignore[misc]
    def __init__(self, sizes: dict[str, int], patch: int = 16, classes: int = 1000) -> None:
        super().__init__()
        width, places = sizes["width"], (sizes["image"] // patch) ** 2 + 1
        self.patches = keras.layers.Conv2D(width, patch, patch, kernel_initializer=_normal())
        self.token = self.add_weight(shape=(1, 1, width), initializer="zeros", name="token")
        self.positions = self.add_weight(shape=(places, width), initializer=_normal(), name="positions")
        self.blocks = [Block(width, sizes["heads"], bias=True, causal=False) for _ in range(sizes["layers"])]
        self.norm, self.head = keras.layers.LayerNormalization(epsilon=1e-5), _dense(classes)

    def call(self, x: Any) -> Any:
        h = self.patches(x)
        batch, places, width = h.shape[0], self.positions.shape[0], h.shape[-1]
        h = tf.reshape(h, (batch, places - 1, width))
        h = tf.concat([tf.repeat(self.token, batch, axis=0), h], axis=1) + self.positions
        for block in self.blocks:
            h = block(h)
        return self.head(self.norm(h[:, 0]))


def vit_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    model = ViT(sizes)
    model(inputs["batches"][0]["x"])
    return _classifying(model, inputs)


def dlrm_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    count, rows, dim = sizes["tables"], sizes["table_rows"], sizes["embedding_dim"]
    hidden, spread = [sizes["mlp_width"]] * sizes["mlp_layers"], rows**-0.5
    pairs = [row * (count + 1) + column for row in range(count + 1) for column in range(row)]
    bottom, top = _mlp([*hidden, dim], "relu", last="relu"), _mlp([*hidden, 1], "relu")
    bottom.build((None, 13))
    top.build((None, dim + len(pairs)))
    # Not layers of Keras: those read all of a table, which TensorFlow copies then, if it is updated by rows.
    tables = [tf.Variable(tf.random.uniform((rows, dim), -spread, spread)) for _ in range(count)]

    def loss(batch: Batch) -> Any:
        first = bottom(batch["numbers"])
        picks = tf.unstack(batch["picks"], axis=1)
        picked = [tf.nn.embedding_lookup(table, pick) for table, pick in zip(tables, picks)]  # noqa: B905 - Python 3.9
        vectors = tf.stack([first, *picked], axis=1)
        products = tf.reshape(tf.matmul(vectors, vectors, transpose_b=True), (len(batch["y"]), -1))
        logits = top(tf.concat([first, tf.gather(products, pairs, axis=1)], axis=1))
        return _binary_cross_entropy(logits, batch["y"])

    weights = [*bottom.trainable_weights, *top.trainable_weights, *tables]
    return _training(weights, keras.optimizers.SGD(0.1), inputs, loss)


def ncf_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    users, items = (keras.Input((), dtype="int64") for _ in range(2))
    user1, item1, user2, item2 = (
        keras.layers.Embedding(sizes["table_rows"], sizes["embedding_dim"], _normal(0.01))(rows)
        for rows in (users, items) * 2
    )
    widths = [sizes["mlp_width"] >> layer for layer in range(sizes["mlp_layers"])]
    deep = _mlp(widths, "relu", last="relu")(keras.layers.Concatenate()([user2, item2]))
    both = keras.layers.Concatenate()([keras.layers.Multiply()([user1, item1]), deep])
    model = keras.Model([users, items], keras.layers.Dense(1)(both))

    def loss(batch: Batch) -> Any:
        return _binary_cross_entropy(model([batch["users"], batch["items"]]), batch["y"])

    return _training(model.trainable_weights, keras.optimizers.Adam(1e-3, epsilon=1e-8), inputs, loss)


def dqn_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    widths = [*[sizes["mlp_width"]] * sizes["mlp_layers"], sizes["width"] // 2]
    model, target = _mlp(widths, "relu"), _mlp(widths, "relu")
    for network in (model, target):
        network.build((None, sizes["width"]))
    target.set_weights(model.get_weights())
    optimiser, huber = keras.optimizers.Adam(1e-3, epsilon=1e-8), keras.losses.Huber()
    optimiser.build(model.trainable_weights)
    replay = {name: array.copy() for name, array in inputs["replay"].items()}
    capacity = len(replay["action"])

    def best(seen: Any) -> Any:
        return tf.argmax(model(seen)[0])

    def learn(batch: Batch) -> Any:
        later = tf.reduce_max(target(batch["next"]), axis=1)
        wanted = batch["reward"] + 0.99 * (1 - batch["ended"]) * later
        with tf.GradientTape() as tape:
            taken = tf.gather(model(batch["seen"]), batch["action"], axis=1, batch_dims=1)
            value = huber(wanted, taken)
        optimiser.apply(tape.gradient(value, model.trainable_weights), model.trainable_weights)
        for slow, quick in zip(target.weights, model.weights):  # noqa: B905 - Python 3.9
            slow.assign_add(0.005 * (quick - slow))
        return value

    best, learn = _here["compiled"](best), _here["compiled"](learn)

    def act(batch: Batch, turn: int) -> None:
        for number, (explores, random) in enumerate(zip(batch["explores"], batch["random"])):  # noqa: B905 - Python 3.9
            seen = batch["seen"][number]
            action = random if explores else int(best(tf.constant(seen[None])))
            place = (turn * len(batch["random"]) + number) % capacity
            replay["seen"][place], replay["next"][place] = seen, batch["seen"][number + 1]
            replay["action"][place], replay["reward"][place], replay["ended"][place] = action, 1, 0

    def step(state: _Trained) -> _Trained:
        batch = inputs["batches"][state.turn % len(inputs["batches"])]
        act(batch, state.turn)
        value = learn({name: tf.constant(array[batch["rows"]]) for name, array in replay.items()})
        return _Trained(state.variables, state.turn + 1, value)

    return _Trained(_variables(model.weights + target.weights + optimiser.variables)), step, _loss


def pinn_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    model = _mlp([*[sizes["mlp_width"]] * sizes["mlp_layers"], 1], "tanh", draw="glorot_normal")
    model.build((None, 2))

    def along(t: Any, x: Any, order: int) -> list[Any]:
        """Give u and its derivatives by x."""
        if not order:
            return [model(tf.concat([t, x], axis=1))]
        with tf.GradientTape() as tape:
            tape.watch(x)
            found = along(t, x, order - 1)
        return [*found, tape.gradient(found[-1], x)]

    def residual(inside: Any) -> Any:
        t, x = tf.split(inside, 2, axis=1)
        with tf.GradientTape() as tape:
            tape.watch(t)
            u, u_x, *further = along(t, x, sizes["derivative_order"])
        return tape.gradient(u, t) + u * u_x - 0.01 * further[-1]

    return _fitting(model, residual, inputs)


def _fitting(model: Any, residual: Callable[[Any], Any], inputs: dict[str, Any]) -> Built:
    """Meet values on the edge, and an equation inside."""

    def loss(batch: Batch) -> Any:
        inside = residual(batch["inside"])
        edge = model(batch["edge"]) - batch["value"]
        return tf.reduce_mean(tf.square(inside)) + tf.reduce_mean(tf.square(edge))

    return _training(model.trainable_weights, keras.optimizers.Adam(1e-3, epsilon=1e-8), inputs, loss)


def ode_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    f = _mlp([*[sizes["mlp_width"]] * sizes["mlp_layers"], sizes["width"]], "tanh")
    f.build((None, sizes["width"]))
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
        return tf.reduce_mean(tf.square(tf.stack(states) - batch["path"]))

    return _training(f.trainable_weights, keras.optimizers.Adam(1e-3, epsilon=1e-8), inputs, loss)


def llama_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    return _writing(Llama(sizes, sizes["sequence"]), inputs, 3e-4)


def llama_chat(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    return _generating(Llama(sizes, sizes["sequence"] + sizes["new_tokens"]), inputs, sizes, shown=True)


def qwen_finetune(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    model = Qwen(sizes, sizes["sequence"])
    model(inputs["batches"][0]["x"])

    def loss(batch: Batch) -> Any:
        visible = _before(sizes["sequence"]) & batch["mask"][:, None, None, :]
        y, answer = (tf.reshape(batch[name], (-1,)) for name in ("y", "answer"))
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, model(batch["x"], visible))
        weights = tf.cast(answer, tf.float32)
        return tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)

    optimiser = keras.optimizers.AdamW(2e-5, 0.01, epsilon=1e-8, global_clipnorm=1.0)
    return _training(model.trainable_weights, _sparing(optimiser, model), inputs, loss)


def qwen_chat(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    return _generating(Qwen(sizes, sizes["sequence"] + sizes["new_tokens"]), inputs, sizes, shown=True)


def vit_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    model = ViT(sizes, patch=sizes["image"] // math.isqrt(sizes["sequence"]), classes=10)
    model(inputs["batches"][0]["x"])

    def loss(batch: Batch) -> Any:
        return _cross_entropy(model(batch["x"]), batch["y"])

    optimiser = _sparing(keras.optimizers.AdamW(1e-3, 0.05, epsilon=1e-8), model, "token", "positions")
    return _training(model.trainable_weights, optimiser, inputs, loss)


def bottleneck_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    return resnet_infer(inputs, sizes)


def towers_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    users, items = (keras.Input((), dtype="int64") for _ in range(2))
    widths = [*[sizes["mlp_width"]] * sizes["mlp_layers"], sizes["embedding_dim"]]
    towers = [
        _mlp(widths, "relu")(keras.layers.Embedding(sizes["table_rows"], sizes["embedding_dim"], _normal(0.05))(rows))
        for rows in (users, items)
    ]
    model = keras.Model([users, items], towers)

    def loss(batch: Batch) -> Any:
        logits = tf.matmul(*model([batch["users"], batch["items"]]), transpose_b=True)
        return _cross_entropy(logits, tf.range(len(logits)))

    return _training(model.trainable_weights, keras.optimizers.Adam(1e-3, epsilon=1e-8), inputs, loss)


def ppo_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    hidden = [sizes["mlp_width"]] * sizes["mlp_layers"]
    policy, value = _mlp([*hidden, sizes["width"] // 2], "tanh"), _mlp([*hidden, 1], "tanh")
    for network in (policy, value):
        network.build((None, sizes["width"]))
    weights = policy.trainable_weights + value.trainable_weights
    optimiser = keras.optimizers.Adam(3e-4, epsilon=1e-5, global_clipnorm=0.5)
    rollout = {name: array.copy() for name, array in inputs["rollout"].items()}
    capacity = len(rollout["action"])

    def judge(seen: Any) -> Any:
        return tf.nn.log_softmax(policy(seen)), tf.squeeze(value(seen), axis=1)

    def loss(batch: Batch) -> Any:
        logs, worth = judge(batch["seen"])
        ratio = tf.exp(tf.gather(logs, batch["action"], axis=1, batch_dims=1) - batch["chosen"])
        gain = tf.minimum(ratio * batch["advantage"], tf.clip_by_value(ratio, 0.8, 1.2) * batch["advantage"])
        entropy = -tf.reduce_sum(tf.exp(logs) * logs, axis=1)
        return tf.reduce_mean(0.5 * tf.square(worth - batch["wanted"]) - gain - 0.01 * entropy)

    learn, judge_one = _learning(weights, optimiser, loss), _here["compiled"](judge)

    def act(batch: Batch, turn: int) -> None:
        for number, (seen, chance) in enumerate(zip(batch["seen"], batch["chance"])):  # noqa: B905 - Python 3.9
            logs, worth = (each.numpy()[0] for each in judge_one(tf.constant(seen[None])))
            action = min(int(np.searchsorted(np.cumsum(np.exp(logs)), chance, side="right")), len(logs) - 1)
            place = (turn * len(batch["chance"]) + number) % capacity
            rollout["seen"][place], rollout["action"][place] = seen, action
            rollout["chosen"][place], rollout["value"][place] = logs[action], worth

    def step(state: _Trained) -> _Trained:
        batch = inputs["batches"][state.turn % len(inputs["batches"])]
        act(batch, state.turn)
        # What values were is for who reckons the advantages, between the steps.
        read = {name: tf.constant(array[batch["rows"]]) for name, array in rollout.items() if name != "value"}
        return _Trained(state.variables, state.turn + 1, learn(read))

    return _Trained(_variables(weights + optimiser.variables)), step, _loss


def heat_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    keras.utils.set_random_seed(inputs["seed"])
    model = _mlp([*[sizes["mlp_width"]] * sizes["mlp_layers"], 1], "tanh", draw="glorot_normal")
    model.build((None, 3))

    def residual(inside: Any) -> Any:
        t, x, y = tf.split(inside, 3, axis=1)
        with tf.GradientTape(persistent=True) as outer:
            outer.watch([x, y])
            with tf.GradientTape() as inner:
                inner.watch([t, x, y])
                u = model(tf.concat([t, x, y], axis=1))
            u_t, u_x, u_y = inner.gradient(u, [t, x, y])
        return u_t - 0.1 * (outer.gradient(u_x, x) + outer.gradient(u_y, y))

    return _fitting(model, residual, inputs)


def _mlp(widths: list[int], activation: str, last: str | None = None, draw: str = "glorot_uniform") -> Any:
    """Join dense layers."""
    each = [*[activation] * (len(widths) - 1), last]
    return keras.Sequential(
        keras.layers.Dense(width, activation, kernel_initializer=draw)
        for width, activation in zip(widths, each)  # noqa: B905 - Python 3.9
    )


def _cross_entropy(logits: Any, y: Any) -> Any:
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))


def _binary_cross_entropy(logits: Any, y: Any) -> Any:
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, tf.squeeze(logits, axis=1)))


def _training(
    weights: list[Any], optimiser: Any, inputs: dict[str, Any], loss: Callable[[Batch], Any], decay: float = 0.0
) -> Built:
    train = _learning(weights, optimiser, loss, decay)

    def step(state: _Trained) -> _Trained:
        batch = _batch(inputs, state.turn)
        return _Trained(state.variables, state.turn + 1, train(batch), _image(batch))

    return _Trained(_variables(weights + optimiser.variables)), step, _loss


def _learning(weights: list[Any], optimiser: Any, loss: Callable[[Batch], Any], decay: float = 0.0) -> Any:
    """Compile loss, gradients and update."""
    optimiser.build(weights)

    def train(batch: Batch) -> Any:
        with tf.GradientTape() as tape:
            value = loss(batch)
        gradients = tape.gradient(value, weights)
        if decay:
            gradients = [slope + decay * weight for slope, weight in zip(gradients, weights)]  # noqa: B905 - Python 3.9
        optimiser.apply(gradients, weights)
        return value

    return _here["compiled"](train)


def _classifying(model: Any, inputs: dict[str, Any]) -> Built:
    def classify(x: Any) -> Any:
        return model(x, training=False)

    classify = _here["compiled"](classify)

    def step(state: _Answered) -> _Answered:
        batch = _batch(inputs, state.turn)
        return _Answered(state.variables, state.turn + 1, [classify(batch["x"]).numpy()], _image(batch))

    return _Answered(_variables(model.weights)), step, _results


def _variables(weights: list[Any]) -> list[Any]:
    """Give TensorFlow's own variables; those of Keras wrap them."""
    return [weight if isinstance(weight, tf.Variable) else weight.value for weight in weights]


def _batch(inputs: dict[str, Any], turn: int) -> Batch:
    """Bring over the batch whose turn it is."""
    batches = inputs["batches"]
    return {name: tf.constant(array) for name, array in batches[turn % len(batches)].items()}


def _image(batch: Batch) -> Any:
    x = batch.get("x")
    return x if x is not None and len(x.shape) == 4 else None


def _loss(state: _Trained) -> list[Any]:
    return [] if state.loss is None else [state.loss.numpy()]


def _results(state: _Answered) -> Any:
    return state.results
