"""A run as Markdown: what the text says, in tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from advisor.model.capability import Refuted
from advisor.model.measurement import Measurements
from advisor.render.lines import as_markdown, text
from advisor.render.measured import capabilities, words
from advisor.render.measured.sections import Section, missing, sections


def markdown(measured: Measurements, headline: str, refuted: Sequence[Refuted] = ()) -> str:
    """All of it; the headline names the machine. Nothing in it is obeyed by Markdown or HTML."""
    lines = [
        f"# Measured on {as_markdown(headline)}",
        "",
        " ".join(as_markdown(said) for said in (*words.state(measured), words.how(measured))),
        *_written(sections(measured)),
        *capabilities.markdown(measured, refuted),
        *_written(missing(measured)),
    ]
    return text(lines)


def _written(found: Iterable[Section]) -> Iterator[str]:
    for section in found:
        if section.title:
            yield from ("", f"{'###' if section.within else '##'} {as_markdown(section.title)}")
        if section.said:
            yield from ("", *map(as_markdown, section.said))
        if section.head:
            yield from ("", *_head(*section.head), *(_row(*row) for row in section.rows))
        if section.points:
            yield ""
        for said, command in section.points:
            yield f"- {as_markdown(said)}"
            if command:
                # A block of code below the point of the list: nothing in it is obeyed.
                yield from ("", f"      {' '.join(command.split())}", "")


def _head(*names: str) -> Iterator[str]:
    """The head of a table; a colon after a name sets its column to the right."""
    yield _row(*(name.rstrip(":") for name in names))
    yield f"|{'|'.join('---:' if name.endswith(':') else '---' for name in names)}|"


def _row(*cells: str) -> str:
    return f"| {' | '.join(map(as_markdown, cells))} |"
