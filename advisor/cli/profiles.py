"""What runs found on machines that have a chip: never mixed up with what is published of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from advisor.consult.speeds import DEVICES
from advisor.intake.chips import chip_named
from advisor.model.hardware import Chip, Profile, Rate
from advisor.model.measurement import Measurements
from advisor.render.measurements import machine_line

_PRODUCTS = {"gemm": "fp32_tflops", "gemm_bf16": "bf16_tflops"}
"""The probes of one large matrix product, to the figure that is published of the same."""
_USUAL = "default"
"""What a class of work is called at its default sizes."""


def profiles(chip: Chip, runs: Iterable[Measurements], chips: Mapping[str, Chip]) -> Iterator[Profile]:
    """What each run found on the chip, of those that have figures of it."""
    for run in runs:
        if not _has(run, chip, chips):
            continue
        rates, fastest = tuple(_rates(run, chip.vendor)), _fastest(run, chip.vendor)
        if rates or fastest:
            yield Profile(
                measurement=run.id,
                measured=run.measured,
                foreign=run.foreign,
                machine=machine_line(run.machine),
                rates=rates,
                fastest=fastest,
            )


def _has(run: Measurements, chip: Chip, chips: Mapping[str, Chip]) -> bool:
    names = (
        [run.machine.cpu]
        if chip.vendor == "cpu"
        else [card.name for card in run.machine.accelerators if card.vendor == chip.vendor]
    )
    return any(chip_named(name, chips) == chip for name in names)


def _rates(run: Measurements, vendor: str) -> Iterator[Rate]:
    for probe, figure in _PRODUCTS.items():
        found = [
            (result.flops / result.value / 1e12, f"{result.framework}/{result.variant}")
            for result in run.results
            if result.probe == probe and result.outcome == "ok" and result.flops and result.value
            if _on(result.device) == vendor
        ]
        if found:
            value, variant = max(found)
            yield Rate(figure=figure, value=value, variant=variant)


def _fastest(run: Measurements, vendor: str) -> Mapping[str, str]:
    there = {(each.framework, each.variant) for each in run.frameworks if _on(each.device) == vendor}
    best: dict[str, tuple[float, str]] = {}
    for each in run.classes:
        if each.name == _USUAL and (each.framework, each.variant) in there:
            own = (each.relative_time, f"{each.framework}/{each.variant}")
            best[each.workload_class] = min(own, best.get(each.workload_class, own))
    return {workload: variant for workload, (_, variant) in best.items()}


def _on(device: str) -> str:
    """The word of `train_hw` for what a framework calls a device."""
    return DEVICES.get(device.partition(":")[0], "")
