"""The recommendation as one page, with everything behind it: for a review, on a screen and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup, escape

from advisor.evidence.portable import portable
from advisor.loading.structure import plain
from advisor.model.measurement import Measurements
from advisor.model.recommendation import Contribution, Recommendation
from advisor.model.rule import PLACES
from advisor.render.firmness import lit, staying
from advisor.render.json import written
from advisor.render.lines import Entry, listed
from advisor.render.measured import words
from advisor.render.measured.sections import Section, missing, sections
from advisor.render.measured.svg import svg
from advisor.render.measurements import machine_line
from advisor.render.memory import breakdown, sentence
from advisor.render.page import page
from advisor.render.policy import HEAD, asked, rows, standing
from advisor.render.summary import changed, summary
from advisor.render.sureness import doubts

_PLOT = 320
"""Width of a plot of scores, from 0 to 1."""
_FOREIGN = "It was imported from elsewhere, and moves no answer."


class Criterion(NamedTuple):
    """A criterion: its weight, and what it comes to in every option."""

    name: str
    weight: float
    each: list[Contribution]


class Run(NamedTuple):
    """What a run of the probes says."""

    headline: str
    state: list[str]
    drawing: Markup | None
    sections: list[Section]


def render(recommendation: Recommendation, measured: Measurements | None = None) -> str:
    """The page; of the run at hand it shows everything, where it has a part in the answer."""
    r = recommendation
    first, *others = summary(r)
    headline, _, sure = first.said.partition("  (")
    return page(
        "report.html",
        r=r,
        headline=headline,
        sure=sure.rstrip(")"),
        summary=[
            *(entry for entry in others if entry.label.lower() not in PLACES),
            *([Entry("Way out", r.exit.message)] if r.exit else []),
        ],
        stack=[(place, parts) for place in PLACES if (parts := _parts(r, place))],
        plot=_PLOT,
        criteria=(criteria := _criteria(r)),
        heaviest=max((own.contribution for criterion in criteria for own in criterion.each), default=0.0) or 1.0,
        measured=_run(measured) if measured and measured.id in r.measurements.used else None,
        conflicts=[
            (each.variant, each.reference, f"{each.published:.2f}", f"{each.measured:.2f}", each.evidence)
            for each in r.measurements.conflicts
        ],
        lights=list(lit(r)),
        staying=staying(r.staying, r.recommendation.primary) if r.staying else "",
        memory=[sentence(r.memory), breakdown(r.memory.needed)] if r.memory else [],
        violations=rows(r.policy) if r.policy else [],
        head=HEAD,
        asked=asked(r.policy) if r.policy else [],
        standing=standing(r.policy) if r.policy else "",
        flips=[
            Entry(flip.to, f"{changed(flip.change)}{doubts(flip.status, flip.confidence)}")
            for flip in r.sensitivity.flips
        ],
        weights=[
            (each.criterion, f"{each.now:.1%}", f"{each.becomes:.1%}", each.to, f"{each.moved:.1%}")
            for each in r.sensitivity.weights
        ],
        facts=[
            (
                f"{each.option}.{each.attribute}",
                each.now,
                each.becomes,
                f"{each.to}{doubts(each.status, each.confidence)}",
                each.criterion,
                f"{each.way:.2f}",
            )
            for each in r.sensitivity.facts
        ],
        moved=[
            (
                each.criterion,
                f"{each.base:.2f}",
                ", ".join(f"{name} {shift:+.2g}" for name, shift in each.moved_by.items()),
                f"{each.final:.1%}",
            )
            for each in r.weights
        ],
        against={excluded.option: [f for f in r.findings if f.id in excluded.findings] for excluded in r.excluded},
        given=_given(r),
        command=_command(r),
        provenance=list(_provenance(r)),
    )


def _parts(r: Recommendation, place: str) -> list[tuple[str, str]]:
    """The components of a place, each with the reason for it."""
    findings = {finding.id: finding.message for finding in r.findings}
    return [
        (part.component, " ".join(dict.fromkeys(findings[identity] for identity in part.findings)))
        for part in r.recommendation.stack
        if part.place == place
    ]


def _criteria(r: Recommendation) -> list[Criterion]:
    """Every criterion, those that count first."""
    found = [
        Criterion(own.criterion, own.weight, [ranked.contributions[i] for ranked in r.ranking])
        for i, own in enumerate(r.ranking[0].contributions if r.ranking else ())
    ]
    return sorted(found, key=lambda criterion: not criterion.weight)


def _run(measured: Measurements) -> Run:
    """The run without what tells whose machine it was."""
    headline = machine_line(measured.machine)
    origin = [_FOREIGN] if measured.foreign else []
    return Run(
        headline=headline,
        state=portable([*origin, *words.state(measured), words.how(measured)]),
        # Its texts are escaped where it is drawn.
        drawing=Markup(svg(measured, headline)) if measured.classes or measured.results else None,  # noqa: S704
        sections=[_portable(section) for section in (*sections(measured), *missing(measured))],
    )


def _portable(section: Section) -> Section:
    return Section(
        title=portable(section.title),
        within=section.within,
        said=tuple(portable(section.said)),
        head=section.head,
        rows=tuple(tuple(portable(row)) for row in section.rows),
        points=tuple((portable(said), portable(command)) for said, command in section.points),
    )


def _given(r: Recommendation) -> Markup:
    """The answers that were given, as a file that says them again."""
    told = ("answered", "project")
    given = {key: value for key, value in r.answers.items() if r.origins.get(key, "answered") in told}
    return escape(written(plain(given)).rstrip())


def _command(r: Recommendation) -> str:
    detected = "detected" in r.origins.values() or any(each.rule == "detected_hardware" for each in r.findings)
    alone = "" if detected or r.measurements.used else " --no-detect"
    only = f" --options {','.join(r.provenance.options)}" if r.provenance.options else ""
    policy = " --policy policy.yaml" if r.policy else ""
    depth = "" if r.provenance.depth == "full" else " --depth core"
    asked = f"--answers answers.json{alone}{only}{policy} --as-of {r.provenance.as_of}{depth}"
    return f"advisor recommend {asked} --format html"


def _provenance(r: Recommendation) -> Iterator[Entry]:
    p = r.provenance
    yield Entry("Program", f"advisor {p.advisor}, rules chained by {p.engine}, seed {p.seed}, depth {p.depth}")
    yield Entry("As of", p.as_of)
    yield Entry("Knowledge", p.knowledge)
    yield Entry("Rules", p.rules)
    if p.overlays:
        yield Entry("Overlays", listed(p.overlays))
    if p.measurements:
        yield Entry("Measurements", listed(p.measurements))
