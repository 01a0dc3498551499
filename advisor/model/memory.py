"""What a model consists of and takes of the memory of a device, and in which ways it can be divided."""

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
class Architecture:
    """A model and one step of it, in numbers of numbers for the batch of one device."""

    kind: str
    parameters: float
    copies: int = 1
    """Sets of so many weights that are held while it is trained; of more than one the others have no gradients."""
    layers: int = 0
    """0 where that is unknown."""
    saved: float = 0.0
    """Kept for the backward pass, as far as a tensor-parallel group divides it."""
    saved_whole: float = 0.0
    """Kept for it by every device."""
    masks: float = 0.0
    """Bytes of dropout masks."""
    head: float = 0.0
    """Of the loss, in float32."""
    working: float = 0.0
    """There at once in a forward pass without gradients."""
    cache: float = 0.0
    """Keys and values that are kept between tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What sizes do not tell."""

    recompute: Recompute = "none"
    kv_heads: int | None = None
    """Heads of keys and values; None for as many as of queries."""
    dropout: bool = False
    fused: bool = True
    """Whether attention never writes down its scores."""
    logits: bool = True
    """Whether each token is classified by the whole vocabulary."""
    target: bool = False
    """Whether a second network follows the one that learns, as where values of actions are learnt."""


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
