"""`advisor probe --capabilities`: what the frameworks can do here is tried, and held against what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import resources
from advisor.cli.output import notice
from advisor.errors import AdvisorError, InputError, Problem
from advisor.evidence.probing.trying import file_of
from advisor.frozen import replace
from advisor.loading.capabilities import load_capabilities
from advisor.loading.knowledge import load
from advisor.upkeep.observation import refuted

if TYPE_CHECKING:
    import argparse

    from advisor.evidence.probing.plan import Plan
    from advisor.model.capability import Refuted
    from advisor.model.measurement import Measurements

BUDGET_S = 600.0
"""A minute or two is usual; the rest is for machines that are busy."""


def check_usage(arguments: argparse.Namespace) -> None:
    """Refuse what says how to time, where nothing is timed."""
    given = {
        "--tolerance": arguments.tolerance,
        "--profiles": arguments.profiles,
        "--probes-only": arguments.probes_only,
        "--generations": arguments.generations,
        "--as-shipped": arguments.as_shipped,
        "--svg": arguments.svg is not None,
        "--format svg": arguments.format == "svg" and not arguments.json,
    }
    hint = "Leave out one of them."
    problems = [
        Problem(
            message="nothing is timed where capabilities are tried.", place=f"--capabilities with {name}", hint=hint
        )
        for name, value in given.items()
        if value
    ]
    if problems:
        raise InputError(*problems)


def try_out(asked: Plan, budget_s: float | None, *, keep: bool) -> Measurements:
    """Try everything with progress on standard error, and store what was found."""
    from advisor.cli.progress import ProbeProgress  # noqa: PLC0415  (Rich takes its time to load)
    from advisor.evidence.keeping import store  # noqa: PLC0415
    from advisor.evidence.keeping.whereabouts import places  # noqa: PLC0415
    from advisor.evidence.probing.trying import run  # noqa: PLC0415

    wanted = replace(asked, suite="full", budget_s=BUDGET_S if budget_s is None else budget_s)
    with ProbeProgress() as progress:
        measured = run(wanted, load_capabilities(file_of(wanted.probes)), progress)
    if keep and measured.capabilities:
        try:
            store.save(measured, resources.home(), places(wanted), notice)
        except AdvisorError as error:
            for problem in error.problems:
                notice(problem)
    return measured


def held(measured: Measurements | None) -> tuple[Refuted, ...]:
    """The documented facts that were observed to be otherwise."""
    if measured is None or not measured.capabilities:
        return ()
    return refuted(load().frameworks, load_capabilities(file_of(resources.probes())), measured)
