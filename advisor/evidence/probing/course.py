"""One generation of a run: workers are started, take probe after probe in interleaved rounds, and are ended."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from advisor.evidence.probing import entrants as entering
from advisor.evidence.probing.canary import PROBES, CanaryBlock
from advisor.evidence.probing.entrants import Entrant, Setting
from advisor.evidence.probing.interpreters import Located
from advisor.evidence.probing.nvml import Card, first_card
from advisor.evidence.probing.plan import CANARY, Kind, Plan, Progress, Report
from advisor.evidence.probing.results import Circumstances, Prepared, assess, blank, checked
from advisor.evidence.probing.rounds import Contest, Rounds
from advisor.evidence.probing.stability import Clock
from advisor.evidence.probing.workers import STOPPED, Answer, Keeper
from advisor.frozen import dataclass, replace
from advisor.model.measurement import FrameworkRun, Outcome, ProbeResult
from advisor.model.probe import ProbeDefinition

REACHABLE = ("x86_64", "AMD64")
"""Architectures whose whole float32 arithmetic NumPy reaches, so that the canary bounds what is plausible."""
LOOSE = 0.1
"""Error allowed as shipped: reduced precision is what some frameworks come with, and shown; nonsense is not."""
RANKED: tuple[Outcome, ...] = ("ok", "unstable", "failed", "timed_out", "skipped", "not_applicable")
"""What a variant's probes gave, the first that occurs says how it fared."""
RESERVE_S = 10.0
"""Seconds of the budget in which no second chance begins: its rounds may take twice their cap."""

ROUNDS = 1 / 8
"""Share of the budget that is left for rounds: what was prepared and is not timed is lost."""
HOPELESS = 10.0
"""Whoever compiles for tens of seconds is spared it in whole models that take the same framework, not compiled, so many
times as long as the fastest. No model of `tests/truth` is more than 2.2 times as fast by such a compiler as without,
and what takes five times as long is not chosen for its speed."""
OVER = "budget"
"""Why something was left out, or not waited for to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What a generation is measured under."""

    setting: Setting
    busy: bool
    """Whether something else wanted the cores before anything was started."""
    arch: str
    number: int = 0
    """Of the generation, from 0."""
    until: float = 0.0
    """When it has to be over, by the monotonic clock."""
    ends: float = 0.0
    """When the whole run has to be: later, where other generations follow."""

    @property
    def clock(self) -> Clock:
        """The processor's where the one core has to be shared; there, a thread's time is its own."""
        return "cpu_s" if self.busy and self.setting.threads == 1 else "wall_s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one generation gave."""

    frameworks: tuple[FrameworkRun, ...]
    results: tuple[ProbeResult, ...]
    canary: tuple[CanaryBlock, ...]


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A probe that is prepared, with the rounds it has had."""

    prepared: Mapping[str, Prepared]
    rounds: Rounds


class Course:
    """The state of one generation."""

    def __init__(self, plan: Plan, report: Report, conditions: Conditions, keeping: Keeper) -> None:
        self._plan, self._report, self._conditions, self._keeping = plan, report, conditions, keeping
        self._definitions = sorted(plan.definitions, key=lambda definition: (definition.priority, definition.id))
        self._entrants: list[Entrant] = []
        self._canary: Entrant | None = None
        self._results: dict[str, dict[str, ProbeResult]] = {}
        self._open: dict[str, _Attempt] = {}
        self._canary_blocks: list[CanaryBlock] = []
        self._order = random.Random(f"{plan.seed}-{conditions.number}")

    def run(self, chosen: Sequence[Located]) -> Found:
        """Start every worker and take the probes in the order of their priority, as far as the time goes.

        What was disturbed gets a second chance with what is left of it: more rounds, and nothing compiled again.
        """
        self._start(chosen)
        for number, definition in enumerate(self._definitions, start=1):
            self._say("probe", probe=definition.id, number=self._number(number))
            self._probe(definition, len(self._definitions) - number + 1)
            self._tell(definition, number)
        for number, definition in enumerate(self._definitions, start=1):
            attempt = self._open.pop(definition.id, None)
            halted = self._keeping.halt.asked
            if attempt and not halted and self._left() > RESERVE_S and self._all_alive(attempt):
                self._say("probe", probe=definition.id, number=self._number(number), text="again")
                self._time(definition, attempt, 1)
                self._tell(definition, number)
        return Found(
            frameworks=tuple(self._fared(entrant) for entrant in self._entrants),
            results=self._all(),
            canary=tuple(self._canary_blocks),
        )

    def end(self) -> None:
        """End every worker."""
        for entrant in (*self._entrants, *([self._canary] if self._canary else [])):
            entrant.worker.close()

    def _start(self, chosen: Sequence[Located]) -> None:
        for found in chosen:
            self._say("starting", found.offer.name)
        limit = min(self._plan.limits.start_s, self._left())
        for entrant in entering.start(self._plan, chosen, self._conditions.setting, self._keeping, limit):
            entrant.started = _cut_short(entrant.started, limit, self._plan.limits.start_s)
            self._say("started", entrant.name, outcome=entrant.started.outcome, text=entrant.started.reason)
            if entrant.located.offer.framework == CANARY:
                self._canary = entrant
            else:
                self._entrants.append(entrant)
        if self._canary and any(self._prepare(self._canary, probe).outcome != "ok" for probe in PROBES):
            self._canary.worker.close()
            self._canary = None

    def _probe(self, definition: ProbeDefinition, remaining: int) -> None:
        """Prepare a probe in each worker in turn, then time it in all of them."""
        prepared: dict[str, Prepared] = {}
        results = self._results[definition.id] = {}
        # Who takes long to prepare comes last, so that it costs the others nothing where time runs out.
        started = [entrant for entrant in self._entrants if entrant.started.outcome == "ok"]
        for entrant in sorted(started, key=lambda each: (each.located.offer.slowly, each.longest_s)):
            found = self._ready(entrant, definition, prepared)
            if isinstance(found, Prepared):
                prepared[entrant.name] = found
            else:
                results[entrant.name] = found
        if prepared:
            self._time(definition, _Attempt(prepared, Rounds(blocks={name: [] for name in prepared})), remaining)

    def _ready(
        self, entrant: Entrant, definition: ProbeDefinition, others: Mapping[str, Prepared]
    ) -> Prepared | ProbeResult:
        """Prepare a probe in one worker, or say why there is nothing to time."""
        terms = entrant.terms(definition, self._conditions.setting.threads, self._conditions.clock)
        given = blank(entrant.located.offer.name, terms)
        reason = self._not_applicable(entrant, definition)
        if reason:
            return replace(given, outcome="not_applicable", reason=reason)
        if entrant.fate:
            lost = f"its worker was lost in {entrant.lost}: {entrant.fate.reason}"
            reason = lost if entrant.fate.outcome != "skipped" else entrant.fate.reason
            return replace(given, outcome=entrant.fate.outcome, reason=reason)
        reason = self._left_out(entrant) or self._spared(entrant, definition, others)
        if reason:
            return replace(given, outcome="skipped", reason=reason)
        answer = self._prepare(entrant, definition)
        if answer.outcome != "ok":
            waited = self._plan.limits.prepare_s if answer.outcome == "timed_out" else None
            return replace(given, outcome=answer.outcome, reason=answer.reason, first_at_least_s=waited)
        prepared = Prepared(blank=given, terms=terms, values=answer.values)
        found = checked(prepared)
        if found.outcome != "ok":
            entrant.worker.ask(self._plan.limits.measure_s, do="drop", probe=definition.id)
            return found
        return prepared

    def _not_applicable(self, entrant: Entrant, definition: ProbeDefinition) -> str:
        """Say why a probe is not for a variant here; empty where it is."""
        offer = entrant.located.offer
        if definition.called in offer.left_out:
            return offer.left_out[definition.called]
        known = offer.files[0].is_relative_to(self._plan.probes)
        if known and definition.variants and offer.name not in definition.variants:
            return f"{definition.id} is not for {offer.name}"
        if definition.devices == "accelerator" and entrant.device == "cpu":
            return "a processor works in its own memory: nothing has to be moved"
        if entrant.track != "matched" and not definition.workload:
            return "as it comes, only whole models are shown"
        return ""

    @cached_property
    def _card(self) -> Card | None:
        """Asked for only where something runs on it: a driver may hang."""
        return first_card()

    @property
    def _for_rounds_s(self) -> float:
        return ROUNDS * self._plan.budget_s / self._plan.generations

    def _left_out(self, entrant: Entrant) -> str:
        """Say in a word why there is no time for a probe; empty where there is."""
        if self._keeping.halt.asked:
            return STOPPED.reason
        return OVER if self._left() - self._for_rounds_s < entrant.longest_s else ""

    def _spared(self, entrant: Entrant, definition: ProbeDefinition, others: Mapping[str, Prepared]) -> str:
        """Say why compiling would not be worth its time, by how long the others took to warm up; empty where it may be.

        Whoever was named is compiled in any case.
        """
        offer = entrant.located.offer
        if not offer.slowly or definition.workload is None or offer.name in self._plan.frameworks:
            return ""
        rivals = (each for each in self._entrants if each.name in others and each.device == entrant.device)
        times = [(each.located.offer.framework, others[each.name].values["iteration_s"]) for each in rivals]
        own = [time for framework, time in times if framework == offer.framework]
        behind = min(own) / min(time for _, time in times) if own else 0.0
        return f"not compiled: without it {behind:.0f} times the fastest" if behind >= HOPELESS else ""

    def _prepare(self, entrant: Entrant, definition: ProbeDefinition) -> Answer:
        """Let a worker build, check and warm up a probe; remember how long that took, and when it was the end of it."""
        began, limit = time.monotonic(), min(self._plan.limits.prepare_s, self._left() - self._for_rounds_s)
        sizes = check = definition.sizes["cpu"]
        if entrant.device != "cpu":
            sizes, check = definition.sizes.get("accelerator", sizes), definition.sizes.get("check", check)
        answer = entrant.worker.ask(
            limit,
            do="prepare",
            probe=definition.id,
            function=definition.called,
            sizes=dict(sizes),
            check=dict(check),
            tolerance=definition.tolerance if entrant.track == "matched" else max(LOOSE, definition.tolerance),
            seed=self._plan.seed,
        )
        answer = _cut_short(answer, limit, self._plan.limits.prepare_s)
        entrant.longest_s = max(entrant.longest_s, time.monotonic() - began)
        self._bury(entrant, definition.id, answer)
        return answer

    def _time(self, definition: ProbeDefinition, attempt: _Attempt, remaining: int) -> None:
        """Run rounds, and turn all there have been into results."""
        prepared, rounds, began = attempt.prepared, attempt.rounds, len(attempt.rounds.canary)
        entrants = {name: self._entrant(name) for name in rounds.blocks}
        limit_s = min(self._plan.limits.measure_s, max(1.0, self._left()))
        Contest(
            probe=definition.id,
            entrants={name: entrant.worker for name, entrant in entrants.items()},
            groups={name: "cpu" if entrant.device == "cpu" else "accelerator" for name, entrant in entrants.items()},
            canary=self._canary.worker if self._canary else None,
            cap_s=min(self._plan.limits.all_rounds_s(definition), max(0.5, self._left() / remaining / 2)),
            limit_s=limit_s,
            order=self._order,
            clock=self._conditions.clock,
            card=self._card if any(entrant.device == "cuda" for entrant in entrants.values()) else None,
            own=[entrant.worker.pid for entrant in self._entrants],
        ).run(rounds)
        self._canary_blocks += rounds.canary[began:]
        after = {name: self._inspected(entrants[name], definition.id) for name in rounds.blocks}
        results = assess(prepared, rounds.blocks, rounds.canary, self._circumstances(), after)
        for name, late in rounds.lost.items():
            answer = _cut_short(late, limit_s, self._plan.limits.measure_s)
            self._bury(self._entrant(name), definition.id, answer)
            waited = limit_s / prepared[name].values["iterations"]
            results[name] = replace(
                prepared[name].blank,
                outcome=answer.outcome,
                reason=answer.reason,
                at_least_s=waited if answer.outcome == "timed_out" else None,
            )
        self._results[definition.id].update(
            {name: replace(result, stopped=rounds.stopped) for name, result in results.items()}
        )
        # Who is far behind is timed no more, however uncertain: a second chance is for the others.
        open_ones = [result for name, result in results.items() if name not in rounds.behind]
        if any(result.outcome == "unstable" or "contended" in result.flags for result in open_ones):
            self._open[definition.id] = attempt
            return
        for name in rounds.blocks:
            entrants[name].worker.ask(self._plan.limits.measure_s, do="drop", probe=definition.id)

    def _inspected(self, entrant: Entrant, probe: str) -> Mapping[str, Any]:
        """What the arrays of a probe are after its rounds; a worker that fails here is lost, its blocks are not."""
        answer = entrant.worker.ask(self._plan.limits.measure_s, do="inspect", probe=probe)
        self._bury(entrant, probe, answer)
        return answer.values

    def _circumstances(self) -> Circumstances:
        return Circumstances(
            threads=self._conditions.setting.threads,
            canary=self._canary_blocks if self._conditions.arch in REACHABLE else (),
        )

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

    def _all_alive(self, attempt: _Attempt) -> bool:
        """Tell whether a probe can go on: without one of its workers its rounds would be of another set."""
        return all(self._entrant(name).worker.alive for name in attempt.rounds.blocks)

    def _all(self) -> tuple[ProbeResult, ...]:
        """Give the results by probe, and the variants in one order."""
        names = [entrant.name for entrant in self._entrants]
        return tuple(found[name] for found in self._results.values() for name in names if name in found)

    def _entrant(self, name: str) -> Entrant:
        return next(entrant for entrant in self._entrants if entrant.name == name)

    def _number(self, number: int) -> int:
        return self._conditions.number * len(self._definitions) + number

    def _left(self) -> float:
        return self._conditions.until - time.monotonic()

    def _tell(self, definition: ProbeDefinition, number: int) -> None:
        """Tell what a probe came to."""
        found = tuple(self._results[definition.id].values())
        self._say("measured", probe=definition.id, number=self._number(number), results=found)

    def _say(self, kind: Kind, name: str = "", **facts: Any) -> None:
        """Report an event; what still happens once the run is to be ended is none."""
        if self._keeping.halt.asked:
            return
        framework, _, variant = name.partition("/")
        event = Progress(
            kind=kind,
            seconds_left=max(self._conditions.ends, self._conditions.until) - time.monotonic(),
            framework=framework,
            variant=variant,
            of=len(self._definitions) * self._plan.generations,
            generation=self._conditions.number + 1,
            generations=self._plan.generations,
            **facts,
        )
        self._report(event)


def _cut_short(answer: Answer, limit_s: float, whole_s: float) -> Answer:
    """Say of a worker that was waited for less than usual that the budget was over: it may be as fast as any."""
    if answer.outcome == "timed_out" and limit_s < whole_s:
        return replace(answer, outcome="skipped", reason=OVER)
    return answer
