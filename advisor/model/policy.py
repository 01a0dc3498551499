"""What an organisation asks of every decision, and where a decision falls short of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from advisor.frozen import dataclass, field
from advisor.model.rule import Place

SCHEMA: Final = "advisor/policy/1"
PRIORITIES, WEIGHTS = "policy.priorities", "policy.weights"
"""The points of a policy that move weights."""

Severity = Literal["error", "warning", "note"]
"""Only an error is a violation that stands in the way."""
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The worst first."""
Mode = Literal["audit", "enforce"]
LicenceClass = Literal["permissive", "copyleft", "proprietary"]
Level = Literal["must", "should", "could", "ignore"]
Sureness = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A leave from what is denied, which somebody gave for a time."""

    who: str
    """Who gave it, or whom it was given."""
    until: str
    """The last day on which it holds, `YYYY-MM-DD`."""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """The only options and components that may be recommended."""

    options: tuple[str, ...] | None = None
    """Absent: every option."""
    components: tuple[str, ...] | None = None
    """Absent: every component."""
    severity: Severity = "error"
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """An option or component that may not be recommended."""

    name: str
    reason: str
    severity: Severity = "error"
    remedy: str = ""
    until: str = ""
    """The last day on which it is denied; empty where no end is set."""
    exceptions: tuple[Exemption, ...] = ()
    """As long as one of them holds, the denial is a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denials:
    """The options and components that may not be recommended."""

    options: tuple[Denial, ...] = ()
    components: tuple[Denial, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Licences:
    """The classes of licence that may be used."""

    allow: tuple[LicenceClass, ...] | None = None
    """Absent: every class that is not denied."""
    deny: tuple[LicenceClass, ...] = ()
    unknown: Literal["allow", "report", "deny"] = "report"
    """What to do where the class is not known."""
    known: Mapping[str, LicenceClass] = field(default_factory=dict)
    """Option or component to the class that the organisation has found itself; it takes the place of what is known."""
    severity: Severity = "error"
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """How long everything that is recommended has to be supported."""

    months: int
    """From the day that expiry is judged by."""
    ends: Mapping[str, str] = field(default_factory=dict)
    """Option or component to the last day of its support, where the organisation knows it."""
    severity: Severity = "error"
    """Of what has ended, or ends too early; of what merely sleeps it is a warning at most."""
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """The hardware that can be had, in the words of the answers; what is absent is not bound."""

    develop: tuple[str, ...] | None = None
    """Words of `develop_hw`."""
    train: tuple[str, ...] | None = None
    """Words of `train_hw`."""
    deploy: tuple[str, ...] | None = None
    """Words of `deploy_chip`."""
    severity: Severity = "error"
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    """What has to be known before a decision counts."""

    answers: tuple[str, ...]
    """Keys of the answers; one that was detected, or follows from another, is known too."""
    severity: Severity = "error"
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sure:
    """How sure a decision has to be."""

    least: Sureness
    severity: Severity = "error"
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """How fresh the evidence has to be for what is recommended."""

    unexpired: bool = False
    """Whether none of it may have expired."""
    days: int | None = None
    """How many days ago it may have been seen at most."""
    severity: Severity = "error"
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """An organisation's own rules and weights. Data, and never run."""

    schema: Literal["advisor/policy/1"] = SCHEMA
    name: str = ""
    mode: Mode = "audit"
    """`audit` reports; `enforce` also keeps out what the policy does not allow, and moves weights."""
    allow: Allow = field(default_factory=Allow)
    deny: Denials = field(default_factory=Denials)
    licences: Licences | None = None
    support: Support | None = None
    hardware: Hardware | None = None
    priorities: Mapping[str, Level] = field(default_factory=dict)
    """Criterion to level, where the answers have none for it."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Criterion to the weight that it starts from, within its band."""
    required: Required | None = None
    confidence: Sure | None = None
    evidence: Fresh | None = None

    @property
    def title(self) -> str:
        """What to call it at the beginning of a sentence."""
        return f"The policy '{self.name}'" if self.name else "The policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One point in which a recommendation falls short of a policy."""

    rule: str
    """The id of the point in the policy."""
    severity: Severity
    subject: str
    """The option, component or answer that it is about."""
    place: Place | None = None
    """Where in the stack; None where it is about the whole."""
    message: str
    """What falls short, and why that matters to the organisation."""
    remedy: str
    """What would end it."""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReport:
    """What a policy says of one recommendation."""

    name: str
    mode: Mode
    """`audit` reports; `enforce` also keeps from the ranking what the policy does not allow."""
    digest: str
    violations: tuple[Violation, ...]
    """The errors first."""
    asks: Mapping[str, str] = field(default_factory=dict)
    """The points of the policy, by id, in words."""
    kept_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What it keeps from the ranking or from the stack, with the findings that say why."""

    @property
    def violated(self) -> bool:
        """Whether it is enforced, and an error is left in what is recommended."""
        return self.mode == "enforce" and any(one.severity == "error" for one in self.violations)
