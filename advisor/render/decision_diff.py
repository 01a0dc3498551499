"""Two decisions beside each other, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.decision.causes import said
from advisor.decision.sealing import short
from advisor.model.difference import DecisionDiff, Difference, Part
from advisor.render.lines import entry, folded, text

_TITLES: dict[Part, str] = {
    "verdict": "Verdict",
    "stack": "Stack",
    "confidence": "Confidence",
    "scores": "Scores",
    "answers": "Answers",
    "basis": "Computed with",
    "findings": "Findings",
    "chosen": "Chosen",
    "outcomes": "How it went",
}
_ORDER: tuple[Part, ...] = tuple(_TITLES)


def render(diff: DecisionDiff) -> str:
    """What differs, the verdict first."""
    return text(_lines(diff))


def _lines(diff: DecisionDiff) -> Iterator[str]:
    if not diff.differences:
        yield from folded(
            f"{diff.before} and {diff.after} say the same in answers, basis, verdict and findings.", "", ""
        )
        return
    verdict = "the same verdict" if diff.same_verdict else "another verdict"
    yield from folded(
        f"{diff.after} comes to {verdict} as {diff.before}."
        if diff.same_verdict
        else f"{diff.after} comes to {verdict} than {diff.before}.",
        "",
        "",
    )
    for part in _ORDER:
        found = [each for each in diff.differences if each.part == part]
        if found:
            yield from ("", _TITLES[part])
            for each in found:
                yield from entry(each.key, _told(each))


def _told(each: Difference) -> str:
    if each.before is None:
        return f"new: {_value(each.after)}"
    if each.after is None:
        return f"gone: {_value(each.before)}"
    return f"{_value(each.before)} -> {_value(each.after)}"


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(str(part) for part in value.values() if part)
    if isinstance(value, str) and value.startswith("sha256:"):
        return short(value)
    return said(value) or "none"
