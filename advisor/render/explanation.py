"""An explanation as a tree that a person can read, and as one JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.loading.structure import plain
from advisor.model.explanation import Explanation, Truth, pruned
from advisor.render.json import DIGITS, written
from advisor.render.lines import WIDTH, folded, origin_in_words, text

_STEP = 2
_LEAST = 40
"""Columns that are left for text, however deep it stands."""


def render(explanation: Explanation, levels: int) -> str:
    """The tree to that depth; where it goes on, how many lines more there are."""
    lines = [*folded(explanation.text, "", "")]
    for part in explanation.because if levels > 1 else ():
        section = part.kind == "section"
        if section:
            lines += ["", *folded(_headed(part, levels - 1), "", "")]
            for below in part.because if levels > 2 else ():
                lines += _tree(below, 0, levels - 2)
        else:
            lines += _tree(part, 0, levels - 1)
    deepest = depth(explanation)
    if levels < deepest:
        lines += ["", *folded(_legend(levels, deepest), "", "")]
    return text(lines)


def document(explanation: Explanation, levels: int | None = None) -> str:
    """The whole of it as JSON, or to that depth."""
    shown = explanation if levels is None else pruned(explanation, levels)
    return written(plain(shown, DIGITS))


def depth(explanation: Explanation) -> int:
    """The levels of the tree."""
    return 1 + max(map(depth, explanation.because), default=0)


def _tree(explanation: Explanation, indent: int, levels: int) -> Iterator[str]:
    """One explanation and what is below it, each on lines of its own."""
    below = explanation.because
    cut = f" [+{_lines(explanation)}]" if below and levels <= 1 else ""
    margin = " " * indent
    yield from folded(f"{_said(explanation)}{cut}", f"{margin}- ", f"{margin}  ")
    if explanation.source:
        yield from folded(_source(explanation), f"{margin}  ", f"{margin}   ")
    for part in below if levels > 1 else ():
        yield from _tree(part, min(indent + _STEP, WIDTH - _LEAST), levels - 1)


def _said(explanation: Explanation) -> str:
    said = f"{explanation.id}: {explanation.text}" if explanation.kind == "finding" else explanation.text
    if explanation.holds and explanation.kind == "condition":
        said = f"{_MET[explanation.holds]}: {said}"
    return f"{said} ({origin_in_words(explanation.origin)})" if explanation.origin in _TOLD else said


_TOLD = ("answered", "project", "detected", "implied")
_MET: Mapping[Truth, str] = {"true": "met", "false": "not met", "unknown": "open", "dropped": "does not apply"}


def _source(explanation: Explanation) -> str:
    aged = f", to be looked at again since {explanation.expires}" if explanation.expired else ""
    return f"[{explanation.source}, {explanation.observed}, {explanation.grade.replace('_', ' ')}{aged}]"


def _headed(section: Explanation, levels: int) -> str:
    return f"{section.text} [+{_lines(section)}]" if levels <= 1 and section.because else section.text


def _legend(levels: int, deepest: int) -> str:
    more = f"`--levels {levels + 1}` shows the next of them"
    every = f", `--levels {deepest}` all" if deepest > levels + 1 else ""
    return f"[+N] stands for N lines more: {more}{every}."


def _lines(explanation: Explanation) -> int:
    """The lines that everything below it takes."""
    everything = depth(explanation)
    return sum(len(list(_tree(part, 0, everything))) for part in explanation.because)
