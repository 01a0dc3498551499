"""Holds a recommendation against a policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from advisor.frozen import replace
from advisor.model.component import HARDWARE
from advisor.model.finding import POLICY
from advisor.model.policy import SEVERITIES, Fresh, PolicyReport, Required, Sure, Violation
from advisor.model.policy import Hardware as Had
from advisor.model.recommendation import Evidence, Recommendation
from advisor.model.rule import PLACES
from advisor.policy import asks
from advisor.policy.days import days_before
from advisor.policy.house import House, digest
from advisor.policy.objections import because

_LEVELS = ("low", "medium", "high")
_NOTHING_NEEDED = "none"
_SEVERAL = "mixed"
_FEW = 3
"""Pieces of evidence that are named in a sentence; the violation has the ids of all."""


def report(house: House, recommendation: Recommendation) -> PolicyReport:
    """Where the recommendation falls short of the policy, and what the policy asks and has kept out."""
    found = sorted(_violations(house, recommendation), key=lambda one: SEVERITIES.index(one.severity))
    return PolicyReport(
        name=house.policy.name,
        mode=house.policy.mode,
        digest=digest(house.policy),
        violations=tuple(found),
        asks=asks.asks(house.policy),
        kept_out=_kept_out(recommendation),
    )


def _kept_out(r: Recommendation) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for finding in r.findings:
        if finding.rule == POLICY:
            subject = finding.facts.get("option") or finding.facts.get("component")
            found.setdefault(str(subject), []).append(finding.id)
    return {subject: tuple(ids) for subject, ids in found.items()}


def _violations(house: House, r: Recommendation) -> Iterator[Violation]:
    policy = house.policy
    yield from house.options.get(r.recommendation.primary, ())
    for part in r.recommendation.stack:
        for one in house.components.get(part.component, ()):
            if one.place in (None, part.place):
                yield replace(one, place=part.place)
    if policy.hardware:
        yield from _hardware(policy.hardware, r)
    if policy.required:
        yield from _required(policy.required, r)
    if policy.confidence:
        yield from _confidence(policy.confidence, r)
    if policy.evidence:
        yield from _evidence(policy.evidence, r)


def _hardware(hardware: Had, r: Recommendation) -> Iterator[Violation]:
    """Hardware in the answers that cannot be had; where the answer is open, that is said."""
    for place in PLACES:
        words: tuple[str, ...] | None = getattr(hardware, place)
        if words is None:
            continue
        key = HARDWARE[place]
        needed = [word for word in _asked(r, key) if word not in (*words, _NOTHING_NEEDED)]
        if needed:
            message = because(f"{', '.join(needed)} cannot be had for {place} ({key})", hardware)
            remedy = hardware.remedy or f"Use what can be had ({', '.join(words) or 'nothing'}), or get the hardware."
        elif key not in r.answers or not _asked(r, key):
            message = because(f"Not everything can be had for {place}, and {key} is open", hardware)
            several = r.answers.get(key) == _SEVERAL
            remedy = "Name every chip: accelerator, as in h100+mi300x." if several else f"Answer {key}."
        else:
            continue
        yield Violation(
            rule=f"{asks.HARDWARE}.{place}",
            severity=hardware.severity if needed else "note",
            subject=key,
            place=place,
            message=message,
            remedy=remedy,
        )


def _asked(r: Recommendation, key: str) -> tuple[str, ...]:
    """The hardware of a place: one word, or where there are several, those of the fleet."""
    word = r.answers.get(key)
    if word != _SEVERAL:
        return (word,) if isinstance(word, str) else ()
    fleet = r.answers.get("fleet")
    return tuple(map(str, fleet)) if isinstance(fleet, (tuple, list)) else ()


def _required(required: Required, r: Recommendation) -> Iterator[Violation]:
    for key in required.answers:
        if key not in r.answers:
            yield Violation(
                rule=asks.REQUIRED,
                severity=required.severity,
                subject=key,
                message=because(f"{key} has to be known before a decision counts", required),
                remedy=required.remedy or f"Answer {key}.",
            )


def _confidence(sure: Sure, r: Recommendation) -> Iterator[Violation]:
    confidence = r.recommendation.confidence
    level = confidence.level if confidence else "low"
    if _LEVELS.index(level) < _LEVELS.index(sure.least):
        yield Violation(
            rule=asks.CONFIDENCE,
            severity=sure.severity,
            subject=r.recommendation.primary,
            message=because(f"Confidence has to be {sure.least} at least, and is {level}", sure),
            remedy=sure.remedy or "Answer the open questions, or measure with `advisor probe`.",
        )


def _evidence(fresh: Fresh, r: Recommendation) -> Iterator[Violation]:
    """The evidence for what is recommended that has expired, or was seen too long ago."""
    resting = [*_resting(r)]
    expired = [one for one in resting if one.expired] if fresh.unexpired else []
    since = days_before(r.provenance.as_of, fresh.days) if fresh.days is not None else ""
    aged = [one for one in resting if one.observed[:10] < since]
    about = {
        "expired": (expired, "none may have expired, and {these}"),
        "days": (aged, f"none may have been seen more than {fresh.days} days ago, and {{these}}"),
    }
    for name, (found, said) in about.items():
        if found:
            these = f"{len(found)} {'has' if len(found) == 1 else 'have'}: {_some(found)}"
            yield Violation(
                rule=f"{asks.EVIDENCE}.{name}",
                severity=fresh.severity,
                subject=r.recommendation.primary,
                message=because(f"Of the evidence for {r.recommendation.primary}, {said.format(these=these)}", fresh),
                remedy=fresh.remedy or "Look at it again, and enter what is so in an overlay of knowledge.",
                evidence=tuple(one.id for one in found),
            )


def _some(found: list[Evidence]) -> str:
    more = f" and {len(found) - _FEW} more" if len(found) > _FEW else ""
    return ", ".join(one.id for one in found[:_FEW]) + more


def _resting(r: Recommendation) -> Iterator[Evidence]:
    """The evidence behind the score of what is recommended, and behind its stack."""
    ids = {
        identity
        for ranked in r.ranking[:1]
        if ranked.option == r.recommendation.primary
        for contribution in ranked.contributions
        if contribution.weight
        for identity in contribution.evidence
    }
    ids |= _behind((identity for part in r.recommendation.stack for identity in part.findings), r)
    return (one for one in r.evidence if one.id in ids)


def _behind(findings: Iterable[str], r: Recommendation) -> set[str]:
    """The evidence of findings, and of the findings that they rest on."""
    known = {finding.id: finding for finding in r.findings}
    seen, waiting = set[str](), [*findings]
    while waiting:
        identity = waiting.pop()
        if identity not in seen:
            seen.add(identity)
            waiting += known[identity].evidence if identity in known else ()
    return seen
