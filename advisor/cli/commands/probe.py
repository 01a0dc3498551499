"""`advisor probe`: measures the frameworks that can be found, stores and prints the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.cli.exits import Exit
from advisor.cli.measuring import measure, plan
from advisor.cli.output import write
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
    measured = measure(wanted, keep=not arguments.no_store)
    write(measurements.as_json(measured) if arguments.json else measurements.as_text(measured), arguments.output)
    return Exit.ANSWER
