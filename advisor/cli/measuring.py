"""What the commands have to do with this machine: detect it, find what was measured on it, and measure it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from advisor import resources
from advisor.cli.session import Session
from advisor.errors import AdvisorError, Problem
from advisor.evidence.keeping import store
from advisor.evidence.machine.detection import identify
from advisor.evidence.machine.overrides import overrides
from advisor.evidence.probing.plan import CANARY, Limits, Plan, Suite, offers
from advisor.frozen import replace
from advisor.loading.probes import load_definitions
from advisor.loading.problems import Problems, nearest, shown
from advisor.model.answers import Answers
from advisor.model.measurement import Measurements
from advisor.model.probe import ProbeDefinition

if TYPE_CHECKING:
    import argparse

DEFAULT_BUDGET_S: Mapping[Suite, float] = {"quick": 85.0, "standard": 240.0, "full": 900.0}
GENERATIONS: Mapping[Suite, int] = {"quick": 1, "standard": 2, "full": 2}
LIMITS: Mapping[Suite, Limits] = {"quick": Limits(), "standard": Limits(), "full": Limits(prepare_s=180.0)}
"""The full suite compiles with torch.compile and XLA, which takes tens of seconds each."""


def look_around(session: Session, arguments: argparse.Namespace, answers: Answers) -> Session:
    """The session with the machine detected and, as `--probe` says, what was or is now measured on it."""
    machine = identify(changes=overrides(arguments.machine))
    session = replace(session, machine=machine)
    if arguments.probe == "off":
        return session
    kept = store.latest(machine, resources.home(), notice)
    if arguments.probe == "run" or (arguments.probe == "auto" and kept is None and _could_matter(session, answers)):
        kept = measure(plan(arguments), keep=True)
        for run in kept.frameworks:
            if run.outcome in ("failed", "timed_out"):
                notice(Problem(message=f"{run.outcome}: {run.reason}.", place=f"{run.framework}/{run.variant}"))
    return replace(session, measurements=kept)


def _could_matter(session: Session, answers: Answers) -> bool:
    """Whether speed has a weight here and more than one option is left to compare; a batch is not looked through."""
    if not answers:
        return True
    weighed = session.adviser.weigh(answers, only=session.only)
    return len(weighed.options) > 1 and any(w.criterion == "speed" and w.final > 0 for w in weighed.weights)


def plan(arguments: argparse.Namespace, suite: Suite = "quick") -> Plan:
    """What is to be measured, as the command line says; what a command has no argument for is as usual."""
    from advisor.evidence.environments import standing as environments  # noqa: PLC0415  (what was measured before can be used without)

    asked = vars(arguments)
    suite = asked.get("suite") or suite
    problems = Problems()
    folder, added = resources.probes(), _added(asked.get("probes_from", ()), problems)
    known = [name for name in offers(folder, *added) if name != CANARY]
    definitions = _definitions(folder, *added)
    names = _names(asked.get("probes_only", ""), definitions, "probe", "--probes-only", problems)
    wanted = tuple(name for name in asked.get("frameworks", "").split(",") if name)
    for name in wanted:
        if name.partition("/")[0] not in known:
            problems.add(f"{shown(name)} cannot be probed.", "--frameworks", nearest(name, known))
    interpreters = _interpreters(arguments.python, known, problems)
    budget = arguments.budget if arguments.budget is not None else DEFAULT_BUDGET_S[suite]
    if not 1 <= budget <= 86_400:
        problems.add(f"{budget:g} is not between 1 and 86400 seconds.", "--budget")
    problems.settle()
    as_shipped = asked.get("as_shipped") or suite == "full"
    return Plan(
        probes=folder,
        added=added,
        definitions=tuple(d for name, d in definitions.items() if not names or name in names),
        frameworks=wanted,
        interpreters=interpreters,
        candidates=(sys.executable, *environments.interpreters(resources.home())),
        suite=suite,
        device=asked.get("device", "auto"),
        threads=asked.get("threads"),
        generations=asked.get("generations") or GENERATIONS[suite],
        tracks=("matched", "as_shipped") if as_shipped else ("matched",),
        machine=overrides(arguments.machine),
        budget_s=budget,
        limits=LIMITS[suite],
    )


def _added(folders: Iterable[str], problems: Problems) -> tuple[Path, ...]:
    """The folders that `--probes` names; what lies in them is code, which is said before any of it runs."""
    found = tuple(map(Path, folders))
    for folder in found:
        if not any((folder / part).is_dir() for part in ("frameworks", "definitions")):
            hint = "It has to have a folder `frameworks` with files on_NAME.py, or `definitions` and a reference.py."
            problems.add(f"{shown(str(folder))} has no probes.", "--probes", hint)
        else:
            notice(Problem(message="the files there are code, and are run.", place=f"--probes {folder}"))
    return found


def _definitions(*folders: Path) -> dict[str, ProbeDefinition]:
    """Every probe by its id; of a later folder where two have the same."""
    return {each.id: each for folder in folders for each in load_definitions(folder / "definitions")}


def measure(wanted: Plan, *, keep: bool) -> Measurements:
    """Run the probes with progress on standard error, and store what they found."""
    from advisor.cli.progress import ProbeProgress  # noqa: PLC0415  (Rich takes its time to load)
    from advisor.evidence.probing.run import run  # noqa: PLC0415

    with ProbeProgress() as progress:
        measured = run(wanted, progress)
    if keep and any(result.outcome in ("ok", "unstable") for result in measured.results):
        from advisor.evidence.keeping.whereabouts import places  # noqa: PLC0415

        try:
            store.save(measured, resources.home(), places(wanted), notice)
        except AdvisorError as error:
            for problem in error.problems:
                notice(problem)
    return measured


def notice(problem: Problem) -> None:
    """Say what went wrong where the answer does not depend on it."""
    sys.stderr.write(f"advisor: {problem}\n")


def _names(text: str, allowed: Iterable[str], what: str, place: str, problems: Problems) -> tuple[str, ...]:
    known = tuple(allowed)
    names = tuple(name for name in text.split(",") if name)
    for name in names:
        if name not in known:
            problems.add(f"{shown(name)} is not a {what}.", place, nearest(name, known))
    return names


def _interpreters(settings: Iterable[str], known: Iterable[str], problems: Problems) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for setting in settings:
        framework, _, interpreter = setting.partition("=")
        if framework not in known:
            problems.add(f"{shown(framework)} cannot be probed.", "--python", nearest(framework, known))
        else:
            found[framework] = interpreter
    return found
