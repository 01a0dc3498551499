"""How much each criterion counts: its base, moved within its band by findings and priorities, then normalised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from advisor.model.knowledge import Criterion
from advisor.model.policy import PRIORITIES
from advisor.model.score import Weight

_PRIORITIES = {"must": 1.0, "should": 0.5, "could": -0.5, "ignore": -1.0}


def settle(
    criteria: Iterable[Criterion],
    shifts: Mapping[str, Mapping[str, float]],
    priorities: Mapping[str, str],
    policy: Mapping[str, str] | None = None,
) -> tuple[Weight, ...]:
    """The weights, summing to 1; `shifts` is by criterion, from finding to shift.

    The priorities of a policy count where the answers have none.
    """
    raw = []
    for criterion in criteria:
        moved = dict(shifts.get(criterion.id, {}))
        level, mover = priorities.get(criterion.id), "priorities"
        if level is None and policy:
            level, mover = policy.get(criterion.id), PRIORITIES
        if level is not None:
            moved[mover] = _PRIORITIES[level]
        raw.append((criterion, moved, 0.0 if level == "ignore" else _moved(criterion, sum(moved.values()))))
    total = sum(weight for _, _, weight in raw) or 1.0
    return tuple(
        Weight(criterion=c.id, base=c.weight, moved_by=moved, final=weight / total) for c, moved, weight in raw
    )


def widest(criterion: Criterion, weights: Sequence[Weight]) -> float:
    """The share of all weight that a criterion would have at the top of its band, the others as they are."""
    own = next((weight for weight in weights if weight.criterion == criterion.id), None)
    if own is None or not own.final:
        return 0.0
    now = _moved(criterion, sum(own.moved_by.values()))
    total, top = now / own.final, criterion.band[1]
    return top / (total - now + top)


def _moved(criterion: Criterion, shift: float) -> float:
    """The weight after a shift in steps of the band, which it never leaves."""
    low, high = criterion.band
    shift = min(1.0, max(-1.0, shift))
    room = high - criterion.weight if shift > 0 else criterion.weight - low
    return criterion.weight + shift * room
