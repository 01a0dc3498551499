"""What the commands have to do with this machine: detect it, find what was measured on it, and measure it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from advisor import resources
from advisor.cli.session import Session
from advisor.errors import AdvisorError, Problem
from advisor.evidence import store
from advisor.evidence.detection import detect
from advisor.evidence.plan import Limits, Plan, offers
from advisor.frozen import replace
from advisor.loading.probes import load_definitions
from advisor.loading.problems import Problems, nearest, shown
from advisor.model.answers import Answers
from advisor.model.measurement import Measurements

if TYPE_CHECKING:
    import argparse

DEFAULT_BUDGET_S = {"standard": 85.0, "full": 600.0}
LIMITS = {"standard": Limits(), "full": Limits(prepare_s=180.0)}
"""The full suite compiles with torch.compile and XLA, which takes tens of seconds each."""


def look_around(session: Session, arguments: argparse.Namespace, answers: Answers) -> Session:
    """The session with the machine detected and, as `--probe` says, what was or is now measured on it."""
    machine = detect()
    session = replace(session, machine=machine)
    if arguments.probe == "off":
        return session
    kept = store.latest(machine.fingerprint, resources.home(), notice)
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


def plan(
    arguments: argparse.Namespace,
    *,
    frameworks: str = "",
    probes: str = "",
    suite: Literal["standard", "full"] = "standard",
    device: Literal["auto", "cpu"] = "auto",
) -> Plan:
    """What is to be measured, as the command line says."""
    problems = Problems()
    folder = resources.probes()
    known = [name for name in offers(folder) if name != "numpy"]
    definitions = load_definitions(folder / "definitions")
    names = _names(probes, [d.id for d in definitions], "probe", "--probes-only", problems)
    wanted = tuple(name for name in frameworks.split(",") if name)
    for name in wanted:
        if name.partition("/")[0] not in known:
            problems.add(f"{shown(name)} cannot be probed.", "--frameworks", nearest(name, known))
    interpreters = _interpreters(arguments.python, known, problems)
    budget = arguments.budget if arguments.budget is not None else DEFAULT_BUDGET_S[suite]
    if not 1 <= budget <= 86_400:
        problems.add(f"{budget:g} is not between 1 and 86400 seconds.", "--budget")
    problems.settle()
    return Plan(
        probes=folder,
        definitions=tuple(d for d in definitions if not names or d.id in names),
        frameworks=wanted,
        interpreters=interpreters,
        suite=suite,
        device=device,
        budget_s=budget,
        limits=LIMITS[suite],
    )


def measure(wanted: Plan, *, keep: bool) -> Measurements:
    """Run the probes with progress on standard error, and store what they found."""
    from advisor.cli.progress import ProbeProgress  # noqa: PLC0415  (Rich takes its time to load)
    from advisor.evidence.probing import run  # noqa: PLC0415

    with ProbeProgress() as progress:
        measured = run(wanted, progress)
    if keep and any(result.outcome in ("ok", "unstable") for result in measured.results):
        try:
            store.save(measured, resources.home())
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
