"""What the packages installed here say of themselves, read from their metadata: nothing is imported."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from typing import Any

from advisor.errors import AdvisorError, Problem
from advisor.model.installed import Environment, Installed

QUERY = """
import sys
sys.path[:] = [entry for entry in sys.path if entry]
import json
import platform
from importlib import metadata

found = {}
for name in json.load(sys.stdin):
    try:
        of = metadata.metadata(name)
    except (metadata.PackageNotFoundError, ValueError, OSError):
        continue
    if not of or not of.get("Version"):
        continue
    found[name] = {
        "version": of["Version"],
        "python": of.get("Requires-Python") or "",
        "licence": of.get("License-Expression") or "",
    }
here = {"python": sys.version.split()[0], "platform": sys.platform, "machine": platform.machine()}
print()
print(json.dumps({**here, "packages": found}))
"""
_LIMIT_S = 60.0


def look_into(interpreter: str, names: Iterable[str]) -> Environment:
    """What that interpreter has of the packages; raises where it cannot be asked."""
    wanted = json.dumps(sorted(set(names)))
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter is the user's choice
            [interpreter, "-c", QUERY], input=wanted, capture_output=True, timeout=_LIMIT_S, check=False, text=True
        )
        return _environment(interpreter, json.loads(done.stdout.strip().splitlines()[-1]))
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError, KeyError, TypeError):
        raise AdvisorError(
            Problem(
                place=interpreter,
                message="it could not be asked what is installed; expected a Python of 3.9 or later.",
                hint="Name the Python of an environment that works.",
            )
        ) from None


def _environment(interpreter: str, said: Any) -> Environment:
    packages = {
        name: Installed(version=of["version"], python=of["python"], licence=of["licence"])
        for name, of in said["packages"].items()
    }
    return Environment(
        interpreter=interpreter,
        python=said["python"],
        platform=said["platform"],
        machine=said["machine"],
        packages=packages,
    )
