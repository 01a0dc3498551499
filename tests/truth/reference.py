"""What each model is, and the data that it is given.

`name(sizes, seed)` returns a `Problem`. Its docstring is the specification: whoever writes the model in a framework
builds this network, with this loss and this optimiser, in the words and habits of that framework.

Of all of them:

- `inputs["batches"]` is a pool of NumPy batches as a loader hands them over. Step number k takes number k modulo their
  count and brings it to the framework itself, and to the device, within the step. They are shared: write into copies.
  Integers are int64, all other numbers float32; a framework may cast to what it prefers.
- Weights are not given. Each framework draws them from `inputs["seed"]`, by the scheme that is named here or else by
  its own default.
- Everything is computed in float32. There are biases where nothing else is said, and normalisations have a scale and a
  shift; layers are normalised with epsilon 1e-5. Learning rates are constant. A loss is the mean over the batch.
- A step of training is: take a batch, loss, gradients, update, all of it each time. Its loss stays on the device; it
  is what `outputs` gives, as `[loss]`, a scalar, for the step done last.
- A step of inference is: take a batch, compute without gradients in the mode for evaluation, and bring the result
  back as NumPy. `outputs` gives that result.
- What runs through is free: what is compiled and how much at once, loops or scans, the layout of images, how a cache is
  kept, whether a sparse gradient stays sparse. Take what a competent user of the framework takes.

`flops` counts multiplications and additions of one step, roughly: matrix products and convolutions, and twice as many
again for gradients.

`error(outputs)` is 0.0 where the outputs of a first step are finite and as expected of an untrained network, else
infinite. It finds a network that was put together wrongly, not a wrong digit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

POOL = 6
"""How many batches there are."""
CLASSES = 1000
"""What a picture can show, for inference."""
FEW_CLASSES = 10
"""What a picture can show, for training."""
PATCH = 16
"""Side of a patch, in pixels."""
FEATURES = 13
"""Numbers in a row of clicks, beside its categories."""
ACTS = 4
"""How often an agent acts for each time that it learns."""
TAGS = 9
"""What a word can be: nothing, or the beginning or the inside of one of four kinds of name."""
REPLAY = 10_000
"""Transitions in a replay."""


class Problem(NamedTuple):
    """Data, work and a check of the outcome."""

    inputs: dict[str, Any]
    flops: float
    error: Callable[[Any], float]


def gpt_train(sizes: dict[str, int], seed: int) -> Problem:
    """Train a decoder of `layers` blocks on text, as nanoGPT does.

    Network: a token embedding (`vocabulary` x `width`) plus a learned position embedding (`sequence` x `width`);
    blocks; a layer normalisation; logits by the token embedding, transposed: the two are one parameter (tied). A block
    normalises first: h += attend(norm(h)), h += mlp(norm(h)). `attend` is causal, of `heads` heads, one dense layer of
    3 x `width` for queries, keys and values together, scale 1 / sqrt(width of a head), and a dense layer to leave; mlp
    is dense to 4 x `width`, GELU (exact), dense to `width`. No dense layer and no normalisation has a bias; no dropout.

    Weights: normal with deviation 0.02, but 0.02 / sqrt(2 x `layers`) in the two dense layers of a block that lead back
    to h; scales 1.

    Loss: cross-entropy over all positions. Update: clip the norm of all gradients together to 1.0; AdamW with rate
    1e-3, betas 0.9 and 0.95, epsilon 1e-8, decay 0.1 on all that has two dimensions, none on the scales.

    A batch is `x` and `y` of `batch` x `sequence`: tokens, and the token that follows each.
    """
    rng = np.random.default_rng(seed)
    texts = [_tokens(rng, sizes, sizes["sequence"] + 1) for _ in range(POOL)]
    batches = [{"x": text[:, :-1].copy(), "y": text[:, 1:].copy()} for text in texts]
    flops = 3 * _transformer(sizes, sizes["sequence"])
    flops += 6 * sizes["batch"] * sizes["sequence"] * sizes["width"] * sizes["vocabulary"]
    uniform = math.log(sizes["vocabulary"])
    return Problem(_given(batches, seed), flops, _loss_within(uniform - 0.5, uniform + 1.0))


def bert_finetune(sizes: dict[str, int], seed: int) -> Problem:
    """Fine-tune an encoder of `layers` blocks to tell two kinds of text apart, as one does with DistilBERT.

    Network: a token embedding (`vocabulary` x `width`) plus a learned position embedding (`sequence` x `width`), layer
    normalisation, dropout; blocks; the first position only: dense to `width`, ReLU, dropout, dense to 2. A block
    normalises last: h = norm(h + dropout(attend(h))), h = norm(h + dropout(mlp(h))). `attend` has `heads` heads,
    separate dense layers of `width` for queries, keys and values, and one to leave; no position attends to padding; no
    dropout within. mlp is dense to 4 x `width`, GELU (exact), dense to `width`. Every dropout has rate 0.1 and is on.

    Weights: normal with deviation 0.02; biases 0, scales 1.

    Loss: cross-entropy of two classes. Update: clip the norm of all gradients together to 1.0; AdamW with rate 5e-5,
    betas 0.9 and 0.999, epsilon 1e-8, decay 0.01 on all that has two dimensions, none on biases and normalisations.

    A batch is `x` of `batch` x `sequence`, tokens; `mask` of the same shape, bool, true for text and false for padding,
    which is at the end and different in each row; `y` of `batch`, 0 or 1.
    """
    rng = np.random.default_rng(seed)
    batch, sequence = sizes["batch"], sizes["sequence"]

    def draw() -> dict[str, Any]:
        mask = np.arange(sequence) < rng.integers(sequence // 4, sequence + 1, (batch, 1))
        return {"x": _tokens(rng, sizes, sequence) * mask, "mask": mask, "y": rng.integers(0, 2, batch)}

    flops = 3 * _transformer(sizes, sequence)
    return Problem(_given([draw() for _ in range(POOL)], seed), flops, _loss_within(0.3, 1.5))


def tagger_train(sizes: dict[str, int], seed: int) -> Problem:
    """Train an encoder to tag every word, as one does for named entities (Devlin et al. 2019, section 5.3).

    Network: the blocks of `bert_finetune` and what is before them; then, at every position, dropout and dense to 9.
    Weights and update: as in `bert_finetune`.

    Loss: cross-entropy of nine classes, the mean over all positions: padding has tag 0 like most words.

    A batch is `x` and `mask` as in `bert_finetune`, and `y` of `batch` x `sequence`, the tags.
    """
    rng = np.random.default_rng(seed)
    batch, sequence = sizes["batch"], sizes["sequence"]

    def draw() -> dict[str, Any]:
        mask = np.arange(sequence) < rng.integers(sequence // 4, sequence + 1, (batch, 1))
        tags = rng.integers(0, TAGS, (batch, sequence)) * (rng.random((batch, sequence)) < 0.2)
        return {"x": _tokens(rng, sizes, sequence) * mask, "mask": mask, "y": tags * mask}

    flops = 3 * _transformer(sizes, sequence) + 6 * batch * sequence * sizes["width"] * TAGS
    return Problem(_given([draw() for _ in range(POOL)], seed), flops, _loss_within(1.5, 3.0))


def gpt_generate(sizes: dict[str, int], seed: int) -> Problem:
    """Continue `batch` prompts of `sequence` tokens by `new_tokens` tokens each, the likeliest one every time.

    Network: that of `gpt_train`, with room for `sequence` + `new_tokens` positions.

    A step: one call for the whole prompt (which yields the first new token), then one call from Python for every
    further token, `new_tokens` calls in all. Each call attends to the keys and values of everything before, from a
    cache; nothing of the prompt is computed twice. There is no token that ends a text, and the host need not see a
    token before the end of the step. Every step begins with an empty cache.

    A batch is `x` of `batch` x `sequence`, tokens. `outputs`: `[logits, tokens]`, the logits that gave the last token
    (`batch` x `vocabulary`) and all new tokens (`batch` x `new_tokens`).
    """
    rng = np.random.default_rng(seed)
    batches = [{"x": _tokens(rng, sizes, sizes["sequence"])} for _ in range(POOL)]
    flops = _transformer(sizes, sizes["sequence"])
    flops += (sizes["new_tokens"] - 1) * _transformer(sizes, 1, sizes["sequence"] + sizes["new_tokens"])
    flops += 2 * sizes["batch"] * sizes["new_tokens"] * sizes["width"] * sizes["vocabulary"]

    def error(outputs: Any) -> float:
        logits, tokens = outputs
        fits = logits.shape == (sizes["batch"], sizes["vocabulary"])
        fits = fits and tokens.shape == (sizes["batch"], sizes["new_tokens"])
        fits = fits and bool(np.isfinite(logits).all()) and 0.01 < np.std(logits) < 10
        return 0.0 if fits and np.array_equal(np.argmax(logits, axis=1), tokens[:, -1]) else math.inf

    return Problem(_given(batches, seed), flops, error)


def resnet_train(sizes: dict[str, int], seed: int) -> Problem:
    """Train a residual network for CIFAR-10 (He et al. 2015, section 4.2); `depth` is 6 n + 2.

    Network: convolution 3x3 to `width` channels, batch normalisation, ReLU; three stages of n blocks with `width`, 2 x
    `width` and 4 x `width` channels, the first block of the second and third with stride 2; mean over the picture;
    dense to 10. A block: convolution 3x3 (with the stride), batch normalisation, ReLU, convolution 3x3, batch
    normalisation, plus the shortcut, ReLU. The shortcut is the input itself, or where the shape changes a convolution
    1x1 with that stride and a batch normalisation. Convolutions have no bias and pad by 1 (the 1x1 by none). Batch
    normalisation has epsilon 1e-5 and keeps running means and variances, of which a step replaces a tenth.

    Weights: of convolutions normal with variance 2 / (9 x channels out) (1x1: 2 / channels out); scales 1, shifts 0.

    Loss: cross-entropy of ten classes. Update: SGD with rate 0.05, momentum 0.9 (not Nesterov's) and decay 5e-4 on all
    parameters, added to the gradient.

    A batch is `x` of `batch` x `image` x `image` x 3, already normalised, and `y` of `batch`, the class.
    """
    rng = np.random.default_rng(seed)

    def draw() -> dict[str, Any]:
        return {"x": _pictures(rng, sizes), "y": rng.integers(0, FEW_CLASSES, sizes["batch"])}

    width, side, blocks = sizes["width"], sizes["image"], (sizes["depth"] - 2) // 6
    macs = 27 * width * side**2 + _stages(width, side, [blocks] * 3) + 4 * width * FEW_CLASSES
    flops = 6 * sizes["batch"] * macs
    return Problem(_given([draw() for _ in range(POOL)], seed), flops, _loss_within(1.5, 6.0))


def resnet_infer(sizes: dict[str, int], seed: int) -> Problem:
    """Classify pictures by a residual network for ImageNet, of basic blocks: `depth` is 18 or 34.

    Network: convolution 7x7 with stride 2, padded by 3, to `width` channels, batch normalisation, ReLU; maximum over
    3x3 with stride 2, padded by 1; four stages of 2, 2, 2, 2 (`depth` 18) or 3, 4, 6, 3 (34) blocks with `width`, 2, 4
    and 8 x `width` channels, the first block of all but the first with stride 2; mean over the picture; dense to 1000.
    Blocks, shortcuts and weights as in `resnet_train`. Batch normalisation takes its running means (0) and variances
    (1), as in evaluation; they are arrays like all others, so that trained ones could be loaded.

    A batch is `x` of `batch` x `image` x `image` x 3. `outputs`: `[logits]`, `batch` x 1000.
    """
    rng = np.random.default_rng(seed)
    batches = [{"x": _pictures(rng, sizes)} for _ in range(POOL)]
    width, side = sizes["width"], sizes["image"]
    blocks = {18: [2, 2, 2, 2], 34: [3, 4, 6, 3]}[sizes["depth"]]
    macs = 147 * width * (side // 2) ** 2 + _stages(width, side // 4, blocks) + 8 * width * CLASSES
    return Problem(_given(batches, seed), 2 * sizes["batch"] * macs, _scores(sizes))


def vit_infer(sizes: dict[str, int], seed: int) -> Problem:
    """Classify pictures by a vision transformer of `layers` blocks.

    Network: patches of 16 x 16 pixels, each to `width` by one dense layer (or the same convolution); a learned token in
    front; plus learned positions; blocks; layer normalisation; of the first token a dense layer to 1000. A block
    normalises first, as in `gpt_train`, but attends to everything, its dense layers and normalisations have biases, and
    nothing is tied. GELU is exact, mlp goes to 4 x `width`. No dropout.

    Weights: normal with deviation 0.02, the dense layer to 1000 too; biases and the token 0, scales 1.

    A batch is `x` of `batch` x `image` x `image` x 3. `outputs`: `[logits]`, `batch` x 1000.
    """
    rng = np.random.default_rng(seed)
    batches = [{"x": _pictures(rng, sizes)} for _ in range(POOL)]
    patches = (sizes["image"] // PATCH) ** 2
    flops = _transformer(sizes, patches + 1)
    flops += 2 * sizes["batch"] * sizes["width"] * (patches * PATCH**2 * 3 + CLASSES)
    return Problem(_given(batches, seed), flops, _scores(sizes))


def dlrm_train(sizes: dict[str, int], seed: int) -> Problem:
    """Train a recommender on rows of 13 numbers and `tables` categories, as DLRM (Naumov et al. 2019).

    Network: the numbers go through `mlp_layers` dense layers of `mlp_width` and one to `embedding_dim`, each followed
    by ReLU; each category picks one row of its own table (`table_rows` x `embedding_dim`). The dot products of every
    pair among these `tables` + 1 vectors (each pair once, none with itself), with the vector of the numbers put in
    front of them, go through `mlp_layers` dense layers of `mlp_width` with ReLU and one to 1: the logit of a click.

    Weights: tables uniform within +-1 / sqrt(`table_rows`).

    Loss: binary cross-entropy from the logit. Update: SGD with rate 0.1, no momentum, no decay, on everything; only
    the rows that were picked change.

    A batch is `numbers` of `batch` x 13, `picks` of `batch` x `tables`, the row in each table, some far oftener than
    others, and `y` of `batch`, 0.0 or 1.0.
    """
    rng = np.random.default_rng(seed)
    batch, tables, width, layers = (sizes[word] for word in ("batch", "tables", "mlp_width", "mlp_layers"))

    def draw() -> dict[str, Any]:
        numbers = np.log1p(rng.exponential(3.0, (batch, FEATURES))).astype(np.float32)
        return {"numbers": numbers, "picks": _popular(rng, sizes, (batch, tables)), "y": _clicks(rng, batch)}

    pairs = (tables + 1) * tables // 2
    macs = FEATURES * width + width * sizes["embedding_dim"] + (tables + 1) ** 2 * sizes["embedding_dim"]
    macs += (pairs + sizes["embedding_dim"]) * width + width + 2 * (layers - 1) * width**2
    return Problem(_given([draw() for _ in range(POOL)], seed), 6 * batch * macs, _loss_within(0.2, 2.0))


def ncf_train(sizes: dict[str, int], seed: int) -> Problem:
    """Train neural collaborative filtering, NeuMF (He et al. 2017), on who took what.

    Network: four tables of `table_rows` x `embedding_dim`: for users and for items, once for either branch. One branch
    multiplies its user and its item element by element. The other joins its user and its item and takes them through
    `mlp_layers` dense layers, of `mlp_width`, half of it, half of that and so on, each followed by ReLU. Both results,
    joined, go through one dense layer to 1: the logit.

    Weights: tables normal with deviation 0.01.

    Loss: binary cross-entropy from the logit. Update: Adam with rate 1e-3, betas 0.9 and 0.999 and epsilon 1e-8 on the
    dense layers; on the tables an Adam of the same numbers for sparse gradients, which touches only the rows that
    were picked, where the framework has one or it is commonly written, else the same Adam.

    A batch is `users` and `items` of `batch` and `y` of `batch`, 0.0 or 1.0.
    """
    rng = np.random.default_rng(seed)
    batch, dim = sizes["batch"], sizes["embedding_dim"]

    def draw() -> dict[str, Any]:
        users = rng.integers(0, sizes["table_rows"], batch)
        return {"users": users, "items": _popular(rng, sizes, (batch,)), "y": _clicks(rng, batch)}

    widths = [2 * dim, *(sizes["mlp_width"] >> layer for layer in range(sizes["mlp_layers"]))]
    macs = sum(one * other for one, other in zip(widths, widths[1:])) + widths[-1] + dim  # noqa: B905, RUF007 - Python 3.9
    return Problem(_given([draw() for _ in range(POOL)], seed), 6 * batch * macs, _loss_within(0.2, 2.0))


def dqn_train(sizes: dict[str, int], seed: int) -> Problem:
    """Learn to act from a replay, as DQN does: four times act, then learn once.

    Network: observations of `width` numbers (4, as in CartPole, or 8, as in LunarLander), `mlp_layers` dense layers of
    `mlp_width` with ReLU, one to `width` / 2 actions: their values. A second network, the target, starts as a copy.

    A step: for each of the batch's first four observations, one after the other: the action is its `random` one where
    `explores` says so, else the one of highest value by a call of the network on this observation alone, known to the
    host before the next (it is to go to an environment). It is written into the replay in NumPy, number k of all acts
    so far at row k modulo 10 000: observation, action, reward 1, the observation that follows in the batch, not ended.
    Then the batch's `rows` are read from the replay in NumPy. The target is reward + 0.99 x (1 - ended) x the highest
    value of the next observation by the target network, without gradient. Loss: Huber's with delta 1 between that and
    the value of the action taken. Update: Adam with rate 1e-3, betas 0.9 and 0.999, epsilon 1e-8; then the target
    network moves by 0.005 of the way to the other.

    `replay`: `seen` and `next` (10 000 x `width`), `action`, `reward`, `ended` (10 000). A batch is `seen` of 5 x
    `width`, `explores` (bool) and `random` of 4, and `rows` of `batch`.
    """
    rng = np.random.default_rng(seed)
    batch, width, layers = sizes["batch"], sizes["width"], sizes["mlp_layers"]
    actions = width // 2

    def draw() -> dict[str, Any]:
        random = rng.integers(0, actions, ACTS)
        seen, rows = _normal(rng, (ACTS + 1, width)), rng.integers(0, REPLAY, batch)
        return {"seen": seen, "explores": rng.random(ACTS) < 0.1, "random": random, "rows": rows}

    replay = {
        "seen": _normal(rng, (REPLAY, width)),
        "action": rng.integers(0, actions, REPLAY),
        "reward": np.ones(REPLAY, np.float32),
        "next": _normal(rng, (REPLAY, width)),
        "ended": (rng.random(REPLAY) < 0.05).astype(np.float32),
    }
    macs = (width + actions) * sizes["mlp_width"] + (layers - 1) * sizes["mlp_width"] ** 2
    flops = 2 * macs * (ACTS + 4 * batch)
    batches = [draw() for _ in range(POOL)]
    return Problem({**_given(batches, seed), "replay": replay}, flops, _loss_within(0.0, 5.0))


def pinn_train(sizes: dict[str, int], seed: int) -> Problem:
    """Train a physics-informed network (Raissi et al. 2019).

    Network: u(t, x) by `mlp_layers` dense layers of `mlp_width` with tanh and one to 1, linear. Weights by Glorot's
    normal scheme, biases 0.

    Residual at each inner point: u_t + u u_x - 0.01 (d/dx)^n u, n the `derivative_order` (2 is the equation of Burgers,
    3 that of Korteweg and de Vries but for its sign), all derivatives exact, by the framework's differentiation.

    Loss: the mean square of the residual over the inner points plus the mean square of u - value over the points on
    the edge. Update: Adam with rate 1e-3, betas 0.9 and 0.999, epsilon 1e-8.

    A batch is `inside` of `points` x 2, `edge` of `points` / 4 x 2, both as (t, x) with t in 0..1 and x in -1..1, and
    `value` of `points` / 4 x 1.
    """
    rng = np.random.default_rng(seed)
    points, edge, order = sizes["points"], sizes["points"] // 4, sizes["derivative_order"]

    def draw() -> dict[str, Any]:
        t, x = rng.random(edge), rng.uniform(-1, 1, edge)
        first = np.arange(edge) < edge // 2
        t, x = np.where(first, 0, t), np.where(first, x, np.sign(x))
        value = np.where(first, -np.sin(np.pi * x), 0)[:, None]
        inside = np.stack([rng.random(points), rng.uniform(-1, 1, points)], axis=1)
        arrays = {"inside": inside, "edge": np.stack([t, x], axis=1), "value": value}
        return {name: array.astype(np.float32) for name, array in arrays.items()}

    macs = 3 * sizes["mlp_width"] + (sizes["mlp_layers"] - 1) * sizes["mlp_width"] ** 2
    flops = 6 * macs * (points * (order + 2) + edge)
    return Problem(_given([draw() for _ in range(POOL)], seed), flops, _loss_within(0.0, 100.0))


def ode_train(sizes: dict[str, int], seed: int) -> Problem:
    """Train a neural differential equation (Chen et al. 2018) to follow given paths, with gradients through the solver.

    Network: y' = f(y), from `width` through `mlp_layers` dense layers of `mlp_width` with tanh to `width`, linear.

    A step solves it from `start` over the time 0..1 in `solver_steps` equal steps of the classical Runge-Kutta method
    of order four (four calls of f each), and keeps y after each step. Loss: mean square of the distance to `path`, over
    steps, batch and width. Update: Adam with rate 1e-3, betas 0.9 and 0.999, epsilon 1e-8.

    A batch is `start` of `batch` x `width` and `path` of `solver_steps` x `batch` x `width`.
    """
    rng = np.random.default_rng(seed)
    batch, width, steps = sizes["batch"], sizes["width"], sizes["solver_steps"]

    def draw() -> dict[str, Any]:
        angle = rng.uniform(0, 2 * np.pi, (batch, width // 2))
        t = np.arange(1, steps + 1)[:, None, None] / steps
        start = np.concatenate([np.cos(angle), np.sin(angle)], axis=1)
        path = np.concatenate([np.cos(angle + 3 * t), np.sin(angle + 3 * t)], axis=2)
        path *= np.exp(-t / 2)
        return {"start": start.astype(np.float32), "path": path.astype(np.float32)}

    macs = 2 * width * sizes["mlp_width"] + (sizes["mlp_layers"] - 1) * sizes["mlp_width"] ** 2
    flops = 6 * batch * macs * 4 * steps
    return Problem(_given([draw() for _ in range(POOL)], seed), flops, _loss_within(0.0, 10.0))


def llama_train(sizes: dict[str, int], seed: int) -> Problem:
    """Train a decoder of `layers` blocks on text, as Llama is built (Touvron et al. 2023).

    Network: a token embedding (`vocabulary` x `width`); blocks; a normalisation; a dense layer of its own to
    `vocabulary`. A block normalises first: h += attend(norm(h)), h += mlp(norm(h)). Normalisations divide by the root
    of the mean square (epsilon 1e-5) and have a scale alone. `attend` is causal, of `heads` heads, separate dense
    layers of `width` for queries, keys and values and one to leave, scale 1 / sqrt(width of a head); queries and keys
    are turned by their position (rotary embedding, base 10 000, over the whole width of a head). mlp is
    down(silu(gate(z)) * up(z)), gate and up dense to `hidden`, 8 / 3 of `width` rounded up to a multiple of 32. Nothing
    has a bias; no dropout.

    Weights: normal with deviation 0.02; scales 1.

    Loss: cross-entropy over all positions. Update: clip the norm of all gradients together to 1.0; AdamW with rate
    3e-4, betas 0.9 and 0.95, epsilon 1e-8, decay 0.1 on all that has two dimensions, none on the scales.

    A batch is `x` and `y` as in `gpt_train`.
    """
    return gpt_train(sizes, seed)


def llama_chat(sizes: dict[str, int], seed: int) -> Problem:
    """Answer `batch` prompts of `sequence` tokens by `new_tokens` tokens each, which are shown as they come.

    Network: that of `llama_train`. Keys are kept turned.

    A step is that of `gpt_generate`, but every new token is on the host, as NumPy, before the call for the next one,
    as for a reader who sees it appear. `outputs` as there.
    """
    return gpt_generate(sizes, seed)


def qwen_finetune(sizes: dict[str, int], seed: int) -> Problem:
    """Fine-tune all of a decoder of `layers` blocks on answers, as Qwen 3 is built (Yang et al. 2025).

    Network: that of `llama_train` but for what follows. Keys and values have half as many heads as queries, each as
    wide as those: query heads 2 i and 2 i + 1 attend to head i, and the dense layers of keys and values go to half of
    `width`. Every head of queries and of keys is normalised before it is turned, by the root of its mean square, with
    one scale for all heads of queries and one for all of keys. `hidden` is 3 x `width`. Logits are by the token
    embedding, transposed: the two are one parameter (tied). No position attends to padding.

    Weights: normal with deviation 0.02; scales 1.

    Loss: cross-entropy, the mean over the tokens of all answers of the batch: of neither what was asked nor padding.
    Update: clip the norm of all gradients together to 1.0; AdamW with rate 2e-5, betas 0.9 and 0.999, epsilon 1e-8,
    decay 0.01 on all that has two dimensions, none on the scales.

    A batch is `x`, `mask`, `y` and `answer`, each of `batch` x `sequence`: `x` and `mask` as in `bert_finetune`; `y`
    the token that follows each; `answer`, bool, true where that is part of the answer, with which a text ends.
    """
    rng = np.random.default_rng(seed)
    batch, sequence = sizes["batch"], sizes["sequence"]

    def draw() -> dict[str, Any]:
        text, places = _tokens(rng, sizes, sequence + 1), np.arange(sequence)
        length = rng.integers(sequence // 2, sequence + 1, (batch, 1))
        mask, answer = places < length, places >= rng.integers(length // 4, length // 2)
        return {"x": text[:, :-1] * mask, "mask": mask, "y": text[:, 1:] * mask, "answer": answer & mask}

    flops = 3 * _transformer(sizes, sequence)  # half of the keys and values, but a hidden layer wider by an eighth
    flops += 6 * batch * sequence * sizes["width"] * sizes["vocabulary"]
    uniform = math.log(sizes["vocabulary"])
    return Problem(_given([draw() for _ in range(POOL)], seed), flops, _loss_within(uniform - 0.5, uniform + 1.0))


def qwen_chat(sizes: dict[str, int], seed: int) -> Problem:
    """Answer as in `llama_chat`, by the network of `qwen_finetune`.

    The cache is of the heads that keys and values have, and keys are kept normalised and turned.
    """
    return gpt_generate(sizes, seed)


def vit_train(sizes: dict[str, int], seed: int) -> Problem:
    """Train a vision transformer on small pictures.

    Network: that of `vit_infer` with patches of which `sequence` make a picture, to 10 classes. Weights as there.

    Loss: cross-entropy of ten classes. Update: AdamW with rate 1e-3, betas 0.9 and 0.999, epsilon 1e-8, decay 0.05 on
    all that has two dimensions or more but for the token and the positions.

    A batch is `x` of `batch` x `image` x `image` x 3 and `y` of `batch`, the class.
    """
    rng = np.random.default_rng(seed)

    def draw() -> dict[str, Any]:
        return {"x": _pictures(rng, sizes), "y": rng.integers(0, FEW_CLASSES, sizes["batch"])}

    flops = 3 * _transformer(sizes, sizes["sequence"] + 1)
    flops += 6 * sizes["batch"] * sizes["width"] * (sizes["image"] ** 2 * 3 + FEW_CLASSES)
    return Problem(_given([draw() for _ in range(POOL)], seed), flops, _loss_within(1.5, 4.0))


def bottleneck_infer(sizes: dict[str, int], seed: int) -> Problem:
    """Classify pictures by a residual network of bottlenecks (He et al. 2015, table 1); `depth` is 50.

    Network: that of `resnet_infer` in stages of 3, 4, 6 and 3 blocks of another kind: convolution 1x1, 3x3 (with the
    stride) and 1x1 to four times as many channels, each with a batch normalisation, ReLU after the first two, plus the
    shortcut, ReLU. The first block of every stage has a convolution as its shortcut. `width` is that of the first 3x3.

    A batch is `x` of `batch` x `image` x `image` x 3. `outputs`: `[logits]`, `batch` x 1000.
    """
    rng = np.random.default_rng(seed)
    batches = [{"x": _pictures(rng, sizes)} for _ in range(POOL)]
    width, side = sizes["width"], sizes["image"]
    macs, before = 147 * width * (side // 2) ** 2, width
    for stage, count in enumerate((3, 4, 6, 3)):
        area, channels = (side // 4 >> stage) ** 2, width << stage
        macs += area * channels**2 * (17 * count - 4) + area * channels * before * (4 + (4 if stage else 1))
        before = 4 * channels
    macs += before * CLASSES
    return Problem(_given(batches, seed), 2 * sizes["batch"] * macs, _scores(sizes))


def towers_train(sizes: dict[str, int], seed: int) -> Problem:
    """Train two towers to find what a user takes, of all that the others of the batch took (Yi et al. 2019).

    Network: a table of users and one of items (`table_rows` x `embedding_dim`). Each has a tower of its own:
    `mlp_layers` dense layers of `mlp_width`, each followed by ReLU, and a dense layer to `embedding_dim`. The logit of
    a user and an item is the product of the two results; all users of the batch meet all its items.

    Weights: tables normal with deviation 0.05.

    Loss: cross-entropy over the items of the batch, in which a user's own is right. Update: as in `ncf_train`.

    A batch is `users` and `items` of `batch`.
    """
    rng = np.random.default_rng(seed)
    batch, dim, width = sizes["batch"], sizes["embedding_dim"], sizes["mlp_width"]

    def draw() -> dict[str, Any]:
        return {"users": rng.integers(0, sizes["table_rows"], batch), "items": _popular(rng, sizes, (batch,))}

    macs = 2 * (2 * dim * width + (sizes["mlp_layers"] - 1) * width**2) + batch * dim
    uniform = math.log(batch)
    flops = 6 * batch * macs
    return Problem(_given([draw() for _ in range(POOL)], seed), flops, _loss_within(uniform - 1.0, uniform + 1.0))


def ppo_train(sizes: dict[str, int], seed: int) -> Problem:
    """Act four times and learn once from what was done, by proximal policies (Schulman et al. 2017).

    Networks: a policy and a value, each of `mlp_layers` dense layers of `mlp_width` with tanh, from observations of
    `width` numbers to `width` / 2 logits and to 1.

    A step: for each of the batch's four observations, one after the other: one call of both networks on this
    observation alone, whose log-probabilities of all actions and whose value are on the host before the next; the
    action is the first whose cumulated probability exceeds the observation's `chance` (the last if none does). It is
    written into the rollout in NumPy, number k of all acts so far at row k modulo 10 000: observation, action,
    log-probability of it, value. Then the batch's `rows` are read from the rollout in NumPy: `seen`, `action`, `chosen`
    (the log-probability that it had), `advantage`, `wanted`. Loss: minus the mean of the smaller one of r x advantage
    and clip(r, 0.8, 1.2) x advantage, r = exp(log-probability now - `chosen`), plus half of the mean square of value -
    `wanted`, minus 0.01 x the mean entropy of the policy. Update: clip the norm of all gradients together to 0.5; Adam
    with rate 3e-4, betas 0.9 and 0.999, epsilon 1e-5.

    `rollout`: `seen` (10 000 x `width`), `action`, `chosen`, `value`, `advantage`, `wanted` (10 000). A batch is `seen`
    of 4 x `width`, `chance` of 4, and `rows` of `batch`.
    """
    rng = np.random.default_rng(seed)
    batch, width, layers = sizes["batch"], sizes["width"], sizes["mlp_layers"]
    actions = width // 2

    def draw() -> dict[str, Any]:
        chance = rng.random(ACTS).astype(np.float32)
        return {"seen": _normal(rng, (ACTS, width)), "chance": chance, "rows": rng.integers(0, REPLAY, batch)}

    rollout = {
        "seen": _normal(rng, (REPLAY, width)),
        "action": rng.integers(0, actions, REPLAY),
        "chosen": np.full(REPLAY, -math.log(actions), np.float32),
        "value": np.zeros(REPLAY, np.float32),
        "advantage": _normal(rng, (REPLAY,)),
        "wanted": _normal(rng, (REPLAY,)),
    }
    macs = (2 * width + actions + 1) * sizes["mlp_width"] + 2 * (layers - 1) * sizes["mlp_width"] ** 2
    batches = [draw() for _ in range(POOL)]
    return Problem(
        {**_given(batches, seed), "rollout": rollout}, 2 * macs * (ACTS + 3 * batch), _loss_within(-5.0, 5.0)
    )


def heat_train(sizes: dict[str, int], seed: int) -> Problem:
    """Train a physics-informed network for heat that spreads over a plate.

    Network: u(t, x, y) as in `pinn_train`, of three numbers.

    Residual at each inner point: u_t - 0.1 (u_xx + u_yy), all derivatives exact, by the framework's differentiation.
    Loss and update: as in `pinn_train`.

    A batch is `inside` of `points` x 3, `edge` of `points` / 4 x 3, both as (t, x, y), each number in 0..1, and `value`
    of `points` / 4 x 1.
    """
    rng = np.random.default_rng(seed)
    points, edge = sizes["points"], sizes["points"] // 4

    def draw() -> dict[str, Any]:
        rim = rng.random((edge, 3))
        rim[: edge // 2, 0] = 0
        rim[edge // 2 :, 1] = np.round(rim[edge // 2 :, 1])
        value = (rim[:, :1] == 0) * np.sin(np.pi * rim[:, 1:2]) * np.sin(np.pi * rim[:, 2:])
        arrays = {"inside": rng.random((points, 3)), "edge": rim, "value": value}
        return {name: array.astype(np.float32) for name, array in arrays.items()}

    macs = 4 * sizes["mlp_width"] + (sizes["mlp_layers"] - 1) * sizes["mlp_width"] ** 2
    flops = 6 * macs * (points * 6 + edge)
    return Problem(_given([draw() for _ in range(POOL)], seed), flops, _loss_within(0.0, 100.0))


def _given(batches: list[dict[str, Any]], seed: int) -> dict[str, Any]:
    return {"batches": batches, "seed": seed}


def _tokens(rng: np.random.Generator, sizes: dict[str, int], length: int) -> Any:
    return rng.integers(0, sizes["vocabulary"], (sizes["batch"], length))


def _normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    return rng.standard_normal(shape, np.float32)


def _pictures(rng: np.random.Generator, sizes: dict[str, int]) -> Any:
    return _normal(rng, (sizes["batch"], sizes["image"], sizes["image"], 3))


def _popular(rng: np.random.Generator, sizes: dict[str, int], shape: tuple[int, ...]) -> Any:
    """Draw rows of a table by Zipf's law: each as often as its number is small."""
    rows = sizes["table_rows"]
    return np.minimum(np.exp(rng.random(shape) * math.log(rows + 1)).astype(np.int64), rows) - 1


def _clicks(rng: np.random.Generator, batch: int) -> Any:
    return (rng.random(batch) < 0.25).astype(np.float32)


def _transformer(sizes: dict[str, int], length: int, context: int | None = None) -> float:
    """Count a forward pass of the blocks for `length` positions that attend to `context`, or to themselves."""
    width, positions = sizes["width"], sizes["batch"] * length
    return sizes["layers"] * positions * (24 * width**2 + 4 * (context or length) * width)


def _stages(width: int, side: int, blocks: list[int]) -> float:
    """Count the multiplications of stages of basic blocks for one picture; channels double where its side halves."""
    macs = 0
    for stage, count in enumerate(blocks):
        area, channels = (side >> stage) ** 2, width << stage
        macs += area * channels**2 * 9 * 2 * count
        if stage:
            macs -= area * channels**2 * 4  # the first has half the channels coming in: 4.5 less, and 0.5 as a shortcut
    return macs


def _loss_within(low: float, high: float) -> Callable[[Any], float]:
    def error(outputs: Any) -> float:
        (loss,) = outputs
        return 0.0 if np.shape(loss) == () and low < float(loss) < high else math.inf

    return error


def _scores(sizes: dict[str, int]) -> Callable[[Any], float]:
    def error(outputs: Any) -> float:
        (logits,) = outputs
        fits = logits.shape == (sizes["batch"], CLASSES) and bool(np.isfinite(logits).all())
        return 0.0 if fits and np.std(logits) > 1e-3 else math.inf

    return error
