"""A decision for many kinds of machine, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.loading.problems import printable
from advisor.model.fleet import FleetDecision, Kind, Standing
from advisor.render import text as one
from advisor.render.fleet import words
from advisor.render.lines import folded, headed, labelled, placed, text

_LABEL, _OPTION, _PLACE = 10, 14, 3


def render(decision: FleetDecision) -> str:
    """The verdict for all, where the options stand on each kind, and what the common one costs there."""
    return text(_lines(decision))


def render_detail(decision: FleetDecision) -> str:
    """The same, then everything behind the recommendation for each kind."""
    each = ("\n".join(_headline(kind)) + "\n\n" + one.render_detail(kind.recommendation) for kind in decision.kinds)
    return "\n".join([render(decision), *each])


def _headline(kind: Kind) -> tuple[str, str]:
    name = printable(kind.name)
    return name, "=" * len(name)


def _lines(d: FleetDecision) -> Iterator[str]:
    yield from labelled(words.summary(d), _LABEL)
    for kind in d.kinds:
        yield from headed(printable(kind.name), _kind(d, kind))
    yield from headed("Ruled out", labelled(words.reasons(d), _OPTION))
    yield from headed(f"What {words.chosen(d)} costs on each kind", _costs(d))


def _costs(d: FleetDecision) -> Iterator[str]:
    for name, place, time, lost in words.cost_rows(d):
        said = f"{place}; time {time}; score lost {lost}"
        yield from folded(printable(said), f"{printable(name)}  ", " " * 4)


def _kind(d: FleetDecision, kind: Kind) -> Iterator[str]:
    """What a kind is, what is recommended on it alone, and every option in its order there."""
    yield from folded(printable(words.origin(kind)), "", " " * 4)
    yield from folded(printable(f"alone: {words.alone(kind)}  ({words.state(kind)})"), "", " " * 4)
    if kind.stack:
        yield from folded(printable(f"with {words.chosen(d)}: {placed(kind.stack)}"), "", " " * 4)
    for own in words.by_kind(d, kind):
        start = f"{own.place or '-':>{_PLACE}} {printable(own.option):{_OPTION}}"
        yield from folded(_said(own), start, " " * len(start))


def _said(own: Standing) -> str:
    if own.place is None:
        return words.RULED_OUT
    return f"{own.score:.3f}, {'a tie, ' * own.tied}time {words.time(own)}"
