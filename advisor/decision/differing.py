"""Two decisions held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advisor.decision.making import DIGITS
from advisor.loading.structure import plain
from advisor.model.decision import Decision
from advisor.model.difference import DecisionDiff, Difference, Part


def differences(first: tuple[str, Decision], second: tuple[str, Decision]) -> DecisionDiff:
    """How the second differs from the first, each with the name of its file."""
    (name, before), (other, after) = first, second
    old, new = _parts(before), _parts(after)
    return DecisionDiff(
        before=name,
        after=other,
        same_verdict=_verdict(before) == _verdict(after),
        differences=tuple(found for part in old for found in _between(part, old[part], new[part])),
    )


def _verdict(decision: Decision) -> object:
    parts = frozenset((part.place, part.component) for part in decision.verdict.stack)
    return decision.verdict.status, decision.verdict.primary, parts


def _between(part: Part, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for key in dict.fromkeys([*old, *new]):
        if old.get(key) != new.get(key):
            yield Difference(part=part, key=key, before=old.get(key), after=new.get(key))


def _parts(decision: Decision) -> dict[Part, Mapping[str, Any]]:
    """What is compared, in plain values by key."""
    verdict, confidence = decision.verdict, decision.verdict.confidence
    run = decision.measurements
    return {
        "answers": plain(decision.answers.understood),
        "basis": {
            **plain(decision.basis),
            "options": list(decision.options),
            "thresholds": plain(decision.thresholds),
            "measurements": run.id if run is not None else None,
        },
        "verdict": {
            "status": verdict.status,
            "primary": verdict.primary,
            "tied_with": list(verdict.tied_with),
            "excluded": [each.option for each in verdict.excluded],
        },
        "confidence": plain(confidence, DIGITS) if confidence is not None else {},
        "stack": {f"{part.place} {part.component}": part.layer for part in verdict.stack},
        "scores": {placed.option: round(placed.score, DIGITS) for placed in verdict.ranking},
        "findings": {said.id: said.message for said in verdict.findings},
        "chosen": _numbered(decision.chosen),
        "outcomes": _numbered(decision.outcomes),
    }


def _numbered(values: Sequence[object]) -> Mapping[str, Any]:
    return {str(number): plain(value) for number, value in enumerate(values, 1)}
