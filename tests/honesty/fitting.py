"""Logistic lines, and what they say of cases that they were not fitted to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Names = NDArray[np.str_]

_RIDGE = 1e-3
"""Holds a slope that nothing else holds: a sample in which the answers are all right would make it endless."""
_STEPS, _NEAR = 50, 1e-10


def line(features: Array, accepted: Array) -> Array:
    """The intercept and the slopes that make what was seen most likely, by Fisher's scoring."""
    rows = np.column_stack([np.ones(len(features)), features])
    held = np.full(rows.shape[1], _RIDGE)
    held[0] = 0.0
    found = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        said = _logistic(rows @ found)
        slope = rows.T @ (accepted - said) - held * found
        told = said * (1 - said)
        step = np.linalg.solve((rows * told[:, None]).T @ rows + np.diag(held), slope)
        found = found + step
        if np.abs(step).max() < _NEAR:
            break
    return found


def held_out(features: Array, accepted: Array, cases: Names, asked: Array, of: Names) -> Array:
    """What is said of `asked`, of each case by a line fitted to all the other cases."""
    answers = np.zeros(len(asked))
    for case in np.unique(of):
        others = cases != case
        found = line(features[others], accepted[others])
        answers[of == case] = _logistic(found[0] + asked[of == case] @ found[1:])
    return answers


def _logistic(log_odds: Array) -> Array:
    probabilities: Array = 1 / (1 + np.exp(-log_odds))
    return probabilities
