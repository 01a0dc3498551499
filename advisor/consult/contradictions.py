"""Answers that exclude each other, named in pairs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from advisor.model.finding import Finding
from advisor.model.recommendation import Change, Contradiction
from advisor.model.rule import Rule

Ways = Mapping[str, tuple[Change, ...]]
"""Id of a finding to the changes of one answer that end what it says."""


def contradictions(
    findings: Iterable[Finding], rules: Mapping[str, Rule], answers: Collection[str], ways: Ways
) -> tuple[Contradiction, ...]:
    """One for each set of answers that findings conclude to exclude each other, in the words of the first."""
    found: dict[str, Contradiction] = {}
    for finding in clashing(findings, rules):
        between = {key: value for key, value in finding.facts.items() if key in answers}
        same = repr(sorted(between.items()))
        known = found.get(same)
        found[same] = Contradiction(
            between=between,
            message=known.message if known else finding.message,
            findings=(*(known.findings if known else ()), finding.id),
            ways_out=known.ways_out if known else ways.get(finding.id, ()),
        )
    return tuple(found.values())


def clashing(findings: Iterable[Finding], rules: Mapping[str, Rule]) -> tuple[Finding, ...]:
    """The findings that conclude a clash; one that no rule made comes from a definition or from detection."""
    return tuple(
        finding
        for finding in findings
        if (rules[finding.rule].then.derive if finding.rule in rules else {"clash": finding.rule}).get("clash")
    )
