"""What probing found: outcomes, never exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from advisor.frozen import dataclass, field

Outcome = Literal["ok", "unstable", "failed", "timed_out", "not_installed", "not_applicable", "skipped"]
"""A closed set. Only `ok` moves a ranking; everything else is shown with its reason."""

SCHEMA = "advisor/measurements/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerator:
    """A device that the operating system reports."""

    vendor: str
    """A word of `train_hw`: nvidia_gpu, amd_gpu, intel_gpu, apple_gpu, google_tpu, ..."""
    name: str
    memory_gb: float | None = None
    source: str = ""
    """The file or command it was read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What was detected of the machine."""

    fingerprint: str
    """A hash of what identifies the machine's kind: never of a serial number, user or host name."""
    os: str
    """A word of `train_os`."""
    arch: str
    cpu: str
    cores: int
    """Usable by this process: affinity and control group considered."""
    memory_gb: float | None
    accelerators: tuple[Accelerator, ...] = ()
    quiet: bool | None = None
    """Whether nothing else of weight was running; unknown until looked at."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Field to the file, call or command it was read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkRun:
    """How one variant of one framework fared as a whole."""

    framework: str
    variant: str
    version: str
    device: str
    python: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """One probe of one variant."""

    framework: str
    variant: str
    probe: str
    device: str
    dtype: str
    outcome: Outcome
    value: float | None = None
    """Median seconds of wall time for one iteration."""
    unit: str = "s"
    interval: tuple[float, float] | None = None
    """90 % interval of the median."""
    cpu_value: float | None = None
    """Median seconds of processor time for one iteration, all threads."""
    first_s: float | None = None
    """Seconds of the first call: tracing and compiling, apart from the steady state."""
    samples: int = 0
    """Blocks that count: undisturbed ones where there are enough, else all."""
    flops: float | None = None
    """Floating-point operations of one iteration, as the definition counts them."""
    flags: tuple[str, ...] = ()
    """What to hold against the value, in words of the probe runner: `contended`, `unsettled`, `implausible`, ..."""
    reason: str = ""
    paired: float | None = None
    """Logarithm of its time on a scale common to the variants of this probe: the difference of two is the logarithm of
    the ratio of their times, compared round by round and so freed from what slowed them all."""
    paired_error: float | None = None
    """Standard error of `paired`."""
    error: float | None = None
    """Largest relative difference between its result and the float64 reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassResult:
    """How long one step of a class of workload takes in one variant, relative to the fastest here."""

    name: str
    workload_class: str
    framework: str
    variant: str
    relative_time: float
    """1.00 is the fastest."""
    interval: tuple[float, float]
    """90 % interval of its own time on the same scale: the fastest has one around 1.00 too."""
    first_step_s: float
    utilisation: float | None
    """Share of the canary's arithmetic rate: floating-point operations a second over those of the reference
    without any framework, measured in the same rounds, for the class as a whole, and between its variants in the
    ratios of `relative_time`. Above 1 on an accelerator, since the canary runs on the processor; unknown without a
    canary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """One run of `advisor probe`."""

    machine: Machine
    frameworks: tuple[FrameworkRun, ...]
    results: tuple[ProbeResult, ...]
    classes: tuple[ClassResult, ...]
    elapsed_s: float
    measured: str
    """When, in UTC: `YYYY-MM-DDTHH:MM:SSZ`."""
    id: str = ""
    """A hash of the content."""
    canary_rate: float | None = None
    """Floating-point operations a second of the matrix product without any framework, over the undisturbed rounds."""
    schema: str = SCHEMA
