"""The speed of every option on the workloads at hand, from tables and from what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from advisor.model.answers import Answers
from advisor.model.knowledge import KnowledgeBase
from advisor.scoring import speed

if TYPE_CHECKING:
    from advisor.model.measurement import Measurements

_DEVICES = {
    "cpu": "cpu",
    "cuda": "nvidia_gpu",
    "rocm": "amd_gpu",
    "xpu": "intel_gpu",
    "mps": "apple_gpu",
    "metal": "apple_gpu",
    "tpu": "google_tpu",
}
"""What a framework calls a device, as a word of `train_hw`."""


@dataclass(frozen=True, slots=True)
class Speeds:
    """Works out speeds, each combination of workloads and evidence once."""

    base: KnowledgeBase
    known: dict[tuple[object, ...], Mapping[str, speed.Speed]] = field(default_factory=dict)

    def of(
        self, answers: Answers, workloads: frozenset[str], measurements: Measurements | None
    ) -> Mapping[str, speed.Speed]:
        """Option to its speed: over several workloads the mean, as sure as the least sure."""
        direct = answers.get("train_hw") in _measured_devices(measurements)
        key = (workloads, direct, measurements.id if measurements else "")
        if key not in self.known:
            gathered = self._gather(workloads, measurements, direct=direct)
            self.known[key] = {
                option: combine([speed.posterior(option, evidence, self.base.speed) for evidence in gathered])
                for option in self.base.frameworks
            }
        return self.known[key]

    def _gather(
        self, workloads: frozenset[str], measurements: Measurements | None, *, direct: bool
    ) -> list[speed.Evidence]:
        classes = measurements.classes if measurements else ()
        label = f"measurement.{measurements.id}" if measurements else ""
        tables = self.base.benchmarks
        found = [speed.gather(name, tables, classes, label, direct=direct) for name in sorted(workloads)]
        return found or [speed.gather("", (), (), "", direct=False)]


def combine(found: list[speed.Speed]) -> speed.Speed:
    """One speed where several classes of workload are at stake."""
    if len(found) == 1:
        return found[0]
    return speed.Speed(
        mean=sum(s.mean for s in found) / len(found),
        sd=max(s.sd for s in found),
        share=min(s.share for s in found),
        variant=found[0].variant,
        evidence=tuple(sorted({i for s in found for i in s.evidence})),
    )


def _measured_devices(measurements: Measurements | None) -> set[str]:
    """Words of `train_hw` for the devices that frameworks were measured on."""
    runs = measurements.frameworks if measurements else ()
    return {_DEVICES.get(run.device.partition(":")[0], "") for run in runs if run.outcome == "ok"}
