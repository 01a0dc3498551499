"""Whole models in Keras 3: trained by `train_on_batch`, run by `predict_on_batch`, compiled as Keras itself chooses."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import keras
import numpy as np

KEPT = 0.9
"""Of the running statistics, at each step of training."""
EPSILON = 1e-5
"""Added to a variance before its root is taken."""


class _Trained(NamedTuple):
    """The state of training, and of a model that is run."""

    model: Any
    value: Any = None


def use(framework):
    """Take part: the back end is already set up."""


def step_transformer(inputs, sizes):
    """Train a causal transformer."""
    tokens = keras.Input((sizes["sequence"],), batch_size=sizes["batch"], dtype="int32")
    h, turns = keras.layers.Embedding(sizes["vocabulary"], sizes["width"])(tokens), _turns(inputs)
    for _ in range(sizes["layers"]):
        attend = Turning(sizes["heads"])
        h = _gated(h, lambda z: attend(z, *turns), inputs)  # noqa: B023 - it is called at once
    return _training(keras.Model(tokens, _logits(h, sizes)), _cross_entropy(), inputs)


def step_encoder(inputs, sizes):
    """Train an encoder, by Keras's own layer for attention; what is padding is masked."""
    tokens = keras.Input((sizes["sequence"],), batch_size=sizes["batch"], dtype="int32")
    h = Positions(sizes["sequence"])(keras.layers.Embedding(sizes["vocabulary"], sizes["width"])(tokens))
    text = keras.Input((sizes["sequence"],), batch_size=sizes["batch"], dtype="bool")
    for _ in range(sizes["layers"]):
        attend = keras.layers.MultiHeadAttention(sizes["heads"], sizes["width"] // sizes["heads"])
        h = _block(h, lambda z: attend(z, z, attention_mask=text[:, None, :]))  # noqa: B023 - it is called at once
    h = keras.layers.LayerNormalization(epsilon=EPSILON)(h[:, 0])
    model = keras.Model([tokens, text], keras.layers.Dense(len(inputs["params"]["head.bias"]))(h))
    return _training(model, _cross_entropy(), inputs, names=("x", "text"))


def decode(inputs, sizes):
    """Continue a prompt from a cache that goes in and comes out, as KerasHub does: a call for it and for each token."""
    batch, length, heads, width = sizes["batch"], sizes["sequence"], sizes["heads"], sizes["width"]
    texts = keras.Input((None,), batch_size=batch, dtype="int32")
    places = keras.Input(batch_shape=(None,), dtype="int32")
    room = (batch, length + sizes["new_tokens"], heads, width // heads)
    cache = [keras.Input(batch_shape=room) for _ in range(2 * sizes["layers"])]
    h, kept = keras.layers.Embedding(sizes["vocabulary"], width)(texts), []
    here = [keras.ops.take(each, places, axis=0) for each in _turns(inputs)]
    for layer in range(sizes["layers"]):
        attend = Remembering(heads)

        def remember(z, old=cache[2 * layer : 2 * layer + 2], attend=attend):
            y, *new = attend(z, *old, places, *here)
            kept.extend(new)
            return y

        h = _gated(h, remember, inputs)
    logits = _logits(h[:, -1], sizes)
    token = keras.ops.cast(keras.ops.argmax(logits, axis=-1, keepdims=True), "int32")
    model = keras.Model([texts, places, *cache], [logits, token, *kept])
    _fill(model.trainable_variables, inputs["params"])
    following = _compiled(model)
    integers = functools.partial(keras.ops.convert_to_tensor, dtype="int32")
    prompt, whole, *each = map(integers, (inputs["prompt"], range(length), *([n] for n in range(length, room[1] - 1))))

    def step(state):
        _, _, tokens, cache = state
        text = keras.ops.concatenate([prompt[:, :-1], integers(tokens[-1])], axis=1)
        logits, token, *cache = following(text, whole, cache)
        tokens = [keras.ops.convert_to_numpy(token)]
        for place in each:
            logits, token, *cache = following(token, place, cache)
            tokens.append(keras.ops.convert_to_numpy(token))
        return model, logits, tokens, cache

    def outputs(state):
        return [keras.ops.convert_to_numpy(state[1]), np.stack(state[2])[..., 0]]

    return (model, None, [inputs["prompt"][:, -1:]], [keras.ops.zeros(room) for _ in cache]), step, outputs


def step_resnet(inputs, sizes):
    """Train a residual network."""
    image = keras.Input((sizes["image"], sizes["image"], 3), batch_size=sizes["batch"])
    logits, made = _resnet(image, inputs["layers"], inputs["params"])
    return _training(keras.Model(image, logits), _cross_entropy(), inputs, layers=made)


def forward_resnet(inputs, sizes):
    """Classify images."""
    image = keras.Input((sizes["image"], sizes["image"], 3), batch_size=sizes["batch"])
    logits, made = _resnet(image, inputs["layers"], inputs["params"])
    model = keras.Model(image, logits)
    _fill([variable for layer in made for variable in layer.trainable_variables], inputs["params"])
    for name, (mean, variance) in inputs["statistics"].items():
        layer = model.get_layer(_plain(name))
        layer.moving_mean.assign(mean)
        layer.moving_variance.assign(variance)
    return _classifying(model, inputs)


def step_vit(inputs, sizes):
    """Train a vision transformer."""
    image = keras.Input((sizes["image"], sizes["image"], 3), batch_size=sizes["batch"])
    return _training(keras.Model(image, _vision(image, sizes)), _cross_entropy(), inputs)


def forward_vit(inputs, sizes):
    """Classify images by a vision transformer."""
    image = keras.Input((sizes["image"], sizes["image"], 3), batch_size=sizes["batch"])
    model = keras.Model(image, _vision(image, sizes))
    _fill(model.trainable_variables, inputs["params"])
    return _classifying(model, inputs)


def step_dlrm(inputs, sizes):
    """Train a recommender; of the back ends, TensorFlow alone keeps a table's gradient by its rows."""
    batch, tables, dim = sizes["batch"], sizes["tables"], sizes["embedding_dim"]
    hidden = [keras.layers.Dense(sizes["mlp_width"], activation="relu") for _ in range(2 * sizes["mlp_layers"])]
    bottom = [*hidden[: sizes["mlp_layers"]], keras.layers.Dense(dim, activation="relu")]
    top = [*hidden[sizes["mlp_layers"] :], keras.layers.Dense(1)]
    rows = [keras.layers.Embedding(sizes["table_rows"], dim) for _ in range(tables)]
    numbers = keras.Input((13,), batch_size=batch)
    indices = keras.Input((tables,), batch_size=batch, dtype="int32")
    h = _through(bottom, numbers)
    together = keras.ops.stack([h, *(table(indices[:, k]) for k, table in enumerate(rows))], axis=1)
    products = keras.ops.matmul(together, keras.ops.transpose(together, (0, 2, 1)))
    below = np.ravel_multi_index(np.tril_indices(tables + 1, -1), (tables + 1, tables + 1)).astype(np.int32)
    products = keras.ops.take(keras.ops.reshape(products, (batch, -1)), below, axis=1)
    model = keras.Model([numbers, indices], _through(top, keras.layers.Concatenate()([h, products])))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return _training(model, loss, inputs, names=("x", "indices"), layers=[*bottom, *top, *rows])


def step_ncf(inputs, sizes):
    """Train collaborative filtering: Adam goes over all of every table."""
    tables = [keras.layers.Embedding(sizes["table_rows"], sizes["embedding_dim"]) for _ in range(sizes["tables"])]
    widths = [inputs["params"][f"deep.{layer}.bias"].size for layer in range(sizes["mlp_layers"])]
    deep = [keras.layers.Dense(width, activation="relu") for width in widths]
    head = keras.layers.Dense(1)
    both = [keras.Input((), batch_size=sizes["batch"], dtype="int32") for _ in range(2)]
    rows = [table(both[k % 2]) for k, table in enumerate(tables)]
    joined = [keras.layers.Multiply()(rows[:2]), _through(deep, keras.layers.Concatenate()(rows[-2:]))]
    model = keras.Model(both, head(keras.layers.Concatenate()(joined)))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return _training(model, loss, inputs, names=("users", "items"), layers=[*deep, head, *tables])


def step_towers(inputs, sizes):
    """Train two towers; of their tables as in `step_ncf`."""
    batch, dim, width = sizes["batch"], sizes["embedding_dim"], sizes["mlp_width"]
    both = [keras.Input((), batch_size=batch, dtype="int32") for _ in range(2)]
    tables = [keras.layers.Embedding(sizes["table_rows"], dim) for _ in range(2)]
    towers = [
        [*(keras.layers.Dense(width, activation="relu") for _ in range(sizes["mlp_layers"])), keras.layers.Dense(dim)]
        for _ in range(2)
    ]
    users, items = (_through(tower, table(read)) for tower, table, read in zip(towers, tables, both))  # noqa: B905 - `strict` came with Python 3.10
    model = keras.Model(both, keras.ops.matmul(users, keras.ops.transpose(items)))
    layers = [*towers[0], *towers[1], *tables]
    return _training(model, _cross_entropy(), inputs, names=("users", "items"), layers=layers)


def step_policy(inputs, sizes):
    """Act by a call for each observation, then learn, with the advantage as the weight of an example."""
    world = inputs["world"]
    hidden = [keras.layers.Dense(sizes["mlp_width"], activation="relu") for _ in range(sizes["mlp_layers"])]
    model = keras.Sequential([keras.Input((sizes["width"],)), *hidden, keras.layers.Dense(sizes["vocabulary"])])
    state, learn, learned = _training(model, _cross_entropy(), inputs, weight="advantage")

    def step(state):
        trained, row, actions = state
        actions = []
        for _ in range(sizes["acts"]):
            actions.append(int(model.predict_on_batch(world[row : row + 1])[0].argmax()))
            row = (row + 1 + actions[-1]) % len(world)
        return learn(trained), row, actions

    return (state, 0, ()), step, lambda state: [*learned(state[0]), state[2]]


def step_pinn(inputs, sizes):
    """Fit a network to a differential equation."""
    hidden = [keras.layers.Dense(sizes["mlp_width"], activation="tanh") for _ in range(sizes["mlp_layers"])]
    field = keras.Sequential([keras.Input((2,)), *hidden, keras.layers.Dense(1)])
    equation = {"jax": JaxEquation, "tensorflow": TensorFlowEquation, "torch": TorchEquation}[keras.backend.backend()]
    loss = keras.losses.MeanSquaredError()
    return _training(equation(field, sizes["derivative_order"]), loss, inputs, names=("x", "edge"))


def step_ode(inputs, sizes):
    """Train through a solver; its loop is compiled as one by JAX alone."""
    model = Solved(sizes)
    model.build((sizes["batch"], sizes["width"]))
    return _training(model, keras.losses.MeanSquaredError(), inputs)


class Positions(keras.layers.Layer):
    """Adds a learned vector to each place of a sequence."""

    def __init__(self, length):
        super().__init__()
        self.length = length

    def build(self, shape):
        """Make one vector for each place."""
        self.table = self.add_weight(shape=(self.length, shape[-1]), name="table")

    def call(self, x):
        """Add the vectors."""
        return x + self.table


class Packed(keras.layers.Layer):
    """Attends to all, by queries, keys and values that one dense layer gives."""

    def __init__(self, heads):
        super().__init__()
        self.heads = heads

    def build(self, shape):
        """Make the projections."""
        self.inward, self.out = (keras.layers.Dense(n * shape[-1]) for n in (3, 1))
        self.inward.build(shape)
        self.out.build(shape)

    def call(self, x):
        """Attend, each head by itself."""
        shape = (x.shape[0], -1, 3, self.heads, x.shape[-1] // self.heads)
        q, k, v = keras.ops.unstack(keras.ops.reshape(self.inward(x), shape), 3, axis=2)
        return self.out(keras.ops.reshape(keras.ops.dot_product_attention(q, k, v), (x.shape[0], -1, x.shape[2])))


class Turning(keras.layers.Layer):
    """Attends to the places up to each, by queries and keys that are turned by their place."""

    def __init__(self, heads):
        super().__init__()
        self.heads = heads

    def build(self, shape, *_):
        """Make the projections."""
        self.inward = [keras.layers.Dense(shape[-1], use_bias=False) for _ in range(3)]
        self.out = keras.layers.Dense(shape[-1], use_bias=False)
        for layer in (*self.inward, self.out):
            layer.build(shape)

    def call(self, x, cos, sin):
        """Attend."""
        return self.join(x, keras.ops.dot_product_attention(*self.split(x, cos, sin), is_causal=True))

    def split(self, x, cos, sin):
        """Give queries, keys and values, each head by itself."""

        def turned(z):
            a, b = keras.ops.split(z, 2, axis=-1)
            return z * cos + keras.ops.concatenate([-b, a], axis=-1) * sin

        shape = (x.shape[0], -1, self.heads, x.shape[-1] // self.heads)
        q, k, v = (keras.ops.reshape(layer(x), shape) for layer in self.inward)
        return turned(q), turned(k), v

    def join(self, x, y):
        """Lead what the heads gave back to what is as wide as `x`."""
        return self.out(keras.ops.reshape(y, (x.shape[0], -1, x.shape[2])))


class Remembering(Turning):
    """The same from tokens in a row; keys and values of those before them it is given."""

    def compute_output_spec(self, *given):
        """What comes out is shaped like what goes in, however many tokens there are."""
        return tuple(keras.KerasTensor(each.shape, dtype=each.dtype) for each in given[:3])

    def call(self, x, keys, values, places, cos, sin):  # noqa: PLR0913, PLR0917 - what attention is given
        """Keep the keys and the values of these places, then attend."""
        q, k, v = self.split(x, cos, sin)
        keys, values = (
            keras.ops.slice_update(old, (0, places[0], 0, 0), new)
            for old, new in zip((keys, values), (k, v))  # noqa: B905 - `strict` came with Python 3.10
        )
        mask = (keras.ops.arange(keys.shape[1]) <= places[:, None])[None, None]
        return self.join(x, keras.ops.dot_product_attention(q, keys, values, mask=mask)), keys, values


class Solved(keras.Model):
    """Where a differential equation leads to from its start: the classical method of Runge and Kutta."""

    def __init__(self, sizes):
        super().__init__()
        hidden = [keras.layers.Dense(sizes["mlp_width"], activation="tanh") for _ in range(sizes["mlp_layers"])]
        self.field = [*hidden, keras.layers.Dense(sizes["width"])]
        self.steps = sizes["solver_steps"]

    def build(self, shape):
        """Make the field."""
        for layer in self.field:
            layer.build(shape)
            shape = (*shape[:-1], layer.units)

    def call(self, x):
        """Go from time 0 to time 1."""
        dt = 1 / self.steps

        def field(h):
            return _through(self.field, h)

        def advance(_, h):
            one = field(h)
            two = field(h + dt / 2 * one)
            three = field(h + dt / 2 * two)
            four = field(h + dt * three)
            return h + dt / 6 * (one + 2 * two + 2 * three + four)

        if keras.backend.backend() == "jax":
            return keras.ops.fori_loop(0, self.steps, advance, x)
        for step in range(self.steps):  # XLA below TensorFlow knows no gradient of Keras's loops
            x = advance(step, x)
        return x


class Whole:
    """Adds up the gradients of a row that was read more than once: Keras adds up their squares by TensorFlow's rows."""

    def apply(self, grads, trainable_variables=None):
        """Make whole tables of gradients by rows."""
        import tensorflow as tf  # noqa: PLC0415 - each back end is another package

        grads = [each if each is None else tf.convert_to_tensor(each) for each in grads]
        super().apply(grads, trainable_variables)


class WholeAdam(Whole, keras.optimizers.Adam):
    """Adam on TensorFlow."""


class WholeAdamW(Whole, keras.optimizers.AdamW):
    """AdamW on TensorFlow."""


class _Equation(keras.Model):
    """The derivatives of a network by its inputs, added up, and its values on the edge.

    Each back end takes derivatives in its own way.
    """

    def __init__(self, field, order):
        super().__init__()
        self.field, self.order = field, order

    def build(self, shape):
        """Do nothing: the field is made."""

    def call(self, given):
        """Give both in one column after the other."""
        x, edge = given
        return keras.ops.concatenate([self.derivatives(x), self.field(edge)])[:, 0]


class JaxEquation(_Equation):
    """Derivatives in JAX: forward."""

    def derivatives(self, x):
        """Push the first coordinate through once, the second as often as the order says."""
        import jax  # noqa: PLC0415 - each back end is another package

        def along(function, direction):
            return lambda x: jax.jvp(function, (x,), (direction,))[1]

        total = 0
        for axis, times in enumerate((1, self.order)):
            derivative = self.field
            for _ in range(times):
                derivative = along(derivative, jax.numpy.zeros_like(x).at[:, axis].set(1))
            total = total + derivative(x)
        return total


class TensorFlowEquation(_Equation):
    """Derivatives in TensorFlow: tapes within tapes."""

    def derivatives(self, x):
        """Differentiate the sum over all points, each of which depends on itself alone."""
        import tensorflow as tf  # noqa: PLC0415 - each back end is another package

        def along(order):
            if not order:
                return [self.field(tf.concat([t, x], axis=1))]
            with tf.GradientTape() as tape:
                tape.watch(x)
                found = along(order - 1)
            return [*found, tape.gradient(found[-1], x)]

        t, x = tf.split(x, 2, axis=1)
        with tf.GradientTape() as tape:
            tape.watch(t)
            value, *_, last = along(self.order)
        return tape.gradient(value, t) + last


class TorchEquation(_Equation):
    """Derivatives in PyTorch: gradients that can be differentiated."""

    def derivatives(self, x):
        """Differentiate the sum over all points, each of which depends on itself alone."""
        import torch  # noqa: PLC0415 - each back end is another package

        def slope(value, by):
            return torch.autograd.grad(value.sum(), by, create_graph=True)[0]

        with torch.enable_grad():  # Keras turns it off where it only asks for shapes
            t, x = (column.detach().requires_grad_() for column in x.chunk(2, dim=1))
            value = part = self.field(torch.cat([t, x], dim=1))
            for _ in range(self.order):
                part = slope(part, x)
            return slope(value, t) + part


def _block(h, attend):
    """Attend and pass every place through two dense layers, each added to what it was given."""
    h = h + attend(keras.layers.LayerNormalization(epsilon=EPSILON)(h))
    z = keras.layers.LayerNormalization(epsilon=EPSILON)(h)
    return h + keras.layers.Dense(h.shape[-1])(keras.layers.Dense(4 * h.shape[-1], activation="gelu")(z))


def _gated(h, attend, inputs):
    """Attend and pass every place through three matrices, one of them a gate, each added to what it was given."""
    hidden = inputs["params"]["0.gate"].shape[1]
    h = h + attend(keras.layers.RMSNormalization(epsilon=EPSILON)(h))
    z = keras.layers.RMSNormalization(epsilon=EPSILON)(h)
    gate = keras.layers.Dense(hidden, activation="silu", use_bias=False)(z)
    up = keras.layers.Dense(hidden, use_bias=False)(z)
    return h + keras.layers.Dense(h.shape[-1], use_bias=False)(gate * up)


def _turns(inputs):
    """Give cosine and sine for every place: (place, 1, width of a head)."""
    return [keras.ops.convert_to_tensor(each[:, None]) for each in inputs["turns"]]


def _logits(h, sizes):
    h = keras.layers.RMSNormalization(epsilon=EPSILON)(h)
    return keras.layers.Dense(sizes["vocabulary"], use_bias=False)(h)


def _vision(image, sizes):
    """Cut an image into patches, and take them through the blocks."""
    patch, side = sizes["patch"], sizes["image"] // sizes["patch"]
    h = keras.layers.Conv2D(sizes["width"], patch, patch)(image)
    h = Positions(side * side)(keras.layers.Reshape((side * side, sizes["width"]))(h))
    for _ in range(sizes["layers"]):
        h = _block(h, Packed(sizes["heads"]))
    h = keras.layers.GlobalAveragePooling1D()(keras.layers.LayerNormalization(epsilon=EPSILON)(h))
    return keras.layers.Dense(sizes["vocabulary"])(h)


def _resnet(h, layers, params):
    """Give the logits, and the layers that have parameters, in their order; normalisation has its convolution's name.

    Padding is a layer of its own where steps are of two, since `same` means another one there; of zeros before the
    pooling too, which follows relu.
    """
    made = []

    def add(layer, h):
        made.append(layer)
        return layer(h)

    def convolved(name, h, stride=1):
        size, *_, filters = params[f"{name}.filter"].shape
        if stride > 1 and size > 1:
            h = keras.layers.ZeroPadding2D(size // 2)(h)
        padding = "same" if stride == 1 else "valid"
        h = add(keras.layers.Conv2D(filters, size, stride, padding=padding, use_bias=False), h)
        return add(keras.layers.BatchNormalization(momentum=KEPT, epsilon=EPSILON, name=_plain(name)), h)

    stem, *blocks = layers
    h = keras.layers.ReLU()(convolved("stem", h, stem["stride"]))
    if stem["pool"]:
        h = keras.layers.MaxPooling2D(3, 2)(keras.layers.ZeroPadding2D(1)(h))
    for block in blocks:
        z = h
        for name in block["convolutions"]:
            z = convolved(name, z, block["stride"] if name == block["strided"] else 1)
            z = z if name == block["convolutions"][-1] else keras.layers.ReLU()(z)
        h = convolved(block["skip"], h, block["stride"]) if block["skip"] else h
        h = keras.layers.ReLU()(keras.layers.Add()([z, h]))
    return add(keras.layers.Dense(params["head.bias"].size), keras.layers.GlobalAveragePooling2D()(h)), made


def _plain(name):
    """Name a layer; PyTorch takes no dots."""
    return name.replace(".", "_")


def _through(layers, h):
    for layer in layers:
        h = layer(h)
    return h


def _cross_entropy():
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def _training(model, loss, inputs, *, names=("x",), weight=None, layers=None):  # noqa: PLR0913 - all go to Keras
    """Fill the model, compile it as Keras does by default, and train it on batches that come from the host.

    `layers`: those that have parameters, in the order of these, where the model has them in another one.
    """
    params, about = inputs["params"], inputs["optimiser"]
    variables = [variable for layer in layers or [model] for variable in layer.trainable_variables]
    _fill(variables, params)
    model.compile(optimizer=_optimiser(about), loss=loss)
    x = [inputs[name] for name in names] if len(names) > 1 else inputs[names[0]]
    weights = None if weight is None else inputs[weight]

    def step(state):
        return _Trained(state.model, state.model.train_on_batch(x, inputs["y"], weights))

    def outputs(state):
        moments = []
        if about["name"] in {"adam", "adamw"}:
            found = [each for each in state.model.optimizer.variables if each.path.endswith("momentum")]
            of = dict(zip(map(id, model.trainable_variables), found))  # noqa: B905 - `strict` came with Python 3.10
            moments = [of[id(variable)] for variable in variables]
        arrays = [keras.ops.convert_to_numpy(variable) for variable in [*variables, *moments]]
        shapes = [array.shape for array in params.values()] * 2
        return [state.value, *(array.reshape(shape) for array, shape in zip(arrays, shapes))]  # noqa: B905 - `strict` came with Python 3.10

    return _Trained(model), step, outputs


def _classifying(model, inputs):
    """Classify images from the host, where the logits go: the next images differ by the first of them."""
    x = inputs["x"].copy()

    def step(state):
        x.flat[0] = inputs["x"].flat[0] + state.value.flat[0]
        return _Trained(model, model.predict_on_batch(x))

    return _Trained(model, np.zeros(1, np.float32)), step, lambda state: [state.value]


def _optimiser(about):
    if about["name"] not in {"adam", "adamw"}:
        return keras.optimizers.SGD(about["rate"], momentum=about.get("momentum", 0.0))
    by_rows = keras.backend.backend() == "tensorflow"
    constants = {"beta_1": about["beta1"], "beta_2": about["beta2"], "epsilon": about["epsilon"]}
    constants["global_clipnorm"] = about.get("clip")
    if about["name"] == "adam":
        return (WholeAdam if by_rows else keras.optimizers.Adam)(about["rate"], **constants)
    make = WholeAdamW if by_rows else keras.optimizers.AdamW
    return make(about["rate"], weight_decay=about["decay"], **constants)


def _fill(variables, params):
    """Fill variables that come in the order of the parameters."""
    for variable, array in zip(variables, params.values()):  # noqa: B905 - `strict` came with Python 3.10
        variable.assign(array.reshape(variable.shape))


def _compiled(model):
    """Compile a call of the model as KerasHub does, whose results stay on the device."""

    def write(tokens, places, cache):
        return model([tokens, places, *cache])

    backend = keras.backend.backend()
    if backend == "jax":
        import jax  # noqa: PLC0415 - each back end is another package

        def written(weights, tokens, places, cache):
            return model.stateless_call(weights, [], [tokens, places, *cache])[0]

        return functools.partial(jax.jit(written, donate_argnums=3), [each.value for each in model.trainable_variables])
    if backend == "tensorflow":
        import tensorflow as tf  # noqa: PLC0415 - each back end is another package

        return tf.function(write, jit_compile=model.jit_compile)
    import torch  # noqa: PLC0415 - each back end is another package

    return torch.no_grad()(write)
