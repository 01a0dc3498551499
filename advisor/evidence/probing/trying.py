"""What each framework can do here: every capability is tried in it, with a result that is checked.

The workers of all frameworks try one capability at a time, side by side, since nothing is timed. One that is lost costs
that capability alone: a new one is started for the next.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from advisor.evidence.halt import Halt
from advisor.evidence.machine.detection import detect
from advisor.evidence.portable import identified
from advisor.evidence.probing import entrants as entering
from advisor.evidence.probing.contention import Contention
from advisor.evidence.probing.entrants import Entrant
from advisor.evidence.probing.interpreters import Located
from advisor.evidence.probing.plan import Kind, Plan, Progress, Report, offers, wanted
from advisor.evidence.probing.turn import turn
from advisor.evidence.probing.workers import Answer, Keeper, hear_all
from advisor.frozen import dataclass, field, replace
from advisor.model.capability import CapabilityDefinition
from advisor.model.measurement import CapabilityResult, Found, FrameworkRun, Measurements

FOLDER = "capabilities"
"""Below one of probes."""
ATTEMPT_S = 180.0
"""For one capability; compiling and exporting take tens of seconds where every core is wanted."""
NO_TIME = "there was no time left; --budget gives more"


def silent(_: Progress, /) -> None:
    """Report nothing."""


def run(
    plan: Plan, definitions: Sequence[CapabilityDefinition], report: Report = silent, attempt_s: float = ATTEMPT_S
) -> Measurements:
    """Try every capability in every framework of the plan that is found.

    Variants that share an installation and its environment can do the same, and the first stands for them. Whoever
    measures on this machine is waited for: every core is wanted. Raises InputError for a framework that has no probes,
    StoreError where there is no place for temporary files or the other one does not end.
    """
    with turn(plan, report, Halt()):
        return _run(plan, definitions, report, attempt_s)


def _run(plan: Plan, definitions: Sequence[CapabilityDefinition], report: Report, attempt_s: float) -> Measurements:
    began = time.monotonic()
    offered = offers(plan.probes, *plan.added)
    chosen, rest = entering.choose(replace(plan, suite="full"), wanted(plan, offered), offered)
    able, aside = _able(chosen)
    machine = detect(changes=plan.machine)
    asked = replace(plan, tracks=("matched",))
    with Keeper() as keeping:
        attempts = _Attempts(asked, definitions, report, keeping, began + plan.budget_s, attempt_s)
        try:
            attempts.run(able, machine.cores)
        finally:
            attempts.end()
    elapsed_s = time.monotonic() - began
    report(Progress(kind="done", seconds_left=max(0.0, plan.budget_s - elapsed_s)))
    return identified(
        Measurements(
            machine=machine,
            frameworks=(*(tried.fared for tried in attempts.tried), *aside, *rest),
            results=(),
            classes=(),
            elapsed_s=elapsed_s,
            measured=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            settings={"suite": FOLDER, "device": plan.device},
            capabilities=tuple(result for tried in attempts.tried for result in tried.results),
        )
    )


def _able(chosen: Sequence[Located]) -> tuple[list[Located], list[FrameworkRun]]:
    """Those to be tried, with the file that tries them; the others as what they came to."""
    able: list[Located] = []
    aside: list[FrameworkRun] = []
    seen: dict[tuple[object, ...], str] = {}
    for found in chosen:
        offer = found.offer
        file = offer.files[0].parent.parent / FOLDER / f"can_{offer.framework}.py"
        same = (offer.framework, found.interpreter, offer.modules, tuple(sorted(offer.environment.items())))
        if not file.is_file():
            aside.append(_left_out(found, f"there is no file {FOLDER}/{file.name}"))
        elif same in seen:
            aside.append(_left_out(found, f"it can do what {seen[same]} can"))
        else:
            seen[same] = offer.name
            able.append(replace(found, offer=replace(offer, files=(offer.files[0], file.resolve()))))
    return able, aside


def _left_out(found: Located, reason: str) -> FrameworkRun:
    return FrameworkRun(
        framework=found.offer.framework,
        variant=found.offer.variant,
        version=found.version,
        device="",
        python=found.python,
        outcome="skipped",
        reason=reason,
    )


@dataclass(slots=True, kw_only=True)
class _Tried:
    """A framework and what it came to."""

    entrant: Entrant
    fared: FrameworkRun
    results: list[CapabilityResult] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.entrant.name

    def note(self, capability: str, outcome: Found, reason: str) -> None:
        fared = self.fared
        result = CapabilityResult(
            framework=fared.framework,
            variant=fared.variant,
            capability=capability,
            outcome=outcome,
            reason=reason,
            version=fared.version,
            device=fared.device,
        )
        self.results.append(result)


class _Attempts:
    """All frameworks, one capability after the other."""

    def __init__(  # noqa: PLR0913, PLR0917  (what a run is made of)
        self,
        plan: Plan,
        definitions: Sequence[CapabilityDefinition],
        report: Report,
        keeping: Keeper,
        until: float,
        attempt_s: float,
    ) -> None:
        self._plan, self._definitions, self._report, self._keeping = plan, definitions, report, keeping
        self._until, self._attempt_s = until, attempt_s
        self._setting = entering.settle(plan.threads, 1, Contention(cores=()))
        self.tried: list[_Tried] = []

    def run(self, able: Sequence[Located], cores: int) -> None:
        """Start every worker and try every capability."""
        self._setting = entering.settle(self._plan.threads, cores, Contention(cores=()))
        for found in able:
            self._say("starting", found.offer.name)
        for entrant in self._start(able):
            started = entrant.started
            self._say("started", entrant.name, outcome=started.outcome, text=started.reason)
            self.tried.append(_Tried(entrant=entrant, fared=entrant.run(started.outcome, started.reason)))
        for number, definition in enumerate(self._definitions, start=1):
            self._say("probe", probe=definition.id, number=number)
            self._try(definition.id)

    def end(self) -> None:
        """End every worker."""
        for tried in self.tried:
            tried.entrant.worker.close()

    def _start(self, found: Sequence[Located]) -> list[Entrant]:
        limit = min(self._plan.limits.start_s * 2, max(1.0, self._left()))
        return entering.start(self._plan, found, self._setting, self._keeping, limit)

    def _try(self, capability: str) -> None:
        """Ask every worker at once; what does not answer in time has hung."""
        ready = {tried.name: tried for tried in self._ready(capability)}
        trying = str((self._plan.probes / FOLDER / "trying.py").resolve())
        limit = min(self._attempt_s, self._left())
        for tried in ready.values():
            tried.entrant.worker.tell(do="capability", capability=capability, trying=trying)
        for name, answer in hear_all({name: tried.entrant.worker for name, tried in ready.items()}, limit).items():
            if answer.outcome == "timed_out" and limit < self._attempt_s:
                answer = replace(answer, reason=NO_TIME)  # noqa: PLW2901  (the same answer, told better)
            ready[name].note(capability, *_finding(answer))
            if not ready[name].entrant.worker.alive:
                self._say("failed", name, probe=capability, outcome=answer.outcome, text=answer.reason)

    def _ready(self, capability: str) -> Iterator[_Tried]:
        """Those that can be asked; a worker that was lost is started again, and where it cannot be, that is said."""
        for tried in self.tried:
            if tried.fared.outcome != "ok":
                continue
            if self._left() <= 0:
                tried.note(capability, "timed_out", NO_TIME)
                continue
            if not tried.entrant.worker.alive:
                (tried.entrant,) = self._start([tried.entrant.located])
            if tried.entrant.started.outcome == "ok":
                yield tried
            else:
                outcome, reason = _finding(tried.entrant.started)
                tried.note(capability, outcome, f"it did not start again: {reason}")

    def _left(self) -> float:
        return self._until - time.monotonic()

    def _say(self, kind: Kind, name: str = "", **facts: Any) -> None:
        framework, _, variant = name.partition("/")
        of = len(self._definitions)
        left = max(0.0, self._left())
        self._report(Progress(kind=kind, seconds_left=left, framework=framework, variant=variant, of=of, **facts))


def _finding(answer: Answer) -> tuple[Found, str]:
    """Turn what a worker said, or what is to be said of it, into an outcome with its reason."""
    if answer.outcome == "ok":
        found, why = answer.values.get("found"), answer.values.get("why")
        known = next((word for word in get_args(Found) if word == found), None)
        return (known, str(why or "")) if known else ("failed", "its answer makes no sense")
    return ("timed_out" if answer.outcome == "timed_out" else "failed"), answer.reason


def file_of(probes: Path) -> Path:
    """The definitions in a folder of probes."""
    return probes / FOLDER / "definitions.yaml"
