"""What a run of the probes is asked to do, and what the folder of probes offers."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

from advisor.errors import InputError, Problem
from advisor.frozen import dataclass, field
from advisor.model.measurement import Outcome, ProbeResult, Track
from advisor.model.probe import Composition, ProbeDefinition, Suite

CANARY = "numpy"
"""The framework file that is no framework."""
WORKLOADS = "workloads"
"""The folder of whole models below one of probes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a worker may take before it is given up, in seconds."""

    start_s: float = 45.0
    """Importing the framework: all at once, from a cold disk."""
    prepare_s: float = 30.0
    """Building, compiling, checking and warming up one probe."""
    measure_s: float = 10.0
    """One block; it was warmed up before and took milliseconds."""
    rounds_s: float = 4.0
    """All rounds of a probe."""
    operation_s: float | None = None
    """All rounds of a single operation, which explains where a whole model decides; None for as many as of that."""

    def all_rounds_s(self, definition: ProbeDefinition) -> float:
        """Give the seconds for all rounds of this one."""
        return self.rounds_s if definition.workload or self.operation_s is None else self.operation_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run of `advisor probe`."""

    probes: Path
    """The folder with `worker.py`, `reference.py`, `frameworks/` and `workloads/`."""
    added: tuple[Path, ...] = ()
    """Folders that add frameworks, or probes with a `reference.py` of their own and files `in_<id>.py`."""
    definitions: tuple[ProbeDefinition, ...]
    composition: Mapping[str, Composition] = field(default_factory=dict)
    """Model to what a step of it consists of."""
    frameworks: tuple[str, ...] = ()
    """`pytorch`, or `pytorch/compiled` for a variant whatever the suite; empty for every framework that has a file."""
    interpreters: Mapping[str, str] = field(default_factory=dict)
    """Framework to the Python that has it, as the user gave it."""
    candidates: tuple[str, ...] = (sys.executable,)
    """Interpreters to try in turn for the others."""
    suite: Suite = "quick"
    """`quick` and `standard` run the cheapest variant of each framework, `full` all of them."""
    device: Literal["auto", "cpu"] = "auto"
    threads: int | None = None
    """Of every worker; None for as many as there are cores, or one where something else wants them."""
    generations: int = 1
    """How often everything is measured, each time in new processes."""
    tracks: tuple[Track, ...] = ("matched",)
    machine: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the machine to what the user says they are, in place of what is detected."""
    lock: Path | None = None
    """The file that is held locked by whoever measures on this machine; None where nobody else is minded."""
    budget_s: float = 85.0
    """Seconds for everything: what no longer fits is left out."""
    seed: int = 0
    limits: Limits = Limits()


Kind = Literal["waiting", "starting", "started", "probe", "measured", "failed", "done"]
"""Another process measures (`text`); a worker is being started, has answered (`outcome` tells how), was lost; a
probe begins or has ended; all is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Something that happened, for a person to see."""

    kind: Kind
    seconds_left: float
    framework: str = ""
    variant: str = ""
    probe: str = ""
    number: int = 0
    """Of the probe, from 1."""
    of: int = 0
    generation: int = 1
    generations: int = 1
    outcome: Outcome = "ok"
    text: str = ""
    results: tuple[ProbeResult, ...] = ()
    """Of the probe that was measured: what every variant came to in this generation."""


class Report(Protocol):
    """Is told how a run goes."""

    def __call__(self, event: Progress, /) -> None:
        """Show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A variant of a framework that the folder has a file for."""

    framework: str
    variant: str
    files: tuple[Path, ...]
    """The one that starts it, and those that add probes to it."""
    modules: tuple[str, ...]
    install: str
    """What pip is given."""
    environment: Mapping[str, str]
    left_out: Mapping[str, str]
    """Probe to the reason why the framework's files have no function for it."""
    compiles: bool = False
    """Whether a first call compiles."""
    slowly: bool = False
    """Whether that takes tens of seconds."""
    alone: bool = False
    """Whether it needs an environment of its own: what it requires would break other frameworks."""

    @property
    def name(self) -> str:
        """`framework/variant`."""
        return f"{self.framework}/{self.variant}"


def offers(*folders: Path) -> dict[str, tuple[Offer, ...]]:
    """Read the variants of every framework, the cheapest first, without running a file; a later folder goes first.

    Raises InputError when a file has no such literal.
    """
    files = {file.stem[3:]: file for folder in folders for file in sorted((folder / "frameworks").glob("on_*.py"))}
    places = [place for folder in reversed(folders) for place in (folder, folder / WORKLOADS)]
    return {
        name: tuple(_variants(name, (files[name], *_existing(place / f"in_{name}.py" for place in places))))
        for name in sorted(files)
    }


def references(plan: Plan) -> tuple[Path, ...]:
    """Give the files with the mathematics of every probe; what is added goes first."""
    folders = (*plan.added, plan.probes)
    return _existing(place / "reference.py" for folder in folders for place in (folder, folder / WORKLOADS))


def _existing(files: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(file.resolve() for file in files if file.is_file())


def wanted(plan: Plan, offered: Mapping[str, tuple[Offer, ...]]) -> dict[str, tuple[str, ...]]:
    """Give the frameworks of a plan, each with the variants that were named for it.

    Raises InputError when one has no file or no such variant.
    """
    names = plan.frameworks or tuple(name for name in offered if name != CANARY)
    known = {*offered, *(offer.name for variants in offered.values() for offer in variants)}
    unknown = [name for name in names if name not in known]
    if unknown:
        hint = f"There are: {', '.join(sorted(known))}."
        raise InputError(*(Problem(message=f"no probes for {name}", hint=hint) for name in unknown))
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        framework, _, variant = name.partition("/")
        found[framework] = (*found.get(framework, ()), *([variant] if variant else []))
    return found


def _variants(framework: str, files: tuple[Path, ...]) -> list[Offer]:
    constants, *further = map(_constants, files)
    try:
        left_out = {
            probe: why
            for each in (constants, *further)
            for why, probes in each.get("NOT_APPLICABLE", {}).items()
            for probe in probes
        }
        return [
            Offer(
                framework=framework,
                variant=variant,
                files=files,
                modules=tuple(facts["modules"]),
                install=facts["install"],
                environment=facts.get("environment", {}),
                left_out=left_out,
                compiles=facts.get("compiles", False),
                slowly=facts.get("slowly", False),
                alone=facts.get("alone", False),
            )
            for variant, facts in constants["VARIANTS"].items()
        ]
    except (KeyError, AttributeError, TypeError) as error:
        message = (
            "VARIANTS has to be a mapping of variant to `modules` and `install`, NOT_APPLICABLE of reason to probes"
        )
        raise InputError(Problem(message=message, place=str(files[0]))) from error


def _constants(file: Path) -> dict[str, Any]:
    """Read the two constants that the program needs before it may run the file."""
    found = {}
    try:
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            names = [target.id for target in getattr(node, "targets", ()) if isinstance(target, ast.Name)]
            if isinstance(node, ast.Assign) and names and names[0] in {"VARIANTS", "NOT_APPLICABLE"}:
                found[names[0]] = ast.literal_eval(node.value)
    except (ValueError, SyntaxError, OSError) as error:
        message = f"the file cannot be read as Python with literal constants: {error}"
        raise InputError(Problem(message=message, place=str(file))) from error
    return found
