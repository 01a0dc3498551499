"""How honest probabilities are: calibration error, Brier skill, area under the ROC curve, and how sure that is.

Every figure is of weighted answers, so that a bootstrap draws cases by giving weights.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from honesty.fitting import Array, Names

BINS = 5
_DRAWS = 2000
_ENDS = (0.025, 0.975)
"""Of a 95 % interval."""


class Answers(NamedTuple):
    """What was said, whether it was accepted, and of which case."""

    said: Array
    accepted: Array
    cases: Names


def measured(answers: Answers) -> dict[str, Any]:
    """Every figure with its 95 % interval, by a bootstrap over cases: the answers to one are not independent."""
    names, of = np.unique(answers.cases, return_inverse=True)
    random = np.random.default_rng(0)
    edges = _edges(answers.said)
    even = np.full(len(names), 1 / len(names))
    drawn = [random.multinomial(len(names), even)[of].astype(float) for _ in range(_DRAWS)]
    samples = [_figures(answers, weights, edges) for weights in drawn]
    figures = _figures(answers, np.ones(len(of)), edges)
    return {
        "cases": len(names),
        "answers": len(of),
        **{
            name: {"is": _short(value), "interval": _interval([sample[name] for sample in samples])}
            for name, value in figures.items()
            if not name.startswith("bin ")
        },
        "bins": [
            {
                "answers": int(inside.sum()),
                "said": _short(np.average(answers.said[inside])),
                "accepted": {
                    "is": _short(figures[f"bin {number}"]),
                    "interval": _interval([sample[f"bin {number}"] for sample in samples]),
                },
            }
            for number in range(len(edges) + 1)
            if (inside := _bin(answers.said, edges) == number).any()
        ],
    }


def quick(answers: Answers) -> dict[str, float | None]:
    """The figures that lines are compared by."""
    figures = _figures(answers, np.ones(len(answers.said)), _edges(answers.said))
    return {name: _short(figures[name]) for name in ("calibration error", "error in even bins", "Brier skill", "AUC")}


def _figures(answers: Answers, weights: Array, edges: Array) -> dict[str, float]:
    said, accepted, _ = answers
    base = float(np.average(accepted, weights=weights))
    brier = float(np.average((said - accepted) ** 2, weights=weights))
    wide = np.minimum(BINS - 1, (said * BINS).astype(int))
    places = _bin(said, edges)
    return {
        "says": float(np.average(said, weights=weights)),
        "accepted": base,
        "calibration error": _error(answers, weights, wide),
        "error in even bins": _error(answers, weights, places),
        "Brier skill": 1 - brier / (base * (1 - base)) if 0 < base < 1 else float("nan"),
        "AUC": _auc(answers, weights),
        **{f"bin {number}": _share(answers, weights, places == number) for number in range(len(edges) + 1)},
    }


def _edges(said: Array) -> Array:
    """Between bins with as many answers each; of those that say the same all are in one, which few others join."""
    inner: Array = np.unique(np.quantile(said, np.arange(1, BINS) / BINS))
    few = len(said) / BINS / 2
    return inner[[np.count_nonzero(said > edge) >= few for edge in inner]]


def _bin(said: Array, edges: Array) -> Any:
    return np.searchsorted(edges, said, side="left")


def _error(answers: Answers, weights: Array, places: Any) -> float:
    """The mean over the answers of what their bin says beyond what was accepted in it."""
    beyond = np.bincount(places, weights * (answers.said - answers.accepted))
    return float(np.abs(beyond).sum() / weights.sum())


def _share(answers: Answers, weights: Array, inside: Any) -> float:
    total = weights[inside].sum()
    return float((weights * answers.accepted)[inside].sum() / total) if total else float("nan")


def _auc(answers: Answers, weights: Array) -> float:
    """How often an accepted answer was said to be likelier than one that was not; equals count as half."""
    values, level = np.unique(answers.said, return_inverse=True)
    right = np.bincount(level, weights * answers.accepted, len(values))
    wrong = np.bincount(level, weights * (1 - answers.accepted), len(values))
    below = np.cumsum(wrong) - wrong
    pairs = right.sum() * wrong.sum()
    return float((right * (below + wrong / 2)).sum() / pairs) if pairs else float("nan")


def _interval(values: list[float]) -> list[float]:
    """A draw without a wrong answer says nothing, and is left out."""
    known = [value for value in values if not np.isnan(value)]
    return [round(float(end), 4) for end in np.quantile(known, _ENDS)] if known else []


def _short(value: Any) -> float | None:
    """A figure as the record has it; none where nothing can be said."""
    return None if np.isnan(value) else round(float(value), 4)
