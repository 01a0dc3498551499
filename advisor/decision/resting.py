"""What a verdict rests on, of everything that was looked at."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.model.recommendation import Evidence, Recommendation

_AHEAD = 2
"""The first and the next: what either is scored by decides which of them is first."""


def evidence(recommendation: Recommendation) -> tuple[Evidence, ...]:
    """What the scores of the first, the next and the tied come from, and the findings that decide."""
    findings = {finding.id: finding for finding in recommendation.findings}
    wanted, waiting = set[str](), list(_named(recommendation))
    while waiting:
        identity = waiting.pop()
        if identity in wanted:
            continue
        wanted.add(identity)
        # A finding may rest on another one.
        waiting.extend(findings[identity].evidence if identity in findings else ())
    return tuple(each for each in recommendation.evidence if each.id in wanted)


def _named(recommendation: Recommendation) -> Iterator[str]:
    tied = recommendation.recommendation.tied_with
    for place, ranked in enumerate(recommendation.ranking):
        if place < _AHEAD or ranked.option in tied:
            for contribution in ranked.contributions:
                yield from contribution.evidence
    for part in recommendation.recommendation.stack:
        yield from part.findings
    for excluded in recommendation.excluded:
        yield from excluded.findings
    for flag in recommendation.flags:
        yield from flag.findings
    for passage in recommendation.passages:
        yield passage.finding
    if recommendation.exit is not None:
        yield from recommendation.exit.evidence
