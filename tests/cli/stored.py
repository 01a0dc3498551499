"""A run as it is stored, of the machine that the tests run on."""

from __future__ import annotations

import sys
from importlib import metadata
from typing import Any

from advisor import resources
from advisor.evidence.keeping.whereabouts import Package, Place
from advisor.evidence.machine.detection import identify
from advisor.evidence.probing.classes import compose
from advisor.evidence.probing.workloads import by_default
from advisor.frozen import replace
from advisor.loading.probes import load_models
from advisor.model.measurement import TERMS, FrameworkRun, Measurements, ProbeResult, Samples


def measured(day: int = 1, **changes: Any) -> Measurements:
    """A run on this very machine, of two frameworks that are both quick."""
    definitions = by_default(load_models(resources.probes() / "workloads" / "models.yaml"))
    results = tuple(
        ProbeResult(
            framework=framework,
            variant="eager",
            probe=definition.id,
            device="cpu",
            dtype="float32",
            outcome="ok",
            value=0.001,
            interval=(0.0009, 0.0011),
            paired=paired,
            paired_error=0.01,
            flops=1e6,
            version=definition.version,
            function=definition.function,
            raw=Samples(wall_s=(0.001, 0.0011)),
        )
        for definition in definitions
        for framework, paired in (("jax", 0.0), ("pytorch", 0.5))
    )
    run = Measurements(
        machine=identify(),
        frameworks=tuple(
            FrameworkRun(
                framework=name,
                variant="eager",
                version="1.0",
                device="cpu",
                python="3.11.7",
                outcome="ok",
                reason="" if name == "jax" else "seen in /home/ada/bin/python",
            )
            for name in ("jax", "pytorch")
        ),
        results=results,
        classes=compose(definitions, results, 1e10),
        elapsed_s=10.0,
        canary_rate=1e10,
        measured=f"2026-01-{day:02}T00:00:00Z",
        terms=TERMS,
    )
    return replace(run, **changes)


def found_here() -> tuple[Place, ...]:
    """Both, where something is installed that does not change while a test runs."""
    of = metadata.distribution("pytest")
    package = Package(module="pytest", name="pytest", version=of.version, metadata=str(getattr(of, "_path", "")))
    return tuple(
        Place(framework=name, variant="eager", interpreter=sys.executable, packages=(package,))
        for name in ("jax", "pytorch")
    )
