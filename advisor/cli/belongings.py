"""What the program has written on this machine: found by what it is, so that nothing of anybody else's counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from advisor import resources
from advisor.evidence.environments import standing as environments
from advisor.evidence.environments.standing import Site
from advisor.frozen import dataclass
from advisor.loading import imported

_RUN = re.compile(r"[0-9-]+T[0-9]+Z-[0-9a-f]{16}\.json")
_LEFT = re.compile(r"\.[a-z][a-z0-9_]*\.lock|[a-z][a-z0-9_]*\.(?:log|[0-9]+\.part)")
_MAGIC = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """Something of one kind that the program has written."""

    what: str
    path: Path
    size: int
    """In bytes."""
    remove: Callable[[], None]
    """Removes it; raises OSError or AdvisorError."""


def belongings(home: Path) -> tuple[Belonging, ...]:
    """Everything in the home that the program made, nothing that lies behind a link."""
    if not home.is_dir():
        return ()
    found = [_environment(site) for site in _sites(home)]
    groups: tuple[tuple[str, Path, Iterable[Path]], ...] = (
        ("measurements", resources.store(home), _store(resources.store(home))),
        ("measurements of earlier versions", home / "measurements", _old(home / "measurements")),
        ("cache of knowledge", home / "cache", _named(home / "cache", r"knowledge(?:-.*)?\.(?:json|tmp)")),
        ("unfinished interview", resources.interview(home), _named(home, r"interview(?:\.\d+)?\.yaml")),
        ("lock of the questionnaire", home / "interview.lock", _named(home, r"interview\.lock")),
        ("lock of what measures", resources.measuring(home), _named(home, r"measuring(?:-[A-Za-z0-9._-]*)?\.lock")),
        ("reports of bugs", home / "reports", _named(home / "reports", r"advisor-bug-.*\.txt")),
        ("locks and logs of environments", resources.environments(home), _left(home)),
    )
    for what, path, files in groups:
        listed = tuple(files)
        if listed:
            size = sum(file.lstat().st_size for file in listed)
            found.append(Belonging(what=what, path=path, size=size, remove=partial(_unlink, listed)))
    kept = imported.files_of(resources.imported(home))
    if kept:
        size, folder = sum(file.lstat().st_size for file in kept), resources.imported(home)
        take_away = partial(imported.take_away, folder)
        found.append(Belonging(what="imported knowledge and rules", path=folder, size=size, remove=take_away))
    return tuple(found)


def tidy(home: Path) -> None:
    """Remove the folders that are empty now, the home among them."""
    folders = [*(home / "measurements").glob("*"), *(home / name for name in ("measurements", "cache", "reports"))]
    for folder in (*folders, resources.environments(home), home):
        if not folder.is_symlink():
            with suppress(OSError):
                folder.rmdir()


def _environment(site: Site) -> Belonging:
    size = 0 if site.folder.is_symlink() else environments.size_mb(site.folder) * 1_000_000
    return Belonging(
        what=f"environment of {site.framework}",
        path=site.folder,
        size=size,
        remove=partial(environments.remove, site),
    )


def _sites(home: Path) -> list[Site]:
    return [] if resources.environments(home).is_symlink() else environments.sites(home)


def _store(file: Path) -> Iterator[Path]:
    """The database, if it is one of this program or nothing yet, and what SQLite leaves beside it."""
    from advisor.evidence.keeping.database import APPLICATION  # noqa: PLC0415

    if file.is_symlink() or not file.is_file():
        return
    with file.open("rb") as stream:
        head = stream.read(72)
    if head and not (head.startswith(_MAGIC) and head[68:72] == APPLICATION.to_bytes(4, "big")):
        return
    yield file
    for ending in ("-journal", "-wal", "-shm"):
        beside = file.with_name(file.name + ending)
        if beside.is_file() and not beside.is_symlink():
            yield beside


def _old(folder: Path) -> Iterator[Path]:
    for kind in () if folder.is_symlink() else sorted(folder.glob("*")):
        if not kind.is_symlink():
            yield from (file for file in sorted(kind.glob("*.json")) if _is(file, _RUN))


def _named(folder: Path, pattern: str) -> Iterator[Path]:
    files = () if folder.is_symlink() else sorted(folder.glob("*"))
    return (file for file in files if _is(file, re.compile(pattern)))


def _left(home: Path) -> Iterator[Path]:
    folder = resources.environments(home)
    files = () if folder.is_symlink() else sorted(folder.glob("*"))
    return (file for file in files if _is(file, _LEFT))


def _is(file: Path, pattern: re.Pattern[str]) -> bool:
    return file.is_file() and not file.is_symlink() and pattern.fullmatch(file.name) is not None


def _unlink(files: Iterable[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
