"""How firmly the first stands: the smallest change of one weight that puts another option first.

A score is a sum of weights times values, so that what unseats the first can be reckoned exactly. The measure of
smallness is the share of all weight that changes hands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from advisor.frozen import replace
from advisor.model.recommendation import WeightFlip
from advisor.model.score import NORMAL_90, Value, Weight
from advisor.scoring.rank import expected, leading

PAST = 1e-5
"""By how much another option has to be ahead: the order is by scores that are rounded, and of equals by name."""

Options = Mapping[str, Mapping[str, Value]]


def tipping_points(options: Options, weights: Sequence[Weight]) -> tuple[WeightFlip, ...]:
    """Of each criterion the smallest change that unseats the first, the smallest of all first."""
    if len(options) < 2:
        return ()
    found = (tipping for weight in weights if (tipping := _tipping(options, weights, weight)) is not None)
    return tuple(sorted(found, key=lambda tipping: (tipping.moved, tipping.criterion)))


def reweighed(weights: Sequence[Weight], criterion: str, share: float) -> tuple[Weight, ...]:
    """The weights with this share for one criterion; the others keep their proportions."""
    rest = sum(weight.final for weight in weights if weight.criterion != criterion) or 1.0
    return tuple(
        replace(weight, final=share if weight.criterion == criterion else weight.final * (1 - share) / rest)
        for weight in weights
    )


def contenders(options: Options, weights: Sequence[Weight], criterion: str, most: float) -> tuple[str, ...]:
    """The first, and the options that could pass it once it is known what one criterion really says of them.

    A value can turn out anywhere in its 90 % interval, and the share of the weight anywhere from what it is to `most`.
    """
    if not options:
        return ()
    first, by_id = leading(options, weights), {weight.criterion: weight for weight in weights}
    if criterion not in by_id:
        return (first,)
    now, values = by_id[criterion].final, {option: options[option][criterion] for option in options}
    low = max(0.0, values[first].mean - NORMAL_90 * values[first].sd)
    rest = {
        option: (expected(options[option], weights) - now * values[option].mean) / ((1 - now) or 1.0)
        for option in options
    }
    able = [
        option
        for option, value in sorted(values.items())
        if option != first
        and any(
            share * (min(1.0, value.mean + NORMAL_90 * value.sd) - low) >= (1 - share) * (rest[first] - rest[option])
            for share in (now, max(now, most))
        )
    ]
    return (first, *able)


def _tipping(options: Options, weights: Sequence[Weight], weight: Weight) -> WeightFlip | None:
    """The nearest share of one criterion at which another option is first."""
    shares = sorted(_shares(options, weights, weight), key=lambda share: abs(share - weight.final))
    now = leading(options, weights)
    for share in shares:
        to = leading(options, reweighed(weights, weight.criterion, share))
        if to != now:
            moved = abs(share - weight.final)
            return WeightFlip(criterion=weight.criterion, now=weight.final, becomes=share, to=to, moved=moved)
    return None


def _shares(options: Options, weights: Sequence[Weight], weight: Weight) -> Iterator[float]:
    """The shares at which one of the others passes the first."""
    first = leading(options, weights)
    lead = options[first][weight.criterion].mean
    rest = 1 - weight.final
    others = {option: expected(values, weights) - weight.final * values[weight.criterion].mean
              for option, values in options.items()}  # fmt: skip
    for option, values in options.items():
        # With the share s the lead is s * here + (1 - s) / rest * elsewhere.
        here, elsewhere = lead - values[weight.criterion].mean, others[first] - others[option]
        elsewhere = elsewhere / rest if rest > PAST else 0.0
        slope = here - elsewhere
        if option != first and abs(slope) > PAST:
            share = (-PAST - elsewhere) / slope
            if 0 <= share <= 1:
                yield share
