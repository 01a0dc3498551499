"""Runs as they are stored, and a world in which what they were measured with can change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from advisor.evidence.keeping.whereabouts import Package, Place
from advisor.model.measurement import (
    TERMS,
    Accelerator,
    ClassResult,
    FrameworkRun,
    Machine,
    Measurements,
    ProbeResult,
    Samples,
)

MACHINE = Machine(
    fingerprint="abc",
    os="linux",
    arch="x86_64",
    cpu="A Processor",
    cores=2,
    memory_gb=8.0,
    quiet=True,
    sources={"cpu": "/proc/cpuinfo"},
)
CARD = Accelerator(vendor="nvidia_gpu", name="A Card", memory_gb=80.0, source="nvidia-smi", driver="550.1")
WITH_CARD = replace(MACHINE, accelerators=(CARD,))
TIMES = {"jax": -0.5, "pytorch": 0.0, "mlx": 0.5}
"""Logarithms on a common scale."""
VERSIONS = {"jax": "0.10.1", "pytorch": "2.13.0", "mlx": "0.32.0"}
DEFINITION = """
id: {name}
version: {version}
title: A probe
motivation: To have one.
sizes: {{cpu: {{width: 8}}}}
tolerance: 1.0e-5
"""


def result(framework: str, probe: str = "one", outcome: str = "ok") -> ProbeResult:
    figures = {"value": 0.001, "interval": (0.0009, 0.0011), "paired": TIMES[framework], "paired_error": 0.01}
    return ProbeResult(
        framework=framework,
        variant="eager",
        probe=probe,
        device="cpu",
        dtype="float32",
        outcome=outcome,  # type: ignore[arg-type]
        flags=("contended",),
        raw=Samples(wall_s=(0.001, 0.0011), cpu_s=(0.002, 0.0021), clean=(True, False), generation=(0, 0)),
        **(figures if outcome == "ok" else {}),  # type: ignore[arg-type]
    )


def run_of(*frameworks: str, day: int = 1, machine: Machine = MACHINE) -> Measurements:
    """A run of these frameworks, on two probes, with the classes that these probes make."""
    return Measurements(
        machine=machine,
        frameworks=tuple(
            FrameworkRun(
                framework=name, variant="eager", version=VERSIONS[name], device="cpu", python="3.11.7", outcome="ok"
            )
            for name in frameworks
        ),
        results=tuple(result(name, probe) for probe in ("one", "two") for name in frameworks),
        classes=tuple(
            ClassResult(
                name="default",
                workload_class="rl",
                framework=name,
                variant="eager",
                relative_time=1.0 + number,
                interval=(0.9, 1.1),
                first_step_s=1.0,
                utilisation=None,
                probes=("one",),
            )
            for number, name in enumerate(frameworks)
        ),
        elapsed_s=1.0,
        measured=f"2026-01-{day:02}T00:00:00Z",
        settings={"device": "auto", "seed": "0"},
        terms=TERMS,
    )


def define(probes: Path, **versions: int) -> None:
    """The folder of definitions, with these in it."""
    folder = probes / "definitions"
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.yaml"):
        file.unlink()
    for name, version in versions.items():
        text = DEFINITION.format(name=name, version=version)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def install(site: Path, framework: str, version: str) -> Package:
    """Put a package's metadata there, in place of what was there before, as pip does."""
    for old in site.glob(f"{framework}-*.dist-info"):
        (old / "METADATA").unlink()
        old.rmdir()
    folder = site / f"{framework}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {framework}\nVersion: {version}\n\nVersion: 9\n")
    return Package(module=framework, name=framework, version=version, metadata=str(folder))


def installed(folder: Path, *frameworks: str) -> list[Place]:
    """Where these are, in an environment of their own each."""
    places = []
    for name in frameworks:
        interpreter = folder / name / "python"
        package = install(folder / name / "site-packages", name, VERSIONS[name])
        interpreter.touch()
        places.append(Place(framework=name, variant="eager", interpreter=str(interpreter), packages=(package,)))
    return places
