"""The memory that one device needs for a model, part by part, and whether it has that. Pure arithmetic.

States are divided as ZeRO divides them (Rajbhandari et al. 2020, arXiv:1910.02054, section 5): among the devices that
work on different data, the first stage the optimiser's, the second the gradients too, the third, which is what FSDP
does by default, the weights too. Tensor parallelism divides everything but what lies around the normalisations
(Korthikanti et al. 2022, arXiv:2205.05198, equation 2). A gigabyte is 10^9 bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.frozen import dataclass, replace
from advisor.intake.architectures import architecture
from advisor.model.answers import Answers
from advisor.model.knowledge import MemoryModel, StateBytes
from advisor.model.memory import (
    Architecture,
    Details,
    MemoryFit,
    MemoryNeeded,
    MemoryPart,
    MemoryVerdict,
    Recompute,
    Sharding,
    Way,
)

_STAGES: Mapping[Sharding, int] = {"none": 0, "ddp": 0, "zero1": 1, "zero2": 2, "zero3": 3, "fsdp": 3}
_GIGA = 1e9
_MOST_DEVICES = 2**20
_OUTSIDE = "cerebras"
"""The hardware that keeps weights outside the chip."""
_HEAD_BYTES = 4.0
"""Of each number of the loss, whatever the precision of the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How a model is spread, and what is computed twice."""

    way: Way
    devices: int = 1
    sharding: Sharding = "none"
    tensor: int = 1
    """Devices that divide each layer among them."""
    recompute: Recompute = "none"
    kv_heads: int | None = None


def setup_of(answers: Answers) -> Setup:
    """What the answers say: training in mixed precision, or serving in 16 bits, spread over all devices there are."""
    serves = answers.get("task") == "inference" or answers.get("train_hw") == "none"
    count = answers.get("accelerator_count")
    devices = max(1, int(count)) if isinstance(count, (int, float)) else 1
    if serves:
        return Setup(way="serve", devices=devices, tensor=devices)
    return Setup(way="train", devices=devices, sharding="fsdp" if devices > 1 else "none")


def model_of(answers: Answers, setup: Setup) -> Architecture | None:
    """The model of the answers; None where neither its parameters nor its sizes are known."""
    sizes = answers.get("sizes")
    known = {str(word): float(number) for word, number in sizes.items()} if isinstance(sizes, Mapping) else {}
    target = answers.get("domain") == "rl"
    found = architecture(known, Details(recompute=setup.recompute, kv_heads=setup.kv_heads, target=target))
    billions = answers.get("model_params_b")
    if not isinstance(billions, (int, float)) or not billions:
        return found
    return replace(found or Architecture(kind="model", parameters=0.0), parameters=billions * 1e9)


def needed(model: Architecture, setup: Setup, memory: MemoryModel) -> MemoryNeeded:
    """What one device needs, part by part.

    On one device the gradients are made while activations are given back, so that only the greater of them counts;
    among several, gradients stay until all have them.
    """
    each: StateBytes = getattr(memory, setup.way)
    trains = _trains(setup)
    stage = _STAGES[setup.sharding]
    apart = max(1, setup.devices // setup.tensor)
    share = model.parameters / setup.tensor
    copies = model.copies if trains else 1
    weights = each.weights * share * copies / (apart if stage >= 3 else 1)
    gradients = each.gradients * share / (apart if stage >= 2 else 1)
    optimiser = each.optimiser * share / (apart if stage >= 1 else 1)
    gathered = each.weights * share / model.layers if stage >= 3 and apart > 1 and model.layers else 0.0
    activations = _activations(model, setup, each) if trains else model.working * each.numbers
    cache = 0.0 if trains else model.cache * each.numbers / setup.tensor
    parts = {
        "weights": weights,
        "layer gathered": gathered,
        "gradients": gradients,
        "optimiser": optimiser,
        "activations": activations,
        "cache": cache,
    }
    together = sum(parts.values()) - (min(gradients, activations) if setup.devices == 1 else 0.0)
    return MemoryNeeded(
        parts=tuple(MemoryPart(name=name, gb=size / _GIGA) for name, size in parts.items() if size),
        gb=together / _GIGA,
        counted=bool(activations),
    )


def _trains(setup: Setup) -> bool:
    return not setup.way.startswith("serve")


def _activations(model: Architecture, setup: Setup, each: StateBytes) -> float:
    saved = model.saved / setup.tensor + model.saved_whole
    return saved * each.numbers + model.masks + model.head * _HEAD_BYTES / setup.tensor


def verdict(need: MemoryNeeded, device_gb: float, memory: MemoryModel) -> MemoryVerdict:
    """Whether a device with so much memory has room: tight is what fits only if nothing else takes any."""
    if need.gb <= device_gb * (memory.counted if need.counted else memory.usable):
        return "fits"
    return "tight" if need.gb <= device_gb else "does_not_fit"


def fewest(model: Architecture, setup: Setup, device_gb: float, memory: MemoryModel) -> int | None:
    """How many devices with so much memory it takes, spread as far as they can be; None where no number suffices.

    What is trained is divided by FSDP within the tensor-parallel groups that there are, what is served by tensor
    parallelism.
    """
    for count in _counts(setup):
        spread = replace(setup, devices=count, tensor=count)
        if _trains(setup):
            spread = replace(setup, devices=count, sharding="fsdp" if count > 1 else "none")
        if verdict(needed(model, spread, memory), device_gb, memory) == "fits":
            return count
    return None


def _counts(setup: Setup) -> Iterator[int]:
    """Numbers of devices that can be tried, each twice the one before."""
    count = setup.tensor if _trains(setup) else 1
    while count <= _MOST_DEVICES:
        yield count
        count *= 2


def fit(answers: Answers, memory: MemoryModel) -> MemoryFit | None:
    """Whether the model of the answers fits their accelerators, in the most demanding way that does.

    None where the parameters or the memory are open, or the weights are kept outside the chip.
    """
    device_gb = answers.get("accel_mem_gb")
    setup = setup_of(answers)
    model = model_of(answers, setup)
    if model is None or not isinstance(device_gb, (int, float)) or not device_gb or answers.get("train_hw") == _OUTSIDE:
        return None
    setups = [replace(setup, way=way) for way in _ways(answers, setup)]
    roomy = (one for one in setups if verdict(needed(model, one, memory), device_gb, memory) == "fits")
    return _fit(model, next(roomy, setups[-1]), float(device_gb), memory)


def _ways(answers: Answers, setup: Setup) -> tuple[Way, ...]:
    """What can be done with the model, the most demanding first."""
    if setup.way == "serve":
        return "serve", "serve_four_bit"
    return ("train", "adapters", "four_bit") if answers.get("task") == "finetune" else ("train",)


def _fit(model: Architecture, setup: Setup, device_gb: float, memory: MemoryModel) -> MemoryFit:
    need = needed(model, setup, memory)
    return MemoryFit(
        way=setup.way,
        parameters_b=model.parameters / _GIGA,
        devices=setup.devices,
        spread="tensor" if setup.tensor > 1 else setup.sharding,
        device_gb=device_gb,
        needed=need,
        verdict=verdict(need, device_gb, memory),
        fewest=fewest(model, setup, device_gb, memory),
        source=memory.source.ref,
    )
