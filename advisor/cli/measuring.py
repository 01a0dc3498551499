"""What the commands have to do with this machine: detect it, find what was measured on it, and measure it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
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

    from advisor.evidence.halt import Halt
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


def measured_here(session: Session, arguments: argparse.Namespace) -> bool:
    """Whether what the session knows was measured on such a machine as this."""
    run = session.measurements
    return run is not None and run.machine.fingerprint == identify(changes=overrides(arguments.machine)).fingerprint


def measure(wanted: Plan, *, keep: bool) -> Measurements:
    """Run the probes with progress on standard error, and store what they found.

    Interrupted, it stores what was measured until then, and raises KeyboardInterrupt.
    """
    from advisor.cli.progress import ProbeProgress  # noqa: PLC0415  (Rich takes its time to load)
    from advisor.evidence.halt import Halt  # noqa: PLC0415
    from advisor.evidence.probing.run import run  # noqa: PLC0415

    halt = Halt()
    with ProbeProgress() as progress, interrupts(halt):
        measured = run(wanted, progress, halt)
    stored = keep and stores(measured, wanted, notice)
    if halt.asked:
        if stored:
            notice(Problem(message="what was measured until then is stored.", place="probe"))
        raise KeyboardInterrupt
    return measured


def stores(measured: Measurements, wanted: Plan, say: Callable[[Problem], None]) -> bool:
    """Store what was measured, if it has a figure; whether it is stored. What goes wrong is said."""
    from advisor.evidence.keeping.reuse import has_figures  # noqa: PLC0415
    from advisor.evidence.keeping.whereabouts import places  # noqa: PLC0415

    if not has_figures(measured):
        return False
    try:
        store.save(measured, resources.home(), places(wanted), say)
    except AdvisorError as error:
        for problem in error.problems:
            say(problem)
        return False
    return True


@contextmanager
def interrupts(halt: Halt) -> Iterator[None]:
    """A context in which the first interrupt asks for an end; the second one is as usual."""
    usual = signal.getsignal(signal.SIGINT)
    if current_thread() is not main_thread() or usual is signal.SIG_IGN:
        # Signals are not its business, or nobody is to be interrupted.
        yield
        return

    def ask(_: int, __: object) -> None:
        signal.signal(signal.SIGINT, usual)
        halt.ask()

    signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
