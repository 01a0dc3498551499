"""How firmly an answer stands, and the same options in other lights, as text."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.model.recommendation import Contribution, FactFlip, Recommendation, Staying, Viewed, WeightFlip
from advisor.render.lines import Entry, folded, listed
from advisor.render.sureness import doubts

_LABEL = 20
_PLOT = 40
"""Columns of the axis from no weight to all of it."""
_UNSETTLED = 4
"""From more options than that on, a view sets nobody apart."""


def claims(r: Recommendation) -> Iterator[Entry]:
    """How often the first stays first, and the smallest change of a weight and of a fact that would unseat it."""
    s = r.sensitivity
    if not r.ranking or not (s.weights or s.facts):
        return
    yield Entry("draws", f"{r.ranking[0].option} stays first in {s.stays_first:.0%} of them.")
    for flip in s.weights:
        yield Entry(flip.criterion, _weight(flip))
    for fact in s.facts:
        yield Entry(f"if {fact.option}", _fact(fact))


def firmness(r: Recommendation) -> Iterator[str]:
    """The same in lines, with every weight on an axis."""
    plotted = {flip.criterion: flip for flip in r.sensitivity.weights}
    for claim in claims(r):
        if flip := plotted.get(claim.label):
            yield f"{claim.label:{_LABEL}} {_axis(flip)}"
            yield from _entry("", claim.said)
            continue
        yield from _entry(*claim)
        if claim.label == "draws" and plotted:
            legend = "from none to all of it: o is where one is, x where another option takes over."
            yield from _entry("weights", legend)


def lit(r: Recommendation) -> Iterator[Entry]:
    """Who is ahead where only some criteria count, and whom nobody surpasses in everything."""
    for viewed in r.views:
        yield Entry(viewed.title, _ahead(viewed))
    if len(r.front) > 1:
        yield Entry("Surpassed by none", f"{listed(r.front)}: no other option is as good in everything.")


def lights(r: Recommendation) -> Iterator[str]:
    """The same in lines."""
    for entry in lit(r):
        yield from _entry(*entry)


def staying(s: Staying, first: str) -> str:
    """What going on with today's framework would mean."""
    if s.option == first:
        return f"{s.option} is what the code is written in: there is nothing to move."
    if s.excluded:
        return f"{s.option}, which the code is written in, is ruled out: a move is needed."
    enough = "enough" if s.worth_moving else "too little"
    return (
        f"With {s.option}, which the code is written in, the score is {s.score:.2f}. A move gains {s.gain:.2f}, which "
        f"is {enough} to be worth it ({s.margin:.2f})."
    )


def moving(r: Recommendation) -> str:
    """That to stay or to move is open, between which options, and what decides; empty where it is not."""
    move = r.sensitivity.move
    if move is None:
        return ""
    keeps, new = (_contributions(r, option) for option in (move.keeps, move.new))
    parting = [
        f"{name} {keeps[name].value:.2f} to {new[name].value:.2f} (weight {keeps[name].weight:.0%})"
        for name in move.criteria
        if keeps[name].value != new[name].value
    ]
    return (
        f"Whether to stay or to move is open: {move.keeps} keeps most of the code, and without "
        f"{listed(move.criteria)} {move.new} would come first; what decides between them is {listed(parting)}."
    )


def _contributions(r: Recommendation, option: str) -> dict[str, Contribution]:
    return {c.criterion: c for ranked in r.ranking if ranked.option == option for c in ranked.contributions}


def _weight(flip: WeightFlip) -> str:
    way = "on" if flip.becomes > flip.now else "down"
    return f"weight {flip.now:.0%}; from {flip.becomes:.1%} {way}, {flip.to} is first"


def _axis(flip: WeightFlip) -> str:
    """A line on which the weight stands now, marked `o`, and where another option takes over, marked `x`."""
    places = [min(_PLOT - 1, int(share * _PLOT)) for share in (flip.now, flip.becomes)]
    axis = ["-" if min(places) <= column <= max(places) else "." for column in range(_PLOT)]
    axis[places[1]], axis[places[0]] = "x", "o"
    return "".join(axis)


def _fact(fact: FactFlip) -> str:
    said = f"{fact.attribute} were {fact.becomes}"
    known = "which is unknown" if fact.now == "unknown" else f"not {fact.now}"
    return f"{said}, {known}: then {fact.to}{doubts(fact.status, fact.confidence)}"


def _ahead(viewed: Viewed) -> str:
    if len(viewed.ahead) > _UNSETTLED:
        return f"what is known sets nobody apart among {len(viewed.ahead)} options"
    together = " (not settled between them)" if len(viewed.ahead) > 1 else ""
    return f"{listed(viewed.ahead)}{together}"


def _entry(label: str, said: str) -> Iterator[str]:
    yield from folded(said, f"{label:{_LABEL}} ", " " * (_LABEL + 1))
