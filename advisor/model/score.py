"""How an option is valued, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.frozen import dataclass

NORMAL_90 = 1.645
"""Standard deviations from the middle to either end of a 90 % interval of the normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What a criterion says of an option: 0 is worst, 1 as good as matters."""

    mean: float
    sd: float
    """Standard deviation; 0.29 is that of knowing nothing."""
    most: float = 1.0
    """The greatest value it can have, once what is unknown of it turns out at its best."""
    grade: str
    """measured, derived, documented or judged."""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """How much a criterion counts: what it was, what moved it, what it became."""

    criterion: str
    base: float
    moved_by: Mapping[str, float]
    """Finding (or `priorities`) to shift."""
    final: float
    """Normalised: the weights of a decision sum to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """An option with its expected score and the share each criterion has in it."""

    option: str
    score: float
    interval: tuple[float, float]
    """The middle 90 % of the sampled scores."""
    values: Mapping[str, Value]
    """By criterion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The options from the best, and how sure the order is."""

    scored: tuple[Scored, ...]
    weights: tuple[Weight, ...]
    p_best: float
    """How often the first is best over the sampled weights and values."""
    p_top2: float
    expected_regret: float
    """Mean of what the first falls short of the best, in units of the score."""
    tied_with: tuple[str, ...]
    """Options whose expected score is within the tie margin of the first."""
    p_group: float
    """How often the best is the first or one tied with it."""
