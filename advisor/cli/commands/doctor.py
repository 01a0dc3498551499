"""`advisor doctor`: what is detected here, what is broken and how to mend it."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import advisor
from advisor import resources
from advisor.cli.exits import Exit
from advisor.cli.measuring import notice, plan
from advisor.cli.output import write
from advisor.errors import AdvisorError
from advisor.evidence import store
from advisor.evidence.detection import detect
from advisor.evidence.entrants import choose
from advisor.evidence.installed import look_into
from advisor.evidence.plan import Plan, offers, wanted
from advisor.frozen import dataclass
from advisor.inference import durable
from advisor.loading.knowledge import load
from advisor.loading.structure import plain
from advisor.model.measurement import FrameworkRun
from advisor.render.json import DIGITS
from advisor.render.measurements import machine_line
from advisor.upkeep.verification import Held, denied

if TYPE_CHECKING:
    import argparse

    from advisor.model.measurement import Machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Everything the command says."""

    advisor: str
    engine: str
    home: str
    machine: Machine
    frameworks: tuple[FrameworkRun, ...]
    measured: str
    """When this kind of machine was last measured; empty if never."""
    advice: tuple[str, ...]


def run(arguments: argparse.Namespace) -> int:
    """Look around without measuring or importing anything."""
    found = _diagnose(arguments)
    text = json.dumps(plain(found, DIGITS), indent=2) + "\n" if arguments.json else _text(found)
    write(text, arguments.output)
    return Exit.ANSWER


def _diagnose(arguments: argparse.Namespace) -> Diagnosis:
    machine = detect()
    frameworks = _frameworks(plan(arguments, suite="full"))
    kept = store.latest(machine.fingerprint, resources.home(), notice)
    engine = "durable-rules" if durable.available() else "plain"
    found = any(run.outcome == "ok" for run in frameworks)
    advice = [f"{held.found} (denied)" for held in _denied(arguments)]
    if engine == "plain":
        advice.append("durable-rules is not installed or does not load here; the engine in plain Python stands in.")
    if not found:
        advice.append("No framework was found: install one, or name its Python with --python FRAMEWORK=INTERPRETER.")
    elif kept is None:
        advice.append("This machine has not been measured: `advisor probe` takes about a minute.")
    return Diagnosis(
        advisor=advisor.__version__,
        engine=engine,
        home=str(resources.home()),
        machine=machine,
        frameworks=frameworks,
        measured=kept.measured if kept else "",
        advice=tuple(advice),
    )


def _denied(arguments: argparse.Namespace) -> list[Held]:
    """Releases that must never be used, in any of the interpreters that are looked at."""
    base = load()
    interpreters = dict.fromkeys([sys.executable, *(setting.partition("=")[2] for setting in arguments.python)])
    found: list[Held] = []
    for interpreter in interpreters:
        # What does not behave like Python is said of the frameworks that were looked for in it.
        with suppress(AdvisorError):
            found += denied(base, look_into(interpreter, {entry.package for entry in base.denied}))
    return found


def _frameworks(asked: Plan) -> tuple[FrameworkRun, ...]:
    """Where each variant could be run, without starting it."""
    offered = offers(asked.probes)
    located, rest = choose(asked, wanted(asked, offered), offered)
    able = [
        FrameworkRun(
            framework=found.offer.framework,
            variant=found.offer.variant,
            version=found.version,
            device="",
            python=found.python,
            outcome="ok",
        )
        for found in located
    ]
    return tuple(sorted([*able, *rest], key=lambda run: (run.framework, run.variant)))


def _text(found: Diagnosis) -> str:
    lines = [f"advisor     {found.advisor}, engine {found.engine}", f"machine     {machine_line(found.machine)}"]
    for run in found.frameworks:
        name = f"{run.framework}/{run.variant}"
        about = f"{run.version}, Python {run.python}" if run.outcome == "ok" else run.reason
        lines.append(f"{name:20} {run.outcome:14} {about}".rstrip())
    lines.append(f"measured    {found.measured or 'never'}")
    lines.append(f"stored in   {found.home}")
    lines.extend(f"advice      {line}" for line in found.advice)
    return "\n".join(lines) + "\n"
