"""Ranks the options of several situations that one of them has to serve.

The value of an option is the mean over the situations. Every draw is the same draw in all of them: what is unknown of
an option or of a weight is, but for measured speed, unknown for the same reason everywhere, so that a mean over many
situations is no surer than one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from advisor.model.knowledge import Decision
from advisor.model.score import Ranking, Value, Weight
from advisor.scoring.rank import expected, order, samples


class Part(NamedTuple):
    """A situation, and its share of the value; the shares sum to 1."""

    options: Mapping[str, Mapping[str, Value]]
    weights: Sequence[Weight]
    share: float


def rank_together(parts: Sequence[Part], decision: Decision) -> Ranking | None:
    """The options that remain in every situation, by their mean score; nothing where there is none.

    Neither values nor weights are in it: every situation has its own.
    """
    shared = sorted(set.intersection(*({*part.options} for part in parts))) if parts else []
    if not shared:
        return None
    shares = [part.share for part in parts]
    drawn = [samples(part.options, part.weights, decision) for part in parts]
    return order(
        {option: _mean(shares, (expected(p.options[option], p.weights) for p in parts)) for option in shared},
        {option: _means(shares, [each[option] for each in drawn]) for option in shared},
        decision,
    )


def _mean(shares: Sequence[float], figures: Iterable[float]) -> float:
    return sum(share * figure for share, figure in zip(shares, figures, strict=True))


def _means(shares: Sequence[float], columns: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    return tuple([_mean(shares, row) for row in zip(*columns, strict=True)])
