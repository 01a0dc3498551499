"""`advisor probe`: measures the frameworks that can be found, stores and prints the result."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from advisor.cli import kinds, options
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

_THREADS, _GENERATIONS = 1024, 20
"""At most so many."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    suites = (
        "quick: whole models and a few operations, in about a minute (default); standard: all operations, twice, in "
        "new processes; full: all operations, and every variant of a framework"
    )
    parser.add_argument("--suite", choices=["quick", "standard", "full"], help=suites)
    profiles = 'workloads to predict, as JSON: [{"name": ..., "workload_class": ..., "sizes": {"batch": 4, ...}}, ...]'
    parser.add_argument("--profiles", metavar="FILE", help=profiles)
    parser.add_argument("--frameworks", metavar="A,B", default="", help="measure only these")
    parser.add_argument("--probes-only", metavar="A,B", default="", help="run only these probes")
    step = (
        "measure your own implementations of one step instead, the functions of a file: this is code, and is run; "
        "--python names the Python for one of them"
    )
    parser.add_argument("--step", metavar="FILE", help=step)
    apart = "with --step: largest relative difference between their results (default: 0.001, or as the file says)"
    parser.add_argument("--tolerance", metavar="X", type=kinds.positive, help=apart)
    devices = "the accelerator if there is one, or the CPU"
    parser.add_argument("--device", choices=["auto", "cpu"], default="auto", help=devices)
    threads = "of every framework (default: as many as there are cores, or one where others want them)"
    parser.add_argument("--threads", metavar="N", type=kinds.up_to(_THREADS), help=threads)
    again = "measure everything N times, each in new processes"
    parser.add_argument("--generations", metavar="N", type=kinds.up_to(_GENERATIONS), help=again)
    shipped = "show beside the equal terms, which count, how each framework does as it comes"
    parser.add_argument("--as-shipped", action="store_true", help=shipped)
    able = "try, without timing anything, what each framework can do here: exports, compiling, derivatives, ..."
    parser.add_argument("--capabilities", action="store_true", help=able)
    parser.add_argument("--no-store", action="store_true", help="print only")
    parser.add_argument(
        "--format",
        choices=["text", "json", "markdown", "svg"],
        default="text",
        help="svg draws the classes of work; --json is short for json",
    )
    parser.add_argument("--svg", metavar="FILE", help="draw them there too")
    measured = parser.add_argument_group("measurements")
    options.measuring(measured)
    options.machine(measured)
    options.output(parser)


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
