"""What the commands have to do with this machine: detect it, find what was measured on it, and measure it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from advisor import resources
from advisor.cli.output import notice
from advisor.cli.session import Session
from advisor.errors import AdvisorError, Problem
from advisor.evidence.keeping import store
from advisor.evidence.machine.detection import identify
from advisor.evidence.machine.overrides import overrides
from advisor.frozen import replace
from advisor.model.answers import Answers
from advisor.model.measurement import Measurements
from advisor.model.probe import Profile

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
    if arguments.probe == "run" or (arguments.probe == "auto" and _could_matter(session, answers, kept)):
        from advisor.cli.planning import plan  # noqa: PLC0415  (what was measured before can be used without)

        kept = measure(plan(arguments, at_hand=_at_hand(session, answers)), keep=True)
        for run in kept.frameworks:
            if run.outcome in ("failed", "timed_out"):
                notice(Problem(message=f"{run.outcome}: {run.reason}.", place=f"{run.framework}/{run.variant}"))
    return replace(session, measurements=kept)


def _could_matter(session: Session, answers: Answers, kept: Measurements | None) -> bool:
    """Whether something is not known yet, speed has a weight and more than one option is left to compare.

    A batch is not looked through.
    """
    sized = [(each.workload_class, each.sizes) for each in kept.classes] if kept else []
    if kept and all((each.workload_class, each.sizes) in sized for each in _at_hand(session, answers)):
        return False
    if not answers:
        return True
    weighed = session.adviser.weigh(answers, only=session.only)
    return len(weighed.options) > 1 and any(w.criterion == "speed" and w.final > 0 for w in weighed.weights)


def _at_hand(session: Session, answers: Answers) -> tuple[Profile, ...]:
    """The workloads that the answers speak of, at the sizes that they give; none where they give none."""
    sizes = answers.get("sizes")
    if not isinstance(sizes, Mapping) or not sizes:
        return ()
    given = {str(word): int(size) for word, size in sizes.items() if isinstance(size, int | float)}
    named = sorted(session.adviser.weigh(answers, only=session.only).derived.get("workload", ()))
    return tuple(Profile(name="answers", workload_class=each, sizes=given) for each in named)


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
