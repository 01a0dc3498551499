"""What the formats that install a stack need beside the recommendation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from advisor import resources
from advisor.cli.session import overlays
from advisor.handoff.files import requirements, uv, without
from advisor.handoff.ground import ground, place_of
from advisor.handoff.parts import handoff
from advisor.intake.situation import named
from advisor.loading.environments import load_recipes
from advisor.loading.folders import Folder
from advisor.loading.knowledge import in_use
from advisor.loading.problems import Problems, printable
from advisor.loading.registry import Registry, read_registry
from advisor.model.recommendation import NEEDS_MORE_INFO

if TYPE_CHECKING:
    import argparse

    from advisor.model.knowledge import KnowledgeBase
    from advisor.model.recommendation import Recommendation
    from advisor.model.rule import Place
    from advisor.model.vocabulary import Vocabulary

_WRITTEN = {"requirements": requirements, "uv": uv}
_DEVELOPING = ("develop",)
"""The place that is here where no answer says which is."""


def handed_on(form: str, recommendation: Recommendation, base: KnowledgeBase, arguments: argparse.Namespace) -> str:
    """The file that installs the stack in the place that the arguments name, or that is here by the answers."""
    verdict = recommendation.recommendation
    if verdict.primary == NEEDS_MORE_INFO or not (verdict.stack or verdict.primary in base.frameworks):
        return without(recommendation)
    place: Place = arguments.place or place_of(recommendation.answers)
    here = not arguments.no_detect and place in _here(recommendation.answers)
    where = ground(place, recommendation.answers, here=here, ages=_ages(recommendation.answers, base.vocabulary))
    recipes = load_recipes(resources.probes() / "environments.yaml")
    handed = handoff(recommendation, base, _registry(overlays(arguments.knowledge)), recipes, where)
    return _WRITTEN[form](recommendation, handed)


def _ages(answers: Mapping[str, object], vocabulary: Vocabulary) -> Mapping[str, str]:
    """What the names of chips tell of their age; an answer that no name tells is of the accelerator for training."""
    told = {key: named(key, answers, vocabulary).get("chip_age") for key in ("accelerator", "deploy_hw")}
    found = {key: str(age) for key, age in told.items() if age}
    return found or ({"accelerator": str(answers["chip_age"])} if "chip_age" in answers else {})


def _here(answers: Mapping[str, object]) -> tuple[str, ...]:
    said = answers.get("here")
    return said if isinstance(said, tuple) else _DEVELOPING


def _registry(added: Iterable[Path]) -> Registry:
    problems = Problems()
    folders = (Folder(in_use()[0]), *(Folder(path, printable(str(path))) for path in added))
    found = read_registry(folders, problems)
    problems.settle()
    return found
