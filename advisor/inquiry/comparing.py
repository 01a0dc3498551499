"""Sets options beside each other, criterion by criterion."""

from __future__ import annotations

from advisor.model.comparison import Candidate, ComparedCriterion, Comparison
from advisor.model.knowledge import KnowledgeBase
from advisor.model.recommendation import Recommendation


def comparison(recommendation: Recommendation, base: KnowledgeBase) -> Comparison:
    """The options of a recommendation beside each other."""
    said = {finding.id: finding.message for finding in recommendation.findings}
    remain = [
        Candidate(option=ranked.option, score=ranked.score, interval=ranked.interval)
        for ranked in recommendation.ranking
    ]
    out = [
        Candidate(
            option=excluded.option,
            score=None,
            interval=None,
            findings=excluded.findings,
            against=tuple(said[identity] for identity in excluded.findings),
        )
        for excluded in recommendation.excluded
    ]
    return Comparison(
        status=recommendation.status,
        primary=recommendation.recommendation.primary,
        tied_with=recommendation.recommendation.tied_with,
        options=(*remain, *out),
        criteria=_criteria(recommendation, base),
    )


def _criteria(recommendation: Recommendation, base: KnowledgeBase) -> tuple[ComparedCriterion, ...]:
    """Every criterion that counts, those first that set the options apart most."""
    weights = {weight.criterion: weight.final for weight in recommendation.weights}
    shares = {ranked.option: {c.criterion: c for c in ranked.contributions} for ranked in recommendation.ranking}
    found = []
    for criterion in base.criteria:
        given = {option: share[criterion.id] for option, share in shares.items() if criterion.id in share}
        if given:
            parts = [share.contribution for share in given.values()]
            found.append(
                ComparedCriterion(
                    criterion=criterion.id,
                    title=criterion.title,
                    weight=weights[criterion.id],
                    values={option: share.value for option, share in given.items()},
                    evidence={option: share.evidence for option, share in given.items()},
                    apart=max(parts) - min(parts),
                )
            )
    # Stable, so that equals stay in the order of the knowledge base.
    return tuple(sorted(found, key=lambda one: -one.apart))
