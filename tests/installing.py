"""Makes environments from requirements, with uv where it is present: from where pip is configured to take packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from advisor.evidence import index
from advisor.evidence.environments.making import _DROPPED

PATH = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
UV = shutil.which("uv", path=PATH)


@cache
def told(key: str) -> str:
    """What pip is configured for, with spaces between several; empty where that is its default."""
    own = os.environ.get(f"PIP_{key.upper().replace('-', '_')}", "")
    found = index._settings() or {}
    places = (f"install.{key}", f"global.{key}")
    return " ".join((own or next((found[place] for place in places if place in found), "")).split())


def variables(folder: Path) -> Mapping[str, str]:
    """The variables under which uv looks where pip does, and takes the newest of what it finds there, as pip does.

    What it fetches is kept in the folder, and linked into each environment from there.
    """
    kept = {name: value for name, value in os.environ.items() if name not in (*_DROPPED, "UV_OFFLINE", "UV_NO_INDEX")}
    settings = {
        "UV_DEFAULT_INDEX": told("index-url"),
        "UV_INDEX": told("extra-index-url"),
        "UV_FIND_LINKS": told("find-links").replace(" ", ","),
        "SSL_CERT_FILE": told("cert"),
    }
    own = {"UV_CACHE_DIR": str(folder), "UV_INDEX_STRATEGY": "unsafe-best-match", "UV_PYTHON_DOWNLOADS": "never"}
    return {**kept, **{name: value for name, value in settings.items() if value}, **own, "PATH": PATH}


def environment(folder: Path, requirements: Path, kept: Path) -> Path:
    """The interpreter of a new environment with what the file asks for."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if UV:
        _do([UV, "venv", "--python", sys.executable, str(folder)], kept)
        _do([UV, "pip", "install", "--python", str(python), "-r", str(requirements)], kept)
        _do([UV, "pip", "check", "--python", str(python)], kept)
    else:
        _do([sys.executable, "-m", "venv", str(folder)], kept)
        _do([str(python), "-m", "pip", "install", "--no-input", "-r", str(requirements)], kept)
        _do([str(python), "-m", "pip", "check"], kept)
    return python


def _do(command: Sequence[str], kept: Path) -> None:
    done = subprocess.run(command, env=variables(kept), capture_output=True, text=True, check=False, timeout=550)
    if done.returncode:
        where = index.shown_url(told("index-url")) if told("index-url") else "its default index"
        links = " and its find-links" if told("find-links") else ""
        raise AssertionError(
            f"`{' '.join(command)}` did not install what is handed on from where pip is configured to take packages "
            f"({where}{links}), which has to be reached for this test. Its words:\n{done.stdout}{done.stderr}"
        )
