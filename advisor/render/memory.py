"""What a model takes of the memory of a device, as text."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.model.memory import MemoryFit, MemoryNeeded, MemoryVerdict, Way
from advisor.render.lines import Entry

WAYS: dict[Way, str] = {
    "train": "trained in mixed precision with Adam",
    "train_fp32": "trained in float32 with Adam",
    "train_bf16": "trained in bfloat16 alone with Adam",
    "adapters": "of which adapters are trained, over weights in 16 bits",
    "four_bit": "of which adapters are trained, over weights in 4 bits",
    "serve": "served in 16 bits",
    "serve_fp32": "served in float32",
    "serve_four_bit": "served in 4 bits",
}
VERDICTS: dict[MemoryVerdict, str] = {"fits": "fits", "tight": "tight", "does_not_fit": "does not fit"}
_SPREAD = {"tensor": "divided by tensor parallelism", "fsdp": "divided by FSDP"}


def gigabytes(amount: float) -> str:
    """An amount of memory with as many digits as tell something."""
    return f"{amount:,.0f} GB" if amount >= 100 else f"{amount:.3g} GB" if amount >= 1 else f"{amount * 1000:.3g} MB"


def parameters(billions: float) -> str:
    """How many parameters there are."""
    if billions >= 1:
        return f"{billions:.3g} billion parameters"
    return f"{billions * 1e3:.3g} million parameters" if billions >= 1e-3 else f"{billions * 1e9:,.0f} parameters"


def more_devices(count: int | None) -> str:
    """How many devices would do."""
    return "no number of them suffices" if count is None else f"{count} of them would do"


def parts(need: MemoryNeeded) -> str:
    """What the memory goes to; whether that is all."""
    said = ", ".join(f"{part.name} {gigabytes(part.gb)}" for part in need.parts)
    return said if need.counted else f"{said}; activations are not counted, since no sizes tell them"


def breakdown(need: MemoryNeeded) -> str:
    """The same as a sentence."""
    said = parts(need)
    return f"{said[0].upper()}{said[1:]}."


def in_short(fit: MemoryFit | None) -> Iterator[Entry]:
    """A sentence where the model does not fit with ease; nothing where it does, or where that is open."""
    if fit is not None and fit.verdict != "fits":
        yield Entry("Memory", sentence(fit))


def sentence(fit: MemoryFit) -> str:
    """What each device needs, what it has, and how many it takes."""
    spread = f", {_SPREAD[fit.spread]}," if fit.spread in _SPREAD and fit.devices > 1 else ""
    over = f"each of {fit.devices} devices{spread}" if fit.devices > 1 else "one device"
    more = f"; {more_devices(fit.fewest)}" if fit.verdict != "fits" else ""
    return (
        f"{parameters(fit.parameters_b)}, {WAYS[fit.way]}, need {gigabytes(fit.needed.gb)} on {over} that has "
        f"{fit.device_gb:g} GB: {VERDICTS[fit.verdict]}{more}."
    )
