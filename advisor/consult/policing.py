"""Holds a recommendation against the policy that the adviser is under."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.consult.library import Library
from advisor.frozen import replace
from advisor.model.policy import PolicyReport
from advisor.model.recommendation import Evidence, Recommendation
from advisor.policy.house import House
from advisor.policy.judging import report


def policed(house: House, library: Library, recommendation: Recommendation) -> Recommendation:
    """The same recommendation with what the policy says of it, and the evidence for that."""
    found = report(house, recommendation)
    known = {evidence.id: evidence for evidence in recommendation.evidence}
    more = {
        identity: library.evidence(identity, recommendation.provenance.as_of)
        for violation in found.violations
        for identity in violation.evidence
        if identity not in known
    }
    every = {**known, **more, **{point.id: point for point in _points(found, recommendation)}}
    return replace(recommendation, policy=found, evidence=tuple(every[identity] for identity in sorted(every)))


def _points(found: PolicyReport, recommendation: Recommendation) -> Iterator[Evidence]:
    """The points of the policy on which findings rest."""
    resting = {identity for finding in recommendation.findings for identity in finding.evidence}
    for identity, said in found.asks.items():
        if identity in resting:
            yield Evidence(
                id=identity,
                statement=said,
                grade="judged",
                source=f"policy {found.name or 'unnamed'}",
                observed=recommendation.provenance.as_of,
                expires="",
            )
