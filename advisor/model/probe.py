"""What is measured, why, and how large: single operations, and whole models that stand for classes of work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from advisor.frozen import dataclass, field

Bound = Literal["arithmetic", "bandwidth", "dispatch", "compile"]
Suite = Literal["quick", "standard", "full"]
"""From few probes and the cheapest variant of each framework to all of both."""
DEFAULT = "default"
"""The name of a workload whose sizes nobody gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A step of some class of work whose time is to be predicted."""

    name: str
    """As in the profile that asks for it, or `default`."""
    workload_class: str
    sizes: Mapping[str, int] = field(default_factory=dict)
    """As somebody gave them, in the contract's words; empty where nobody did."""
    sd: float = 0.0
    """Of the logarithm of the ratio of two variants' times, between what its probe measures and the workload itself."""
    reach: float = 1.0
    """As of its model."""
    share: float = 1.0
    """How often its probe's time is in that of the workload: of a model that is extrapolated to its depth, one of two,
    and the one of fewer layers counts negatively."""
    sd_alone: float = 0.0
    """As `sd`, where the other of the two was not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeDefinition:
    """One YAML file of `probes/definitions`, or a whole model at the sizes of some workload."""

    id: str
    version: int
    """Raised whenever results stop being comparable with older ones."""
    title: str
    motivation: str
    """What the figure tells."""
    sizes: Mapping[str, Mapping[str, int]]
    """Device kind (`cpu`, `accelerator`) to the words of sizes."""
    tolerance: float
    """Largest relative error against the float64 reference."""
    bound: Bound = "arithmetic"
    """What limits it: only where arithmetic does, its rate can be held against the canary's; only where compiling does,
    something may be compiled inside the timed window."""
    devices: Literal["any", "accelerator"] = "any"
    """Where it says something: moving data to a processor's own memory does not. `sizes.cpu` is then the size at which
    the result is compared with the reference."""
    dtype: str = "float32"
    """Of the arithmetic. Inputs are given in float32, and rounded by each framework where this is narrower."""
    variants: tuple[str, ...] = ()
    """Variants it makes sense for, as `framework/variant`; empty for all."""
    priority: int = 0
    """Lower runs earlier: what comes late is the first to be left out when time is short."""
    suite: Suite = "standard"
    """The smallest suite that has it."""
    function: str = ""
    """What the frameworks' files and the reference call it; empty where that is its id."""
    workload: Workload | None = None
    """What it predicts; None for a single operation."""

    @property
    def called(self) -> str:
        """What the frameworks' files call it."""
        return self.function or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A whole model that stands for a class of work: an entry of `probes/workloads/models.yaml`."""

    version: int
    """Raised whenever results stop being comparable with older ones."""
    title: str
    motivation: str
    workload_class: str
    sizes: Mapping[str, Mapping[str, int]]
    """Device kind (`cpu`, `accelerator`) to the sizes that are taken where nobody gives any."""
    tolerance: float
    """Largest relative error against the float64 reference."""
    bound: Bound = "arithmetic"
    implied_by: tuple[str, ...] = ()
    """Words of sizes that mean this model and no other of its class."""
    implied_within: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Words of sizes that mean it by their numbers: the least and the most."""
    domains: tuple[str, ...] = ()
    """Words of domains, as answers have them, that mean it and no other of its class."""
    default: bool = True
    """Whether it stands for its class where nothing implies another."""
    fewer: Mapping[str, int] = field(default_factory=dict)
    """What there may be fewer of in the miniature than in the workload, to how few."""
    extrapolated: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """At most one word, of what repeats: the two numbers of them that are timed where the workload has more than both,
    since a step's time is a straight line over them."""
    turned: bool = False
    """Whether a position turns the numbers of a head in pairs, so that their count has to be even."""
    reach: float = 1.0
    """Share of the arithmetic rate of a plain matrix product that is full speed for it, since other things bound it."""
    beyond: Beyond | None = None
    """What else is taken where nobody says otherwise and the workload is a large one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """Sizes that go with a large one."""

    word: str
    over: int
    sizes: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Standard deviations of the logarithm of a predicted ratio of times, from `tests/truth`."""

    given: float
    """Where the sizes are given."""
    extrapolated: float
    """Added, in squares, where the time is extrapolated from two depths."""
    reduced: float
    """Added instead where the miniature has fewer of something and there is no second one to tell what that changes."""
    unknown: float
    """Where no sizes are given: what other sizes change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """`probes/workloads/models.yaml`."""

    errors: Errors
    models: Mapping[str, Model]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A workload that somebody asks about."""

    name: str
    workload_class: str
    sizes: Mapping[str, int] = field(default_factory=dict)
    """In the contract's words."""
    domain: str = ""
    """The word that answers have for it; empty where nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What one step of a whole model consists of, as traced: an entry of `probes/workloads/composition.yaml`."""

    launches: int
    """Operations that a step starts, one after the other."""
    shares: Mapping[str, float]
    """Probe of a single operation to the share of the step's time that goes into its kind."""
