"""What a model of these sizes consists of: parameters, and the numbers that computing it keeps. Pure arithmetic.

The counts follow, step by step, what frameworks do with such models in eager mode, and for transformers Korthikanti et
al. 2022, "Reducing Activation Recomputation in Large Transformer Models" (arXiv:2205.05198), whose 34 bytes for each
token and channel of a layer in 16 bits are 16 numbers and two masks of dropout.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

from advisor.intake.perceptrons import differential, informed, perceptron
from advisor.model.memory import Architecture, Details

_SAVED = 16
"""Numbers that a layer keeps for each token and channel: into and out of two normalisations, queries, keys and values,
what attention gives, and four times the width before and after the activation function, 1+1, 3, 1, 1+1, 4+4."""
_SAVED_WHOLE = 4
"""Of them those around the normalisations, which a tensor-parallel group does not divide."""
_WORKING = 11
"""Numbers for each token and channel that are there at once in a forward pass: in its dense part, the widest."""
_LOGITS = 3
"""The logits, the logarithms of their probabilities and the gradient of these are there at once, in float32."""
_PATCH, _CLASSES, _FEATURES = 16, 1000, 13
_OF_USERS_AND_ITEMS = range(2, 5)
"""So many tables are of users and of items, here as in `probes/workloads/models.yaml`."""
_STAGES = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
_BOTTLENECK = 50
"""The depth from which on a residual network for large pictures has blocks of three convolutions."""
_PLAIN = Details()


def architecture(sizes: Mapping[str, float], details: Details = _PLAIN) -> Architecture | None:
    """The model that the words of the sizes mean, or None where they mean none that is counted."""
    words = {*sizes}
    if {"layers", "width"} <= words and {"sequence", "image"} & words:
        return _transformer(sizes, details)
    if {"depth", "width", "image"} <= words:
        return _residual(sizes)
    if {"tables", "table_rows", "embedding_dim"} <= words:
        return _ranker(sizes)
    if {"points", "mlp_width"} <= words:
        return informed(sizes)
    if {"solver_steps", "width", "mlp_width"} <= words:
        return differential(sizes)
    return perceptron(sizes, details) if {"width", "mlp_width"} <= words else None


def _transformer(sizes: Mapping[str, float], details: Details) -> Architecture:
    width, layers, batch = sizes["width"], sizes["layers"], sizes.get("batch", 1)
    heads, vocabulary = sizes.get("heads", 1), sizes.get("vocabulary", 0)
    pictures = "image" in sizes
    length = (sizes["image"] // _PATCH) ** 2 + 1 if pictures else sizes["sequence"]
    context = length + sizes.get("new_tokens", 0)
    group = (details.kv_heads or heads) / heads
    again = details.recompute
    tokens = batch * length
    outside = _PATCH**2 * 3 * width + _CLASSES * width if pictures else vocabulary * width
    parameters = layers * (10 + 2 * group) * width**2 + outside + context * width
    # Scores that are written down, and queries, keys and values that are copied for that.
    scores = 0.0 if details.fused or again != "none" else heads * length * tokens + 3 * tokens * width
    divided, whole = (_SAVED - _SAVED_WHOLE - 2 * (1 - group)) * width, _SAVED_WHOLE * width
    if again == "full":
        # The input of each layer, and one layer that is computed again.
        divided, whole = divided / layers, width + whole / layers
    kept_masks = 2 * tokens * width * layers if details.dropout and again != "full" else 0.0
    return Architecture(
        kind="transformer",
        parameters=parameters,
        layers=int(layers),
        saved=layers * (tokens * divided + scores),
        saved_whole=layers * tokens * whole + 2 * tokens * width,
        masks=kept_masks,
        head=_LOGITS * tokens * vocabulary if details.logits and not pictures else 0.0,
        working=_WORKING * tokens * width + batch * (0 if pictures else vocabulary),
        cache=2 * layers * batch * context * width * group if "new_tokens" in sizes else 0.0,
    )


def _residual(sizes: Mapping[str, float]) -> Architecture:
    """A residual network: for large pictures where its depth is one of those, else of three stages for small ones."""
    depth, width, image, batch = int(sizes["depth"]), sizes["width"], sizes["image"], sizes.get("batch", 1)
    large = depth in _STAGES
    blocks = _STAGES[depth] if large else (max(1, (depth - 2) // 6),) * 3
    wider = 4 if large and depth >= _BOTTLENECK else 1
    side = image / 4 if large else image
    first = width * (image / 2 if large else image) ** 2
    parameters = (147 if large else 27) * width
    saved, before = 3 * image**2 + 2 * first, width
    for stage, count in enumerate(blocks):
        channels = width * 2**stage
        area, after = (side / 2**stage) ** 2, channels * wider
        for _ in range(count):
            parameters += _block(before, channels, after)
            saved += area * (4 * channels + (2 * after if after > channels else 0))
            if before != after:
                parameters += before * after
                saved += area * after
            before = after
    parameters += before * (_CLASSES if large else 10)
    return Architecture(
        kind="residual network",
        parameters=parameters,
        layers=sum(blocks),
        saved=batch * (saved + first),
        working=batch * first * (2 if large else 3),
    )


def _block(before: float, channels: float, after: float) -> float:
    """Parameters of the convolutions of a block: two of 3x3, or one of 3x3 between two of 1x1."""
    if after == channels:
        return 9 * (before * channels + channels * after)
    return before * channels + 9 * channels**2 + channels * after


def _ranker(sizes: Mapping[str, float]) -> Architecture:
    """A recommender: of users and items in few tables, else of all products."""
    rows, dim, batch = sizes["table_rows"], sizes["embedding_dim"], sizes.get("batch", 1)
    width, layers = sizes.get("mlp_width", dim), int(sizes.get("mlp_layers", 1))
    tables = sizes["tables"]
    if tables not in _OF_USERS_AND_ITEMS:
        crossed = dim + tables * (tables + 1) / 2
        widths = [_FEATURES, *[width] * layers, dim]
        above = [crossed, *[width] * layers, 1]
        dense = _dense(widths) + _dense(above)
        kept = (2 * tables + 1) * dim + (tables + 1) ** 2 + 2 * crossed - dim + sum(widths[1:]) + sum(above[1:])
    else:
        widths = [2 * dim, *(width // 2**layer for layer in range(layers))]
        dense = _dense(widths) + widths[-1] + dim + 1
        kept = tables * dim + sum(widths) + dim + widths[-1] + dim
    return Architecture(
        kind="recommender", parameters=tables * rows * dim + dense, saved=batch * kept, working=batch * kept
    )


def _dense(widths: list[float]) -> float:
    """Parameters of dense layers from each width to the next."""
    return math.fsum((before + 1) * after for before, after in pairwise(widths))
