"""The recommendation as one page: no script, nothing loaded from anywhere, light and dark, on a screen and on paper."""

from __future__ import annotations

from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from advisor.loading.problems import printable
from advisor.model.recommendation import Evidence, Ranked, Recommendation
from advisor.model.rule import PLACES
from advisor.render.firmness import claims, lit
from advisor.render.lines import Entry, listed
from advisor.render.policy import HEAD, asked, rows, standing
from advisor.render.sources import places
from advisor.render.summary import changed, in_words, summary
from advisor.render.sureness import doubts

_PLOT = 320
"""Width of a plot of scores, from 0 to 1."""


class Bar(NamedTuple):
    """An option on the axis of scores: where its interval begins and ends, and where it is."""

    option: str
    score: float
    low: float
    high: float


def render(recommendation: Recommendation) -> str:
    """The page. Every text in it is escaped, whatever it says."""
    environment = Environment(
        loader=PackageLoader("advisor.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {"words": in_words, "listed": listed, "linked": _linked, "changed": changed}
    first, *others = summary(recommendation)
    page = environment.get_template("report.html").render(
        r=recommendation,
        headline=first.said.partition("  (")[0],
        sure=first.said.partition("  (")[2].rstrip(")"),
        summary=[entry for entry in others if entry.label.lower() not in PLACES],
        stack=[(place, parts) for place in PLACES if (parts := _parts(recommendation, place))],
        bars=[_bar(ranked) for ranked in recommendation.ranking],
        plot=_PLOT,
        criteria=_criteria(recommendation),
        violations=rows(recommendation.policy) if recommendation.policy else [],
        head=HEAD,
        asked=asked(recommendation.policy) if recommendation.policy else [],
        standing=standing(recommendation.policy) if recommendation.policy else "",
        claims=list(claims(recommendation)),
        lights=list(lit(recommendation)),
        flips=[
            Entry(flip.to, f"{changed(flip.change)}{doubts(flip.status, flip.confidence)}")
            for flip in recommendation.sensitivity.flips
        ],
        against={
            excluded.option: [f for f in recommendation.findings if f.id in excluded.findings]
            for excluded in recommendation.excluded
        },
    )
    return page.rstrip("\n") + "\n"


def _shown(value: object) -> object:
    """A text without anything that a terminal or a reader's eye obeys: control characters and turns of direction."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _parts(r: Recommendation, place: str) -> list[tuple[str, str]]:
    """The components of a place, each with the reason for it."""
    findings = {finding.id: finding.message for finding in r.findings}
    return [
        (part.component, " ".join(dict.fromkeys(findings[identity] for identity in part.findings)))
        for part in r.recommendation.stack
        if part.place == place
    ]


def _bar(ranked: Ranked) -> Bar:
    low, high = ranked.interval
    return Bar(ranked.option, ranked.score, low, high)


def _criteria(r: Recommendation) -> list[tuple[str, float, list[tuple[str, float, str]]]]:
    """Each criterion that counts: its weight, and the value of every option with what it rests on."""
    if not r.ranking:
        return []
    return [
        (
            each.criterion,
            each.weight,
            [
                (own.option, own.contributions[i].value, listed(own.contributions[i].evidence) or "unknown")
                for own in r.ranking
            ],
        )
        for i, each in enumerate(r.ranking[0].contributions)
        if each.weight
    ]


def _linked(evidence: Evidence) -> Markup:
    """The source with its addresses as links."""
    said = Markup()
    for text, address in places(printable(evidence.source)):
        said += Markup('<a href="{}" rel="noreferrer">{}</a>').format(address, text) if address else text
    return said
