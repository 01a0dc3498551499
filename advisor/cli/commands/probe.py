"""`advisor probe`: measures the frameworks that can be found, stores and prints the result."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from advisor.cli.exits import Exit
from advisor.cli.measuring import measure
from advisor.cli.output import notice, write
from advisor.cli.planning import plan
from advisor.errors import InputError, Problem
from advisor.render import measurements
from advisor.render.measured.text import UNICODE

if TYPE_CHECKING:
    import argparse

    from advisor.model.measurement import Measurements


def run(arguments: argparse.Namespace) -> int:
    """Measure; a probe that fails is an outcome inside the answer, so the status is that of an answer."""
    if arguments.capabilities and not arguments.step:
        return _capabilities(arguments)
    measured = _own(arguments) if arguments.step or arguments.tolerance else _frameworks(arguments)
    write(_shown(measured, arguments), arguments.output)
    if arguments.svg is not None:
        write(measurements.as_svg(measured), arguments.svg)
    return Exit.ANSWER


def _capabilities(arguments: argparse.Namespace) -> int:
    """Try what can be done here; where the output is for programs, what is documented otherwise is said beside it."""
    from advisor.cli.trying import check_usage, held, try_out  # noqa: PLC0415  (of its own)

    check_usage(arguments)
    measured = try_out(plan(arguments), arguments.budget, keep=not _part(arguments) and not arguments.no_store)
    refuted = held(measured)
    form = "json" if arguments.json else arguments.format
    if form == "json":
        for one in refuted:
            notice(Problem(message=one.said))
        shown = measurements.as_json(measured)
    else:
        shown = {"text": measurements.as_text, "markdown": measurements.as_markdown}[form](measured, refuted)
    write(shown, arguments.output)
    return Exit.ANSWER


def _part(arguments: argparse.Namespace) -> bool:
    """Whether something is left out; that is said where it would have been stored."""
    part = bool(arguments.frameworks or arguments.probes_only or arguments.probes_from or arguments.profiles)
    if part and not arguments.no_store:
        notice(Problem(message="only a part is measured, so the result is printed and not stored."))
    return part


def _own(arguments: argparse.Namespace) -> Measurements:
    if not arguments.step:
        message = "it is about the results of one's own steps, and there is no --step."
        raise InputError(Problem(message=message, place="--tolerance"))
    from advisor.cli.own_step import measure_steps  # noqa: PLC0415  (of its own)

    return measure_steps(arguments)


def _frameworks(arguments: argparse.Namespace) -> Measurements:
    wanted = plan(arguments)
    return measure(wanted, keep=not _part(arguments) and not arguments.no_store)


def _shown(measured: Measurements, arguments: argparse.Namespace) -> str:
    form = "json" if arguments.json else arguments.format
    if form == "text" and arguments.output is None:
        return measurements.as_text(measured, unicode=_draws(sys.stdout))
    return measurements.FORMATS[form](measured)


def _draws(out: TextIO | None) -> bool:
    """Whether the signs of a chart can be seen: whoever reads a file or a pipe takes it for UTF-8."""
    return out is None or not out.isatty() or UNICODE.fit(out.encoding)
