"""The knowledge base as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from advisor.model.component import Component
from advisor.model.fact import Source
from advisor.model.framework import Framework
from advisor.model.rule import Rule
from advisor.model.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing that makes an option better or worse, on a scale that does not depend on the other options."""

    id: str
    title: str
    meaning: str
    reads: str
    """The projection whose words the scale values, or `speed`."""
    scale: Mapping[str, float] = field(default_factory=dict)
    """Word to value, from 0 (worst) to 1 (as good as matters)."""
    spread: float = 0.1
    """Standard deviation of a value that a word stands for: how coarse the word is."""
    weight: float
    """Before any rule has moved it; weights are relative."""
    band: tuple[float, float]
    """The least and the greatest weight that rules can give it."""
    must: float
    """The value below which an option is excluded when the criterion is a `must`."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedModel:
    """The constants by which published and measured speed become one value; natural logarithms throughout."""

    typical_utilisation: float
    """Share of the canary's arithmetic rate that a framework reaches where nothing is known."""
    best_utilisation: float
    """The share from which on more speed no longer matters: value 1."""
    worst_utilisation: float
    """The share up to which nothing is gained: value 0."""
    sd_unpublished: float
    """Of the log speed of an option of which nothing is published."""
    sd_distance: float
    """Added to published figures for another chip, version and task."""
    sd_model: float
    """Of what a class of workload says about the workload at hand."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How sure is sure enough."""

    tie_margin: float
    """Two options whose expected scores differ by less are tied."""
    decided: float
    """Probability of being best from which on an answer is decided."""
    doubtful: float
    """Probability of being best below which an answer has low confidence."""
    weight_spread: float
    """Standard deviation of the log of each weight."""
    draws: int
    acceptance: tuple[float, float]
    """Intercept and slope of the logistic line from the log odds of being best to those of being accepted by an
    expert."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What can be asked about one key of the answers."""

    key: str
    text: str
    why: str
    """What hangs on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkRow:
    """Published times of several variants on one task and machine, comparable with each other only."""

    id: str
    workload_class: str
    task: str
    batch: int
    unit: str
    times: Mapping[str, float]
    """`framework/variant` to time; less is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A published table."""

    id: str
    source: Source
    hardware: str
    precision: str
    comparability: str
    rows: tuple[BenchmarkRow, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folklore:
    """A widely repeated belief, and what is true instead."""

    id: str
    belief: str
    truth: str
    source: Source
    attribute: str = ""
    """The fact that says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeBase:
    """Everything that is known, and everything that is concluded from it."""

    vocabulary: Vocabulary
    criteria: tuple[Criterion, ...]
    speed: SpeedModel
    decision: Decision
    questions: tuple[Question, ...]
    frameworks: Mapping[str, Framework]
    components: Mapping[str, Component]
    benchmarks: tuple[Benchmark, ...]
    folklore: tuple[Folklore, ...]
    rules: tuple[Rule, ...]
    as_of: str
    """The latest day on which something in it was observed."""
    digests: Mapping[Literal["knowledge", "rules"], str]
    """Hashes of the files."""
