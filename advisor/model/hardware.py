"""Chips as their makers publish them, and what was measured on some of them."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.frozen import dataclass, field
from advisor.model.fact import Source

ACCELERATORS: Mapping[str, str] = {
    "cuda": "nvidia_gpu",
    "rocm": "amd_gpu",
    "xpu": "intel_gpu",
    "mps": "apple_gpu",
    "metal": "apple_gpu",
    "tpu": "google_tpu",
}
"""What a framework calls the device that it runs on, to the word of `train_hw`, to which a fact can be limited."""

FIGURES: Mapping[str, tuple[str, str]] = {
    "memory_gb": ("memory", "GB"),
    "most_memory_gb": ("memory, at most", "GB"),
    "bandwidth_gb_s": ("memory bandwidth", "GB/s"),
    "fp32_tflops": ("float32", "TFLOPS"),
    "tf32_tflops": ("TF32", "TFLOPS"),
    "fp16_tflops": ("float16", "TFLOPS"),
    "bf16_tflops": ("bfloat16", "TFLOPS"),
    "fp8_tflops": ("float8", "TFLOPS"),
    "int8_tops": ("int8", "TOPS"),
    "link_gb_s": ("links to others", "GB/s"),
}
"""What can be known of a chip: name to what it is and its unit.

`memory_gb` is that of one device where all of a kind have the same, `most_memory_gb` the largest where they come in
several sizes or where software sees it in parts. Rates are dense, links are of both directions together.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A published figure with where it stands."""

    value: float
    source: Source
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A figure that this project measured itself, on one machine."""

    figure: str
    value: float
    machine: str
    source: Source
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The rate that a large matrix product reached."""

    figure: str
    """The name of what is published of the same, as `fp32_tflops`."""
    value: float
    variant: str
    """The fastest, as `framework/variant`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a run that is stored found on a machine with the chip."""

    measurement: str
    measured: str
    foreign: bool
    machine: str
    rates: tuple[Rate, ...]
    fastest: Mapping[str, str]
    """Class of work to the variant that was the fastest there, as `framework/variant`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """What is published of a chip, and apart from it what was measured. What is absent is unknown."""

    id: str
    name: str
    maker: str
    vendor: str
    """The word of `train_hw` for it."""
    names: tuple[str, ...]
    """What a text calls it by, as the namings of the vocabulary have it."""
    figures: Mapping[str, Figure] = field(default_factory=dict)
    measured: tuple[Observed, ...] = ()
    origin: str = ""
    """The overlay it came from; empty for what comes with the program."""

    def value(self, figure: str) -> float | None:
        """A published figure, if it is known."""
        found = self.figures.get(figure)
        return found.value if found is not None else None

    @property
    def memory_gb(self) -> float | None:
        """The memory of one device; None where it is unknown, or comes in several sizes."""
        return self.value("memory_gb")
