"""Goes through a folder and reads from it: the one place here that touches files, and it trusts none of them."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG

from advisor.frozen import dataclass, field
from advisor.intake.project.folders import is_pruned

MOST_ENTRIES = 300_000
"""Files and folders that are looked at."""
MOST_READ = 40_000
MOST_BYTES = 256 * 1024 * 1024
"""Files, and bytes of them, that are read."""
_MOST_DEPTH = 30
_ENVIRONMENT = ("pyvenv.cfg", "conda-meta")
"""What an environment has in it, whatever it is called."""
# A pipe that took the place of a file must not be waited for, nor a link be followed.
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Found:
    """A file, or a folder that is named like one."""

    folders: tuple[str, ...]
    """From the outermost below the root."""
    name: str

    @property
    def path(self) -> str:
        """Below the root."""
        return "/".join((*self.folders, self.name))


@dataclass(slots=True)
class Walk:
    """One way through a folder, with what it left out."""

    root: Path
    files: int = 0
    read: int = 0
    volume: int = 0
    """Bytes that were read."""
    _left: Counter[str] = field(default_factory=Counter)

    def found(self) -> Iterator[Found]:
        """Every regular file from the root down, the shallow ones first, each folder in the order of names."""
        waiting: deque[tuple[str, ...]] = deque([()])
        looked = 0
        while waiting:
            folders = waiting.popleft()
            entries = self._entries(folders)
            if folders and any(entry.name in _ENVIRONMENT for entry in entries):
                continue
            for entry in entries:
                looked += 1
                if looked > MOST_ENTRIES:
                    self._left[f"what lies beyond the first {MOST_ENTRIES} files and folders"] += 1
                    return
                if entry.is_symlink():
                    self._left["links, which are not followed"] += 1
                elif entry.is_dir(follow_symlinks=False):
                    if is_pruned(entry.name):
                        continue
                    if len(folders) >= _MOST_DEPTH:
                        self._left[f"folders deeper than {_MOST_DEPTH}"] += 1
                        continue
                    waiting.append((*folders, entry.name))
                elif entry.is_file(follow_symlinks=False):
                    self.files += 1
                    yield Found(folders, entry.name)
                else:
                    self._left["pipes, sockets and devices"] += 1

    def content(self, found: Found, most: int) -> bytes | None:
        """What is in a file; nothing of one that is too large, cannot be read, or is beyond what is read in all."""
        if self.read >= MOST_READ or self.volume >= MOST_BYTES:
            self._left[f"files beyond {MOST_READ} or {MOST_BYTES // 1024 // 1024} MB that were read"] += 1
            return None
        try:
            handle = os.open(self.root.joinpath(*found.folders, found.name), _FLAGS)
            with os.fdopen(handle, "rb") as file:
                state = os.fstat(handle)
                if not S_ISREG(state.st_mode):
                    self._left["pipes, sockets and devices"] += 1
                    return None
                content = file.read(min(most, state.st_size) + 1)
        except (OSError, ValueError):
            self._left["files that cannot be read"] += 1
            return None
        if len(content) > most:
            self._left[f"files larger than {most // 1024 // 1024} MB"] += 1
            return None
        self.read, self.volume = self.read + 1, self.volume + len(content)
        return content

    def left_out(self) -> tuple[str, ...]:
        """What was not read, as a sentence each."""
        return tuple(f"{count} x {what}" for what, count in sorted(self._left.items()))

    def _entries(self, folders: tuple[str, ...]) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.root.joinpath(*folders)) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError:
            self._left["folders that cannot be read"] += 1
            return []
