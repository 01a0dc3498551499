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
    """One for each finding that concludes that answers exclude each other."""
    return tuple(
        Contradiction(
            between={key: value for key, value in finding.facts.items() if key in answers},
            message=finding.message,
            findings=(finding.id,),
            ways_out=ways.get(finding.id, ()),
        )
        for finding in clashing(findings, rules)
    )


def clashing(findings: Iterable[Finding], rules: Mapping[str, Rule]) -> tuple[Finding, ...]:
    """The findings that conclude a clash; one that no rule made comes from a definition or from detection."""
    return tuple(
        finding
        for finding in findings
        if (rules[finding.rule].then.derive if finding.rule in rules else {"clash": finding.rule}).get("clash")
    )
