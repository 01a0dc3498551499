"""A folder of probes with stand-ins for frameworks, and definitions small enough to be run often."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import psutil

import advisor
from advisor.evidence.probing.workloads import by_default
from advisor.loading.probes import load_definitions, load_models
from advisor.model.probe import ProbeDefinition, Workload

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
    workload=Workload(name="default", workload_class="llm_inference"),
    priority=1,
)
STREAM = ProbeDefinition(
    id="stream",
    version=1,
    title="t",
    motivation="m",
    sizes={"cpu": {"points": 100_000}},
    tolerance=1e-5,
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
    """Load the single operations that are shipped."""
    return load_definitions(PROBES / "definitions")


def models() -> tuple[ProbeDefinition, ...]:
    """Load the whole models that are shipped, at their default sizes."""
    return by_default(load_models(PROBES / "workloads" / "models.yaml"))


def load(path: Path, name: str) -> ModuleType:
    """Import a file by its path."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def processes(place: Path) -> list[str]:
    """Give the command lines that name a folder, wherever in them."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line = " ".join(process.info["cmdline"] or [])
        if str(place) in line and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(line)
    return found
