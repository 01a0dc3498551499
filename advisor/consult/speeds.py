"""The speed of every option on the workloads at hand, from tables and from what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from advisor.frozen import dataclass, field
from advisor.intake.chips import same_chip
from advisor.model.answers import Answers
from advisor.model.hardware import ACCELERATORS, Chip
from advisor.model.knowledge import KnowledgeBase
from advisor.scoring import speed

if TYPE_CHECKING:
    from advisor.model.measurement import ClassResult, Measurements, ProbeResult

DEVICES = {"cpu": "cpu", **ACCELERATORS}
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
        direct, hardware = _direct(answers, measurements, self.base.hardware), str(answers.get("train_hw", ""))
        classes = fitting(measurements.classes if measurements else (), answers.get("sizes"))
        key = (workloads, hardware, direct, measurements.id if measurements else "", *{each.name for each in classes})
        if key not in self.known:
            label = f"measurement.{measurements.id}" if measurements else ""
            results = measurements.results if measurements else ()
            gathered = self._gather(workloads, hardware, classes, label, direct=direct, results=results)
            self.known[key] = {
                option: combine([speed.posterior(option, evidence, self.base.speed) for evidence in gathered])
                for option in self.base.frameworks
            }
        return self.known[key]

    def conflicts(
        self, answers: Answers, workloads: frozenset[str], measurements: Measurements
    ) -> tuple[speed.Conflict, ...]:
        """What was published of this kind of accelerator, and is not what was measured here."""
        direct, hardware = _direct(answers, measurements, self.base.hardware), str(answers.get("train_hw", ""))
        classes = fitting(measurements.classes, answers.get("sizes"))
        gathered = self._gather(workloads, hardware, classes, f"measurement.{measurements.id}", direct=direct)
        return tuple(found for evidence in gathered for found in speed.conflicts(evidence, self.base.speed))

    def measured(
        self, answers: Answers, workloads: frozenset[str], measurements: Measurements | None
    ) -> tuple[ClassResult, ...]:
        """What was measured of the class of work, where it is one and the accelerator in question was measured."""
        if measurements is None or len(workloads) != 1 or not _direct(answers, measurements, self.base.hardware):
            return ()
        classes = fitting(measurements.classes, answers.get("sizes"))
        return tuple(each for each in classes if each.workload_class in workloads)

    def _gather(  # noqa: PLR0913  (what there is to know)
        self,
        workloads: frozenset[str],
        hardware: str,
        classes: Iterable[ClassResult],
        label: str,
        *,
        direct: bool,
        results: Iterable[ProbeResult] = (),
    ) -> list[speed.Evidence]:
        # What was published of another kind of accelerator says nothing of this one.
        tables = [table for table in self.base.benchmarks if hardware in ("", table.accelerator)]
        told = tuple(results)
        found = [speed.gather(name, tables, classes, label, direct=direct, results=told) for name in sorted(workloads)]
        return found or [speed.gather("", (), (), "", direct=False)]


def fitting(classes: Iterable[ClassResult], sizes: Any) -> tuple[ClassResult, ...]:
    """Of every class of work the results at these very sizes, where there are any, else those at its default sizes."""
    found = tuple(classes)
    exact = {each.workload_class for each in found if sizes and each.sizes == sizes}
    return tuple(each for each in found if each.sizes == (sizes if each.workload_class in exact else {}))


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
        direct=all(s.direct for s in found),
        bound=sum(s.mean if s.bound is None else s.bound for s in found) / len(found),
    )


def _direct(answers: Answers, measurements: Measurements | None, chips: Mapping[str, Chip]) -> bool:
    """Whether the accelerator in question is the one that was measured: where one was, it alone counts in classes."""
    runs = measurements.frameworks if measurements else ()
    devices = {DEVICES.get(run.device.partition(":")[0], "") for run in runs if run.outcome == "ok"}
    measured = devices - {"cpu"} or devices
    if measurements is None or answers.get("train_hw") not in measured:
        return False
    named = str(answers.get("accelerator", ""))
    cards = [card.name for card in measurements.machine.accelerators] or [measurements.machine.cpu]
    return not named or any(same_chip(named, card, chips) for card in cards)
