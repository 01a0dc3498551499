"""Reads a folder and says which projects are in it, what each is built on, and what answers follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from advisor.errors import InputError, Problem
from advisor.frozen import replace
from advisor.intake.project import kinds
from advisor.intake.project.configuration import scanning
from advisor.intake.project.folders import is_aside
from advisor.intake.project.known import Known
from advisor.intake.project.parts import Folder, divided
from advisor.intake.project.python_source import imported, used
from advisor.intake.project.reading import read
from advisor.intake.project.seen import BrokenError, Seen
from advisor.intake.project.tally import Tally
from advisor.intake.project.walk import Found, Walk
from advisor.loading.folders import is_folder
from advisor.loading.problems import nearest, printable, shown
from advisor.model.answers import Answers
from advisor.model.project import Part, Place, Signs, Survey
from advisor.model.vocabulary import Vocabulary

_ROOT = "."
_MOST_CODE, _MOST_TREES = 6_000, 2_000
"""Files of code that are read at all, and that are read closely."""
_NAMED = 3
"""Broken files that are named."""


def survey(root: Path, signs: Signs, vocabulary: Vocabulary, chosen: str = "") -> Survey:
    """What is in the folder; `chosen` names the project that is meant. Raises `InputError` where there is no such."""
    if not is_folder(root):
        hint = "Name the folder of a project."
        raise InputError(Problem(message="there is no such folder.", place=printable(str(root)), hint=hint))
    known, walk = Known(signs), Walk(root)
    reader = _Reader(known, walk)
    folders: dict[Folder, Tally] = {}
    for found in walk.found():
        for seen in reader.seen(found):
            place = Place(printable(found.path), seen.line)
            folders.setdefault(found.folders, Tally()).note(seen, place)
    parts = tuple(
        read(printable("/".join(folder)) or _ROOT, tally, known, vocabulary)
        for folder, tally in divided(folders).items()
    )
    meant, why = _meant(parts, chosen)
    left_out = (*walk.left_out(), *reader.left_out())
    return Survey(parts=parts, meant=meant, why=why, files=walk.files, read=walk.read, left_out=left_out)


def used_answers(part: Part) -> Answers:
    """The answers that can be used as given: certain ones and likely ones."""
    return {r.key: r.answer for r in part.readings if r.answer is not None and r.sure != "hint"}


class _Reader:
    """Says what each file shows that is known."""

    def __init__(self, known: Known, walk: Walk) -> None:
        self.known, self.walk, self.scan = known, walk, scanning(known.marks)
        self._code_files = self._unread = self._trees = self._brief = 0
        self._broken: list[str] = []

    def seen(self, found: Found) -> Iterator[Seen]:
        """What a file shows; of one that stands aside, as a hint."""
        folder = found.folders[-1] if found.folders else ""
        hint = is_aside(found.folders, found.name) or kinds.is_for_development(folder, found.name)
        for seen in self._shown(found, folder):
            if self.known.tells(seen) and not (seen.kind == "project" and hint):
                yield replace(seen, sure="hint") if hint and seen.kind != "lock" else seen

    def left_out(self) -> tuple[str, ...]:
        """What was read less closely, or not."""
        brief = f"{self._brief} x details of code beyond the first {_MOST_TREES} files, of which the imports were read"
        unread = f"{self._unread} x files of code beyond the first {_MOST_CODE}"
        named = ", ".join([*self._broken[:_NAMED], *(["..."] if len(self._broken) > _NAMED else [])])
        broken = f"{len(self._broken)} x broken files, whose form cannot be read: {named}"
        said = {brief: self._brief, unread: self._unread, broken: self._broken}
        return tuple(text for text, count in said.items() if count)

    def _shown(self, found: Found, folder: str) -> Iterator[Seen]:
        if self.known.named_files.match(found.name):
            yield Seen("file", found.name)
        language = kinds.language_of(found.name)
        if language:
            yield Seen("language", language, 0, "likely")
        kind = kinds.kind_of(folder, found.name)
        if kind is kinds.CODE and self._code_files >= _MOST_CODE:
            self._unread += 1
            return
        self._code_files += kind is kinds.CODE
        content = self.walk.content(found, kind.most) if kind is not None else None
        if kind is None or content is None or (kind is kinds.CODE and not self.known.imports.search(content)):
            return
        text = content.decode("utf-8-sig", errors="replace")
        try:
            yield from self._code(text) if kind is kinds.CODE else kind.parse(text)
        except BrokenError:
            self._broken.append(printable("/".join((*found.folders, found.name))))
        if kind.scanned:
            yield from self.scan(text, kind.at_begin)

    def _code(self, text: str) -> Iterator[Seen]:
        """What code uses; a tree takes long to build, and the first thousands say it all."""
        if self._trees >= _MOST_TREES:
            self._brief += 1
            return imported(text)
        self._trees += 1
        return self.known.weighed(list(used(text)))


def _meant(parts: tuple[Part, ...], chosen: str) -> tuple[str | None, str]:
    """The part that is meant, and why."""
    if chosen:
        return _named(parts, chosen).path, "as it was asked for"
    if not parts:
        return None, "no project was found here"
    if len(parts) == 1:
        return parts[0].path, "the only project here"
    telling = [part for part in parts if part.uses]
    root = next((part for part in telling if part.path == _ROOT), None)
    if root is not None:
        return _ROOT, "the project at the root; there are others below it"
    if len(telling) == 1:
        return telling[0].path, "the only one of several in which a framework was found"
    return None, "there are several projects; `--part` says which one is meant"


def _named(parts: Iterable[Part], chosen: str) -> Part:
    wanted = chosen.rstrip("/").removeprefix("./") or _ROOT
    for found in (
        [part for part in parts if part.path == wanted],
        [part for part in parts if wanted in (part.name, part.path.rpartition("/")[2])],
    ):
        if len(found) == 1:
            return found[0]
    hint = nearest(wanted, [part.path for part in parts])
    raise InputError(Problem(message=f"{shown(chosen)} is none of the projects here.", place="--part", hint=hint))
