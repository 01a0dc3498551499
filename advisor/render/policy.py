"""What a policy says of a recommendation, as text: in short, violation by violation, and what it asks."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from advisor.frozen import replace
from advisor.model.policy import SEVERITIES, PolicyReport, Violation
from advisor.render.lines import Entry, listed

HEAD = ("severity", "point", "subject", "reason", "remedy")
"""Of the table of violations."""
_FEW = 6
"""Options and components that are named of those that are kept out."""


def in_short(report: PolicyReport | None) -> Iterator[Entry]:
    """How the policy fares, and every violation that is more than a note; nothing where there is no policy."""
    if report is None:
        return
    yield Entry("Policy", standing(report))
    for violation in report.violations:
        if violation.severity != "note":
            yield Entry(violation.severity.capitalize(), f"{violation.message} {violation.remedy}")


def standing(report: PolicyReport) -> str:
    """Whether the recommendation keeps the policy, and what the policy changed."""
    counted = [(sum(one.severity == severity for one in report.violations), severity) for severity in SEVERITIES]
    found = ", ".join(f"{count} {severity}{'s' * (count > 1)}" for count, severity in counted if count)
    name = report.name or "unnamed"
    out = [*report.kept_out]
    few = [*out[:_FEW], f"{len(out) - _FEW} more"] if len(out) > _FEW + 1 else out
    kept_out = f"; it keeps out {listed(few)}" if out else ""
    mode = "enforced" if report.mode == "enforce" else "audited, which changes nothing"
    if counted[0][0]:
        return f"{name} ({mode}) is violated: {found}{kept_out}."
    return f"{name} ({mode}) is kept{f', with {found}' if found else ''}{kept_out}."


def together(reports: Collection[PolicyReport]) -> PolicyReport:
    """What one policy says of several recommendations as one report: each violation once, the errors first."""
    found = dict.fromkeys(violation for report in reports for violation in report.violations)
    return replace(
        next(iter(reports)),
        violations=tuple(sorted(found, key=lambda one: SEVERITIES.index(one.severity))),
        kept_out={subject: ids for report in reports for subject, ids in report.kept_out.items()},
    )


def about(violation: Violation) -> str:
    """What a violation is about, and where."""
    return f"{violation.subject} in {violation.place}" if violation.place else violation.subject


def rows(report: PolicyReport) -> list[tuple[str, ...]]:
    """The violations as rows of a table."""
    return [(one.severity, one.rule, about(one), one.message, one.remedy) for one in report.violations]


def asked(report: PolicyReport) -> list[Entry]:
    """What the policy asks, point by point."""
    return [Entry(point, said) for point, said in report.asks.items()]
