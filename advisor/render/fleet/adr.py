"""A decision for many kinds of machine as a decision record, after MADR 4 (https://adr.github.io/madr)."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.model.fleet import FleetDecision
from advisor.render.adr import front_matter
from advisor.render.fleet import markdown, words
from advisor.render.lines import Entry, as_markdown, text
from advisor.render.markdown import entries
from advisor.render.summary import in_words
from advisor.render.sureness import SETTLED

_OUTCOME = ("Build on", "Machines", "Next best", "Each alone")
"""Labels of the summary that say what was decided; the others say what follows from it."""


def render(decision: FleetDecision) -> str:
    """The record, as a proposal: who decides on what day is for those who sign it."""
    return text(_lines(decision))


def _lines(d: FleetDecision) -> Iterator[str]:
    chosen = as_markdown(words.chosen(d))
    yield from ("---", "status: proposed", f"date: {as_markdown(d.as_of)}", *front_matter(""), "---", "")
    yield from (f"# Build on {chosen} on every kind of machine", "", "## Context and Problem Statement", "")
    yield from ("Which one AI framework should be built on for all of these machines? What is known of them:", "")
    yield from entries(Entry(kind.name, words.origin(kind)) for kind in d.kinds)
    if d.answers:
        yield from ("", "What is known of the project:", "")
        yield from entries(Entry(key, in_words(value)) for key, value in d.answers.items())
    yield from ("", "## Considered Options", "")
    yield from (f"- {as_markdown(option)}" for option in words.options(d) or ["none"])
    said = list(words.summary(d))
    yield from ("", "## Decision Outcome", "")
    yield f'Chosen option: "{chosen}", because {_why(d)}'
    yield from ("", *entries(entry for entry in said if entry.label in _OUTCOME))
    yield from ("", "### Consequences", "")
    yield from entries(entry for entry in said if entry.label not in _OUTCOME)
    yield from markdown.costs(d, "###")
    yield from ("", "### Confirmation", "")
    yield "The same answers, runs and knowledge give the same record: `advisor recommend --fleet`."
    yield from ("", "## Pros and Cons of the Options", "", *markdown.standings(d))
    yield from markdown.ruled_out(d, "###")
    yield from ("", "## More Information", "", *markdown.kinds(d), "", markdown.provenance(d))


def _why(d: FleetDecision) -> str:
    if not d.overall.ranking:
        return "every option is ruled out on one kind or another."
    if d.overall.primary != d.overall.ranking[0].option:
        return f"{as_markdown(SETTLED[d.overall.status])}."
    best = d.overall.ranking[0]
    return f"its value over all kinds is {best.score:.2f} of 1, the most of what is possible on every one of them."
