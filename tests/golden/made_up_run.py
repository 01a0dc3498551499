"""A run of the probes with something of everything in it, the same on every day and machine."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from advisor.model.measurement import ClassResult, FrameworkRun, Machine, Measurements, ProbeResult

TIMES = {
    "llm_train": {
        "pytorch/eager": (1.0, 2),
        "jax/jit": (1.03, 2),
        "mlx/eager": (1.62, 3),
        "tensorflow/graph": (2.4, 9),
    },
    "recsys_train": {"jax/jit": (1.0, 4), "pytorch/eager": (1.21, 30), "tensorflow/graph": (1.3, 1)},
    "rl": {"mlx/eager": (1.0, 3), "jax/jit": (1.9, 3), "pytorch/eager": (14.0, 5), "tensorflow/graph": (38.0, 8)},
}
"""Class to variant to its relative time and the percent of its error."""
PROBES = {"step_policy": (2.1e-3, 0.35), "gemm": (8.4e-4, 0.02), "dispatch": (6.3e-6, 0.9)}
"""Probe to the time of the fastest and by how much the next is slower, in logarithms."""
RUN = FrameworkRun(
    framework="jax",
    variant="jit",
    version="0.10.2",
    device="cpu",
    python="/usr/bin/python3",
    outcome="ok",
    devices=("cpu",),
    import_s=1.21,
    first_operation_s=0.081,
)


WHY = {
    ("llm_train", "pytorch/eager"): (
        "Bound by dispatch: 246 operations a step at 6.3 us each are 45% of it.",
        "dispatch",
    ),
    ("llm_train", "jax/jit"): (
        (
            "Bound by arithmetic: matrix products are 61% of its step. "
            "Its first step, compiling included, takes 53 s, as long as 5,300 later ones."
        ),
        "gemm",
    ),
}


def _classes() -> Iterator[ClassResult]:
    for workload_class, found in TIMES.items():
        for name, (time, percent) in found.items():
            framework, _, variant = name.partition("/")
            around = 1 + percent / 100
            yield ClassResult(
                name="default",
                workload_class=workload_class,
                framework=framework,
                variant=variant,
                relative_time=time,
                interval=(time / around, time * around),
                first_step_s=0.02 * time**2,
                utilisation=None,
                why=WHY.get((workload_class, name), ("", ""))[0],
                shown_by=WHY.get((workload_class, name), ("", ""))[1],
            )


def _shipped(done: ProbeResult) -> ProbeResult:
    """The same in a fifth less time."""
    low, high = done.interval or (0.0, 0.0)
    return replace(
        done,
        track="as_shipped",
        value=(done.value or 0.0) * 0.8,
        interval=(low * 0.8, high * 0.8),
        paired=(done.paired or 0.0) + math.log(0.8),
        peak_memory_mb=None,
    )


def _results() -> Iterator[ProbeResult]:
    for probe, (fastest, step) in PROBES.items():
        for place, name in enumerate(("mlx/eager", "jax/jit", "pytorch/eager")):
            framework, _, variant = name.partition("/")
            value = fastest * math.exp(place * step)
            done = ProbeResult(
                framework=framework,
                variant=variant,
                probe=probe,
                device="cpu",
                dtype="float32",
                outcome="ok",
                value=value,
                interval=(value * 0.98, value * 1.03),
                first_s=0.2 + 0.4 * place if probe == "step_policy" else None,
                samples=40,
                flags=("contended",) if (probe, place) == ("gemm", 1) else (),
                paired=place * step,
                paired_error=0.01,
                peak_memory_mb=0.4 + 12.5 * place,
                generations=2,
            )
            yield done
            if probe == "step_policy":
                yield _shipped(done)
        lost = replace(
            done,
            framework="tensorflow",
            variant="graph",
            value=None,
            interval=None,
            paired=None,
            flags=(),
            peak_memory_mb=None,
        )
        if probe == "step_policy":
            yield replace(
                done, framework="tensorflow", variant="graph", outcome="unstable", flags=("wide",), paired=None
            )
        elif probe == "gemm":
            yield replace(lost, outcome="failed", reason="the worker ended with signal 11")
        else:
            yield replace(lost, outcome="failed", reason="its worker was lost in gemm: the worker ended with signal 11")
    for each in ("jax/jit", "mlx/eager"):
        framework, _, variant = each.partition("/")
        yield replace(
            lost,
            framework=framework,
            variant=variant,
            probe="upload",
            outcome="not_applicable",
            reason="nothing has to be moved",
        )


MEASURED = Measurements(
    machine=Machine(
        fingerprint="0123456789abcdef",
        os="linux",
        arch="x86_64",
        cpu="Made-up 9000",
        cores=8,
        memory_gb=31.2,
        quiet=True,
        power="battery",
    ),
    frameworks=(
        RUN,
        replace(RUN, framework="mlx", variant="eager", version="0.32.0", import_s=0.31, first_operation_s=0.012),
        replace(RUN, framework="pytorch", variant="eager", version="2.13.0+cpu", threads=8, import_s=2.04),
        replace(
            RUN,
            framework="tensorflow",
            variant="graph",
            version="2.21.0",
            threads=8,
            outcome="failed",
            reason="in gemm: the worker ended with signal 11",
        ),
        replace(
            RUN,
            framework="mxnet",
            variant="hybrid",
            version="",
            device="",
            outcome="not_installed",
            reason="mxnet cannot be imported there; install with: python3 -m pip install mxnet==1.9.1 'numpy<1.24'",
        ),
        *(
            replace(RUN, framework=name, variant=kind, device="", outcome="skipped", reason="full suite")
            for name, kind in (("pytorch", "compiled"), ("tensorflow", "xla"))
        ),
    ),
    results=tuple(_results()),
    classes=tuple(_classes()),
    elapsed_s=187.4,
    measured="2026-11-29T10:12:00Z",
    settings={"suite": "standard", "device": "auto", "threads": "8", "clock": "wall_s", "generations": "2"},
)
