"""What an answer moved, in one line."""

from __future__ import annotations

from advisor.consult.adviser import Consultation
from advisor.inquiry.whatif import decided, first
from advisor.model.recommendation import NEEDS_MORE_INFO, NONE_OF_THESE
from advisor.model.score import Ranking, Scored
from advisor.render.lines import listed

_TELLING = 0.005
"""A change of a score from which on it is worth a word."""
_FEW = 3
"""Options that are named one by one."""


def moved(before: Consultation, after: Consultation) -> str:
    """Who is out, who is back, who is first now, and whose score moved most, and through what."""
    was, now = set(before.weighed.excluded), set(after.weighed.excluded)
    parts = [
        _counted(sorted(now - was), "ruled out"),
        _counted(sorted(was - now), "back in"),
        _first(before, after),
        _furthest(before.closing.ranking, after.closing.ranking),
    ]
    said = "; ".join(filter(None, parts))
    return f"{said[0].upper()}{said[1:]}." if said else "Nothing moved."


def _counted(options: list[str], what: str) -> str:
    if not options:
        return ""
    return f"{what}: {listed(options) if len(options) <= _FEW else f'{len(options)} options'}"


def _first(before: Consultation, after: Consultation) -> str:
    said = {NEEDS_MORE_INFO: "no option remains", NONE_OF_THESE: "this is outside what these frameworks are for"}
    was, now = first(before.weighed), first(after.weighed)
    if was == now:
        enough = decided(before.weighed) == NEEDS_MORE_INFO and decided(after.weighed) == now
        return f"enough is known to name {now}" if enough and now not in said else ""
    return said.get(now) or (f"first now: {now}" if was in said else f"first now: {now}, before {was}")


def _furthest(before: Ranking | None, after: Ranking | None) -> str:
    """The option whose score changed most, and the criterion that most of that came through."""
    if before is None or after is None:
        return ""
    old = {scored.option: scored for scored in before.scored}
    changes = [(new.score - old[new.option].score, new) for new in after.scored if new.option in old]
    change, new = max(changes, key=lambda one: abs(one[0]), default=(0.0, None))
    if new is None or abs(change) < _TELLING:
        return ""
    through = _through(old[new.option], before, new, after, up=change > 0)
    return f"moved most: {new.option} {change:+.2f}{f' through {through}' if through else ''}"


def _through(old: Scored, before: Ranking, new: Scored, after: Ranking, *, up: bool) -> str:
    was, now = _shares(old, before), _shares(new, after)
    changes = {criterion: now.get(criterion, 0.0) - was.get(criterion, 0.0) for criterion in {**was, **now}}
    return (max if up else min)(changes, key=lambda criterion: changes[criterion], default="")


def _shares(scored: Scored, ranking: Ranking) -> dict[str, float]:
    return {weight.criterion: weight.final * scored.values[weight.criterion].mean for weight in ranking.weights}
