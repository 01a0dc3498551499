"""A folder of probes with stand-ins for frameworks, and definitions small enough to be run often."""

from __future__ import annotations

import shutil
from pathlib import Path

import psutil
import yaml

import advisor
from advisor.model.probe import ProbeDefinition

_PACKAGE = Path(advisor.__file__).parent
PROBES = next(folder for folder in (_PACKAGE / "probes", _PACKAGE.parent / "probes") if folder.is_dir())
STANDINS = Path(__file__).parent / "standins"
"""Kept as text: they are material for the runner, and wrong on purpose."""

GEMM = ProbeDefinition(
    id="gemm",
    version=1,
    title="t",
    motivation="m",
    sizes={"cpu": {"width": 128}},
    tolerance=2e-5,
    classes={"llm_inference": 0.7},
    priority=1,
)
STREAM = ProbeDefinition(
    id="stream",
    version=1,
    title="t",
    motivation="m",
    sizes={"cpu": {"points": 100_000}},
    tolerance=1e-5,
    classes={"llm_inference": 0.3},
    priority=2,
)


def folder(place: Path, *standins: str) -> Path:
    """Copy the harness and some stand-ins."""
    (place / "frameworks").mkdir(parents=True)
    for name in ("worker.py", "reference.py", "frameworks/on_numpy.py"):
        shutil.copy(PROBES / name, place / name)
    for name in standins:
        shutil.copy(STANDINS / f"on_{name}.py.txt", place / "frameworks" / f"on_{name}.py")
    return place


def definitions() -> tuple[ProbeDefinition, ...]:
    """Load the definitions that are shipped."""
    files = sorted((PROBES / "definitions").glob("*.yaml"))
    loaded = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]
    return tuple(ProbeDefinition(**{**each, "variants": tuple(each.get("variants", ()))}) for each in loaded)


def processes(place: Path) -> list[str]:
    """Give the command lines that name a folder, wherever in them."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line = " ".join(process.info["cmdline"] or [])
        if str(place) in line and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(line)
    return found
