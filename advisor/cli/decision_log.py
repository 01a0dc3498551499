"""The folder where a team keeps its decision records: a record gets the next number, and no other file is touched.

The one exception is the list of records in a `README.md` or `index.md`, where its markers hand it over to programs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote

from advisor.cli.output import create_file, notice, replace_file
from advisor.errors import InputError, Problem
from advisor.frozen import dataclass
from advisor.loading.problems import printable, shown
from advisor.model.recommendation import Recommendation
from advisor.render import adr

_RECORD = re.compile(r"(\d{1,6})-.+\.md", re.IGNORECASE)
_CLAIM = re.compile(r"\.(\d{1,6})\.claim")
_WIDTH = 4
"""Digits of a number where no record has more."""
_LONGEST = 80
"""Characters of a title in a file's name."""
_HEAD = 64 * 1024
"""Bytes of a record that are read for its front matter and title."""
_INDEXES = ("README.md", "index.md")
_LIST = re.compile(r"(<!-- adrlog -->).*?(<!-- adrlogstop -->)", re.DOTALL)
"""What adr-log has between its markers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What came of it."""

    record: Path
    supersedes: str
    """The name of the former record of the project; empty where there is none."""
    indexes: tuple[Path, ...]
    """The files whose list of records was written anew."""


def record(recommendation: Recommendation, folder: str, project: str, *, answered: bool) -> None:
    """Keep the record of a recommendation, and say where; without an answer there is no decision to record."""
    where = printable(folder)
    if not answered:
        notice(Problem(message="no record was written: there is no answer yet.", place=where))
        return
    kept = keep(Path(folder), adr.title(recommendation, project), project, partial(adr.render, recommendation, project))
    after = f" It supersedes {printable(kept.supersedes)}." if kept.supersedes else ""
    notice(Problem(message=f"the record was written.{after}", place=printable(str(kept.record))))
    for index in kept.indexes:
        notice(Problem(message="its list of records was brought up to date.", place=printable(str(index))))


def keep(folder: Path, title: str, project: str, text: Callable[[str], str]) -> Kept:
    """Write a record into the folder; `text` makes it from the name of the one that it supersedes.

    Raises `InputError` where it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _numbered(folder) as number:
            former = _former(folder, project)
            target = folder / f"{number}-{slug(title)}.md"
            create_file(target, text(former))
    except OSError as error:
        message = f"the record cannot be written: {error.strerror or error}."
        raise InputError(Problem(message=message, place=shown(str(folder))[1:-1], hint="Check --adr-dir.")) from None
    try:
        return Kept(record=target, supersedes=former, indexes=tuple(_listed(folder)))
    except OSError as error:
        message = f"it was written, but not the list of records: {error.strerror or error}."
        raise InputError(Problem(message=message, place=shown(str(target))[1:-1], hint="Mend the list.")) from None


def slug(title: str) -> str:
    """A title as it stands in a file's name: lower-case letters and digits of ASCII, joined by dashes."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:_LONGEST].rstrip("-") or "decision"


@contextmanager
def _numbered(folder: Path) -> Iterator[str]:
    """The next number, which nobody else gets until the record is there."""
    while True:
        taken = [*_numbers(_RECORD, folder), *_numbers(_CLAIM, folder)]
        number = f"{max(map(int, taken), default=0) + 1:0{max([_WIDTH, *map(len, taken)])}}"
        claim = folder / f".{number}.claim"
        try:
            claim.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            continue
        try:
            # Somebody may have had the claim, and have written the record, since the names were read.
            if int(number) not in map(int, _numbers(_RECORD, folder)):
                yield number
                return
        finally:
            claim.unlink(missing_ok=True)


def _numbers(pattern: re.Pattern[str], folder: Path) -> list[str]:
    """The numbers in the names that are made like that, whatever bears them."""
    return [found[1] for path in folder.iterdir() if (found := pattern.fullmatch(path.name))]


def _records(folder: Path) -> list[Path]:
    """The records by number; a link is none, since it can lead anywhere."""
    found = [(int(match[1]), path) for path in folder.iterdir() if (match := _RECORD.fullmatch(path.name))]
    return [path for _, path in sorted(found) if path.is_file() and not path.is_symlink()]


def _former(folder: Path, project: str) -> str:
    """The newest record that this program wrote for the project; empty where there is none."""
    wanted = adr.front_matter(project)
    for path in reversed(_records(folder)):
        lines = _head(path).splitlines()
        end = lines.index("---", 1) if lines[:1] == ["---"] and "---" in lines[1:] else 0
        ours = [line for line in lines[1:end] if line == adr.GENERATED or line.startswith("project: ")]
        if ours == wanted:
            return path.name
    return ""


def _listed(folder: Path) -> Iterator[Path]:
    """Write the lists of records anew, where there are any."""
    for index in (folder / name for name in _INDEXES):
        if not index.is_file() or index.is_symlink():
            continue
        while True:
            records = _records(folder)
            before = index.read_bytes()
            after = _with_list(before, records)
            if after != before:
                replace_file(index, after)
                yield index
            # A record that came in between is not in it, nor in the list of whoever brought it and was the first.
            if records == _records(folder):
                break


def _with_list(content: bytes, records: list[Path]) -> bytes:
    """The content with its list of records written anew; as it is where it has none, or is no text."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return content
    end = "\r\n" if "\r\n" in text else "\n"
    items = [f"* [ADR-{path.name.partition('-')[0]}]({quote(path.name)}) - {_title(path)}" for path in records]
    listed = end.join(["", "", *items, *([""] if items else []), ""])
    return _LIST.sub(lambda found: f"{found[1]}{listed}{found[2]}", text, count=1).encode("utf-8")


def _title(path: Path) -> str:
    """The heading of a record; its name where there is none."""
    heading = next((line for line in _head(path).splitlines() if line.startswith("# ")), "")
    return printable(heading.removeprefix("# ").replace("<!--", "")).strip() or path.stem


def _head(path: Path) -> str:
    with suppress(OSError), path.open("rb") as file:
        return file.read(_HEAD).decode("utf-8", errors="replace")
    return ""
