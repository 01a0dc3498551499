"""What probing found: outcomes, never exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from advisor.frozen import dataclass, field

Outcome = Literal["ok", "unstable", "failed", "timed_out", "not_installed", "not_applicable", "skipped"]
"""A closed set. Only `ok` moves a ranking; everything else is shown with its reason."""

Track = Literal["matched", "as_shipped"]
"""The same terms for every framework, which scores; or each as it comes, which is shown."""

SCHEMA = "advisor/measurements/1"

TERMS = 2
"""The version of the terms of comparison: of what the harness does, and of what each framework is set to.

It rises where a change of either moves figures: a run under other terms is kept, and taken together with none of now.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerator:
    """A device that the operating system reports."""

    vendor: str
    """A word of `train_hw`: nvidia_gpu, amd_gpu, intel_gpu, apple_gpu, google_tpu, ..."""
    name: str
    memory_gb: float | None = None
    """Its own, or where it shares that of the processor, all of that; for chips whose drivers tell none, what their
    makers specify."""
    source: str = ""
    """The file or command it was read from."""
    driver: str = ""
    """Version of the kernel driver; empty where none answers or none is told."""
    architecture: str = ""
    """What kernels are compiled for, as its maker writes it: `9.0` for compute capability, `gfx942`."""
    units: int | None = None
    """Compute units, cores or neuron cores, as its maker counts them."""


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
    """Installed, in units of 2^30 bytes."""
    accelerators: tuple[Accelerator, ...] = ()
    quiet: bool | None = None
    """Whether nothing else of weight was running; unknown until looked at."""
    instructions: tuple[str, ...] = ()
    """Instruction sets that numerical code is written for, as `avx2`, `avx512f`, `amx_tile`, `neon`, `sve`, `bf16`."""
    translated: bool | None = None
    """Whether this Python is compiled for another processor and translated by Rosetta."""
    cpu_vendor: str = ""
    """`amd`, `intel`, `arm`, `apple`, `ampere`, ..."""
    logical_cores: int | None = None
    """Hardware threads that the operating system sees, whoever may use them."""
    physical_cores: int | None = None
    sockets: int | None = None
    numa_nodes: int | None = None
    last_cache_mb: float | None = None
    """All caches of the last level together, in units of 2^20 bytes."""
    memory_limit_gb: float | None = None
    """What the control group leaves this process of the memory."""
    container: str = ""
    """`docker`, `podman`, `kubernetes`, `apptainer`, `lxc`; empty where none shows."""
    virtual: str = ""
    """The hypervisor underneath, as `kvm`, `hyper-v`, `wsl2`; empty where none shows."""
    libc: str = ""
    """`glibc 2.36`, `musl 1.2.4`."""
    kernel: str = ""
    """Release of the operating system's kernel."""
    power: Literal["", "mains", "battery"] = ""
    """Empty where there is no battery, or none that tells."""
    governor: str = ""
    """How Linux chooses the processor's clock: `performance`, `powersave`, `schedutil`, ..."""
    throttled: tuple[str, ...] = ()
    """What has slowed clocks down, in a few words each."""
    troubles: tuple[str, ...] = ()
    """What could not be found out here, and why."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Field to the file, call or command it was read from, or `--machine` where the user says so."""


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
    track: Track = "matched"
    devices: tuple[str, ...] = ()
    """What the framework itself sees: `cpu`, `cuda`, `rocm`, `mps`, `tpu`, ...; empty where it was not asked."""
    threads: int | None = None
    """Threads it says it uses; unknown where it has no call that tells."""
    import_s: float | None = None
    """Seconds from the start of its interpreter until it was imported."""
    first_operation_s: float | None = None
    """Seconds of the first operation after that: libraries loaded, devices opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """The blocks of one probe as they were timed, one entry for each round, for one iteration."""

    wall_s: tuple[float, ...] = ()
    cpu_s: tuple[float, ...] = ()
    clean: tuple[bool, ...] = ()
    """Whether nothing else wanted the cores of that block."""
    delayed: tuple[float, ...] = ()
    """For how much of a block its threads were ready and had no core; 0 where the system does not tell."""
    stalled: tuple[float, ...] = ()
    """For how much of a block anything on the machine waited for a core; 0 where the system does not tell."""
    generation: tuple[int, ...] = ()
    """Which process it was timed in, from 0."""


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
    at_least_s: float | None = None
    """Seconds that one iteration takes at least, where it was given up while it was timed."""
    first_at_least_s: float | None = None
    """Seconds that the first call takes at least, where it was given up while it was prepared."""
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
    track: Track = "matched"
    version: int = 1
    """Of the probe's definition: figures of different versions are never compared."""
    paired_cpu: float | None = None
    """As `paired`, by processor time: where cores are shared, what a neighbour takes is not in it."""
    paired_cpu_error: float | None = None
    peak_memory_mb: float | None = None
    """The most memory that was held while it ran, above what was held before it was prepared: the device's own where
    there is one, else the process's."""
    generations: int = 1
    """Processes it was timed in; their difference is in the errors."""
    function: str = ""
    """What the definition of a whole model calls it, where `probe` names the workload too."""
    stopped: str = ""
    """Why the rounds ended: `resolved` or `equivalent` for every pair, `stable` noise, `rounds` or `time` used up."""
    raw: Samples = Samples()


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
    without any framework, measured in the same rounds, over what of it such a model can reach at full speed; for the
    class as a whole, and between its variants in the ratios of `relative_time`. Above 1 on an accelerator, since the
    canary runs on the processor; unknown without a canary."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """What it holds for, as given in a profile; empty for the default sizes, whose intervals own up to what other sizes
    change."""
    probes: tuple[str, ...] = ()
    """The whole models it was measured by."""
    why: str = ""
    """What bounds a step of it, in a sentence; empty where too little was measured to say."""
    shown_by: str = ""
    """The probe that shows it."""


Found = Literal["ok", "failed", "wrong", "not_installed", "not_applicable", "timed_out"]
"""What trying a capability came to. `wrong` was computed, and differs from the reference; `not_installed` lacks a
package besides the framework; `not_applicable` is what the framework does not have."""


BRIEF = 200
"""Characters of a reason that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityResult:
    """What trying one capability of one variant came to."""

    framework: str
    variant: str
    capability: str
    """The id of its definition: `export_onnx`, `vmap`, ..."""
    outcome: Found
    reason: str = ""
    version: str = ""
    """Of the framework."""
    device: str = ""

    @property
    def brief(self) -> str:
        """The reason as it stands in a sentence: what a framework raises can be a page."""
        said = " ".join(self.reason.split()).rstrip(".")
        if len(said) <= BRIEF:
            return said
        beginning = said[: BRIEF - 6]
        return f"{beginning.rpartition(' ')[0] or beginning} [...]"


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
    settings: Mapping[str, str] = field(default_factory=dict)
    """What holds for the whole run and decides whether a figure can be used again: suite, device, threads, seed."""
    foreign: bool = False
    """Whether it was imported from elsewhere."""
    canary_rate: float | None = None
    """Floating-point operations a second of the matrix product without any framework, over the undisturbed rounds."""
    capabilities: tuple[CapabilityResult, ...] = ()
    """What was tried, where that was asked for."""
    terms: int = 1
    """The version of the terms under which the frameworks were compared."""
    schema: str = SCHEMA
