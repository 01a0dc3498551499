"""What a policy asks, point by point, in words; every point has an id that violations and findings name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from advisor.model.policy import PRIORITIES, WEIGHTS, Denial, Hardware, Licences, Policy
from advisor.model.rule import PLACES

ALLOW, DENY = "policy.allow", "policy.deny"
LICENCES, SUPPORT, HARDWARE = "policy.licences", "policy.support", "policy.hardware"
REQUIRED, CONFIDENCE, EVIDENCE = "policy.required", "policy.confidence", "policy.evidence"


def asks(policy: Policy) -> Mapping[str, str]:
    """The points of a policy by id."""
    return dict([*_lists(policy), *_points(policy), *_weights(policy)])


def _lists(policy: Policy) -> Iterator[tuple[str, str]]:
    if policy.allow.options is not None:
        yield f"{ALLOW}.options", f"The options are {_listed(policy.allow.options)}."
    if policy.allow.components is not None:
        yield f"{ALLOW}.components", f"The components are {_listed(policy.allow.components)}."
    if policy.deny.options:
        yield f"{DENY}.options", f"Denied are the options {_denied(policy.deny.options)}."
    if policy.deny.components:
        yield f"{DENY}.components", f"Denied are the components {_denied(policy.deny.components)}."


def _points(policy: Policy) -> Iterator[tuple[str, str]]:
    if policy.licences:
        yield LICENCES, _licences(policy.licences)
    if policy.support:
        yield SUPPORT, f"Support has to last for {policy.support.months} months."
    if policy.hardware:
        yield from _hardware(policy.hardware)
    if policy.required:
        yield REQUIRED, f"Known before a decision counts: {_listed(policy.required.answers)}."
    if policy.confidence:
        yield CONFIDENCE, f"Confidence has to be {policy.confidence.least} at least."
    if policy.evidence and policy.evidence.unexpired:
        yield f"{EVIDENCE}.expired", "None of the evidence for what is recommended may have expired."
    if policy.evidence and policy.evidence.days is not None:
        days = policy.evidence.days
        yield f"{EVIDENCE}.days", f"The evidence for what is recommended may be {days} days old at most."


def _weights(policy: Policy) -> Iterator[tuple[str, str]]:
    # What moves weights changes the recommendation, and an audit changes nothing.
    when = "" if policy.mode == "enforce" else " Only an enforced policy moves them."
    if policy.priorities:
        said = ", ".join(f"{name} {level}" for name, level in policy.priorities.items())
        yield PRIORITIES, f"Where the answers have no priority: {said}.{when}"
    if policy.weights:
        said = ", ".join(f"{name} {weight:g}" for name, weight in policy.weights.items())
        yield WEIGHTS, f"Weights start from: {said}.{when}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _denied(denials: Iterable[Denial]) -> str:
    return _listed(f"{one.name} (until {one.until})" if one.until else one.name for one in denials)


def _licences(licences: Licences) -> str:
    allowed = [f"allowed are {_listed(licences.allow)}"] if licences.allow is not None else []
    denied = [f"denied are {_listed(licences.deny)}"] if licences.deny else []
    unknown = {"allow": "allowed", "report": "reported", "deny": "denied"}[licences.unknown]
    return f"Of licences {'; '.join([*allowed, *denied, f'one that is not known is {unknown}'])}."


def _hardware(hardware: Hardware) -> Iterator[tuple[str, str]]:
    for place in PLACES:
        words: tuple[str, ...] | None = getattr(hardware, place)
        if words is not None:
            yield f"{HARDWARE}.{place}", f"To be had in {place}: {_listed(words)}."
