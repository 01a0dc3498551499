"""The folders that knowledge is read from: what comes with the program, and overlays on it in their order."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import get_args

from advisor.frozen import dataclass
from advisor.loading.documents import Document
from advisor.loading.problems import Path as KeyPath
from advisor.loading.problems import Problems, nearest, printable, shown
from advisor.model.fact import Source
from advisor.model.rule import Phase

_READ = frozenset[str]({*get_args(Phase), "frameworks", "components", "benchmarks", "hardware"})


def is_folder(path: str | Path) -> bool:
    """Whether there is such a folder: none where it cannot be looked at, or no path can be so long.

    What `pathlib` asks raises there.
    """
    return os.path.isdir(path)  # noqa: PTH112


def is_there(path: str | Path) -> bool:
    """Whether there is anything of that name, as far as it can be told; nothing is raised."""
    return os.path.exists(path)  # noqa: PTH110


@dataclass(frozen=True, slots=True)
class Folder:
    """One of the folders."""

    path: Path
    origin: str = ""
    """What to call an overlay; empty for what comes with the program."""

    def document(self, file: str, problems: Problems) -> Document | None:
        """The document of that name; an overlay need not have it."""
        if self.origin and not os.path.lexists(self.path / file):
            return None
        return self.found(file, problems)

    def found(self, file: str, problems: Problems) -> Document | None:
        """The document of a name that was found in the folder."""
        from advisor.loading.yaml_reader import read_file  # noqa: PLC0415  (a warm start reads none)

        return read_file(self.path / file, problems, name=printable(f"{self.origin or self.path.name}/{file}"))

    def documents(self, folder: str, problems: Problems) -> Iterator[tuple[str, Document]]:
        """The documents of a folder in the order of their names, each with the stem of its file's name."""
        found = (self.path / folder).glob("*.yaml") if is_folder(self.path / folder) else ()
        for path in sorted(found):
            document = self.found(f"{folder}/{path.name}", problems)
            if document is not None:
                yield path.stem, document


def everything(folder: Path) -> list[Path]:
    """What lies in a folder and in the folders in it, in order, and all that lies below those that are read.

    The folders in it may be links to others; below them links are not followed.
    """
    try:
        children = list(folder.iterdir())
    except OSError:
        return []
    return sorted([*children, *(path for child in children if child.is_dir() for path in _below(child))])


def _below(child: Path) -> Iterable[Path]:
    try:
        if child.name not in _READ:
            return list(child.iterdir())
        return [Path(folder, name) for folder, *names in os.walk(child) for name in chain.from_iterable(names)]
    except OSError:
        return ()


def looks_read(path: Path) -> bool:
    """Whether somebody who named a file so expects that it is read."""
    return path.suffix.lower() in (".yaml", ".yml", ".json")


def check_sources(sources: Mapping[str, Source], document: Document, problems: Problems, at: KeyPath = ()) -> None:
    """Note the sources of a file whose day is no day."""
    for key, source in sources.items():
        check_day(source, document.place((*at, "sources", key)), problems)


def check_day(source: Source, place: str, problems: Problems) -> None:
    """Note a source whose day is no day."""
    from datetime import date  # noqa: PLC0415  (a warm start checks no days)

    try:
        full = date.fromisoformat(source.observed).isoformat() == source.observed
    except ValueError:
        full = False
    if not full:
        message = f"observed {shown(source.observed)} should be a day."
        problems.add(message, place, 'Write it in full and in quotes, as in "2026-11-22".')


def check_word(word: str, allowed: Collection[str], what: str, place: str, problems: Problems) -> bool:
    """Whether the word is one of those allowed; noted where it is not."""
    if word in allowed:
        return True
    article = "an" if what[0] in "aeiou" else "a"
    problems.add(f"{shown(word)} is not {article} {what}.", place, nearest(word, allowed))
    return False


def check_distinct(entries: Iterable[tuple[str, str]], key: str, problems: Problems) -> None:
    """Note what stands there twice; entries are words with their places."""
    seen: set[str] = set()
    for word, place in entries:
        if word in seen:
            problems.add(f"the {key} {shown(word)} stands there twice.", place, "Keep one.")
        seen.add(word)
