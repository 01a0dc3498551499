"""Environments that the program made: where each lies, how it stands, and its end.

Beside the folder of each lies a record of the same name. What has none was made by somebody else and is left alone.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from advisor import resources
from advisor.errors import Problem, StoreError
from advisor.frozen import dataclass, replace
from advisor.loading.structure import plain, structure
from advisor.locks import hold
from advisor.model.environment import SCHEMA, Made, Standing, State
from advisor.model.package import canonical

LIMIT_S = 20.0
"""For an interpreter to start."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class BusyError(StoreError):
    """Another process is at work on the same environment."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the environment of one framework lies."""

    home: Path
    framework: str

    @property
    def folder(self) -> Path:
        """That of the environment itself."""
        return resources.environments(self.home) / self.framework

    @property
    def record(self) -> Path:
        """What is written down of it."""
        return resources.environments(self.home) / f"{self.framework}.json"

    @property
    def log(self) -> Path:
        """What the tools said that made it; there as long as it is not complete."""
        return resources.environments(self.home) / f"{self.framework}.log"

    @property
    def lock(self) -> Path:
        """What is locked by whoever works on it."""
        return resources.environments(self.home) / f".{self.framework}.lock"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def sites(home: Path) -> list[Site]:
    """Those that there is a record of, by framework."""
    names = sorted(file.stem for file in resources.environments(home).glob("*.json"))
    # Whoever starts one may do so from another folder.
    return [Site(home.absolute(), name) for name in names if _NAME.fullmatch(name)]


def interpreters(home: Path) -> tuple[str, ...]:
    """The interpreters of those that are complete and still there; nothing is started."""
    there = []
    for site in sites(home):
        made = read(site)
        if made is not None and made.complete and site.python.exists():
            there.append(str(site.python))
    return tuple(there)


def read(site: Site) -> Made | None:
    """What is written down of an environment; nothing where there is nothing sound."""
    try:
        data = json.loads(site.record.read_bytes())
        if data["schema"] != SCHEMA or not all(isinstance(data[key], list) for key in ("requirements", "modules")):
            return None
        made = structure(Made, data)
        sound = all(isinstance(value, str) for pair in made.packages.items() for value in pair)
        texts = (made.base, made.python, made.installer, made.made, *made.requirements, *made.modules)
        sound = sound and all(isinstance(text, str) for text in texts) and isinstance(made.size_mb, int)
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None
    return made if sound else None


def write(site: Site, made: Made) -> None:
    """Write down what is to be known of it, whole or not at all. Raises OSError."""
    site.record.parent.mkdir(parents=True, exist_ok=True)
    part = site.record.with_suffix(f".{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            json.dump(plain(made), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(site.record)
    finally:
        part.unlink(missing_ok=True)


def standing(site: Site) -> Standing:
    """How it stands: its interpreter is started, its packages are looked for, and nothing of them is loaded."""
    made = read(site)
    if made is None:
        return _standing(site, None, "broken", "its record cannot be read")
    if not made.complete:
        return _standing(site, made, "incomplete", "making it was interrupted or failed")
    wrong = _wrong(site, made)
    if wrong:
        return _standing(site, made, "broken", wrong)
    now = _packages(site.folder)
    missing = [name for name in made.packages if name not in now]
    if missing:
        return _standing(site, made, "broken", f"{', '.join(missing)} is missing")
    changed = [f"{name} {now[name]}" for name, version in made.packages.items() if now[name] != version]
    return _standing(site, made, "ok", f"changed by others: {', '.join(changed)}" if changed else "")


def _wrong(site: Site, made: Made) -> str:
    """What is wrong with its interpreter."""
    if not site.python.exists():
        return f"its Python is gone ({made.base})" if os.path.lexists(site.python) else "its interpreter is missing"
    python = version_of(str(site.python))
    if not python:
        return "its interpreter does not start"
    if python.split(".")[:2] != made.python.split(".")[:2]:
        return f"its Python was {made.python} and is {python} now"
    return ""


def _standing(site: Site, made: Made | None, state: State, why: str) -> Standing:
    return Standing(
        framework=site.framework,
        state=state,
        why=why,
        interpreter=str(site.python),
        python=made.python if made else "",
        packages=made.packages if made else {},
        size_mb=made.size_mb if made else 0,
        made=made.made if made else "",
    )


def version_of(interpreter: str) -> str:
    """The version of a Python; empty where it does not start or is none."""
    command = [interpreter, "-I", "-S", "-c", "import sys; print(sys.version.split()[0])"]
    with suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(  # noqa: S603 - found on the path, or made by this program
            command, capture_output=True, timeout=LIMIT_S, check=True, text=True, errors="replace"
        )
        said = done.stdout.strip()
        return said if re.fullmatch(r"3\.[0-9]+\.[0-9a-z.+-]+", said) else ""
    return ""


def _packages(folder: Path) -> Mapping[str, str]:
    """What is installed in it and in which version, by the names of the folders of metadata."""
    found = {}
    for pattern in ("lib/python3*/site-packages/*.dist-info", "Lib/site-packages/*.dist-info"):
        for entry in folder.glob(pattern):
            name, _, version = entry.name.removesuffix(".dist-info").partition("-")
            found[canonical(name)] = version
    return found


def remove(site: Site) -> None:
    """Delete an environment with its record, last of all; where it is interrupted, it is incomplete.

    Raises StoreError where it cannot be deleted, or another process is at work on it.
    """
    try:
        with locked(site):
            made = read(site)
            if made is not None and made.complete:
                # On a disk that is full nothing can be written down, and all the more has to be deleted.
                with suppress(OSError):
                    write(site, replace(made, complete=False))
            delete(site.folder)
            site.log.unlink(missing_ok=True)
            site.record.unlink(missing_ok=True)
    except OSError as error:
        message = f"it cannot be removed: {error.strerror or error}."
        raise StoreError(Problem(message=message, place=str(site.folder), hint="Check its permissions.")) from error


def delete(folder: Path) -> None:
    """Delete a folder with everything in it; a link is deleted, and not what it leads to. Raises OSError."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


@contextmanager
def locked(site: Site) -> Iterator[int]:
    """Only one process at a time; the lock falls with the last process that holds the descriptor it gives.

    Raises BusyError where another one has it, OSError where there can be none.
    """
    try:
        descriptor = hold(site.lock)
    except BlockingIOError:
        message = "another process is making or removing it."
        raise BusyError(Problem(message=message, place=site.framework, hint="Wait until it is done.")) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def size_mb(folder: Path) -> int:
    """What a folder takes on the disk, in MB; links are not followed, and what is linked several times counts once."""
    seen: set[tuple[int, int]] = set()
    total = 0
    waiting = [str(folder)]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                    continue
                about = entry.stat(follow_symlinks=False)
                if about.st_nlink == 1 or (about.st_dev, about.st_ino) not in seen:
                    seen.add((about.st_dev, about.st_ino))
                    total += about.st_size
    return round(total / 1e6)
