"""What was tried and what it came to: by framework as text, as a table in Markdown, and where that refutes a fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from advisor.loading.problems import printable
from advisor.model.capability import Refuted
from advisor.model.measurement import CapabilityResult, Found, Measurements
from advisor.render.lines import NARROW, as_markdown, folded, listed

WORDS: Mapping[Found, str] = {
    "ok": "Works",
    "wrong": "Wrong",
    "failed": "Failed",
    "timed_out": "Too slow",
    "not_installed": "Not installed",
    "not_applicable": "Does not apply",
}
"""In the order in which they are told."""
_REFUTED = "Documented otherwise"


def text(measured: Measurements, refuted: Sequence[Refuted] = ()) -> Iterator[str]:
    """A paragraph for each variant, in 80 columns; nothing where nothing was tried."""
    if measured.capabilities:
        yield from ("", "Capabilities")
    for name, results in _by_variant(measured.capabilities).items():
        first = results[0]
        yield from folded(printable(f"{name} {first.version} on {first.device}"), "  ", "    ")
        for outcome, word in WORDS.items():
            label = word
            for reason, ids in _by_reason(results, outcome).items():
                said = printable(f"{', '.join(ids)}{f': {reason}' if reason else ''}.")
                yield from folded(said, f"    {label:{NARROW}} ", " " * (NARROW + 5))
                label = ""
    if refuted:
        yield from ("", _REFUTED)
        for one in refuted:
            yield from folded(printable(one.said), "  ", "    ")


def markdown(measured: Measurements, refuted: Sequence[Refuted] = ()) -> Iterator[str]:
    """A row for each capability and a column for each variant, then the reasons."""
    by_variant = _by_variant(measured.capabilities)
    if by_variant:
        ids = dict.fromkeys(result.capability for result in measured.capabilities)
        known = {(name, r.capability): r for name, results in by_variant.items() for r in results}
        yield from ("", "## Capabilities", "")
        yield _row("capability", *(f"{name} {results[0].version}" for name, results in by_variant.items()))
        yield f"|{'---|' * (len(by_variant) + 1)}"
        for capability in ids:
            found = (known.get((name, capability)) for name in by_variant)
            yield _row(capability, *(WORDS[result.outcome].lower() if result else "" for result in found))
        reasons = [line for name, results in by_variant.items() for line in _reasons(name, results)]
        yield from ("", *reasons) if reasons else ()
    if refuted:
        yield from ("", f"## {_REFUTED}", "", *(f"- {as_markdown(one.said)}" for one in refuted))


def _reasons(name: str, results: Sequence[CapabilityResult]) -> Iterator[str]:
    for outcome, word in WORDS.items():
        for reason, ids in _by_reason(results, outcome).items():
            if reason:
                yield f"- {as_markdown(f'{name}, {listed(ids)}: {word.lower()}. {reason}')}."


def _row(*cells: str) -> str:
    return f"| {' | '.join(map(as_markdown, cells))} |"


def _by_variant(results: Sequence[CapabilityResult]) -> dict[str, list[CapabilityResult]]:
    found: dict[str, list[CapabilityResult]] = {}
    for result in results:
        found.setdefault(f"{result.framework}/{result.variant}", []).append(result)
    return found


def _by_reason(results: Sequence[CapabilityResult], outcome: Found) -> dict[str, list[str]]:
    """The capabilities that came to this, by why."""
    found: dict[str, list[str]] = {}
    for result in results:
        if result.outcome == outcome:
            found.setdefault(result.brief, []).append(result.capability)
    return found
