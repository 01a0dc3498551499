"""What the commands have to do with this machine: detect it, find what was measured on it, and measure it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import resources
from advisor.cli.output import notice
from advisor.cli.worth import ALL, at_hand, worth_measuring
from advisor.errors import AdvisorError, Problem
from advisor.evidence.keeping import store
from advisor.evidence.machine.detection import identify
from advisor.evidence.machine.overrides import overrides
from advisor.frozen import replace
from advisor.model.answers import Answers
from advisor.model.measurement import Measurements
from advisor.session import Session

if TYPE_CHECKING:
    import argparse

    from advisor.evidence.probing.plan import Plan


def look_around(session: Session, arguments: argparse.Namespace, answers: Answers) -> Session:
    """The session with the machine detected and, as `--probe` says, what was or is now measured on it."""
    machine = identify(changes=overrides(arguments.machine))
    session = replace(session, machine=machine)
    if arguments.probe == "off":
        return session
    kept = store.latest(machine, resources.home(), notice)
    worth = ALL if arguments.probe == "run" else None
    if arguments.probe == "auto":
        worth = worth_measuring(session, answers, kept)
    if worth is not None:
        from advisor.cli.planning import plan  # noqa: PLC0415  (what was measured before can be used without)

        kept = measure(plan(arguments, at_hand=at_hand(session, answers), worth=worth), keep=True)
        for run in kept.frameworks:
            if run.outcome in ("failed", "timed_out"):
                notice(Problem(message=f"{run.outcome}: {run.reason}.", place=f"{run.framework}/{run.variant}"))
    return replace(session, measurements=kept)


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
