"""`advisor doctor`: what is detected here, what is broken and how to mend it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import advisor
from advisor import resources
from advisor.cli import options
from advisor.cli.exits import Exit
from advisor.cli.output import notice, write
from advisor.cli.planning import plan
from advisor.cli.trying import held
from advisor.errors import AdvisorError, InputError, Problem
from advisor.evidence.keeping import store
from advisor.evidence.machine.detection import detect
from advisor.evidence.machine.fitness import Advice, advice, mismatches
from advisor.evidence.machine.framework_builds import Build, Packages, builds, packages_of
from advisor.evidence.machine.installed import look_into
from advisor.evidence.machine.overrides import overrides
from advisor.evidence.machine.recording import document, read_recording
from advisor.evidence.machine.sources import Live
from advisor.evidence.probing.entrants import choose
from advisor.evidence.probing.plan import Plan, offers, wanted
from advisor.frozen import replace
from advisor.inference import durable
from advisor.loading.knowledge import load
from advisor.model.measurement import FrameworkRun, Machine
from advisor.render.diagnosis import Diagnosis, as_json, as_text
from advisor.upkeep.verification import denied

if TYPE_CHECKING:
    import argparse

    from advisor.evidence.probing.interpreters import Located


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    started = "start every framework that can be probed, and hold what it says it sees against what is detected"
    parser.add_argument("--start", action="store_true", help=started)
    saved = "write down what was read here, without what tells whose machine it is; - writes to standard output"
    parser.add_argument("--save", metavar="FILE", help=saved)
    parser.add_argument("--from", dest="recording", metavar="FILE", help="diagnose the machine of such a file instead")
    measured = parser.add_argument_group("measurements")
    options.measuring(measured)
    options.machine(measured)
    options.output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Look around without measuring, and without importing anything but on request."""
    _check_usage(arguments)
    if arguments.recording is not None:
        found = _elsewhere(arguments)
    elif arguments.save is not None:
        return _save(arguments)
    else:
        found = _here(arguments)
    write(as_json(found) if arguments.json else as_text(found), arguments.output)
    return Exit.ANSWER


def _check_usage(arguments: argparse.Namespace) -> None:
    given = {"--start": arguments.start, "--save": arguments.save is not None, "--machine": bool(arguments.machine)}
    hint = "Leave out one of them."
    problems = []
    if arguments.recording is not None:
        problems += [
            Problem(message="a recording is of another machine.", place=f"--from with {name}", hint=hint)
            for name in ("--start", "--save")
            if given[name]
        ]
    if arguments.save is not None:
        problems += [
            Problem(message="what was read is written down as it is.", place=f"--save with {name}", hint=hint)
            for name in ("--start", "--machine")
            if given[name]
        ]
    if problems:
        raise InputError(*problems)


def _here(arguments: argparse.Namespace) -> Diagnosis:
    """This machine, with what is installed and what was measured."""
    asked = plan(arguments, suite="full")
    machine = detect(changes=overrides(arguments.machine))
    environments = _environments(asked)
    made = _builds(environments)
    chosen, rest = _located(asked)
    # Variants of one framework see the same devices: one of each is started.
    first = [found for found in chosen if arguments.start and found is _first(found.offer.framework, chosen)]
    started = _started(asked, machine, first)
    able = _startable([found for found in chosen if found not in first])
    runs = tuple(sorted([*started, *able, *rest], key=lambda run: (run.framework, run.variant)))
    kept = store.latest(machine, resources.home(), notice)
    found = any(run.outcome == "ok" for run in runs)
    said = [
        *advice(machine, made, environments),
        *mismatches(machine, started),
        *_denied(asked),
        *_next_step(found=found, measured=kept is not None),
    ]
    return replace(
        _diagnosis(machine, made, said),
        frameworks=runs,
        measured=kept.measured if kept else "",
        home=str(resources.home()),
        refuted=tuple(one.said for one in held(store.tried(machine, resources.home()))),
    )


def _elsewhere(arguments: argparse.Namespace) -> Diagnosis:
    """The machine of a recording: only what was read there counts."""
    recorded = read_recording(arguments.recording)
    machine = detect(recorded.source, overrides(arguments.machine))
    made = _builds(recorded.environments)
    return _diagnosis(machine, made, advice(machine, made, recorded.environments))


def _save(arguments: argparse.Namespace) -> int:
    """Write down what was read; what is shown otherwise can be had from that file."""
    source = Live()
    detect(source)
    told = document(source, _environments(plan(arguments, suite="full")))
    write(json.dumps(told, indent=1, ensure_ascii=False) + "\n", None if arguments.save == "-" else arguments.save)
    if arguments.save != "-":
        sys.stderr.write(f"advisor: {arguments.save} has what detection read; look through it before it is sent on.\n")
    return Exit.ANSWER


def _diagnosis(machine: Machine, made: tuple[Build, ...], said: Sequence[Advice]) -> Diagnosis:
    """What can be said of any machine."""
    return Diagnosis(
        advisor=advisor.__version__,
        engine="durable-rules" if durable.available() else "plain",
        home="",
        machine=machine,
        builds=made,
        frameworks=(),
        measured="",
        advice=tuple(said),
    )


def _next_step(*, found: bool, measured: bool) -> list[Advice]:
    steps = []
    if not durable.available():
        message = "durable-rules is not installed or does not load here; the engine in plain Python stands in."
        steps.append(Advice(about="advisor", message=message))
    if not found:
        message = "No framework was found: install one, or name its Python with --python FRAMEWORK=INTERPRETER."
        steps.append(Advice(about="advisor", message=message))
    elif not measured:
        message = "This machine has not been measured; it takes a minute or two:"
        steps.append(Advice(about="advisor", message=message, commands=("advisor probe",)))
    return steps


def _interpreters(asked: Plan) -> list[str]:
    return list(dict.fromkeys([*asked.candidates, *asked.interpreters.values()]))


def _environments(asked: Plan) -> tuple[Packages, ...]:
    """What each interpreter has; what does not behave like Python is said of the frameworks looked for in it."""
    found = []
    for interpreter in _interpreters(asked):
        with suppress(AdvisorError):
            found.append(packages_of(interpreter))
    return tuple(found)


def _builds(environments: Sequence[Packages]) -> tuple[Build, ...]:
    return tuple(build for there in environments for build in builds(there))


def _denied(asked: Plan) -> list[Advice]:
    """Releases that must never be used, in any of the interpreters that are looked at."""
    base = load()
    found: list[Advice] = []
    for interpreter in _interpreters(asked):
        with suppress(AdvisorError):
            held = denied(base, look_into(interpreter, {entry.package for entry in base.denied}))
            found += [Advice(about="releases", message=f"{one.found} (denied)") for one in held]
    return found


def _located(asked: Plan) -> tuple[list[Located], list[FrameworkRun]]:
    offered = offers(asked.probes, *asked.added)
    return choose(asked, wanted(asked, offered), offered)


def _startable(chosen: Sequence[Located]) -> list[FrameworkRun]:
    """Where each variant could be run, without starting it."""
    return [
        FrameworkRun(
            framework=found.offer.framework,
            variant=found.offer.variant,
            version=found.version,
            device="",
            python=found.python,
            outcome="ok",
        )
        for found in chosen
    ]


def _first(framework: str, chosen: Sequence[Located]) -> Located:
    return next(found for found in chosen if found.offer.framework == framework)


def _started(asked: Plan, machine: Machine, chosen: Sequence[Located]) -> list[FrameworkRun]:
    """Each variant as it says it is, with the devices it says it sees; one that does not start says why."""
    if not chosen:
        return []
    from advisor.evidence.probing.entrants import Setting, start  # noqa: PLC0415  (workers are for this alone)
    from advisor.evidence.probing.workers import Keeper  # noqa: PLC0415

    with Keeper() as keeping:
        once = replace(asked, tracks=("matched",))
        entrants = start(once, chosen, Setting(threads=machine.cores), keeping, asked.limits.start_s)
        for entrant in entrants:
            entrant.worker.close()
    return [entrant.run(entrant.started.outcome, entrant.started.reason) for entrant in entrants]
