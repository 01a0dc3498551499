"""What could be measured here: the frameworks that were found, those that are missing, and what is worth the time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from advisor.evidence.probing.interpreters import Located
from advisor.evidence.probing.plan import Plan
from advisor.frozen import dataclass
from advisor.model.probe import ProbeDefinition
from advisor.render.lines import listed
from advisor.render.measured.missing import command_in

WayName = Literal["auto", "quick", "full"]

TITLES: Mapping[WayName, str] = {
    "auto": "what can change the answer",
    "quick": "every framework found",
    "full": "every variant",
}
"""Of the choices, in the order in which they are offered."""
_START_S = 12.0
_PREPARE_S, _COMPILE_S = 0.5, 3.0
"""Of one probe in a variant, and in one that compiles for long, in the mean over those of the full suite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """A framework that can be measured."""

    framework: str
    version: str
    python: str
    interpreter: str
    variants: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A framework that cannot."""

    framework: str
    reason: str
    command: str = ""
    """What would install it, other than an environment."""
    download_mb: int | None = None
    """What an environment with it takes to fetch; None where there is no recipe for this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A choice of what to measure."""

    name: WayName
    title: str
    about: str
    """What is measured; where it cannot be, why not."""
    plan: Plan | None = None
    """None where there is nothing to measure that way."""
    usual_s: float = 0.0
    """About how long it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """Everything that is known before anything is measured."""

    there: tuple[There, ...]
    missing: tuple[Missing, ...]
    ways: tuple[Way, ...] = ()
    measured: str = ""
    """When this machine was last measured; empty if never."""


def frameworks(
    located: Mapping[str, Sequence[Located]], downloads: Mapping[str, int]
) -> tuple[tuple[There, ...], tuple[Missing, ...]]:
    """The frameworks that can be measured and those that cannot, by name; `downloads` are the sizes of recipes."""
    there, missing = [], []
    for name, variants in sorted(located.items()):
        able = [each for each in variants if each.outcome == "ok"]
        if able:
            there.append(_there(name, able))
        else:
            reason, command = command_in(variants[0].reason)
            made = downloads.get(name)
            if made is not None and command == f"advisor env create {name}":
                command = ""
            missing.append(Missing(framework=name, reason=reason, command=command, download_mb=made))
    return tuple(there), tuple(missing)


def way(name: WayName, plan: Plan, variants: Iterable[Located]) -> Way:
    """A choice, with what it measures and about how long that takes."""
    entrants = list(variants)
    names = list(dict.fromkeys(each.offer.framework for each in entrants))
    probes = len(plan.definitions)
    several = f", {plan.generations} times" if plan.generations > 1 else ""
    about = f"{probes} probe{'s' * (probes != 1)}{several}, of {listed(names)}"
    usual_s = min(plan.budget_s, _takes(plan, entrants))
    return Way(name=name, title=TITLES[name], about=about, plan=plan, usual_s=usual_s)


def no_way(name: WayName, why: str) -> Way:
    """A choice that there is not, with why."""
    return Way(name=name, title=TITLES[name], about=why)


def proposed(ways: Iterable[Way]) -> int:
    """The first of the choices that there is something to measure in; the first where there is none."""
    return next((i for i, each in enumerate(ways) if each.plan is not None), 0)


def duration(seconds: float) -> str:
    """A time before it is spent: `40 s`, `2 min`."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _there(name: str, able: list[Located]) -> There:
    first = able[0]
    return There(
        framework=name,
        version=first.version,
        python=first.python,
        interpreter=first.interpreter,
        variants=tuple(each.offer.variant for each in able),
    )


def _takes(plan: Plan, entrants: Sequence[Located]) -> float:
    each = (plan.limits.all_rounds_s(one) + len(plan.tracks) * _prepared(one, entrants) for one in plan.definitions)
    return plan.generations * (_START_S + sum(each))


def _prepared(definition: ProbeDefinition, entrants: Iterable[Located]) -> float:
    """What one probe takes to prepare in all variants that it is for."""
    offers = [each.offer for each in entrants]
    asked = [offer for offer in offers if not definition.variants or offer.name in definition.variants]
    return sum(_COMPILE_S if offer.slowly else _PREPARE_S for offer in asked)
