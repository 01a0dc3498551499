"""`advisor probe`: measures the frameworks that can be found, stores and prints the result."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from advisor.cli.exits import Exit
from advisor.cli.measuring import measure, notice, plan
from advisor.cli.output import write
from advisor.errors import Problem
from advisor.render import measurements
from advisor.render.measured.text import UNICODE

if TYPE_CHECKING:
    import argparse

    from advisor.model.measurement import Measurements


def run(arguments: argparse.Namespace) -> int:
    """Measure; a probe that fails is an outcome inside the answer, so the status is that of an answer."""
    wanted = plan(arguments)
    part = bool(arguments.frameworks or arguments.probes_only or arguments.probes_from)
    if part and not arguments.no_store:
        notice(Problem(message="only a part is measured, so the result is printed and not stored."))
    measured = measure(wanted, keep=not part and not arguments.no_store)
    write(_shown(measured, arguments), arguments.output)
    if arguments.svg is not None:
        write(measurements.as_svg(measured), arguments.svg)
    return Exit.ANSWER


def _shown(measured: Measurements, arguments: argparse.Namespace) -> str:
    form = "json" if arguments.json else arguments.format
    if form == "text" and arguments.output is None:
        return measurements.as_text(measured, unicode=_draws(sys.stdout))
    return measurements.FORMATS[form](measured)


def _draws(out: TextIO | None) -> bool:
    """Whether the signs of a chart can be seen: whoever reads a file or a pipe takes it for UTF-8."""
    return out is None or not out.isatty() or UNICODE.fit(out.encoding)
