"""A decision for many kinds of machine as one page."""

from __future__ import annotations

from advisor.model.fleet import FleetDecision
from advisor.render.fleet import words
from advisor.render.page import page
from advisor.render.sureness import sureness


def render(decision: FleetDecision) -> str:
    """The page: no script, nothing loaded from anywhere."""
    d = decision
    return page(
        "fleet.html",
        d=d,
        chosen=words.chosen(d),
        sure=sureness(d.overall.status, d.overall.confidence),
        summary=list(words.summary(d))[1:],
        kinds_head=words.KINDS_HEAD,
        kinds=list(words.kinds_rows(d)),
        cells=words.CELLS,
        head=["option", *(kind.name for kind in d.kinds)],
        standings=[(option, *words.cells(d, option)) for option in words.options(d)],
        reasons=list(words.reasons(d)),
        cost_head=words.HEAD,
        costs=list(words.cost_rows(d)),
    )
