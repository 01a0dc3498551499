"""Who takes part in a run: the variants chosen, where each is found, and its worker once it has started."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from advisor.evidence.probing.contention import Contention
from advisor.evidence.probing.gates import Terms
from advisor.evidence.probing.interpreters import Located, Survey, locate, survey
from advisor.evidence.probing.plan import CANARY, Offer, Plan, references
from advisor.evidence.probing.stability import Clock
from advisor.evidence.probing.workers import Answer, Keeper, Worker, environment, hear_all
from advisor.frozen import dataclass, field
from advisor.model.measurement import FrameworkRun, Outcome, Track
from advisor.model.probe import ProbeDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What every worker of a run is given."""

    threads: int
    cores: tuple[int, ...] = ()
    """What it is bound to, the one lever on threads that all frameworks obey; empty where nothing can be bound."""


@dataclass(slots=True, kw_only=True)
class Entrant:
    """A variant that was started, for better or worse."""

    located: Located
    track: Track
    worker: Worker
    started: Answer = field(default_factory=Answer)
    fate: Answer | None = None
    """Why its worker was lost on the way."""
    lost: str = ""
    """The probe in which it was."""
    longest_s: float = 0.0
    """The most it took to prepare a probe."""

    @property
    def name(self) -> str:
        """`framework/variant`, and the track where that is not the matched one."""
        return self.located.offer.name + ("" if self.track == "matched" else f" {self.track}")

    @property
    def device(self) -> str:
        """The device it says it runs on."""
        return str(self.started.values.get("device", ""))

    def terms(self, definition: ProbeDefinition, threads: int, clock: Clock) -> Terms:
        """What it is to be held to in a probe."""
        return Terms(
            definition=definition,
            track=self.track,
            device=self.device,
            threads=threads,
            compiles=self.located.offer.compiles,
            layout=self.started.values.get("layout") or "",
            declared=self.started.values.get("threads"),
            clock=clock if self.device == "cpu" else "wall_s",
        )

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
            track=self.track,
            devices=tuple(map(str, values.get("devices") or ())),
            threads=values.get("threads"),
            import_s=values.get("import_s"),
            first_operation_s=values.get("first_operation_s"),
        )


def choose(
    plan: Plan, wanted: Mapping[str, Sequence[str]], offered: Mapping[str, Sequence[Offer]]
) -> tuple[list[Located], list[FrameworkRun]]:
    """Choose the variants that run; the others come with the reason why they do not."""
    chosen: list[Located] = []
    rest: list[FrameworkRun] = []
    for framework, located in located_by_framework(plan, wanted, offered).items():
        named = wanted[framework]
        able = [found for found in located if found.outcome == "ok"]
        run = able if named or plan.suite == "full" else able[:1]
        chosen += run
        later = "full suite" if run and not named and plan.suite != "full" else ""
        rest += [_absent(found, later) for found in located if found not in run]
    return chosen, rest


def located_by_framework(
    plan: Plan, wanted: Mapping[str, Sequence[str]], offered: Mapping[str, Sequence[Offer]]
) -> dict[str, list[Located]]:
    """Where each variant can be run, or why it cannot: all of a framework, or those that were named for it."""
    surveys = _surveys(plan, wanted, offered)
    found = {}
    for framework, named in wanted.items():
        variants = [offer for offer in offered[framework] if not named or offer.variant in named]
        places = [plan.interpreters[framework]] if framework in plan.interpreters else plan.candidates
        found[framework] = list(locate(variants, [surveys[place] for place in places]).values())
    return found


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


def start(plan: Plan, chosen: Sequence[Located], setting: Setting, keeping: Keeper, limit_s: float) -> list[Entrant]:
    """Start all workers at once, one for each track, and wait for every one, or for the limit."""
    entrants = [
        Entrant(located=found, track=track, worker=_launch(plan, found, track, setting, keeping))
        for found in chosen
        for track in (plan.tracks if found.offer.framework != CANARY else ("matched",))
    ]
    for entrant in entrants:
        offer = entrant.located.offer
        terms = {"threads": setting.threads, "device": plan.device, "variant": offer.variant}
        entrant.worker.tell(
            do="start",
            files=[str(file.resolve()) for file in offer.files],
            references=list(map(str, references(plan))),
            cores=list(setting.cores),
            terms={**terms, "matched": entrant.track == "matched"},
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


def settle(threads: int | None, usable: int, contention: Contention) -> Setting:
    """Give every worker all the cores, or one where something else wants them; `threads` where the user says so."""
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    wanted = threads or (1 if contention.busy else usable)
    cores = contention.quietest(allowed) if wanted == 1 else allowed[:wanted]
    return Setting(threads=wanted, cores=tuple(cores))


def _launch(plan: Plan, found: Located, track: Track, setting: Setting, keeping: Keeper) -> Worker:
    # Anew each time: what one generation has compiled would spare another the work whose time is asked for.
    folder = Path(tempfile.mkdtemp(prefix=f"{found.offer.name}-{track}-".replace("/", "-"), dir=keeping.folder))
    variables = environment(
        os.environ,
        threads=setting.threads if track == "matched" else None,
        scratch=folder,
        device=plan.device,
        extra=found.offer.environment,
    )
    return Worker([found.interpreter, str(plan.probes.resolve() / "worker.py")], variables, keeping, folder)
