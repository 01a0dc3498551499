"""Knowledge bases of a few facts, each in one line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from advisor.model.attribute import Contradiction, FactAttribute
from advisor.model.component import Component
from advisor.model.fact import Fact, Grade, Source
from advisor.model.framework import Framework
from advisor.model.knowledge import (
    Acceptance,
    Criterion,
    Decision,
    KnowledgeBase,
    MeasuredModel,
    MemoryModel,
    SpeedModel,
    StateBytes,
)
from advisor.model.package import Denied
from advisor.model.rule import Condition, Effects, Example, Rule
from advisor.model.vocabulary import Projection, Vocabulary

DAY = "2024-06-01"


def source(observed: str = DAY, grade: Grade = "official") -> Source:
    return Source(ref="r", observed=observed, grade=grade)


def fact(identity: str, value: str | tuple[str, ...], *, origin: Source | None = None, **more: Any) -> Fact:
    return Fact(id=identity, attribute=identity.partition(".")[2], value=value, source=origin or source(), **more)


def framework(name: str, *facts: Fact, package: str = "", origin: str = "") -> Framework:
    held = {one.attribute: one for one in facts}
    return Framework(id=name, name=name.title(), summary="s", package=package, facts=held, origin=origin)


def component(name: str, **more: Any) -> Component:
    given = {"name": name.title(), "layer": "runtime", "purpose": "p", "status": "active", "source": source()}
    return Component(id=name, **{**given, "licence": "MIT", "release": "1.0 (2024-05-01)", **more})


def attribute(name: str, words: Iterable[str] = (), members: tuple[str, ...] = (), row: str = "Row") -> FactAttribute:
    defined = {word: f"what {word} means" for word in words}
    return FactAttribute(id=name, meaning="m", moves="support", row=row, words=defined, members=members)


def projection(name: str, path: str, *words: str) -> Projection:
    return Projection(name=name, path=path, meaning="m", words=words)


def criterion(name: str, reads: str, weight: float = 0.5) -> Criterion:
    band = (0.1, 0.9)
    return Criterion(id=name, title=name, meaning="", reads=reads, weight=weight, band=band, must=0.5, source=source())


def rule(name: str, *compares: str) -> Rule:
    parts = tuple(Condition(op="is", attribute=each, value="x") for each in compares)
    example = Example(answers={})
    return Rule(
        id=name,
        phase="eligibility",
        title=name,
        when=Condition(op="all", parts=parts),
        then=Effects(exclude=True),
        message="m",
        reason="r",
        source=source(),
        fires=example,
        misses=example,
    )


def denied(package: str, *versions: str) -> Denied:
    return Denied(package=package, versions=versions, why="It leaks.", instead="Take 9.", source=source())


def base(  # noqa: PLR0913  (a test names the parts it needs)
    *frameworks: Framework,
    components: Iterable[Component] = (),
    expected: tuple[str, ...] = (),
    attributes: tuple[FactAttribute, ...] = (),
    contradictions: tuple[Contradiction, ...] = (),
    projections: tuple[Projection, ...] = (),
    criteria: tuple[Criterion, ...] = (),
    rules: tuple[Rule, ...] = (),
    denials: tuple[Denied, ...] = (),
    as_of: str = DAY,
) -> KnowledgeBase:
    """A base of what is given; `expected` are the components that the vocabulary names."""
    held = {one.id: one for one in components}
    vocabulary = Vocabulary(
        primaries=tuple(one.id for one in frameworks),
        flags={},
        answers=(),
        derived=(),
        projections=projections,
        implications=(),
        components=expected or tuple(held),
        layers=("runtime", "data"),
        grades=(),
        workload_classes={},
        variants={},
    )
    speed = SpeedModel(
        typical_utilisation=0.25,
        best_utilisation=1.0,
        worst_utilisation=0.01,
        sd_unpublished=0.7,
        sd_distance=0.6,
        source=source(),
    )
    measured = MeasuredModel(
        alike=1.1,
        far_apart=2.0,
        slow_first_step_s=10.0,
        best_first_step_s=1.0,
        worst_first_step_s=100.0,
        source=source(),
    )
    memory = MemoryModel(
        train=StateBytes(weights=2, gradients=4, optimiser=12),
        train_fp32=StateBytes(weights=4, gradients=4, optimiser=8),
        train_bf16=StateBytes(weights=2, gradients=2, optimiser=4),
        adapters=StateBytes(weights=3),
        four_bit=StateBytes(weights=1),
        serve=StateBytes(weights=2),
        serve_fp32=StateBytes(weights=4),
        serve_four_bit=StateBytes(weights=0.5),
        usable=0.8,
        counted=0.9,
        source=source(),
    )
    decision = Decision(
        tie_margin=0.01,
        switch_margin=0.05,
        decided=0.8,
        doubtful=0.6,
        weight_spread=0.3,
        draws=10,
        acceptance=Acceptance(level=0.5, lead=1.5, most=4.0),
        source=source(),
    )
    return KnowledgeBase(
        vocabulary=vocabulary,
        attributes=attributes,
        lifetimes={"support": 90},
        contradictions=contradictions,
        criteria=criteria,
        views=(),
        speed=speed,
        measured=measured,
        memory=memory,
        decision=decision,
        questions=(),
        frameworks={one.id: one for one in frameworks},
        components=held,
        hardware={},
        benchmarks=(),
        folklore=(),
        denied=denials,
        rules=rules,
        as_of=as_of,
        digests={},
    )
