"""What a model takes of the memory of a device, and in which ways it can be divided."""

from __future__ import annotations

from typing import Literal

from advisor.frozen import dataclass

Way = Literal["train", "train_fp32", "train_bf16", "adapters", "four_bit", "serve", "serve_fp32", "serve_four_bit"]
"""What is done with a model, in which precision: the fields of `MemoryModel`."""

Sharding = Literal["none", "ddp", "zero1", "zero2", "zero3", "fsdp"]
"""What devices that work on different data divide among them."""

Recompute = Literal["none", "selective", "full"]
"""Activations computed again in the backward pass: none, those of attention, or all but what enters a layer."""

MemoryVerdict = Literal["fits", "tight", "does_not_fit"]
"""Tight is what fits only if nothing else takes any memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPart:
    """What one device needs for one thing, in units of 10^9 bytes."""

    name: str
    gb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryNeeded:
    """What one device needs for a model."""

    parts: tuple[MemoryPart, ...]
    gb: float
    """At the worst moment: on one device gradients and activations take turns, so that the parts add up to more."""
    counted: bool
    """Whether activations are among the parts; otherwise the sizes do not tell them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryFit:
    """Whether the model fits the accelerators of the answers, reckoned from sizes and bytes."""

    way: Way
    parameters_b: float
    devices: int
    spread: str
    """A word of `Sharding`, or `tensor`."""
    device_gb: float
    needed: MemoryNeeded
    verdict: MemoryVerdict
    fewest: int | None
    """Devices of this kind that it takes; None where no number suffices."""
    source: str
