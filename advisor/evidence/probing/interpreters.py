"""Which Python can import which framework, found out without importing any."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterable, Mapping, Sequence

from advisor.evidence.probing.plan import Offer
from advisor.frozen import dataclass, field
from advisor.model.measurement import Outcome

LIMIT_S = 10.0
"""For an interpreter to start and look at its folders."""

QUERY = """
import json, sys
sys.path[:] = [entry for entry in sys.path if entry]
from importlib import metadata, util

def version(module):
    top = module.partition(".")[0]
    for name in (top, top + "-cpu", top + "-gpu", top + "-macos"):
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            pass
    return ""

def found(module):
    try:
        spec = util.find_spec(module)
    except (ImportError, ValueError):
        return None
    return version(module) if spec is not None and spec.origin else None

print()
print(json.dumps({"python": sys.version.split()[0], "modules": {m: found(m) for m in sys.argv[1:]}}))
"""
"""Asks an interpreter; a folder that merely bears the name of a framework has no origin and does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What one interpreter has."""

    interpreter: str
    python: str = ""
    modules: Mapping[str, str | None] = field(default_factory=dict)
    """Module to its version, empty where that is unknown; None where it cannot be imported."""
    reason: str = ""
    """Why it could not be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where a variant can be run, or why it cannot."""

    offer: Offer
    interpreter: str
    outcome: Outcome = "ok"
    reason: str = ""
    version: str = ""
    python: str = ""


def survey(interpreter: str, modules: Iterable[str], variables: Mapping[str, str], limit_s: float = LIMIT_S) -> Survey:
    """Ask an interpreter which modules it can import, and in which versions."""
    command = [interpreter, "-c", QUERY, *sorted(set(modules))]
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter is the user's choice
            command, capture_output=True, timeout=limit_s, check=False, text=True, errors="replace", env=dict(variables)
        )
    except subprocess.TimeoutExpired:
        return Survey(interpreter=interpreter, reason=f"{interpreter} did not answer within {limit_s:.0f} s")
    except OSError as error:
        return Survey(interpreter=interpreter, reason=f"{interpreter} does not start: {error.strerror or error}")
    try:
        said = json.loads(done.stdout.strip().splitlines()[-1])
        return Survey(interpreter=interpreter, python=said["python"], modules=said["modules"])
    except (ValueError, IndexError, TypeError, KeyError):
        words = " ".join(done.stderr.split())[-300:]
        reason = (
            f"{interpreter} does not behave like Python (exit status {done.returncode}){': ' + words if words else ''}"
        )
        return Survey(interpreter=interpreter, reason=reason)


def locate(offers: Sequence[Offer], surveys: Sequence[Survey]) -> dict[str, Located]:
    """Find for each variant the first interpreter that has all it needs; the name of a variant to where it is."""
    return {offer.name: _locate(offer, surveys) for offer in offers}


def _locate(offer: Offer, surveys: Sequence[Survey]) -> Located:
    for found in surveys:
        if not found.reason and not _missing(offer, found):
            version = found.modules[offer.modules[0]] or ""
            return Located(offer=offer, interpreter=found.interpreter, version=version, python=found.python)
    able = [found for found in surveys if not found.reason]
    if not able:
        reasons = "; ".join(found.reason for found in surveys) or "no interpreter was given"
        return Located(
            offer=offer, interpreter=surveys[0].interpreter if surveys else "", outcome="failed", reason=reasons
        )
    best = min(able, key=lambda found: len(_missing(offer, found)))
    missing = ", ".join(_missing(offer, best))
    into_this = [best.interpreter, "-m", "pip", "install", *offer.install.split()]
    remedy = f"advisor env create {offer.framework}" if offer.alone else shlex.join(into_this)
    reason = f"{missing} cannot be imported there; install with: {remedy}"
    return Located(
        offer=offer, interpreter=best.interpreter, outcome="not_installed", reason=reason, python=best.python
    )


def _missing(offer: Offer, found: Survey) -> list[str]:
    return [module for module in (*offer.modules, "numpy") if found.modules.get(module) is None]
