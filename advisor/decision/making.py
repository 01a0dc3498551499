"""A recommendation as the decision that is kept of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from advisor.decision import resting
from advisor.frozen import replace
from advisor.model.answers import Answers
from advisor.model.decision import (
    Basis,
    DecidedAnswers,
    DecidedVerdict,
    Decision,
    Past,
    Placed,
    RuledOut,
    Said,
)
from advisor.model.measurement import Machine, Measurements, Samples
from advisor.model.recommendation import Evidence, Recommendation

DIGITS = 6
"""Of the floats in a verdict, as everywhere that one is written."""
_HASH = 12
"""Digits of a hash: enough to tell one wording from another."""


def decision(
    recommendation: Recommendation,
    given: Answers,
    *,
    options: tuple[str, ...] = (),
    machine: Machine | None = None,
    measurements: Measurements | None = None,
) -> Decision:
    """The decision that follows what is recommended for these answers; not sealed yet."""
    return Decision(
        basis=basis(recommendation),
        answers=DecidedAnswers(
            given=given, understood=recommendation.answers, origins=dict(sorted(recommendation.origins.items()))
        ),
        options=options,
        machine=_kind(machine) if machine else None,
        measurements=_without_samples(measurements) if measurements else None,
        verdict=verdict(recommendation),
        evidence=tuple(replace(each, origin="") for each in resting.evidence(recommendation)),
        facts=facts(recommendation),
    )


def renewed(new: Decision, old: Decision, *, trusted: bool) -> Decision:
    """The new decision with what people had filled in to the old one, and with its verdict unless that was edited."""
    history = (*old.history, past(old)) if trusted else ()
    return replace(new, history=history, chosen=old.chosen, outcomes=old.outcomes)


def past(old: Decision) -> Past:
    """What is kept of a verdict that another one takes the place of."""
    confidence = old.verdict.confidence
    return Past(
        basis=old.basis,
        status=old.verdict.status,
        primary=old.verdict.primary,
        p_best=confidence.p_best if confidence else None,
    )


def basis(recommendation: Recommendation) -> Basis:
    """What it was computed with."""
    provenance = recommendation.provenance
    return Basis(
        advisor=provenance.advisor,
        knowledge=provenance.knowledge,
        rules=provenance.rules,
        overlays=provenance.overlays,
        as_of=provenance.as_of,
    )


def verdict(recommendation: Recommendation) -> DecidedVerdict:
    """What is recommended, in short."""
    found = recommendation.recommendation
    return DecidedVerdict(
        status=recommendation.status,
        primary=found.primary,
        stack=found.stack,
        confidence=found.confidence,
        tied_with=found.tied_with,
        ranking=tuple(Placed(option=ranked.option, score=ranked.score) for ranked in recommendation.ranking),
        excluded=tuple(RuledOut(option=each.option, findings=each.findings) for each in recommendation.excluded),
        findings=tuple(Said(id=finding.id, message=finding.message) for finding in recommendation.findings),
        policy=recommendation.policy,
    )


def facts(recommendation: Recommendation) -> Mapping[str, str]:
    """A hash of what each piece of evidence says, by id; when it was looked up last does not count."""
    return {each.id: _hash(each) for each in recommendation.evidence}


def _hash(evidence: Evidence) -> str:
    return hashlib.sha256(evidence.statement.encode("utf-8", "replace")).hexdigest()[:_HASH]


def _kind(machine: Machine) -> Machine:
    """What kind of machine it is, without what it was doing, and where that was read."""
    return Machine(
        fingerprint=machine.fingerprint,
        os=machine.os,
        arch=machine.arch,
        cpu=machine.cpu,
        cores=machine.cores,
        memory_gb=machine.memory_gb,
        accelerators=tuple(replace(card, source="") for card in machine.accelerators),
    )


def _without_samples(run: Measurements) -> Measurements:
    """The figures that a recommendation reads."""
    results = tuple(replace(result, raw=Samples()) for result in run.results)
    return replace(run, machine=_kind(run.machine), results=results, capabilities=())
