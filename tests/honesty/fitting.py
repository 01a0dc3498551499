"""Logistic lines, and what they say of cases that they were not fitted to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Names = NDArray[np.str_]

_RIDGE = 1e-3
"""Holds a slope that nothing else holds: a sample in which the answers are all right would make it endless."""
_STEPS, _NEAR = 50, 1e-10


def line(features: Array, accepted: Array, lapse: float = 0.0) -> Array:
    """The intercept and the slopes that make what was seen most likely, by Fisher's scoring.

    `lapse` is the share of answers that are not accepted however far they are up the line.
    """
    rows = np.column_stack([np.ones(len(features)), features])
    held = np.full(rows.shape[1], _RIDGE)
    held[0] = 0.0
    found = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        on_line = _logistic(rows @ found)
        said = (1 - lapse) * on_line
        # How fast what is said moves along the line, over what it leaves to be seen.
        moves = (1 - on_line) / np.maximum(1 - said, _NEAR)
        slope = rows.T @ ((accepted - said) * moves) - held * found
        told = said * (1 - on_line) * moves
        step = np.linalg.solve((rows * told[:, None]).T @ rows + np.diag(held), slope)
        found = found + step
        if np.abs(step).max() < _NEAR:
            break
    return found


def said(found: Array, features: Array, lapse: float = 0.0) -> Array:
    """The probabilities on a line."""
    probabilities: Array = (1 - lapse) * _logistic(found[0] + features @ found[1:])
    return probabilities


def held_out(  # noqa: PLR0913, PLR0917  (what was seen, and what is asked)
    features: Array, accepted: Array, cases: Names, asked: Array, of: Names, lapse: float = 0.0
) -> Array:
    """What is said of `asked`, of each case by a line fitted to all the other cases."""
    answers = np.zeros(len(asked))
    for case in np.unique(of):
        others = cases != case
        found = line(features[others], accepted[others], lapse)
        answers[of == case] = said(found, asked[of == case], lapse)
    return answers


def _logistic(log_odds: Array) -> Array:
    probabilities: Array = 1 / (1 + np.exp(-log_odds))
    return probabilities
