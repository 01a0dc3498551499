"""Text in lines that fit a terminal, and text as it can stand in Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from advisor.loading.problems import printable

WIDTH = 80
NARROW = 14
"""Of a label that text stands beside."""


def entry(label: str, said: str) -> Iterator[str]:
    """A label with text beside it; nothing where there is no text."""
    if said:
        yield from textwrap.wrap(
            said,
            WIDTH,
            initial_indent=f"  {label:{NARROW}} ",
            subsequent_indent=" " * (NARROW + 3),
            break_on_hyphens=False,
        )


def wrapped(said: str, first: int, rest: int) -> list[str]:
    """Text with so many blanks before the first line and before the others."""
    return textwrap.wrap(said, WIDTH, initial_indent=" " * first, subsequent_indent=" " * rest, break_on_hyphens=False)


def text(lines: Iterable[str]) -> str:
    """The lines without anything that a terminal obeys: some of it comes from overlays."""
    return "\n".join(map(printable, lines)).rstrip("\n") + "\n"


def as_markdown(said: str) -> str:
    """Text on one line as it can stand there: what Markdown or HTML would obey is written as what it is."""
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\\", "\\\\"), ("|", "\\|")):
        said = said.replace(sign, written)
    for sign in "`*_~[]":
        said = said.replace(sign, f"\\{sign}")
    return " ".join(said.split())
