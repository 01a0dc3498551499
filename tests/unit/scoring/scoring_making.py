"""Criteria, values and tables in one line each."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.model.fact import Fact, Grade, Source
from advisor.model.knowledge import Acceptance, Benchmark, BenchmarkRow, Criterion, Decision, SpeedModel
from advisor.model.measurement import ClassResult
from advisor.model.score import Value, Weight

SOURCE = Source(ref="", observed="2026-01-01", grade="judged")
DECISION = Decision(
    tie_margin=0.01,
    switch_margin=0.05,
    decided=0.8,
    doubtful=0.6,
    weight_spread=0.35,
    draws=200,
    acceptance=Acceptance(level=0.5, lead=1.5, most=4.0),
    source=SOURCE,
)
MODEL = SpeedModel(
    typical_utilisation=0.25,
    best_utilisation=1.0,
    worst_utilisation=0.005,
    sd_unpublished=0.7,
    sd_distance=0.6,
    source=SOURCE,
)
SCALE = {"good": 1.0, "fair": 0.6, "bad": 0.0}


def criterion(name: str, weight: float = 0.2, band: tuple[float, float] = (0.1, 0.4)) -> Criterion:
    return Criterion(
        id=name, title=name, meaning="", reads="x", scale=SCALE, weight=weight, band=band, must=0.5, source=SOURCE
    )


def fact(value: str | tuple[str, ...], name: str = "red.x", grade: Grade = "official") -> Fact:
    return Fact(id=name, attribute="x", value=value, source=Source(ref="", observed="2026-01-01", grade=grade))


def value(mean: float, sd: float = 0.1) -> Value:
    return Value(mean=mean, sd=sd, grade="documented")


def weights(**finals: float) -> tuple[Weight, ...]:
    total = sum(finals.values())
    return tuple(Weight(criterion=name, base=w, moved_by={}, final=w / total) for name, w in finals.items())


def table(*rows: Mapping[str, float], workload: str = "llm_train") -> Benchmark:
    made = tuple(
        BenchmarkRow(id=f"row{i}", workload_class=workload, task="", batch=1, unit="ms", times=times)
        for i, times in enumerate(rows)
    )
    return Benchmark(
        id="t",
        source=SOURCE,
        date="",
        hardware="",
        accelerator="nvidia_gpu",
        reference="pytorch/eager",
        precision="",
        comparability="",
        rows=made,
    )


def measured(variant: str, utilisation: float | None, spread: float = 1.1, workload: str = "llm_train") -> ClassResult:
    framework, _, name = variant.partition("/")
    return ClassResult(
        name="default",
        workload_class=workload,
        framework=framework,
        variant=name,
        relative_time=1.0,
        interval=(1 / spread, spread),
        first_step_s=1.0,
        utilisation=utilisation,
    )
