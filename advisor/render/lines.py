"""Text in lines that fit a terminal, and text as it can stand in Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from advisor.loading.problems import printable
from advisor.model.rule import Place


class Entry(NamedTuple):
    """A sentence and the label it stands under."""

    label: str
    said: str


WIDTH = 80
NARROW = 14
"""Of a label that text stands beside."""


def entry(label: str, said: str) -> Iterator[str]:
    """A label with text beside it; nothing where there is no text."""
    if said:
        yield from folded(said, f"  {label:{NARROW}} ", " " * (NARROW + 3))


def wrapped(said: str, first: int, rest: int) -> list[str]:
    """Text with so many blanks before the first line and before the others."""
    return folded(said, " " * first, " " * rest)


def folded(said: str, first: str, rest: str) -> list[str]:
    """Text in lines that begin with these; an address stays whole, however long."""
    room = WIDTH - max(len(first), len(rest))
    words = [word if len(word) <= room or "://" in word else _broken(word, room) for word in said.split(" ")]
    return textwrap.wrap(
        " ".join(words),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )


def heading(title: str) -> tuple[str, ...]:
    """A title that is set off from what stands before it."""
    return "", title, "-" * len(title)


def headed(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Lines under a heading; nothing where there are none."""
    if found := list(lines):
        yield from (*heading(title), *found)


def labelled(found: Iterable[Entry], width: int) -> Iterator[str]:
    """Sentences, each beside its label, which has so many columns."""
    for each in found:
        yield from folded(printable(each.said), f"{printable(each.label):{width}} ", " " * (width + 1))


def _broken(word: str, room: int) -> str:
    return " ".join(word[start : start + room] for start in range(0, len(word), room))


def counted(number: int, one: str) -> str:
    """So many of something: `1 node`, `2 nodes`."""
    return f"{number} {one}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], joined: str = "and") -> str:
    """Names as a sentence has them: `jax, keras and pytorch`."""
    return f" {joined} ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def placed(stack: Mapping[Place, Sequence[str]]) -> str:
    """The parts of a stack by place: `train: pytorch, wandb; deploy: onnxruntime`."""
    return "; ".join(f"{place}: {', '.join(parts)}" for place, parts in stack.items())


def origin_in_words(origin: str) -> str:
    """Where an answer is from: answered, read from the project, detected or implied."""
    return "read from the project" if origin == "project" else origin


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
