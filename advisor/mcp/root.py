"""The folder that files may be read from."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from advisor.errors import InputError, Problem
from advisor.frozen import dataclass
from advisor.loading.documents import shown_key


@dataclass(frozen=True, slots=True)
class Root:
    """A folder outside of which nothing is read; without one, nothing is read at all."""

    folder: Path | None = None

    @classmethod
    def of(cls, name: str | None, place: str) -> Self:
        """The root of that name; raises `InputError` where it is no folder."""
        if name is None:
            return cls()
        try:
            folder = Path(name).resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            folder = None
        if folder is None or not folder.is_dir():
            message = f"{shown_key(name)} is no folder."
            raise InputError(Problem(message=message, place=place, hint="Check the path."))
        return cls(folder)

    def path(self, name: str, place: str) -> Path:
        """The path of that name below the root, with links followed; raises `InputError` for any other."""
        if self.folder is None:
            hint = "Start the server with --root DIR, or give the content instead."
            raise InputError(Problem(message="this server reads no files.", place=place, hint=hint))
        try:
            found = (self.folder / name).resolve()
        except (OSError, RuntimeError, ValueError):
            # Links in a circle, or a character that no path can have.
            found = None
        if found is None or not found.is_relative_to(self.folder):
            message = f"{shown_key(name)} does not lie in the folder that files may be read from."
            raise InputError(Problem(message=message, place=place, hint="Give a path relative to that folder."))
        return found

    def file(self, name: str, place: str) -> Path:
        """The path of a plain file of that name below the root: a device or a pipe would be waited for."""
        found = self.path(name, place)
        try:
            plain = found.is_file()
        except OSError:
            # A name longer than any can be.
            plain = False
        if not plain:
            raise InputError(Problem(message=f"{shown_key(name)} is no file.", place=place, hint="Check the path."))
        return found
