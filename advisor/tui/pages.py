"""A recommendation in pages: what is written below one heading or another, without a word of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.model.fleet import FleetDecision
from advisor.model.recommendation import Recommendation
from advisor.render import text
from advisor.render.fleet import text as of_many

_PAGES = {"Values by criterion, from 0 to 1, and the weight of each": "scores", "Sources": "sources"}
"""Title to page; whatever else there is tells what would change it."""
_LISTS = ("Scores", "Findings")
"""What the screen shows as lists to choose from instead."""


def pages(recommendation: Recommendation) -> Mapping[str, str]:
    """The summary as `answer`, and what is behind it as `scores`, `change` and `sources`."""
    summary = text.render(recommendation)
    found: dict[str, list[str]] = {"scores": [], "change": [], "sources": []}
    for title, section in _sections(text.render_detail(recommendation).removeprefix(summary)):
        if title not in _LISTS:
            found[_PAGES.get(title, "change")].append(section)
    return {"answer": summary, **{page: "\n".join(sections) for page, sections in found.items()}}


def machines(decision: FleetDecision) -> str:
    """What one framework for many kinds of machine comes to, as `advisor recommend --fleet` says it."""
    return of_many.render(decision)


def _sections(detail: str) -> Iterator[tuple[str, str]]:
    """Each heading, which is underlined in its own length, with everything up to the next."""
    lines = detail.splitlines()
    starts = [i for i in range(len(lines) - 1) if lines[i] and lines[i + 1] == "-" * len(lines[i])]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield lines[start], "\n".join(lines[start:end]).rstrip() + "\n"
