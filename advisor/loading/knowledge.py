"""The knowledge base with its rulebook: from the files, or from what was kept when they were last read."""

from __future__ import annotations

import gc
import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from stat import S_ISREG
from typing import Literal

from advisor import resources
from advisor.loading import cache
from advisor.loading.documents import MAX_BYTES
from advisor.loading.folders import Folder, everything, is_folder, is_there, looks_read
from advisor.loading.problems import printable
from advisor.model.knowledge import KnowledgeBase

_BESIDE = ("examples", "policies", "cases", "spot_checks.yaml", "signs.yaml")
"""What lies beside the program's own knowledge, and no recommendation rests on: what a sign says becomes an answer."""
_MANIFEST = "manifest.json"
"""What says that a bundle is in use."""


def in_use() -> tuple[Path, Path]:
    """The folders of knowledge and rules that count: those of the bundle that was imported, else the program's own."""
    kept = resources.imported()
    if is_there(kept / _MANIFEST):
        return kept / "knowledge", kept / "rules"
    return resources.knowledge(), resources.rules()


def load(
    knowledge: Sequence[Path] = (),
    rules: Sequence[Path] = (),
    *,
    own: tuple[Path, Path] | None = None,
    use_cache: bool = True,
) -> KnowledgeBase:
    """The validated knowledge base with its rulebook; raises `InputError` with every problem in every file.

    `knowledge` and `rules` are overlays on what is in use, or on the two folders of `own`.
    """
    facts, book = own or in_use()
    folders = (Folder(facts), *(Folder(path, printable(str(path))) for path in knowledge))
    books = (Folder(book), *(Folder(path, printable(str(path))) for path in rules))
    digests: dict[Literal["knowledge", "rules"], str] = {"knowledge": _digest(folders), "rules": _digest(books)}
    bundle = "" if own or facts == resources.knowledge() else _bundle(facts.parent)
    named = [folder.origin for folder in (*folders, *books)]
    key = _hash(chain(digests.values(), named, (bundle,), (path.read_bytes() for path in resources.models())))
    with _uncollected():
        kept = cache.read(key, named) if use_cache else None
    if kept is not None:
        return kept
    from advisor.loading.knowledge_files import read  # noqa: PLC0415  (a warm start parses and validates nothing)

    base = read(folders, books, digests, bundle)
    if use_cache:
        cache.write(key, named, base)
    return base


def _bundle(folder: Path) -> str:
    """The digest of the bundle in use."""
    from advisor.loading.bundles import kept_manifest  # noqa: PLC0415  (there is hardly ever one)

    manifest = kept_manifest(folder)
    return manifest.digest if manifest else ""


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the cyclic collector: what is read here stays, and to look through it again and again takes long."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _hash(parts: Iterable[str | bytes]) -> str:
    total = hashlib.sha256()
    for part in parts:
        content = os.fsencode(part) if isinstance(part, str) else part
        total.update(len(content).to_bytes(8, "big"))
        total.update(content)
    return total.hexdigest()


def _digest(folders: Sequence[Folder]) -> str:
    """The digest of the files by name and content; where there is no overlay, that of the one folder."""
    digests = [_digest_of(folder.path, () if folder.origin else _BESIDE) for folder in folders]
    return "sha256:" + (digests[0] if len(digests) == 1 else _hash(digests))


def _digest_of(folder: Path, beside: Collection[str]) -> str:
    """The digest of everything that is read, or that is refused because it cannot be."""
    named = ((path.parts[len(folder.parts) :], path) for path in everything(folder) if looks_read(path))
    pairs = (("/".join(within), _content(path)) for within, path in named if within[0] not in beside)
    return _hash(chain(chain.from_iterable(pairs), () if is_folder(folder) else ("no folder",)))


def _content(path: Path) -> bytes:
    """What the reader would see: the beginning of a file that is too large, nothing of what cannot be read."""
    try:
        found = path.stat()
        if not S_ISREG(found.st_mode):
            return b""
        with path.open("rb") as file:
            # So many bytes are made room for, however few there are.
            return file.read(min(found.st_size, MAX_BYTES) + 1)
    except OSError:
        return b""
