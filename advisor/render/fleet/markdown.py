"""A decision for many kinds of machine as Markdown, for a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.model.fleet import FleetDecision
from advisor.render.fleet import words
from advisor.render.lines import as_markdown, text
from advisor.render.markdown import entries, table


def render(decision: FleetDecision) -> str:
    """All of it; nothing in it is obeyed by Markdown or HTML."""
    return text(_lines(decision))


def _lines(d: FleetDecision) -> Iterator[str]:
    first, *others = words.summary(d)
    yield from (f"# {as_markdown(first.label)} {as_markdown(first.said)}", "", *entries(others))
    yield from ("", "## Each kind of machine", "", *kinds(d))
    yield from ("", "## Where the options stand", "", *standings(d))
    yield from ruled_out(d, "##")
    yield from costs(d, "##")
    yield from ("", provenance(d))


def kinds(d: FleetDecision) -> Iterator[str]:
    """The kinds, what is recommended on each, and the stack around the one for all."""
    yield from table(words.KINDS_HEAD, words.kinds_rows(d))


def standings(d: FleetDecision) -> Iterator[str]:
    """The options by kind: their place, and the time of a step over that of the best there."""
    head = ("option", *(as_markdown(kind.name) for kind in d.kinds))
    yield from (words.CELLS, "")
    yield from table(head, ((option, *words.cells(d, option)) for option in words.options(d)))


def ruled_out(d: FleetDecision, level: str) -> Iterator[str]:
    """What rules options out, and on which kinds, under a heading."""
    if out := list(words.reasons(d)):
        yield from ("", f"{level} Ruled out", "", *entries(out))


def costs(d: FleetDecision, level: str) -> Iterator[str]:
    """What the common one costs on each kind, under a heading."""
    if rows := list(words.cost_rows(d)):
        yield from (
            "",
            f"{level} What {as_markdown(d.overall.primary)} costs on each kind",
            "",
            *table(words.HEAD, rows),
        )


def provenance(d: FleetDecision) -> str:
    """The day and the digests of what it was decided with."""
    digests = f"knowledge `{as_markdown(d.knowledge)}`, rules `{as_markdown(d.rules)}`"
    return f"As of {as_markdown(d.as_of)}; {digests}."
