"""Which projects there are in a folder, and what belongs to each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.intake.project.seen import Kind
from advisor.intake.project.tally import Tally

Folder = tuple[str, ...]
"""The folders below the root, from the outermost; empty for the root."""

_LOOSE: tuple[Folder, ...] = ((), ("src",), ("notebooks",))
"""Where code without a manifest is a project all the same."""
_SPEAKING: tuple[Kind, ...] = ("package", "npm", "mark", "name")


def divided(folders: Mapping[Folder, Tally]) -> dict[Folder, Tally]:
    """The projects by the folder that each begins in, with everything that was seen in it and in no other.

    A project of Python is one wherever it stands. A folder of requirements, or of another language, is one where it
    does not stand within a project that says what it is built on: there it is a place that this one runs in.
    """
    begins: dict[Folder, bool] = {}
    for folder in sorted({(), *folders}, key=lambda path: (len(path), path)):
        project = _project(folder, folders)
        within = any(begins[outer] for outer in _outwards(folder[:-1]) if outer in begins and folder)
        if project == "certain" or (project and not within):
            begins[folder] = _speaks(folder, folders)
    parts = {folder: Tally() for folder in begins}
    for folder, tally in folders.items():
        part = next((outer for outer in _outwards(folder) if outer in parts), None)
        if part is not None:
            parts[part].join(tally)
    for part, joined in parts.items():
        # Members of a workspace share the lock of its root.
        for outer in _outwards(part[:-1]) if part else ():
            joined.join(_locks(folders.get(outer, Tally())))
    return parts


def _project(folder: Folder, folders: Mapping[Folder, Tally]) -> str:
    """How surely a project begins in this folder; empty where none does."""
    found = {seen.sure for seen, _ in folders.get(folder, Tally()).of("project")}
    if "certain" in found:
        return "certain"
    if found - {"hint"} and (folder or _speaks(folder, folders)):
        return "likely"
    if not folder and any(folders[at].has("name", surely=True) for at in _LOOSE if at in folders):
        return "likely"
    return "hint" if found and (folder or _speaks(folder, folders)) else ""


def _speaks(folder: Folder, folders: Mapping[Folder, Tally]) -> bool:
    """Whether what lies in the folder itself says what is built on."""
    places = _LOOSE if not folder else (folder,)
    return any(folders[at].has(*_SPEAKING, surely=True) for at in places if at in folders)


def _outwards(folder: Folder) -> Iterator[Folder]:
    """The folder and those around it, from the innermost to the root."""
    return (folder[:length] for length in range(len(folder), -1, -1))


def _locks(tally: Tally) -> Tally:
    return Tally({entry: count for entry, count in tally.counts.items() if entry[0] == "lock"})
