"""A user's own implementations of one step, as something that can be run like every probe.

The file is read, and not run, to find out what it offers; each function then becomes a framework in a folder of the
run, by the two files of `probes/own`.
"""

from __future__ import annotations

import ast
import math
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from advisor.errors import InputError, Problem
from advisor.evidence.probing.gates import FAILED
from advisor.evidence.probing.plan import CANARY
from advisor.frozen import dataclass, replace
from advisor.loading.problems import Problems, shown
from advisor.model.measurement import Measurements, Outcome
from advisor.model.probe import ProbeDefinition

PROBE, VARIANT = "step", "step"
"""What the one probe is called, and the one variant of each implementation."""
TOLERANCE = 1e-3
"""Relative difference that is allowed where nobody says otherwise: float32 in another order of summation, a few steps
deep, stays below it, and a mistake does not."""
FOLDER = "own"
"""Below the folder of probes."""
_NAME = re.compile(r"\w[\w.+-]*")
_EXPECTED = (
    "It takes two or more functions without parameters, each of which returns step, (state, step) or (state, step, "
    'outputs); those whose names begin with an underscore are not taken. Or else STEPS = {"name": function, ...}.'
)
_FROZEN = "let each depend on the one before, by (state, step), or on its number, by step(number)"
_SLOW = "a larger --budget gives it longer"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSteps:
    """What a user's file offers."""

    file: Path
    names: tuple[str, ...]
    """In the order of the file: the results of the first that has any are what those of the others are held against."""
    tolerance: float = TOLERANCE
    """Largest difference allowed, relative to the largest magnitude in an array."""

    @property
    def definition(self) -> ProbeDefinition:
        """The one probe of such a run: sizes and types are the user's affair."""
        return ProbeDefinition(
            id=PROBE,
            version=1,
            title=self.file.name,
            motivation="One step, as its user wrote it.",
            sizes={"cpu": {}},
            tolerance=self.tolerance,
            bound="dispatch",
            dtype="as written",
        )


def read(file: Path) -> OwnSteps:
    """Find out what a file offers, without running it; raises InputError with every problem."""
    tree = _parsed(file)
    constants = dict(_constants(tree))
    problems = Problems()
    found = _listed(constants["STEPS"], file, problems) if "STEPS" in constants else dict(_functions(tree))
    if not found and not problems.found:
        problems.add("there is no step.", str(file), _EXPECTED)
    for name, line in found.items():
        place = f"{file}:{line}"
        if not _NAME.fullmatch(name):
            problems.add(f"{shown(name)} cannot name a step: letters, digits and _ . + - were expected.", place)
        elif name == CANARY:
            hint = f"Call it otherwise, as {name}_step."
            problems.add(f"a step cannot be called {name}: so is what is timed beside the steps.", place, hint)
    tolerance = _tolerance(constants["TOLERANCE"], file, problems) if "TOLERANCE" in constants else TOLERANCE
    problems.settle()
    return OwnSteps(file=file.resolve(), names=tuple(found), tolerance=tolerance)


def lay_out(own: OwnSteps, probes: Path, folder: Path) -> Path:
    """Write a folder of probes with one framework for each implementation, and return it."""
    frameworks = folder / "frameworks"
    frameworks.mkdir(parents=True)
    shutil.copyfile(probes / FOLDER / "reference.py", folder / "reference.py")
    source = (probes / FOLDER / "on_step.py").read_text(encoding="utf-8")
    for name in own.names:
        variables = {"ADVISOR_STEP": name, "ADVISOR_STEP_FILE": str(own.file)}
        variants = {VARIANT: {"modules": ("numpy",), "install": "numpy", "environment": variables}}
        (frameworks / f"on_{name}.py").write_text(f"{source}\n\nVARIANTS = {variants!r}\n", encoding="utf-8")
    return folder


def told(measured: Measurements, own: OwnSteps) -> Measurements:
    """The measurements with what can be done about an outcome, and without what nobody counted."""
    settings = {name: value for name, value in measured.settings.items() if name != "suite"}
    return replace(
        measured,
        settings={**settings, "step": own.file.name, "tolerance": f"{own.tolerance:g}"},
        frameworks=tuple(replace(run, reason=_helpful(run.outcome, run.reason)) for run in measured.frameworks),
        results=tuple(
            replace(result, reason=_helpful(result.outcome, result.reason), flops=None) for result in measured.results
        ),
    )


def _helpful(outcome: Outcome, reason: str) -> str:
    if outcome == "timed_out":
        return f"{reason}; {_SLOW}"
    return reason.replace(FAILED["frozen"], f"{FAILED['frozen']}; {_FROZEN}")


def _parsed(file: Path) -> ast.Module:
    try:
        return ast.parse(file.read_bytes(), filename=str(file))
    except SyntaxError as error:
        place = f"{file}:{error.lineno}" if error.lineno else str(file)
        problem = Problem(message=f"this is no Python: {error.msg}.", place=place)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        problem = Problem(message=f"the file cannot be read: {said}.", place=str(file))
    raise InputError(problem)


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Give what is assigned to a name at the top of the file."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value


def _functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Give the functions that count as steps, with their lines."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not _parameters(node.args):
            yield node.name, node.lineno


def _parameters(of: ast.arguments) -> bool:
    return bool(of.posonlyargs or of.args or of.vararg or of.kwonlyargs or of.kwarg)


def _listed(value: ast.expr, file: Path, problems: Problems) -> Mapping[str, int]:
    """Give the names in STEPS; they have to be written out, since the file is not run to find them."""
    keys = value.keys if isinstance(value, ast.Dict) else [None]
    found = {key.value: key.lineno for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    if len(found) != len(keys):
        message = 'STEPS has to be written out as {"name": function, ...}, each name once.'
        problems.add(message, f"{file}:{value.lineno}", "The names are read before anything in the file is run.")
    return found


def _tolerance(value: ast.expr, file: Path, problems: Problems) -> float:
    try:
        found = float(ast.literal_eval(value))
    except (ValueError, TypeError):
        found = math.nan
    if not 0 < found < math.inf:
        problems.add("TOLERANCE has to be a positive number, as 1e-3.", f"{file}:{value.lineno}")
    return found
