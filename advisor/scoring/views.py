"""The same options in other lights: who is ahead where only some criteria count, and who is nowhere behind."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from advisor.model.score import Value
from advisor.scoring.rank import best_first

Options = Mapping[str, Mapping[str, Value]]


def ahead(options: Options, weights: Mapping[str, float], sure: float) -> tuple[str, ...]:
    """The best by these weights alone, and those of which it is not sure that they are behind; empty without options.

    `sure` is the probability of being ahead from which on an option is.
    """
    if not options:
        return ()
    total = sum(weights.values()) or 1.0
    means = {name: sum(w * values[c].mean for c, w in weights.items()) / total for name, values in options.items()}
    sds = {
        name: math.hypot(*(w * values[c].sd for c, w in weights.items())) / total for name, values in options.items()
    }
    order = best_first(means)
    best = order[0]
    return tuple(
        name for name in order if name == best or _is_ahead(means[best] - means[name], sds[best], sds[name]) < sure
    )


def undominated(options: Options, criteria: Sequence[str]) -> tuple[str, ...]:
    """The Pareto front: the options that no other one equals in every criterion and surpasses in one."""
    rows = {name: [values[criterion].mean for criterion in criteria] for name, values in options.items()}
    return tuple(
        name
        for name, row in sorted(rows.items())
        if not any(_dominates(other, row) for rival, other in rows.items() if rival != name)
    )


def _is_ahead(lead: float, one: float, other: float) -> float:
    """The probability that a lead is one, where both sides are known only so well."""
    spread = math.hypot(one, other)
    if not spread:
        return 1.0 if lead > 0 else 0.5
    return 0.5 * (1 + math.erf(lead / spread / math.sqrt(2)))


def _dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)
