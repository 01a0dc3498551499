"""Where the rules, knowledge and probes lie: below the package when installed, beside it in a checkout."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    installed = _PACKAGE / name
    beside = _PACKAGE.parent / name
    checkout = (_PACKAGE.parent / "pyproject.toml").is_file() and beside.is_dir()
    return beside if checkout else installed


def rules() -> Path:
    """The folder of the rulebook that comes with the program."""
    return _folder("rules")


def knowledge() -> Path:
    """The folder of the knowledge base that comes with the program."""
    return _folder("knowledge")


def probes() -> Path:
    """The folder of worker, framework files and probe definitions."""
    return _folder("probes")


def models() -> tuple[Path, ...]:
    """The source files that give cached knowledge its meaning: a cache made by others is not read."""
    return tuple(sorted([*_PACKAGE.glob("model/*.py"), *_PACKAGE.glob("loading/*.py")]))


def home() -> Path:
    """The folder for everything that is stored: `ADVISOR_HOME`, or the platform's folder for data."""
    chosen = os.environ.get("ADVISOR_HOME")
    if chosen:
        return Path(chosen)
    from platformdirs import user_data_path  # noqa: PLC0415  (only where nothing is chosen)

    return user_data_path("framework-advisor", appauthor=False)


def store(folder: Path | None = None) -> Path:
    """The file of measurements, in that folder or in the home."""
    return (folder or home()) / "measurements.sqlite3"


def measuring(folder: Path | None = None) -> Path:
    """The file that is held locked by whoever measures on this machine, in that folder or in the home.

    A home on a network is that of many machines, which do not disturb each other's figures.
    """
    import platform  # noqa: PLC0415  (only what measures asks)

    host = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-.") else "_" for sign in platform.node())
    return (folder or home()) / f"measuring-{host}.lock"


def interview(folder: Path | None = None) -> Path:
    """The file of the interview that is under way, in that folder or in the home."""
    return (folder or home()) / "interview.yaml"


def imported(folder: Path | None = None) -> Path:
    """The folder of what was imported in the place of knowledge and rules, in that folder or in the home."""
    return (folder or home()) / "knowledge"


def environments(folder: Path | None = None) -> Path:
    """The folder of the environments that the program makes, in that folder or in the home."""
    return (folder or home()) / "environments"
