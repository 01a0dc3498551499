"""What a policy has against each option and component, whatever the answers are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from advisor.frozen import dataclass
from advisor.model.component import Component
from advisor.model.fact import NOT_APPLICABLE, Fact, released_on
from advisor.model.framework import Framework
from advisor.model.policy import Allow, Denial, Hardware, Licences, Policy, Severity, Support, Violation
from advisor.model.rule import PLACES
from advisor.policy import asks
from advisor.policy.days import months_after
from advisor.policy.licences import class_of

_YEAR = 12
"""Months without a release after which something is asleep: the meaning of `maintained` in attributes.yaml."""
_ENDED = ("retired", "transition", "ended")
_FIXES = "maintenance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An option or component, as far as a policy looks at it."""

    name: str
    kind: str
    """`options` or `components`."""
    licence: Fact | None
    state: Fact | None
    release: Fact | None
    accelerators: tuple[str, ...] = ()
    """Of which it needs one."""


class _Point(Protocol):
    @property
    def severity(self) -> Severity: ...
    @property
    def reason(self) -> str: ...
    @property
    def remedy(self) -> str: ...


def of_option(framework: Framework) -> Subject:
    """An option; its licence is known by its class."""
    facts = framework.facts
    return Subject(
        name=framework.id,
        kind="options",
        licence=facts.get("licence_class"),
        state=facts.get("maintenance"),
        release=facts.get("latest_release"),
    )


def of_component(component: Component) -> Subject:
    """A component; its licence is known by its SPDX expression."""
    facts = {fact.attribute: fact for fact in component.facts}
    return Subject(
        name=component.id,
        kind="components",
        licence=facts["licence"],
        state=facts["status"],
        release=facts["release"],
        accelerators=component.accelerators,
    )


def objections(policy: Policy, subject: Subject, day: str) -> tuple[Violation, ...]:
    """Everything that the policy has against it on that day."""
    return tuple(_objections(policy, subject, day))


def because(said: str, point: _Point) -> str:
    """A sentence with the organisation's reason after it."""
    return f"{said}." + (f" {point.reason.rstrip('.')}." if point.reason else "")


def _objections(policy: Policy, subject: Subject, day: str) -> Iterator[Violation]:
    allowed: tuple[str, ...] | None = getattr(policy.allow, subject.kind)
    if allowed is not None and subject.name not in allowed:
        yield _not_allowed(policy.allow, subject)
    for denial in getattr(policy.deny, subject.kind):
        if denial.name == subject.name and not (denial.until and denial.until < day):
            yield _denied(denial, subject, day)
    if policy.licences:
        yield from _licence(policy.licences, subject)
    if policy.support:
        yield from _support(policy.support, subject, day)
    if policy.hardware:
        yield from _hardware(policy.hardware, subject)


def _not_allowed(allow: Allow, subject: Subject) -> Violation:
    return Violation(
        rule=f"{asks.ALLOW}.{subject.kind}",
        severity=allow.severity,
        subject=subject.name,
        message=because(f"{subject.name} is not among the {subject.kind} that are allowed", allow),
        remedy=allow.remedy or f"Take another one, or have {subject.name} allowed.",
    )


def _hardware(hardware: Hardware, subject: Subject) -> Iterator[Violation]:
    """The places that have nothing of what it runs on."""
    for place in PLACES if subject.accelerators else ():
        had: tuple[str, ...] | None = getattr(hardware, place)
        if had is None or {*had} & {*subject.accelerators}:
            continue
        needed = ", ".join(subject.accelerators)
        yield Violation(
            rule=f"{asks.HARDWARE}.{place}",
            severity=hardware.severity,
            subject=subject.name,
            place=place,
            message=because(f"Nothing that {subject.name} runs on can be had for {place} ({needed})", hardware),
            remedy=hardware.remedy or "Take what runs on hardware that can be had.",
            evidence=(f"component.{subject.name}.platforms",),
        )


def _denied(denial: Denial, subject: Subject, day: str) -> Violation:
    leave = next((one for one in denial.exceptions if day <= one.until), None)
    gone = [f"The exception of {one.who} ended on {one.until}." for one in denial.exceptions if one.until < day]
    said = because(f"{subject.name} is denied", denial)
    if leave is not None:
        why = f": {leave.why.rstrip('.')}" if leave.why else ""
        said = f"{said} By an exception of {leave.who} it may be used until {leave.until}{why}."
    return Violation(
        rule=f"{asks.DENY}.{subject.kind}",
        severity="note" if leave else denial.severity,
        subject=subject.name,
        message=" ".join([said, *(gone if leave is None else ())]),
        remedy=denial.remedy or "Take another one, or ask for an exception.",
    )


def _licence(licences: Licences, subject: Subject) -> Iterator[Violation]:
    value = subject.licence.said if subject.licence else ""
    if value == NOT_APPLICABLE and subject.name not in licences.known:
        return
    found = licences.known.get(subject.name) or (class_of(value) if subject.kind == "components" else _class(value))
    refused = found in licences.deny or (licences.allow is not None and found not in licences.allow)
    if found is None and licences.unknown == "allow":
        return
    if found is not None and not refused:
        return
    if found is None:
        outcome = "which is denied" if licences.unknown == "deny" else "which is reported"
        said = f"The class of the licence of {subject.name} is not known ({value or 'unknown'}), {outcome}"
    else:
        named = f" ({value})" if value not in (found, "") else ""
        said = f"The licence of {subject.name} is {found}{named}, which is not allowed"
    yield Violation(
        rule=asks.LICENCES,
        severity=licences.severity if found or licences.unknown == "deny" else "note",
        subject=subject.name,
        message=because(said, licences),
        remedy=licences.remedy
        or (
            "Take one with a licence that is allowed."
            if found
            else "Find out what the licence allows, and enter its class under licences.known."
        ),
        evidence=_ids(subject.licence),
    )


def _class(value: str) -> str | None:
    return value if value in ("permissive", "copyleft", "proprietary") else None


def _support(support: Support, subject: Subject, day: str) -> Iterator[Violation]:
    needed = months_after(day, support.months)
    end = support.ends.get(subject.name)
    state = subject.state.said if subject.state else ""
    release = released_on(subject.release.said) if subject.release else ""
    asleep = release and release < months_after(day, -_YEAR)
    severity: Severity = support.severity
    remedy = "Take one that is kept up, or plan to move before it ends."
    if end is not None:
        if end >= needed:
            return
        said = f"The support of {subject.name} ends on {end}"
    elif state in _ENDED:
        said = f"{subject.name} has ended, or its makers are moving on (it is called {state})"
    elif asleep or state == _FIXES:
        severity = "note" if severity == "note" else "warning"
        said = f"{subject.name} " + (f"has had no release since {release}" if asleep else "gets fixes only")
    elif subject.release is not None and subject.release.value == NOT_APPLICABLE:
        # A way of working, and no package: it lasts as long as what it comes with.
        return
    else:
        severity = "note"
        said = f"How long {subject.name} is supported is not known"
        remedy = "Ask its makers, and enter the day under support.ends."
    yield Violation(
        rule=asks.SUPPORT,
        severity=severity,
        subject=subject.name,
        message=because(f"{said}, and {support.months} months of support are asked for", support),
        remedy=support.remedy or remedy,
        evidence=() if end is not None else _ids(subject.state, subject.release),
    )


def _ids(*facts: Fact | None) -> tuple[str, ...]:
    return tuple(fact.id for fact in facts if fact is not None)


def of_all(policy: Policy, subjects: Iterable[Subject], day: str) -> Mapping[str, tuple[Violation, ...]]:
    """What the policy has against each of them, by name; those that it has nothing against are absent."""
    found = {subject.name: objections(policy, subject, day) for subject in subjects}
    return {name: against for name, against in found.items() if against}
