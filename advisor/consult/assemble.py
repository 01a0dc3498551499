"""Puts a consultation together into the one value that every rendering shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Literal

import advisor
from advisor.consult.adviser import Adviser, Closing, Consultation, Weighed
from advisor.consult.contradictions import Ways, contradictions
from advisor.consult.dormancy import LOCKED, dormant
from advisor.consult.library import measured
from advisor.consult.names import unknown_names
from advisor.consult.next_steps import next_steps
from advisor.consult.passages import PINNED, passages
from advisor.consult.vacancies import vacancies
from advisor.frozen import dataclass, field
from advisor.intake.footprint import fit
from advisor.model.fact import OPEN
from advisor.model.finding import POLICY, Finding
from advisor.model.knowledge import KnowledgeBase
from advisor.model.recommendation import (
    NEEDS_MORE_INFO,
    NONE_OF_THESE,
    Change,
    Confidence,
    Contribution,
    Excluded,
    FactFlip,
    Flag,
    Flip,
    MeasurementsUsed,
    OpenMove,
    OpenQuestion,
    Passage,
    Provenance,
    Ranked,
    Recommendation,
    Sensitivity,
    SpeedConflict,
    StackPart,
    Status,
    Staying,
    Verdict,
    Viewed,
    WayOut,
    WeightFlip,
)
from advisor.model.score import Ranking, Scored
from advisor.scoring.acceptance import accepted, lead, open_move
from advisor.scoring.rank import SEED
from advisor.scoring.stack import Composition, Proposal, compose

if TYPE_CHECKING:
    from advisor.model.measurement import Measurements

_EXIT = "exit"
"""The attribute that says what leaving a framework means."""
_TOOL_LAYER = "alternative_tool"
_RAISED_BY_NAME = (PINNED, LOCKED)
"""Flags that are raised by what is known of the parts of the stack; no rule stands behind their findings."""
_AHEAD = 3
"""Options that are looked at where none is recommended yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiries:
    """What came of running the consultation many times; empty at core depth."""

    questions: tuple[OpenQuestion, ...] = ()
    flips: tuple[Flip, ...] = ()
    revivals: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    decisive: tuple[str, ...] = ()
    ways_out: Ways = field(default_factory=dict)
    weight_flips: tuple[WeightFlip, ...] = ()
    fact_flips: tuple[FactFlip, ...] = ()
    views: tuple[Viewed, ...] = ()
    front: tuple[str, ...] = ()
    staying: Staying | None = None


def assemble(
    adviser: Adviser,
    consultation: Consultation,
    *,
    inquiries: Inquiries | None = None,
    identity: str | int | None = None,
    as_of: str = "",
) -> Recommendation:
    """The recommendation that a consultation comes to.

    `as_of` is the day that expiry is judged by, the day of the knowledge base if empty: it annotates and moves nothing.
    """
    depth: Literal["core", "full"] = "core" if inquiries is None else "full"
    inquiries = inquiries or Inquiries()
    base, measurements = adviser.base, consultation.measurements
    day = as_of or base.as_of
    situation, weighed, closing = consultation.situation, consultation.weighed, consultation.closing
    said = (*weighed.findings, *(f for against in weighed.excluded.values() for f in against), *closing.findings)
    status = status_of(weighed.derived, closing)
    primary = primary_of(status, closing.ranking)
    composed = composition(adviser, weighed, closing, primary)
    stack = composed.parts
    ways, between = _passages(adviser, weighed, primary, stack)
    beside = (
        *vacancies(composed.left_out, situation.answers, adviser.house),
        *unknown_names(situation.answers, base.vocabulary),
    )
    said = (*said, *between, *beside)
    ranking = tuple(_ranked(s, closing.ranking) for s in closing.ranking.scored) if closing.ranking else ()
    first = closing.ranking.scored[0].option if closing.ranking else ""
    used = _measurements_used(ranking, measurements)
    findings = _used(said)
    conflicts = _conflicts(adviser, weighed, measurements)
    way_out = _way_out(base, primary)
    steps = next_steps(base.next_steps, primary, stack, situation.answers)
    resting = {*_rests_on(findings, ranking), *(conflict.evidence for conflict in conflicts)}
    resting |= {*way_out.evidence} if way_out else set()
    resting |= {identity for step in steps for identity in step.evidence}
    recommendation = Recommendation(
        id=identity,
        status=status,
        recommendation=Verdict(
            primary=primary,
            stack=stack,
            confidence=confidence_of(closing, base),
            tied_with=closing.ranking.tied_with if closing.ranking else (),
        ),
        ranking=ranking,
        excluded=tuple(
            Excluded(
                option=option, findings=tuple(f.id for f in against), revive=tuple(inquiries.revivals.get(option, ()))
            )
            for option, against in sorted(weighed.excluded.items())
        ),
        flags=_flags(adviser, said),
        contradictions=contradictions(weighed.findings, adviser.rules, situation.answers, inquiries.ways_out),
        passages=ways,
        findings=findings,
        questions=inquiries.questions,
        sensitivity=Sensitivity(
            stays_first=closing.ranking.p_best if closing.ranking else 0.0,
            flips=inquiries.flips,
            weights=inquiries.weight_flips,
            facts=inquiries.fact_flips,
            decisive=inquiries.decisive,
            move=_move(base, primary, closing.ranking),
        ),
        views=inquiries.views,
        front=inquiries.front,
        staying=inquiries.staying,
        exit=way_out,
        next_steps=steps,
        memory=fit(situation.answers, base.memory),
        weights=weighed.weights,
        evidence=tuple(
            measured(identity, measurements)
            if measurements is not None and identity.startswith("measurement.")
            else adviser.library.evidence(identity, day)
            for identity in sorted(resting)
            if not identity.startswith(f"{POLICY}.")
        ),
        measurements=MeasurementsUsed(
            used=used,
            share={"performance": weighed.speeds[first].share if first else 0.0},
            note=_note(used),
            conflicts=conflicts,
        ),
        answers=dict(situation.answers),
        origins=dict(situation.origins),
        provenance=Provenance(
            advisor=advisor.__version__,
            engine=adviser.engine_name,
            knowledge=base.digests["knowledge"],
            rules=base.digests["rules"],
            bundle=base.bundle,
            overlays=base.overlays,
            options=consultation.only,
            as_of=day,
            measurements=used,
            depth=depth,
            seed=SEED,
        ),
    )
    if adviser.house is None:
        return recommendation
    from advisor.consult.policing import policed  # noqa: PLC0415  (most answers are under no policy)

    return policed(adviser.house, adviser.library, recommendation)


def status_of(derived: Mapping[str, Collection[str]], closing: Closing) -> Status:
    """The first status that applies; `derived` is what the rules conclude of the situation."""
    ranking = closing.ranking
    if ranking is None:
        return "contradictory" if derived.get("clash") else "no_feasible_option"
    if "outside" in derived.get("scope", ()):
        return "out_of_scope"
    if "thin" in derived.get("shape", ()):
        return "needs_more_info"
    if closing.confidence == "low" or derived.get("doubt"):
        return "low_confidence"
    return "tie" if ranking.tied_with else "decided"


def primary_of(status: Status, ranking: Ranking | None) -> str:
    """The word for what to build on."""
    if ranking is None or status == "needs_more_info":
        return NEEDS_MORE_INFO
    return NONE_OF_THESE if status == "out_of_scope" else ranking.scored[0].option


def confidence_of(closing: Closing, base: KnowledgeBase) -> Confidence | None:
    """How sure the first is; None where no option was weighed."""
    ranking = closing.ranking
    if ranking is None:
        return None
    line = base.decision.acceptance
    return Confidence(
        p_best=ranking.p_best,
        p_top2=ranking.p_top2,
        expected_regret=ranking.expected_regret,
        p_accept=accepted(lead(ranking), line, open_to_move=open_move(ranking, line.inherited) is not None),
        level=closing.confidence,
    )


def _move(base: KnowledgeBase, primary: str, ranking: Ranking | None) -> OpenMove | None:
    """Staying or moving, where that is open, something that counts decides it, and a framework is recommended."""
    if ranking is None or primary not in base.frameworks:
        return None
    inherited = base.decision.acceptance.inherited
    if (found := open_move(ranking, inherited)) is None:
        return None
    counting = {weight.criterion for weight in ranking.weights if weight.final}
    criteria = tuple(criterion for criterion in inherited if criterion in counting)
    keeps, new = (next(each.values for each in ranking.scored if each.option == option) for option in found)
    decides = any(keeps[criterion].mean != new[criterion].mean for criterion in criteria)
    return OpenMove(keeps=found[0], new=found[1], criteria=criteria) if decides else None


def composition(adviser: Adviser, weighed: Weighed, closing: Closing, primary: str) -> Composition:
    """The stack around the primary; outside deep learning, only the tool that does the job.

    Where the primary is open, only what leads to the target from each of the options that are ahead.
    """
    proposals = [
        Proposal(put, finding.id) for finding in closing.findings for put in adviser.rules[finding.rule].then.put
    ]
    components, slots = adviser.base.components, adviser.base.vocabulary.slots
    outside = primary == NONE_OF_THESE
    parts = {name: part for name, part in components.items() if (part.layer == _TOOL_LAYER) == outside}
    if primary == NEEDS_MORE_INFO:
        ahead = [scored.option for scored in closing.ranking.scored[:_AHEAD]] if closing.ranking else []
        parts = {name: part for name, part in parts.items() if not part.requires or set(ahead) <= set(part.requires)}
        proposals = [proposal for proposal in proposals if proposal.put.place == "deploy"]
    barred = adviser.house.barred if adviser.house else None
    return compose(proposals, primary, parts, weighed.answers, slots, barred=barred)


def _passages(
    adviser: Adviser, weighed: Weighed, primary: str, stack: tuple[StackPart, ...]
) -> tuple[tuple[Passage, ...], tuple[Finding, ...]]:
    """The ways between the places, where a framework is recommended, and what is said of the parts of the stack."""
    base = adviser.base
    option = base.frameworks.get(primary)
    if option is None:
        return (), ()
    ways, said = passages(option, weighed.projected[primary], weighed.answers, stack, base.components)
    return ways, (*said, *dormant(primary, stack, base.components, weighed.answers, base.as_of))


def _ranked(scored: Scored, ranking: Ranking | None) -> Ranked:
    contributions = tuple(
        Contribution(
            criterion=weight.criterion,
            weight=weight.final,
            value=value.mean,
            contribution=weight.final * value.mean,
            evidence=value.evidence,
            grade=value.grade,
        )
        for weight in (ranking.weights if ranking else ())
        for value in (scored.values[weight.criterion],)
    )
    return Ranked(option=scored.option, score=scored.score, interval=scored.interval, contributions=contributions)


def _flags(adviser: Adviser, said: Iterable[Finding]) -> tuple[Flag, ...]:
    """One flag for each code, in the words of the findings that raised it."""
    by_code: dict[str, list[Finding]] = {}
    for finding in said:
        rule = adviser.rules.get(finding.rule)
        for code in rule.then.flag if rule else ():
            by_code.setdefault(code, []).append(finding)
        if finding.rule in _RAISED_BY_NAME:
            by_code.setdefault(finding.rule, []).append(finding)
    order = list(adviser.base.vocabulary.flags)
    return tuple(
        Flag(
            code=code,
            message=" ".join(dict.fromkeys(f.message for f in by_code[code])),
            findings=tuple(f.id for f in by_code[code]),
        )
        for code in sorted(by_code, key=order.index)
    )


def _used(said: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple({finding.id: finding for finding in said}.values())


def _measurements_used(ranking: Iterable[Ranked], measurements: Measurements | None) -> tuple[str, ...]:
    """The measurements on which the value of some option rests."""
    label = f"measurement.{measurements.id}" if measurements else ""
    rests = any(label in c.evidence for ranked in ranking for c in ranked.contributions)
    return (measurements.id,) if measurements and rests else ()


def _way_out(base: KnowledgeBase, primary: str) -> WayOut | None:
    """What is known of leaving the framework again."""
    option = base.frameworks.get(primary)
    fact = option.facts.get(_EXIT) if option else None
    if fact is None or fact.value in OPEN:
        return None
    return WayOut(option=primary, message=fact.said, evidence=(fact.id,))


def _conflicts(adviser: Adviser, weighed: Weighed, measurements: Measurements | None) -> tuple[SpeedConflict, ...]:
    """What was published of speed, and is not what was measured here."""
    if measurements is None:
        return ()
    workloads = weighed.derived.get("workload", frozenset())
    return tuple(
        SpeedConflict(
            evidence=f"benchmark.{found.row}",
            variant=found.variant,
            reference=found.reference,
            published=found.published,
            measured=found.measured,
        )
        for found in adviser.speeds.conflicts(weighed.answers, workloads, measurements)
    )


def _note(used: tuple[str, ...]) -> str:
    if used:
        return ""
    return "No measurement of this machine was used; speed is from published figures. `advisor probe` measures it."


def _rests_on(findings: Iterable[Finding], ranking: Iterable[Ranked]) -> set[str]:
    """The ids of every piece of evidence that something above rests on."""
    said = {finding.id for finding in findings}
    ids = {i for finding in findings for i in finding.evidence} - said
    return ids | {i for ranked in ranking for c in ranked.contributions for i in c.evidence}
