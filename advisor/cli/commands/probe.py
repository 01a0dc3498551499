"""`advisor probe`: measures the frameworks that can be found, stores and prints the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.cli.exits import Exit
from advisor.cli.measuring import measure, notice, plan
from advisor.cli.output import write
from advisor.errors import Problem
from advisor.render import measurements

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> int:
    """Measure; a probe that fails is an outcome inside the answer, so the status is that of an answer."""
    wanted = plan(
        arguments,
        frameworks=arguments.frameworks,
        probes=arguments.probes_only,
        suite=arguments.suite,
        device=arguments.device,
    )
    part = bool(arguments.frameworks or arguments.probes_only)
    if part and not arguments.no_store:
        notice(Problem(message="only a part is measured, so the result is printed and not stored."))
    measured = measure(wanted, keep=not part and not arguments.no_store)
    write(measurements.as_json(measured) if arguments.json else measurements.as_text(measured), arguments.output)
    return Exit.ANSWER
