"""The bundle that takes the place of the knowledge and rules that come with the program: put there, and taken away."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from advisor.errors import Problem, StoreError
from advisor.loading.bundles import MANIFEST, SIGNATURE, Bundle, kept_manifest
from advisor.loading.problems import printable


def put(bundle: Bundle, folder: Path, sound: Callable[[Path, Path], None]) -> None:
    """Put a bundle in the place of the one before, once its unpacked knowledge and rules have been found `sound`.

    Until then nothing changes. Raises StoreError where the folder is somebody else's or cannot be written to, and what
    `sound` raises.
    """
    if folder.is_symlink() or (folder.exists() and not (folder / MANIFEST).is_file()):
        raise _failed(folder, "there is something in its place that advisor did not put there", "Move it away.")
    part, old = (folder.with_name(f"{folder.name}.{os.getpid()}.{what}") for what in ("part", "old"))
    try:
        contents = {MANIFEST: bundle.signed, SIGNATURE: bundle.signature, **bundle.files}
        for name, content in contents.items():
            target = part / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        sound(part / "knowledge", part / "rules")
        if folder.exists():
            folder.rename(old)
        try:
            part.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
    except OSError as error:
        raise _failed(folder, f"it cannot be written: {error.strerror or error}", "Check ADVISOR_HOME.") from None
    finally:
        for left in (part, old):
            shutil.rmtree(left, ignore_errors=True)


def files_of(folder: Path) -> list[Path]:
    """What lies there of the bundle in use, and of nobody else; nothing where there is none."""
    if folder.is_symlink():
        return []
    manifest = kept_manifest(folder)
    names = (MANIFEST, SIGNATURE, *manifest.files) if manifest else ()
    found = [folder / name for name in names]
    return [file for file in found if file.is_file() and not file.is_symlink()]


def take_away(folder: Path) -> None:
    """Remove the bundle in use, the manifest first: from then on the program's own counts. Raises OSError."""
    files = files_of(folder)
    for file in files:
        file.unlink(missing_ok=True)
    folders = {parent for file in files for parent in file.parents if parent.is_relative_to(folder)}
    for empty in sorted(folders, key=lambda path: -len(path.parts)):
        with suppress(OSError):
            empty.rmdir()


def _failed(folder: Path, message: str, hint: str) -> StoreError:
    return StoreError(Problem(message=f"{message}.", place=printable(str(folder)), hint=hint))
