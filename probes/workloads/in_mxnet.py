"""Whole models in MXNet: hybridized Gluon networks, a loss of Gluon's, and a `Trainer`.

Parameters stay in their network; what a state holds are the arrays that are written in place.
"""

# ruff: noqa: N803 - Gluon calls what operations are taken from `F`

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon
from mxnet.gluon import nn

NOT_APPLICABLE = {
    "MXNet differentiates a dense layer twice at most, and its other matrix products once; training on second "
    "derivatives of a network takes a third": ("step_pinn",)
}

_here = {}

_HIDDEN = -1e9
"""What is added to a score of which nothing is to be left."""

_AT_ONCE = 100_000
"""Numbers that MXNet copies without threads; twice as many it would not."""


class _Trained(NamedTuple):
    """The state of training."""

    value: Any
    params: Any
    image: Any
    """What is trained on: images or not."""
    running: Any = ()
    """Statistics of normalisations."""


class _Classified(NamedTuple):
    """The state of a network that classifies."""

    value: Any
    image: Any


def use(framework):
    """Take part: the device is chosen."""
    _here.update(framework._here)  # noqa: SLF001 - that is where it keeps it


def step_transformer(inputs, sizes):
    """Train a causal transformer, by MXNet's own operations for attention: they want places before examples."""
    length = sizes["sequence"]
    visible = np.tile(np.arange(1, length + 1, dtype=np.int32), (sizes["batch"] * sizes["heads"], 1))
    net, criterion = Language(inputs, sizes), gluon.loss.SoftmaxCrossEntropyLoss()
    return _training(net, criterion, inputs, (inputs["x"].T,), (inputs["y"].T,), (*_turns(inputs), visible))


def step_encoder(inputs, sizes):
    """Train an encoder; what is padding is masked."""
    places = np.arange(sizes["sequence"], dtype=np.int32)
    net = Encoder(sizes, len(inputs["params"]["head.bias"]))
    given = inputs["x"], inputs["text"].astype(np.float32)
    return _training(net, gluon.loss.SoftmaxCrossEntropyLoss(), inputs, given, (inputs["y"],), (places,))


def decode(inputs, sizes):
    """Read a prompt and write tokens, each by a call of a graph, which takes and returns keys and values."""
    length, room = sizes["sequence"], sizes["sequence"] + sizes["new_tokens"]
    read, write = (Writer(inputs, sizes) for _ in range(2))
    for net in (read, write):
        _filled(net, inputs["params"])
        _hybrid(net)
    shape = (room, sizes["batch"], 2 * sizes["width"])
    caches = [mx.nd.zeros(shape, _here["context"]) for _ in range(sizes["layers"])]
    seen, turns = np.ones((sizes["batch"] * sizes["heads"], 1), dtype=np.int32), _turns(inputs)

    def these(*places):
        at = np.array(places, dtype=np.int32)
        return [*map(_array, (*(each[at] for each in turns), seen * (at + 1), at))]

    whole, each = these(*range(length)), [these(at) for at in range(length, room - 1)]
    prompt = _array(inputs["prompt"].T.astype(np.float32))
    before = prompt[: length - 1]

    def step(state):
        _, tokens, caches = state
        last = _array(tokens[-1])
        text = mx.nd.concat(before, last, dim=0) if length > 1 else last
        logits, token, *caches = read(text, *whole, *caches)
        tokens = [token.asnumpy()]
        for place in each:
            logits, token, *caches = write(token, *place, *caches)
            tokens.append(token.asnumpy())
        return logits, tokens, caches

    def outputs(state):
        return [state[0].asnumpy(), np.concatenate(state[1]).astype(np.int32)]

    return (None, [prompt[length - 1 :].asnumpy()], caches), step, outputs


def step_resnet(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Train a residual network; running statistics live in its normalisations."""
    net = _resnet(inputs)
    return _training(net, gluon.loss.SoftmaxCrossEntropyLoss(), inputs, (_pixels(inputs["x"]),), (inputs["y"],))


def forward_resnet(inputs, sizes):  # noqa: ARG001 - the contract's arguments
    """Classify images."""
    net = _resnet(inputs)
    _filled(net, inputs["params"])
    left = itertools.chain.from_iterable(inputs["statistics"].values())
    for parameter, array in zip(_running(net), left):  # noqa: B905 - `strict` came with Python 3.10
        parameter.set_data(_array(array))
    return _classifying(net, inputs)


def step_vit(inputs, sizes):
    """Train a vision transformer, whose projections MXNet's operations want head by head."""
    about, heads = inputs["params"], sizes["heads"]
    params, net, criterion = _by_head(about, sizes), Vision(sizes, about), gluon.loss.SoftmaxCrossEntropyLoss()
    given, held = (_pixels(inputs["x"]),), (inputs["y"],)
    state, step, outputs = _training(net, criterion, {**inputs, "params": params}, given, held, (_patches(sizes),))

    def as_they_came(state):
        value, *arrays = outputs(state)
        both = zip([*params] * 2, arrays)  # noqa: B905 - `strict` came with Python 3.10
        turned = [_swapped(array, heads, 3) if ".packed" in name else array for name, array in both]
        shapes = [array.shape for array in about.values()] * 2
        return [value, *map(np.reshape, turned, shapes)]

    return state, step, as_they_came


def forward_vit(inputs, sizes):
    """Classify images by a vision transformer."""
    net = Vision(sizes, inputs["params"])
    _filled(net, _by_head(inputs["params"], sizes))
    return _classifying(net, inputs, _patches(sizes))


def step_dlrm(inputs, sizes):
    """Train a recommender: gradients of tables are row-sparse, and the optimiser writes only the rows in them."""
    indices = inputs["indices"].astype(np.int32)
    net, criterion = Recommender(sizes), gluon.loss.SigmoidBinaryCrossEntropyLoss()
    return _training(net, criterion, inputs, (inputs["x"], indices), (inputs["y"],))


def step_ncf(inputs, sizes):
    """Train collaborative filtering: gradients of tables are row-sparse, and Adam goes over the rows in them alone."""
    both = inputs["users"].astype(np.int32), inputs["items"].astype(np.int32)
    net, criterion = Collaborative(inputs["params"], sizes), gluon.loss.SigmoidBinaryCrossEntropyLoss()
    return _training(net, criterion, inputs, both, (inputs["y"],))


def step_towers(inputs, sizes):
    """Train two towers; of their tables as in `step_ncf`."""
    both = inputs["users"].astype(np.int32), inputs["items"].astype(np.int32)
    return _training(Towers(sizes), gluon.loss.SoftmaxCrossEntropyLoss(), inputs, both, (inputs["y"],))


def step_policy(inputs, sizes):
    """Act by a call of the graph for each observation, then learn."""
    net = _dense([sizes["width"], *[sizes["mlp_width"]] * sizes["mlp_layers"], sizes["vocabulary"]])
    world, held = inputs["world"], (inputs["y"], inputs["advantage"][:, None])
    trained, learn, learned = _training(net, gluon.loss.SoftmaxCrossEntropyLoss(), inputs, (inputs["x"],), held)

    def step(state):
        trained, row, actions = state[0], state[1], []
        for _ in range(sizes["acts"]):
            actions.append(int(net(_array(world[row : row + 1])).asnumpy().argmax()))
            row = (row + 1 + actions[-1]) % len(world)
        return learn(trained), row, actions

    return (trained, 0, ()), step, lambda state: [*learned(state[0]), state[2]]


def step_ode(inputs, sizes):
    """Train through a solver whose loop the graph holds unrolled."""
    return _training(Solver(sizes), gluon.loss.L2Loss(weight=2), inputs, (inputs["x"],), (inputs["y"],))


class Adam(mx.optimizer.Adam):
    """MXNet's own, which shows its moments."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.moments = {}

    def create_state(self, index, weight):
        """Start both moments."""
        self.moments[index] = super().create_state(index, weight)
        return self.moments[index]


class AdamW(mx.optimizer.Optimizer):
    """Steps by MXNet's own kernel for many tensors; rate and epsilon take the correction of both moments."""

    def __init__(self, beta1=0.9, beta2=0.999, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        self.aggregate_num = 50
        self.moments = {}
        self._beta1, self._beta2, self._epsilon = beta1, beta2, epsilon

    def create_state(self, index, weight):
        """Start both moments."""
        self.moments[index] = mx.nd.zeros_like(weight), mx.nd.zeros_like(weight)
        return self.moments[index]

    def update(self, index, weight, grad, state):
        """Step all of a group."""
        self._update_count(index)
        done = self._index_update_count[index[0]]
        root = (1 - self._beta2**done) ** 0.5
        corrected = root / (1 - self._beta1**done)
        rates, (first, second) = self._get_lrs(index), zip(*state)  # noqa: B905 - `strict` came with Python 3.10
        decays = [rate * decay for rate, decay in zip(rates, self._get_wds(index))]  # noqa: B905 - `strict` came with Python 3.10
        mx.nd.contrib.multi_adamw_update(
            weight,
            grad,
            first,
            second,
            self.rescale_grad,
            [rate * corrected for rate in rates],
            decays,
            [1.0] * len(weight),
            out=weight,
            beta1=self._beta1,
            beta2=self._beta2,
            epsilon=self._epsilon * root,
        )


class RootMean(gluon.HybridBlock):
    """Normalises every row by the root of its mean square."""

    def __init__(self, width):
        super().__init__()
        with self.name_scope():
            self.scale = self.params.get("scale", shape=(width,))

    def hybrid_forward(self, F, h, scale):
        """Divide, and scale."""
        mean = F.mean(F.square(h), axis=-1, keepdims=True)
        return F.broadcast_mul(F.broadcast_mul(h, F.rsqrt(mean + 1e-5)), scale)


class Language(gluon.HybridBlock):
    """Blocks that normalise first, between tokens and logits; arrays are (place, example, width)."""

    def __init__(self, inputs, sizes):
        super().__init__()
        width, hidden = sizes["width"], inputs["params"]["0.gate"].shape[1]
        with self.name_scope():
            self.tokens = nn.Embedding(sizes["vocabulary"], width)
            self.blocks = nn.HybridSequential()
            for _ in range(sizes["layers"]):
                self.blocks.add(Gated(width, hidden, sizes["heads"]))
            self.norm = RootMean(width)
            self.head = _matrix(width, sizes["vocabulary"])

    def hybrid_forward(self, F, x, cos, sin, visible):  # noqa: ARG002 - as Gluon calls it
        """Give the logits of every place."""
        h = self.tokens(x)
        for block in self.blocks:
            h, _ = block(h, cos, sin, visible)
        return self.head(self.norm(h))


class Writer(Language):
    """The same, for tokens in a row after those whose keys and values it is given."""

    def hybrid_forward(self, F, tokens, cos, sin, visible, places, *caches):  # noqa: PLR0913, PLR0917 - as Gluon calls it
        """Give the logits behind the last, the likeliest token, and the keys and values."""
        h, kept = self.tokens(tokens), []
        for block, cache in zip(self.blocks, caches):  # noqa: B905 - `strict` came with Python 3.10
            h, longer = block(h, cos, sin, visible, places, cache)
            kept.append(longer)
        logits = self.head(self.norm(F.slice_axis(h, axis=0, begin=-1, end=None)))
        return (F.reshape(logits, (-3, 0)), F.argmax(logits, axis=-1), *kept)


class Gated(gluon.HybridBlock):
    """Attention by queries and keys that are turned, and three matrices, one of them a gate."""

    def __init__(self, width, hidden, heads):
        super().__init__()
        self._heads = heads
        with self.name_scope():
            self.norm1 = RootMean(width)
            self.query, self.key, self.value, self.out = (_matrix(width, width) for _ in range(4))
            self.norm2 = RootMean(width)
            self.gate, self.up = (_matrix(width, hidden) for _ in range(2))
            self.down = _matrix(hidden, width)

    def hybrid_forward(self, F, h, cos, sin, visible, places=None, kept=None):  # noqa: PLR0913, PLR0917 - as Gluon calls it
        """Attend to as many as each place sees; where some are kept, new keys and values are put in their `places`.

        Gives what each place became, and keys and values.
        """
        z = self.norm1(h)
        q, k, v = (F.reshape(each(z), (0, 0, self._heads, -1)) for each in (self.query, self.key, self.value))
        q, k = (_turned(F, each, cos, sin) for each in (q, k))
        q, both = F.reshape(q, (0, 0, -1)), F.reshape(F.concat(k, v, dim=3), (0, 0, -1))
        both = both if kept is None else F.contrib.index_copy(kept, places, both)
        scores = F.contrib.interleaved_matmul_encdec_qk(q, both, heads=self._heads)
        shares = F.softmax(scores, visible, use_length=True)
        h = h + self.out(F.contrib.interleaved_matmul_encdec_valatt(both, shares, heads=self._heads))
        z = self.norm2(h)
        gate = self.gate(z)
        return h + self.down(gate * F.sigmoid(gate) * self.up(z)), both


class Block(gluon.HybridBlock):
    """Attention and two dense layers, each added to what it was given."""

    def __init__(self, width, heads):
        super().__init__()
        self._heads = heads
        with self.name_scope():
            self.norm1 = nn.LayerNorm(epsilon=1e-5, in_channels=width)
            self._project(width)
            self.out = nn.Dense(width, flatten=False, in_units=width)
            self.norm2 = nn.LayerNorm(epsilon=1e-5, in_channels=width)
            self.up = nn.Dense(4 * width, flatten=False, in_units=width)
            self.down = nn.Dense(width, flatten=False, in_units=4 * width)

    def _project(self, width):
        self.packed = nn.Dense(3 * width, flatten=False, in_units=width)

    def hybrid_forward(self, F, h):
        """Attend to all, then pass every place through the dense layers; arrays are (place, example, width)."""
        packed = self.packed(self.norm1(h))
        shares = F.softmax(F.contrib.interleaved_matmul_selfatt_qk(packed, heads=self._heads))
        return self._rest(F, h, F.contrib.interleaved_matmul_selfatt_valatt(packed, shares, heads=self._heads))

    def _rest(self, F, h, y):
        h = h + self.out(y)
        return h + self.down(F.LeakyReLU(self.up(self.norm2(h)), act_type="gelu"))


class Encoder(gluon.HybridBlock):
    """Blocks that see all of a text, below a classifier of its first place; arrays are (example, place, width)."""

    def __init__(self, sizes, labels):
        super().__init__()
        width = sizes["width"]
        with self.name_scope():
            self.tokens = nn.Embedding(sizes["vocabulary"], width)
            self.positions = nn.Embedding(sizes["sequence"], width)
            self.blocks = nn.HybridSequential()
            for _ in range(sizes["layers"]):
                self.blocks.add(EncoderBlock(width, sizes["heads"]))
            self.norm = nn.LayerNorm(epsilon=1e-5, in_channels=width)
            self.head = nn.Dense(labels, in_units=width)

    def hybrid_forward(self, F, x, text, places):
        """Give the logits of every text."""
        h = F.broadcast_add(self.tokens(x), F.expand_dims(self.positions(places), 0))
        hidden = F.reshape((1 - text) * _HIDDEN, (0, 1, 1, -1))
        for block in self.blocks:
            h = block(h, hidden)
        return self.head(self.norm(F.reshape(F.slice_axis(h, axis=1, begin=0, end=1), (0, -1))))


class EncoderBlock(Block):
    """The same, with a dense layer each for queries, keys and values, for arrays that are (example, place, width)."""

    def _project(self, width):
        self.query, self.key, self.value = (nn.Dense(width, flatten=False, in_units=width) for _ in range(3))

    def hybrid_forward(self, F, h, hidden):
        """Attend to what is not hidden, then pass every place through the dense layers."""
        z = self.norm1(h)

        def split(part):
            part = F.transpose(F.reshape(part, (0, 0, self._heads, -1)), (0, 2, 1, 3))
            return F.reshape(part, (-1, 0, 0), reverse=True)

        q, k, v = split(self.query(z)), split(self.key(z)), split(self.value(z))
        scores = F.batch_dot(F.contrib.div_sqrt_dim(q), k, transpose_b=True)
        scores = F.broadcast_add(F.reshape(scores, (-4, -1, self._heads, 0, 0)), hidden)
        y = F.batch_dot(F.reshape(F.softmax(scores), (-3, 0, 0)), v)
        y = F.transpose(F.reshape(y, (-4, -1, self._heads, 0, 0)), (0, 2, 1, 3))
        return self._rest(F, h, F.reshape(y, (0, 0, -1)))


class Vision(gluon.HybridBlock):
    """Blocks that see all patches of an image, between a convolution and a classifier."""

    def __init__(self, sizes, params):
        super().__init__()
        width, patch = sizes["width"], sizes["patch"]
        with self.name_scope():
            self.patches = nn.Conv2D(width, patch, patch, in_channels=3)
            self.positions = nn.Embedding(len(params["positions"]), width)
            self.blocks = nn.HybridSequential()
            for _ in range(sizes["layers"]):
                self.blocks.add(Block(width, sizes["heads"]))
            self.norm = nn.LayerNorm(epsilon=1e-5, in_channels=width)
            self.head = nn.Dense(sizes["vocabulary"], in_units=width)

    def hybrid_forward(self, F, x, places):
        """Give the logits of every image."""
        h = F.transpose(F.reshape(self.patches(x), (0, 0, -1)), (2, 0, 1))
        h = F.broadcast_add(h, F.expand_dims(self.positions(places), 1))
        for block in self.blocks:
            h = block(h)
        return self.head(F.mean(self.norm(h), axis=0))


class Convolved(nn.HybridSequential):
    """A convolution, normalised; relu where it is asked for."""

    def __init__(self, filters, stride, relu):
        super().__init__()
        size, _, fan_in, fan_out = filters.shape
        with self.name_scope():
            self.add(nn.Conv2D(fan_out, size, stride, size // 2, use_bias=False, in_channels=fan_in))
            self.add(nn.BatchNorm(momentum=0.9, epsilon=1e-5, in_channels=fan_out))
            if relu:
                self.add(nn.Activation("relu"))


class Residual(gluon.HybridBlock):
    """Convolutions, to which their input is added."""

    def __init__(self, params, about):
        super().__init__()
        *inner, last = about["convolutions"]
        with self.name_scope():
            self.body = nn.HybridSequential()
            for name in (*inner, last):
                stride = about["stride"] if name == about["strided"] else 1
                self.body.add(Convolved(params[f"{name}.filter"], stride, relu=name != last))
            self.skip = None
            if about["skip"]:
                self.skip = Convolved(params[f"{about['skip']}.filter"], about["stride"], relu=False)

    def hybrid_forward(self, F, x):
        """Give the sum, through relu."""
        return F.Activation(self.body(x) + (self.skip(x) if self.skip else x), act_type="relu")


class Recommender(gluon.HybridBlock):
    """Dense layers, tables, the products of all their vectors, and dense layers again."""

    def __init__(self, sizes):
        super().__init__()
        tables, dim = sizes["tables"], sizes["embedding_dim"]
        hidden = [sizes["mlp_width"]] * sizes["mlp_layers"]
        with self.name_scope():
            self.bottom = _dense([13, *hidden, dim], "relu")
            self.top = _dense([dim + tables * (tables + 1) // 2, *hidden, 1])
            self.tables, self.many = Tables(sizes), tables

    def hybrid_forward(self, F, x, indices):
        """Give a number for each example."""
        h = self.bottom(x)
        columns = F.split(indices, num_outputs=self.many, axis=1, squeeze_axis=True)
        together = F.stack(h, *self.tables(*columns), axis=1)
        products = F.batch_dot(together, together, transpose_b=True)
        return self.top(F.concat(h, F.linalg.extracttrian(products, offset=-1), dim=1))


class Collaborative(gluon.HybridBlock):
    """The product of two rows beside dense layers over two, and what both say together."""

    def __init__(self, params, sizes):
        super().__init__()
        dim = sizes["embedding_dim"]
        widths = [params[f"deep.{layer}.bias"].size for layer in range(sizes["mlp_layers"])]
        with self.name_scope():
            self.deep = _dense([2 * dim, *widths], "relu")
            self.head = nn.Dense(1, in_units=dim + widths[-1])
            self.tables, self.many = Tables(sizes), sizes["tables"]

    def hybrid_forward(self, F, users, items):
        """Give a number for each example."""
        rows = self.tables(*((users, items)[k % 2] for k in range(self.many)))
        return self.head(F.concat(rows[0] * rows[1], self.deep(F.concat(*rows[-2:], dim=1)), dim=1))


class Towers(gluon.HybridBlock):
    """Dense layers over the row of a user and others over that of an item; every user meets every item."""

    def __init__(self, sizes):
        super().__init__()
        dim = sizes["embedding_dim"]
        widths = [dim, *[sizes["mlp_width"]] * sizes["mlp_layers"], dim]
        with self.name_scope():
            self.user, self.item = _dense(widths), _dense(widths)
            self.tables = Tables(sizes)

    def hybrid_forward(self, F, users, items):
        """Give the logits of each user's items."""
        users, items = self.tables(users, items)
        return F.dot(self.user(users), self.item(items), transpose_b=True)


class Tables(gluon.HybridBlock):
    """Tables whose gradients are by rows."""

    def __init__(self, sizes):
        super().__init__()
        with self.name_scope():
            self.each = nn.HybridSequential()
            for _ in range(sizes["tables"]):
                self.each.add(nn.Embedding(sizes["table_rows"], sizes["embedding_dim"], sparse_grad=True))

    def hybrid_forward(self, F, *columns):  # noqa: ARG002 - as Gluon calls it
        """Read a column of indices in each."""
        return tuple(table(column) for table, column in zip(self.each, columns))  # noqa: B905 - `strict` came with Python 3.10


class Solver(gluon.HybridBlock):
    """The classical Runge-Kutta method of fourth order, from time 0 to time 1."""

    def __init__(self, sizes):
        super().__init__()
        self._steps, width = sizes["solver_steps"], sizes["width"]
        with self.name_scope():
            self.field = _dense([width, *[sizes["mlp_width"]] * sizes["mlp_layers"], width], inner="tanh")

    def hybrid_forward(self, F, h):  # noqa: ARG002 - Gluon's own signature
        """Give where it ends."""
        dt = 1 / self._steps
        for _ in range(self._steps):
            one = self.field(h)
            two = self.field(h + dt / 2 * one)
            three = self.field(h + dt / 2 * two)
            four = self.field(h + dt * three)
            h = h + dt / 6 * (one + 2 * two + 2 * three + four)
        return h


def _matrix(fan_in, fan_out):
    """Make a dense layer without a bias, for every place."""
    return nn.Dense(fan_out, use_bias=False, flatten=False, in_units=fan_in)


def _turns(inputs):
    """Give cosine and sine for every place: (place, 1, 1, width of a head)."""
    return [each[:, None, None] for each in inputs["turns"]]


def _turned(F, z, cos, sin):
    """Turn the halves of each head, of arrays that are (place, example, head, half)."""
    a, b = F.split(z, num_outputs=2, axis=3)
    return F.broadcast_mul(z, cos) + F.broadcast_mul(F.concat(-b, a, dim=3), sin)


def _dense(widths, last=None, inner="relu"):
    """Make dense layers from each width to the next."""
    net = nn.HybridSequential()
    for fan_in, fan_out in zip(widths, widths[1:-1]):  # noqa: B905, RUF007 - `strict` and `pairwise` came with Python 3.10
        net.add(nn.Dense(fan_out, activation=inner, in_units=fan_in))
    net.add(nn.Dense(widths[-1], activation=last, in_units=widths[-2]))
    return net


def _resnet(inputs):
    stem, *blocks = inputs["layers"]
    params, net = inputs["params"], nn.HybridSequential()
    net.add(Convolved(params["stem.filter"], stem["stride"], relu=True))
    if stem["pool"]:
        net.add(nn.MaxPool2D(3, 2, 1))
    for about in blocks:
        net.add(Residual(params, about))
    fan_in, fan_out = params["head.kernel"].shape
    net.add(nn.GlobalAvgPool2D(), nn.Dense(fan_out, in_units=fan_in))
    return net


def _pixels(x):
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2))


def _patches(sizes):
    return np.arange((sizes["image"] // sizes["patch"]) ** 2, dtype=np.int32)


def _classifying(net, inputs, *more):
    """Classify images, by the graph that MXNet's backend for processors fuses where it is one.

    They come from the host, where the logits go: the next images differ by the first of them.
    """
    x, more, net = _pixels(inputs["x"]), [*map(_array, more)], _hybrid(net)
    first, image = x.flat[0], _array(x)
    if image.context.device_type == "cpu":
        net.optimize_for(image, *more, backend="MKLDNN", static_alloc=True, static_shape=True)

    def step(state):
        x.flat[0] = first + state.value.flat[0]
        image = _array(x)
        return _Classified(net(image, *more).asnumpy(), image)

    return _Classified(np.zeros(1, np.float32), image), step, lambda state: [state.value]


def _training(net, criterion, inputs, given, held, fixed=()):  # noqa: PLR0913, PLR0917 - what a training loop has
    """Train by the optimiser that is asked for: the network takes what is `given`, the loss what it is `held` against.

    The network's parameters come in the order of the problem's. The batch is brought from the host in every step, as a
    loop over a loader does; what else the network takes is `fixed`.
    """
    fixed = [*map(_array, fixed)]
    params = _filled(net, inputs["params"])
    arrays, running = ([parameter.data() for parameter in some] for some in (params.values(), _running(net)))
    net, criterion = _hybrid(net), _hybrid(criterion)
    about = inputs["optimiser"]
    optimiser = _optimiser(about)
    trainer = gluon.Trainer([*params.values()], optimiser)

    def step(state):  # noqa: ARG001 - the state lives in the parameters
        first, *rest = map(_array, given)
        with autograd.record():
            loss = criterion(net(first, *rest, *fixed), *map(_array, held)).mean()
        loss.backward()
        if "clip" in about:
            slopes = [parameter.grad() for parameter in params.values()]
            gluon.utils.clip_global_norm(slopes, about["clip"], check_isfinite=False)
        trainer.step(1)
        return _Trained(loss, arrays, first, running)

    def outputs(state):
        adaptive = isinstance(optimiser, (Adam, AdamW))
        first = [optimiser.moments[at][0] for at in range(len(arrays))] if adaptive else []
        both = zip([*params] * 2, [*arrays, *first])  # noqa: B905 - `strict` came with Python 3.10
        turned = (_read(array).transpose(np.argsort(_order(name, array))) for name, array in both)
        return [state.value.asscalar(), *turned]

    return _Trained(None, arrays, _array(given[0]), running), step, outputs


def _optimiser(about):
    if about["name"] in {"adam", "adamw"}:
        constants = {name: about[name] for name in ("beta1", "beta2", "epsilon")}
        make = Adam if about["name"] == "adam" else AdamW
        return make(learning_rate=about["rate"], wd=about.get("decay", 0), **constants)
    return mx.optimizer.SGD(learning_rate=about["rate"], momentum=about.get("momentum", 0))


def _filled(net, arrays):
    """Fill a network and return what it learns by the problem's names, which come in the same order."""
    net.initialize(ctx=_here["context"])
    learned = (parameter for parameter in net.collect_params().values() if parameter.grad_req != "null")
    params = dict(zip(arrays, learned))  # noqa: B905 - `strict` came with Python 3.10
    for name, parameter in params.items():
        turned = np.ascontiguousarray(arrays[name].transpose(_order(name, arrays[name])))
        parameter.set_data(mx.nd.from_numpy(turned))  # no copy: see `_read`
    return params


def _read(array):
    """Bring an array to the host, a part at a time.

    More at once would be copied by OpenMP threads of the caller's own. Beside those of the engine they are more than
    there are cores, and all of them sleep between operations from then on, which costs whoever only checks a result.
    """
    flat = array.reshape(-1)
    parts = [flat[at : at + _AT_ONCE].asnumpy() for at in range(0, flat.size, _AT_ONCE)]
    return np.concatenate(parts).reshape(array.shape)


def _running(net):
    return [parameter for parameter in net.collect_params().values() if parameter.grad_req == "null"]


def _order(name, array):
    """Say how the axes of a parameter are turned: Gluon puts what comes out of a layer first."""
    axes = tuple(range(len(array.shape)))
    if len(axes) == 4:
        return 3, 2, 0, 1
    looked_up = name in {"tokens", "positions"} or name.startswith("table.")
    return axes if looked_up else axes[::-1]


def _by_head(arrays, sizes):
    """Put queries, keys and values side by side head by head, for MXNet's operations."""
    return {name: _swapped(a, 3, sizes["heads"]) if ".packed" in name else a for name, a in arrays.items()}


def _swapped(array, outer, inner):
    """Take columns that lie part by part within `outer` larger parts, and let `inner` be the larger ones."""
    before = array.shape[:-1]
    return array.reshape(*before, outer, inner, -1).swapaxes(-3, -2).reshape(*before, -1)


def _hybrid(block):
    block.hybridize(static_alloc=True, static_shape=True)
    return block


def _array(array):
    return mx.nd.array(array, ctx=_here["context"], dtype=array.dtype)
