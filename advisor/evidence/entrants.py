"""Who takes part in a run: the variants chosen, where each is found, and its worker once it has started."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from advisor.evidence.interpreters import Located, Survey, locate, survey
from advisor.evidence.plan import CANARY, Offer, Plan
from advisor.evidence.workers import Answer, Keeper, Worker, environment, hear_all
from advisor.frozen import dataclass, field
from advisor.model.measurement import FrameworkRun, Outcome


@dataclass(slots=True, kw_only=True)
class Entrant:
    """A variant that was started, for better or worse."""

    located: Located
    worker: Worker
    started: Answer = field(default_factory=Answer)
    fate: Answer | None = None
    """Why its worker was lost on the way."""
    lost: str = ""
    """The probe in which it was."""

    @property
    def name(self) -> str:
        """`framework/variant`."""
        return self.located.offer.name

    @property
    def device(self) -> str:
        """The device it says it runs on."""
        return str(self.started.values.get("device", ""))

    def run(self, outcome: Outcome, reason: str = "") -> FrameworkRun:
        """Say how it fared."""
        values: Mapping[str, Any] = self.started.values
        return FrameworkRun(
            framework=self.located.offer.framework,
            variant=self.located.offer.variant,
            version=str(values.get("version", self.located.version)),
            device=self.device,
            python=str(values.get("python", self.located.python)),
            outcome=outcome,
            reason=reason,
        )


def choose(
    plan: Plan, wanted: Mapping[str, Sequence[str]], offered: Mapping[str, Sequence[Offer]]
) -> tuple[list[Located], list[FrameworkRun]]:
    """Choose the variants that run; the others come with the reason why they do not."""
    surveys = _surveys(plan, wanted, offered)
    chosen: list[Located] = []
    rest: list[FrameworkRun] = []
    for framework, named in wanted.items():
        variants = [offer for offer in offered[framework] if not named or offer.variant in named]
        places = [plan.interpreters[framework]] if framework in plan.interpreters else plan.candidates
        located = list(locate(variants, [surveys[place] for place in places]).values())
        able = [found for found in located if found.outcome == "ok"]
        run = able if named or plan.suite == "full" else able[:1]
        chosen += run
        later = "full suite" if run and not named and plan.suite == "standard" else ""
        rest += [_absent(found, later) for found in located if found not in run]
    return chosen, rest


def _surveys(
    plan: Plan, wanted: Mapping[str, Sequence[str]], offered: Mapping[str, Sequence[Offer]]
) -> dict[str, Survey]:
    modules = {"numpy", *(module for name in wanted for offer in offered[name] for module in offer.modules)}
    places = {*plan.candidates, *(place for name, place in plan.interpreters.items() if name in wanted)}
    variables = environment(os.environ, threads=1, scratch=Path.cwd(), device="cpu", extra={})
    return {place: survey(place, modules, variables) for place in places}


def _absent(found: Located, later: str) -> FrameworkRun:
    return FrameworkRun(
        framework=found.offer.framework,
        variant=found.offer.variant,
        version=found.version,
        device="",
        python=found.python,
        outcome="skipped" if later else found.outcome,
        reason=later or found.reason,
    )


def start(plan: Plan, chosen: Sequence[Located], threads: int, keeping: Keeper, limit_s: float) -> list[Entrant]:
    """Start all workers at once and wait for every one, or for the limit."""
    entrants = [Entrant(located=found, worker=_launch(plan, found, threads, keeping)) for found in chosen]
    for entrant in entrants:
        offer = entrant.located.offer
        entrant.worker.tell(
            do="start",
            file=str(offer.file.resolve()),
            variant=offer.variant,
            threads=threads,
            cores=_cores(threads),
            device=plan.device,
        )
    answers = hear_all({entrant.name: entrant.worker for entrant in entrants}, limit_s)
    for entrant in entrants:
        entrant.started = answers[entrant.name]
        if entrant.started.outcome != "ok":
            entrant.worker.close()
    return entrants


def canary(chosen: Sequence[Located], offered: Mapping[str, Sequence[Offer]]) -> Located | None:
    """Place the canary in the first interpreter that runs a framework: each of them has NumPy."""
    if not chosen or not offered.get(CANARY):
        return None
    return Located(offer=offered[CANARY][0], interpreter=chosen[0].interpreter)


def _launch(plan: Plan, found: Located, threads: int, keeping: Keeper) -> Worker:
    folder = keeping.folder / found.offer.name.replace("/", "-")
    variables = environment(
        os.environ, threads=threads, scratch=folder, device=plan.device, extra=found.offer.environment
    )
    return Worker([found.interpreter, str(plan.probes.resolve() / "worker.py")], variables, keeping, folder)


def _cores(threads: int) -> list[int]:
    """Name the cores every worker is bound to, the one lever on threads that all frameworks obey."""
    return sorted(os.sched_getaffinity(0))[:threads] if hasattr(os, "sched_getaffinity") else []
