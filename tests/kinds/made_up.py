"""Runs on three kinds of machine that are made up: a node of processors, one of accelerators, and a laptop."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from advisor.evidence.portable import document, identified
from advisor.frozen import replace
from advisor.model.measurement import TERMS, Accelerator, ClassResult, FrameworkRun, Machine, Measurements

CPU = Machine(fingerprint="c9" * 8, os="linux", arch="x86_64", cpu="AMD EPYC 9654", cores=96, memory_gb=755.0)
NVIDIA = Machine(
    fingerprint="a1" * 8,
    os="linux",
    arch="x86_64",
    cpu="Intel(R) Xeon(R) Platinum 8480C",
    cores=224,
    memory_gb=2015.0,
    accelerators=(Accelerator(vendor="nvidia_gpu", name="NVIDIA H100 80GB HBM3", memory_gb=79.6, driver="580.65"),) * 8,
)
APPLE = Machine(
    fingerprint="e7" * 8,
    os="macos_arm64",
    arch="arm64",
    cpu="Apple M3 Max",
    cores=16,
    memory_gb=64.0,
    accelerators=(Accelerator(vendor="apple_gpu", name="Apple M3 Max", memory_gb=64.0),),
)
TIMES: Mapping[str, Mapping[str, float]] = {
    CPU.fingerprint: {"pytorch/compiled": 1.0, "jax/jit": 1.04, "tensorflow/graph": 1.35, "mlx/compiled": 3.1},
    NVIDIA.fingerprint: {"jax/jit": 1.0, "pytorch/compiled": 1.3, "tensorflow/graph": 1.7},
    APPLE.fingerprint: {"mlx/compiled": 1.0, "pytorch/eager": 1.6},
}
"""Kind to variant to its relative time, in every class of work."""
_DEVICES = {CPU.fingerprint: "cpu", NVIDIA.fingerprint: "cuda", APPLE.fingerprint: "mps"}
CLASSES = ("vision_train", "llm_train", "llm_inference")
_ERROR, _BEST = 1.04, 0.6


def measured(machine: Machine, day: int = 1, times: Mapping[str, float] | None = None) -> Measurements:
    """A run on one of them."""
    found = TIMES[machine.fingerprint] if times is None else times
    names = [name.split("/") for name in found]
    frameworks = tuple(
        FrameworkRun(
            framework=framework,
            variant=variant,
            version="1.0",
            device=_DEVICES[machine.fingerprint],
            python="3.12.4",
            outcome="ok",
        )
        for framework, variant in names
    )
    classes = tuple(
        ClassResult(
            name="default",
            workload_class=workload,
            framework=name.partition("/")[0],
            variant=name.partition("/")[2],
            relative_time=time,
            interval=(time / _ERROR, time * _ERROR),
            first_step_s=2.0,
            utilisation=_BEST / time,
        )
        for workload in CLASSES
        for name, time in found.items()
    )
    run = Measurements(
        machine=machine,
        frameworks=frameworks,
        results=(),
        classes=classes,
        elapsed_s=60.0,
        measured=f"2026-11-{day:02}T10:00:00Z",
        settings={"suite": "quick", "device": "auto"},
        terms=TERMS,
    )
    return identified(run)


def exported(run: Measurements, file: Path) -> Path:
    """The file with the run as `advisor measurements export` writes it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document(replace(run, foreign=False))) + "\n", encoding="utf-8")
    return file


def fleet(folder: Path) -> Path:
    """A folder with a run of each kind, as the job script leaves them."""
    for machine in (CPU, NVIDIA, APPLE):
        exported(measured(machine), folder / machine.fingerprint / "run.json")
    return folder
