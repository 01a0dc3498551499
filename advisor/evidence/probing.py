"""The run of the probes: all workers at once, then probe after probe in interleaved rounds, within a budget.

Whatever goes wrong in a worker is an outcome with its reason, and costs the others nothing. When a run is over, however
it ends, no process and no file of it is left.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from advisor.evidence import entrants as entering
from advisor.evidence.classes import compose
from advisor.evidence.detection import detect
from advisor.evidence.entrants import Entrant
from advisor.evidence.interpreters import Located
from advisor.evidence.plan import CANARY, Kind, Plan, Progress, Report, offers, wanted
from advisor.evidence.results import Bound, Prepared, assess, blank
from advisor.evidence.rounds import Contest, Rounds
from advisor.evidence.stability import CANARY_SIZES, CanaryBlock, canary_rate, quiet_share
from advisor.evidence.store import identified
from advisor.evidence.workers import Answer, Keeper
from advisor.frozen import dataclass, replace
from advisor.model.measurement import FrameworkRun, Machine, Measurements, Outcome, ProbeResult
from advisor.model.probe import ProbeDefinition

QUIET_SHARE = 0.8
"""A machine was quiet when the canary ran as usual in this share of the rounds."""
REACHABLE = ("x86_64", "AMD64")
"""Architectures whose whole float32 arithmetic NumPy reaches, so that the canary bounds what is plausible."""


RANKED: tuple[Outcome, ...] = ("ok", "unstable", "failed", "timed_out", "skipped", "not_applicable")
"""What a variant's probes gave, the first that occurs says how it fared."""

RESERVE_S = 10.0
"""Seconds of the budget in which no second chance begins: its rounds may take twice their cap."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A probe that is prepared, with the rounds it has had."""

    prepared: Mapping[str, Prepared]
    rounds: Rounds


def silent(_: Progress, /) -> None:
    """Report nothing."""


def run(plan: Plan, report: Report = silent) -> Measurements:
    """Measure what the plan asks for. Raises InputError for a framework that has no probes, and nothing else."""
    offered = offers(plan.probes)
    asked = wanted(plan, offered)
    machine = detect()
    with Keeper() as keeping:
        course = _Course(plan, report, machine, keeping)
        try:
            chosen, rest = entering.choose(plan, asked, offered)
            bird = entering.canary(chosen, offered)
            course.start([*chosen, *([bird] if bird else [])])
            course.measure()
            return course.conclude(rest)
        finally:
            course.end()


class _Course:
    """The state of one run."""

    def __init__(self, plan: Plan, report: Report, machine: Machine, keeping: Keeper) -> None:
        self._plan, self._report, self._machine, self._keeping = plan, report, machine, keeping
        self._began = time.monotonic()
        self._entrants: list[Entrant] = []
        self._canary: Entrant | None = None
        self._results: dict[str, dict[str, ProbeResult]] = {}
        self._open: dict[str, Attempt] = {}
        self._canary_blocks: list[CanaryBlock] = []
        self._order = random.Random(plan.seed)
        self._longest = 0.0

    def start(self, chosen: list[Located]) -> None:
        """Start every worker, then prepare the canary."""
        for found in chosen:
            self._say("starting", found.offer.name)
        limit = min(self._plan.limits.start_s, self._left())
        for entrant in entering.start(self._plan, chosen, self._machine.cores, self._keeping, limit):
            self._say("started", entrant.name, outcome=entrant.started.outcome, text=entrant.started.reason)
            if entrant.located.offer.framework == CANARY:
                self._canary = entrant
            else:
                self._entrants.append(entrant)
        if self._canary:
            asked = (self._prepare(self._canary, name, sizes, sizes, 1.0) for name, sizes in CANARY_SIZES.items())
            if any(answer.outcome != "ok" for answer in list(asked)):
                self._canary.worker.close()
                self._canary = None

    def measure(self) -> None:
        """Take the probes in the order of their priority, as far as the budget goes.

        What was disturbed gets a second chance with what is left of it: more rounds, and nothing compiled again.
        """
        definitions = sorted(self._plan.definitions, key=lambda definition: (definition.priority, definition.id))
        for number, definition in enumerate(definitions, start=1):
            began = time.monotonic()
            self._say("probe", probe=definition.id, number=number, of=len(definitions))
            self._probe(definition, len(definitions) - number + 1)
            self._longest = max(self._longest, time.monotonic() - began)
        for number, definition in enumerate(definitions, start=1):
            attempt = self._open.pop(definition.id, None)
            if attempt and self._left() > RESERVE_S and self._all_alive(attempt):
                self._say("probe", probe=definition.id, number=number, of=len(definitions), text="again")
                self._time(definition, attempt, 1)

    def conclude(self, rest: list[FrameworkRun]) -> Measurements:
        """Put everything together."""
        rate = canary_rate(self._canary_blocks)
        share = quiet_share(self._canary_blocks)
        results = self._all()
        self._say("done")
        return identified(
            Measurements(
                machine=replace(self._machine, quiet=None if share is None else share >= QUIET_SHARE),
                frameworks=(*(self._fared(entrant) for entrant in self._entrants), *rest),
                results=results,
                classes=compose(self._plan.definitions, results, rate),
                elapsed_s=time.monotonic() - self._began,
                measured=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                canary_rate=rate,
            )
        )

    def end(self) -> None:
        """End every worker."""
        for entrant in (*self._entrants, *([self._canary] if self._canary else [])):
            entrant.worker.close()

    def _probe(self, definition: ProbeDefinition, remaining: int) -> None:
        """Prepare a probe in each worker in turn, then time it in all of them."""
        prepared: dict[str, Prepared] = {}
        results = self._results[definition.id] = {}
        for entrant in (entrant for entrant in self._entrants if entrant.started.outcome == "ok"):
            found = self._ready(entrant, definition)
            if isinstance(found, Prepared):
                prepared[entrant.name] = found
            else:
                results[entrant.name] = found
        if prepared:
            self._time(definition, Attempt(prepared, Rounds(blocks={name: [] for name in prepared})), remaining)

    def _ready(self, entrant: Entrant, definition: ProbeDefinition) -> Prepared | ProbeResult:
        """Prepare a probe in one worker, or say why there is nothing to time."""
        given = blank(entrant.name, definition.id, entrant.device)
        if definition.variants and entrant.name not in definition.variants:
            reason = entrant.located.offer.left_out.get(definition.id, f"{definition.id} is not for {entrant.name}")
            return replace(given, outcome="not_applicable", reason=reason)
        if entrant.fate:
            reason = f"its worker was lost in {entrant.lost}: {entrant.fate.reason}"
            return replace(given, outcome=entrant.fate.outcome, reason=reason)
        if self._left() < self._longest:
            return replace(given, outcome="skipped", reason="budget")
        check = definition.sizes["cpu"]
        sizes = check if entrant.device == "cpu" else definition.sizes.get("accelerator", check)
        answer = self._prepare(entrant, definition.id, sizes, check, definition.tolerance)
        if answer.outcome != "ok":
            return replace(given, outcome=answer.outcome, reason=answer.reason)
        return Prepared(blank=given, values=answer.values)

    def _prepare(
        self, entrant: Entrant, probe: str, sizes: Mapping[str, int], check: Mapping[str, int], tolerance: float
    ) -> Answer:
        """Let a worker build, check and warm up a probe; remember when that was the end of it."""
        limit = min(self._plan.limits.prepare_s, self._left())
        answer = entrant.worker.ask(
            limit,
            do="prepare",
            probe=probe,
            sizes=dict(sizes),
            check=dict(check),
            tolerance=tolerance,
            seed=self._plan.seed,
        )
        if answer.outcome == "timed_out" and limit < self._plan.limits.prepare_s:
            answer = Answer(outcome="skipped", reason="budget")
        self._bury(entrant, probe, answer)
        return answer

    def _time(self, definition: ProbeDefinition, attempt: Attempt, remaining: int) -> None:
        """Run rounds of what was prepared, and assess it; what was disturbed stays open."""
        prepared, rounds, began = attempt.prepared, attempt.rounds, len(attempt.rounds.canary)
        entrants = {name: self._entrant(name) for name in rounds.blocks}
        Contest(
            probe=definition.id,
            entrants={name: entrant.worker for name, entrant in entrants.items()},
            groups={name: "cpu" if entrant.device == "cpu" else "accelerator" for name, entrant in entrants.items()},
            canary=self._canary.worker if self._canary else None,
            cap_s=min(self._plan.limits.rounds_s, max(0.5, self._left() / remaining / 2)),
            limit_s=min(self._plan.limits.measure_s, max(1.0, self._left())),
            order=self._order,
        ).run(rounds)
        self._canary_blocks += rounds.canary[began:]
        known = self._canary_blocks if self._machine.arch in REACHABLE else ()
        bound = Bound(canary=known, threads=self._machine.cores)
        results = assess(prepared, rounds.blocks, rounds.canary, bound)
        for name, answer in rounds.lost.items():
            self._bury(entrants[name], definition.id, answer)
            results[name] = replace(prepared[name].blank, outcome=answer.outcome, reason=answer.reason)
        self._results[definition.id].update(results)
        if any(result.outcome == "unstable" or "contended" in result.flags for result in results.values()):
            self._open[definition.id] = attempt
            return
        for name in rounds.blocks:
            entrants[name].worker.ask(self._plan.limits.measure_s, do="drop", probe=definition.id)

    def _bury(self, entrant: Entrant, probe: str, answer: Answer) -> None:
        if not entrant.worker.alive and not entrant.fate:
            entrant.fate, entrant.lost = answer, probe
            self._say("failed", entrant.name, probe=probe, outcome=answer.outcome, text=answer.reason)

    def _fared(self, entrant: Entrant) -> FrameworkRun:
        """Sum up: a lost worker says most, then what the probes gave."""
        if entrant.started.outcome != "ok":
            return entrant.run(entrant.started.outcome, entrant.started.reason)
        if entrant.fate and entrant.fate.outcome != "skipped":
            return entrant.run(entrant.fate.outcome, f"in {entrant.lost}: {entrant.fate.reason}")
        mine = [found[entrant.name] for found in self._results.values() if entrant.name in found]
        for outcome in RANKED:
            found = [result for result in mine if result.outcome == outcome]
            if found:
                return entrant.run(outcome, "" if outcome == "ok" else f"in {found[0].probe}: {found[0].reason}")
        return entrant.run("skipped", "no probe was asked for")

    def _all_alive(self, attempt: Attempt) -> bool:
        """Tell whether a probe can go on: without one of its workers its rounds would be of another set."""
        return all(self._entrant(name).worker.alive for name in attempt.rounds.blocks)

    def _all(self) -> tuple[ProbeResult, ...]:
        """Give the results by probe, and the variants in one order."""
        names = [entrant.name for entrant in self._entrants]
        return tuple(found[name] for found in self._results.values() for name in names if name in found)

    def _entrant(self, name: str) -> Entrant:
        return next(entrant for entrant in self._entrants if entrant.name == name)

    def _left(self) -> float:
        return self._plan.budget_s - (time.monotonic() - self._began)

    def _say(self, kind: Kind, name: str = "", **facts: Any) -> None:
        framework, _, variant = name.partition("/")
        self._report(Progress(kind=kind, seconds_left=self._left(), framework=framework, variant=variant, **facts))
