"""The definition of a probe: what is measured, why, and how large."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from advisor.frozen import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeDefinition:
    """One YAML file of `probes/definitions`; each framework's file has a function of the same name."""

    id: str
    version: int
    """Raised whenever results stop being comparable with older ones."""
    title: str
    motivation: str
    """What the figure tells."""
    sizes: Mapping[str, Mapping[str, int]]
    """Device kind (`cpu`, `accelerator`) to the words of sizes."""
    tolerance: float
    """Largest relative error against the float64 reference."""
    bound: Literal["arithmetic", "bandwidth", "dispatch", "compile"] = "arithmetic"
    """What limits it: only where arithmetic does, its rate can be held against the canary's; only where compiling does,
    something may be compiled inside the timed window."""
    devices: Literal["any", "accelerator"] = "any"
    """Where it says something: moving data to a processor's own memory does not. `sizes.cpu` is then the size at which
    the result is compared with the reference."""
    dtype: str = "float32"
    """Of the arithmetic. Inputs are given in float32, and rounded by each framework where this is narrower."""
    classes: Mapping[str, float] = field(default_factory=dict)
    """Workload class to the share of its step that this probe stands for."""
    variants: tuple[str, ...] = ()
    """Variants it makes sense for, as `framework/variant`; empty for all."""
    priority: int = 0
    """Lower runs earlier: what comes late is the first to be left out when time is short."""
