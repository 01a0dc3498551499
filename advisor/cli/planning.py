"""What is to be measured, as the command line says."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from advisor import resources
from advisor.cli.output import notice
from advisor.cli.worth import ALL, Worth
from advisor.errors import Problem
from advisor.evidence.environments import standing as environments
from advisor.evidence.machine.overrides import overrides
from advisor.evidence.probing import workloads
from advisor.evidence.probing.plan import CANARY, WORKLOADS, Limits, Plan, offers
from advisor.loading.folders import is_folder
from advisor.loading.probes import load_composition, load_definitions, load_models, load_profiles
from advisor.loading.problems import Problems, nearest, shown
from advisor.model.probe import Models, ProbeDefinition, Profile, Suite

if TYPE_CHECKING:
    import argparse

DEFAULT_BUDGET_S: Mapping[Suite, float] = {"quick": 120.0, "standard": 240.0, "full": 900.0}
START_S, PROFILE_S = 30.0, 60.0
"""Of the budget where workloads are asked about: to start with, and for each of them."""
GENERATIONS: Mapping[Suite, int] = {"quick": 1, "standard": 2, "full": 1}
LIMITS: Mapping[Suite, Limits] = {
    "quick": Limits(rounds_s=1.0, operation_s=0.75),
    "standard": Limits(),
    "full": Limits(prepare_s=180.0, rounds_s=2.0, operation_s=1.0),
}
"""The quick suite is to be done in a minute with four frameworks. The full one compiles with torch.compile and XLA,
which may take tens of seconds a model.
"""


def plan(
    arguments: argparse.Namespace, suite: Suite = "quick", at_hand: Sequence[Profile] = (), worth: Worth = ALL
) -> Plan:
    """What is to be measured, as the command line says; what a command has no argument for is as usual.

    Workloads that are `at_hand` are predicted first of all; what is not `worth` it is left out.
    """
    asked = vars(arguments)
    profiles = asked.get("profiles")
    # Who asks about a workload wants to know of every variant.
    suite = asked.get("suite") or ("full" if profiles else suite)
    problems = Problems()
    folder, added = resources.probes(), _added(asked.get("probes_from", ()), problems)
    known = [name for name in offers(folder, *added) if name != CANARY]
    definitions = _definitions(folder, *added) if profiles is None else _asked_about(Path(profiles))
    definitions = {**_predicted(at_hand), **{name: each for name, each in definitions.items() if _told_by(each, worth)}}
    names = _names(asked.get("probes_only", ""), definitions, "probe", "--probes-only", problems)
    chosen = [d for name, d in definitions.items() if name in names] or workloads.wanted(definitions.values(), suite)
    wanted = tuple(name for name in asked.get("frameworks", "").split(",") if name)
    wanted = wanted or tuple(name for name in known if name in worth.options)
    for name in wanted:
        if name.partition("/")[0] not in known:
            problems.add(f"{shown(name)} cannot be probed.", "--frameworks", nearest(name, known))
    interpreters = _interpreters(arguments.python, known, problems)
    usual = DEFAULT_BUDGET_S[suite] if profiles is None else START_S + PROFILE_S * len(chosen)
    usual += PROFILE_S * len(at_hand)
    usually = GENERATIONS[suite] if profiles is None else 1
    generations = asked.get("generations") or usually
    usual *= generations / usually
    budget = arguments.budget if arguments.budget is not None else usual
    if not 1 <= budget <= 86_400:
        problems.add(f"{budget:g} is not between 1 and 86400 seconds.", "--budget")
    problems.settle()
    return Plan(
        probes=folder,
        added=added,
        definitions=tuple(chosen),
        composition=load_composition(folder / WORKLOADS / "composition.yaml"),
        frameworks=wanted,
        interpreters=interpreters,
        candidates=(sys.executable, *environments.interpreters(resources.home())),
        suite=suite,
        device=asked.get("device", "auto"),
        threads=asked.get("threads"),
        generations=generations,
        tracks=("matched", "as_shipped") if asked.get("as_shipped") else ("matched",),
        machine=overrides(arguments.machine),
        lock=resources.measuring(),
        budget_s=budget,
        limits=LIMITS[suite] if profiles is None else Limits(),
    )


def _told_by(definition: ProbeDefinition, worth: Worth) -> bool:
    """Whether a probe is of a class of work that matters, or of none."""
    return not worth.classes or definition.workload is None or definition.workload.workload_class in worth.classes


def _added(folders: Iterable[str], problems: Problems) -> tuple[Path, ...]:
    """The folders that `--probes` names; what lies in them is code, which is said before any of it runs."""
    found = tuple(map(Path, folders))
    for folder in found:
        if not any(is_folder(folder / part) for part in ("frameworks", "definitions")):
            hint = "It has to have a folder `frameworks` with files on_NAME.py, or `definitions` and a reference.py."
            problems.add(f"{shown(str(folder))} has no probes.", "--probes", hint)
        else:
            notice(Problem(message="the files there are code, and are run.", place=f"--probes {folder}"))
    return found


def _definitions(folder: Path, *added: Path) -> dict[str, ProbeDefinition]:
    """Every probe by its id, whole models at their default sizes; of a later folder where two have the same."""
    models = workloads.by_default(_models())
    single = (each for place in (folder, *added) for each in load_definitions(place / "definitions"))
    return {each.id: each for each in (*models, *single)}


def _asked_about(source: Path) -> dict[str, ProbeDefinition]:
    """The probes that predict the workloads of a file."""
    models = _models()
    classes = {model.workload_class for model in models.models.values()}
    profiles = load_profiles(source, classes=classes, words=workloads.words(models))
    for profile in profiles:
        for key in workloads.unheeded(models, profile):
            message = f"{key} says nothing of {profile.workload_class}, and is passed over."
            notice(Problem(message=message, place=profile.name))
    return _predicted(profiles)


def _predicted(profiles: Sequence[Profile]) -> dict[str, ProbeDefinition]:
    return {each.id: each for each in workloads.of_profiles(_models(), profiles)} if profiles else {}


def _models() -> Models:
    return load_models(resources.probes() / WORKLOADS / "models.yaml")


def _names(text: str, allowed: Iterable[str], what: str, place: str, problems: Problems) -> tuple[str, ...]:
    known = tuple(allowed)
    names = tuple(name for name in text.split(",") if name)
    for name in names:
        if name not in known:
            problems.add(f"{shown(name)} is not a {what}.", place, nearest(name, known))
    return names


def _interpreters(settings: Iterable[str], known: Iterable[str], problems: Problems) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for setting in settings:
        framework, _, interpreter = setting.partition("=")
        if framework not in known:
            problems.add(f"{shown(framework)} cannot be probed.", "--python", nearest(framework, known))
        else:
            found[framework] = interpreter
    return found
