"""The knowledge base as one value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from advisor.frozen import dataclass, field
from advisor.model.attribute import Contradiction, FactAttribute, Moves
from advisor.model.component import Component
from advisor.model.fact import Fact, Source
from advisor.model.framework import Framework
from advisor.model.hardware import Chip
from advisor.model.next_step import Command
from advisor.model.package import Denied
from advisor.model.rule import Rule
from advisor.model.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing that makes an option better or worse, on a scale that does not depend on the other options."""

    id: str
    title: str
    meaning: str
    reads: str
    """The projection whose words the scale values, `requested`, `speed`, or `first_step`."""
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
class View:
    """A light in which only some criteria count."""

    id: str
    title: str
    meaning: str
    weights: Mapping[str, float]
    """By criterion; relative to each other."""


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
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredModel:
    """From which measured figures on rules read which word, and what a first step is worth."""

    alike: float
    """No framework takes longer than so many times the fastest."""
    far_apart: float
    """Half of the frameworks take at least so many times as long as the fastest."""
    slow_first_step_s: float
    best_first_step_s: float
    """Up to so many seconds a first step has the value 1."""
    worst_first_step_s: float
    """From so many seconds on it has the value 0."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class StateBytes:
    """Bytes that each parameter takes while something is done with the model."""

    weights: float
    """Every copy that is computed with; a copy that only the optimiser has is part of its state."""
    gradients: float = 0.0
    optimiser: float = 0.0
    numbers: float = 2.0
    """Of each number that is computed: activations, keys and values."""

    @property
    def total(self) -> float:
        """All of them."""
        return self.weights + self.gradients + self.optimiser


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryModel:
    """Bytes that each parameter takes, by what is done with the model."""

    train: StateBytes
    """All parameters, in mixed precision with Adam."""
    train_fp32: StateBytes
    """All of them in float32 with Adam."""
    train_bf16: StateBytes
    """All of them in bfloat16 alone, the state of Adam too."""
    adapters: StateBytes
    """Weights in 16 bits, of which a few percent more are trained."""
    four_bit: StateBytes
    """The same over weights in 4 bits."""
    serve: StateBytes
    """Weights in 16 bits, nothing trained."""
    serve_fp32: StateBytes
    serve_four_bit: StateBytes
    usable: float
    """Share of the memory of an accelerator that is left for them where activations and caches are not counted."""
    counted: float
    """The share that may be taken where they are: the rest goes to the runtime and to what lies between blocks."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """The logistic line from how far the first leads to how likely an expert is to accept it.

    Whether to stay with what there is or to leave it is open where another option would come first but for the criteria
    that are `inherited`, and less of the code would be kept with it: experts answer that less alike.
    """

    level: float
    """Log odds of being accepted where the first two are level."""
    lead: float
    """What each standard deviation that the first leads by adds to them."""
    most: float
    """The lead from which on a longer one adds nothing."""
    move: float = 0.0
    """What it takes from the log odds where it is open whether to stay."""
    inherited: tuple[str, ...] = ()
    """Criteria that speak for what is there already; the first says how much of the code is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How sure is sure enough."""

    tie_margin: float
    """Two options whose expected scores differ by less are tied."""
    switch_margin: float
    """What another option than today's has to be ahead by, in units of the score, before a move is worth it."""
    decided: float
    """Probability of being best from which on an answer is decided."""
    doubtful: float
    """Probability of being best below which an answer has low confidence."""
    weight_spread: float
    """Standard deviation of the log of each weight."""
    draws: int
    acceptance: Acceptance
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
    """Model and what was done with it."""
    batch: int | None = None
    unit: str
    times: Mapping[str, float]
    """`framework/variant` to time; less is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A published table: what stands in one row is comparable, and says nothing of another kind of accelerator."""

    id: str
    source: Source
    date: str
    """When it was measured, as far as that is known."""
    hardware: str
    accelerator: str
    """The word of `train_hw` for it."""
    reference: str
    """The variant, as `framework/variant`, that the others are read against."""
    precision: str
    comparability: str
    """What the rows have in common, and what they do not."""
    rows: tuple[BenchmarkRow, ...]
    note: str = ""


Standing = Literal["true", "outdated", "wrong", "unverified"]
"""How a belief fares: it holds, held once, never held, or nothing was found for or against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folklore:
    """A widely repeated belief, how it fares, and what is true."""

    id: str
    belief: str
    standing: Standing
    truth: str
    """What holds instead; of one that holds, what it rests on."""
    source: Source
    claims: tuple[str, ...] = ()
    """Numbers of the claims of the comparison that this project began from."""
    facts: tuple[str, ...] = ()
    """Ids of the facts that say so."""
    expires: str = ""
    """The day from which it should be looked at again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeBase:
    """Everything that is known, and everything that is concluded from it."""

    vocabulary: Vocabulary
    attributes: tuple[FactAttribute, ...]
    lifetimes: Mapping[Moves, int]
    """Days after which a fact has to be looked at again; 0 for never."""
    contradictions: tuple[Contradiction, ...]
    criteria: tuple[Criterion, ...]
    views: tuple[View, ...]
    speed: SpeedModel
    measured: MeasuredModel
    memory: MemoryModel
    decision: Decision
    questions: tuple[Question, ...]
    frameworks: Mapping[str, Framework]
    components: Mapping[str, Component]
    hardware: Mapping[str, Chip]
    benchmarks: tuple[Benchmark, ...]
    folklore: tuple[Folklore, ...]
    denied: tuple[Denied, ...]
    rules: tuple[Rule, ...]
    next_steps: tuple[Command, ...] = ()
    inapplicable: tuple[str, ...] = ()
    """Families of attributes of which some framework says that they do not apply to it."""
    as_of: str
    """The latest day on which something in it was observed."""
    digests: Mapping[Literal["knowledge", "rules"], str]
    """Hashes of the files."""
    bundle: str = ""
    """The digest of the bundle that took the place of the program's own; empty for what comes with the program."""
    overlays: tuple[str, ...] = ()
    """Folders that added to what comes with the program, or took its place, in their order."""

    def facts(self) -> dict[str, Fact]:
        """Every fact of every framework and component, by id."""
        found = [fact for framework in self.frameworks.values() for fact in framework.facts.values()]
        found += [fact for component in self.components.values() for fact in component.facts]
        return {fact.id: fact for fact in found}
