"""A portfolio as Markdown, for a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.model.portfolio import Portfolio
from advisor.render.lines import Entry, as_markdown, listed, text
from advisor.render.markdown import entries, table
from advisor.render.portfolio import words


def render(portfolio: Portfolio) -> str:
    """All of it; nothing in it is obeyed by Markdown or HTML."""
    return text(_lines(portfolio))


def _lines(p: Portfolio) -> Iterator[str]:
    yield from ("# Portfolio", "", *entries(words.summary(p)))
    if p.projects:
        rows = ((words.name(one), words.primary(one), words.state(one), words.stack(one)) for one in p.projects)
        yield from ("", "## Each project", "", *table(("project", "build on", "how sure", "stack"), rows))
    if p.common:
        yield from ("", "## One framework for all", "")
        yield from table(
            ("framework", "ruled out for:", "score lost in all:", "most by one:"),
            (words.common(each, p) for each in p.common),
        )
        yield from ("", "### What it would cost each", "")
        yield from table(
            ("project", *(f"{each.option}:" for each in p.common)),
            ((words.name(one), *words.costs(one, p)) for one in p.projects if one.costs),
        )
    if out := list(words.reasons(p)):
        yield from ("", "### Ruled out", "")
        yield from entries(
            Entry(option, f"{reason} ({listed(names)})") for option, found in out for reason, names in found.items()
        )
    if measured := list(entries(words.speeds(p))):
        yield from ("", "### Measured speed, from 0 to 1", "", *measured)
    if p.bad:
        yield from ("", "## Lines that cannot be used", "")
        yield from entries(Entry(words.name(line), " ".join(line.problems)) for line in p.bad)
    digests = f"knowledge `{as_markdown(p.knowledge)}`, rules `{as_markdown(p.rules)}`"
    yield from ("", f"As of {as_markdown(p.as_of)}; {digests}.")
