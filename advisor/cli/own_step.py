"""`advisor probe --step FILE`: a user's own implementations of one step, measured like frameworks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from advisor import resources
from advisor.cli.measuring import measure
from advisor.cli.output import notice
from advisor.errors import InputError, Problem
from advisor.evidence.machine.overrides import overrides
from advisor.evidence.probing import own
from advisor.evidence.probing.plan import Limits, Plan
from advisor.evidence.probing.workers import Keeper
from advisor.frozen import replace
from advisor.loading.problems import Problems, nearest, shown

if TYPE_CHECKING:
    import argparse

    from advisor.evidence.probing.own import OwnSteps
    from advisor.model.measurement import Measurements

BUDGET_S = 120.0
"""For each implementation, and each process of it: to compile a whole model takes tens of seconds."""
ELSEWHERE = ("frameworks", "probes_only", "probes", "profiles", "as_shipped", "capabilities")
"""Arguments that choose what else is run."""


def measure_steps(arguments: argparse.Namespace) -> Measurements:
    """Run the file's implementations against each other; raises InputError where that makes no sense."""
    steps, interpreters = _asked(arguments)
    machine = overrides(arguments.machine)
    notice(Problem(message="what stands there is code, and is run.", place=f"--step {arguments.step}"))
    with Keeper() as keeping:  # whose folder is removed however this ends
        folder = own.lay_out(steps, resources.probes(), keeping.folder / "steps")
        generations = arguments.generations or (1 if arguments.suite in (None, "quick") else 2)
        usual = BUDGET_S * len(steps.names) * generations
        budget = arguments.budget if arguments.budget is not None else usual
        plan = Plan(
            probes=resources.probes(),
            added=(folder,),
            definitions=(steps.definition,),
            frameworks=steps.names,
            interpreters=interpreters,
            candidates=(sys.executable,),
            device=arguments.device,
            threads=arguments.threads,
            generations=generations,
            machine=machine,
            lock=resources.measuring(),
            budget_s=budget,
            limits=limits(budget / generations, len(steps.names)),
        )
        return own.told(measure(plan, keep=False), steps)


def limits(seconds: float, steps: int) -> Limits:
    """Share the time out so that a step that hangs costs the others none of theirs."""
    return Limits(start_s=seconds / 4, prepare_s=seconds / 2 / steps, measure_s=seconds / 4, rounds_s=seconds / 4)


def _asked(arguments: argparse.Namespace) -> tuple[OwnSteps, dict[str, str]]:
    """What the file offers, and the interpreters that were named for it."""
    problems = Problems()
    given = {"probes": arguments.probes_from, **vars(arguments)}
    for name in ELSEWHERE:
        if given.get(name):
            problems.add("it is about the program's own probes, and --step runs none of them.", _option(name))
    if arguments.budget is not None and not 1 <= arguments.budget <= 86_400:
        problems.add(f"{arguments.budget:g} is not between 1 and 86400 seconds.", "--budget")
    try:
        steps = own.read(Path(arguments.step))
    except InputError as error:
        problems.found.extend(error.problems)
        raise InputError(*problems.found) from error
    interpreters: dict[str, str] = {}
    for setting in arguments.python:
        name, _, interpreter = setting.partition("=")
        interpreters[name] = interpreter
        if name not in steps.names:
            hint = nearest(name, steps.names)
            problems.add(f"{shown(name)} is no step of {arguments.step}.", "--python", hint)
    problems.settle()
    return steps if arguments.tolerance is None else replace(steps, tolerance=arguments.tolerance), interpreters


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
