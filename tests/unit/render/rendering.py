"""Recommendations to render: those of the examples that come with the program, and hostile ones."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from advisor import resources
from advisor.consult.adviser import Adviser
from advisor.inference import plain
from advisor.loading.answers import check_answers, read_answers
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems
from advisor.model.answers import Answers
from advisor.model.recommendation import Recommendation
from advisor.session import Session

EXAMPLES = sorted((resources.knowledge() / "examples").glob("*.yaml"))
SITUATIONS: Mapping[str, dict[str, Any]] = {
    "nothing": {},
    "outside": {"domain": "optimisation"},
    "nothing remains": {"train_os": "macos_x86", "task": "train", "domain": "cv"},
    "offline and cloud": {
        "domain": "llm",
        "task": "inference",
        "deploy_target": "cloud_api",
        "constraints": ["air_gapped"],
    },
    "chip and hardware": {"domain": "cv", "task": "train", "train_hw": "google_tpu", "accelerator": "h100"},
    "no such chip": {"domain": "cv", "task": "train", "train_os": "linux", "accelerator": "h1000"},
    "must": {"domain": "cv", "priorities": {"learning": "must", "scale": "must"}},
    "long": {
        "domain": "scientific_ml",
        "task": "author_library",
        "train_hw": "huawei_ascend",
        "deploy_target": "dotnet_service",
        "existing_code": "tensorflow1",
        "needs": ["autodiff_through_simulation", "upstream_pretrained_weights", "data_dependent_control_flow"],
        "constraints": ["portable_across_accelerators", "patent_grant_required"],
    },
}


@functools.cache
def session() -> Session:
    base = load(use_cache=False)
    return Session(base, Adviser(base, plain.compile_rules))


def checked(raw: Mapping[str, Any]) -> Answers:
    base, problems = session().base, Problems()
    answers = check_answers(raw, base.vocabulary, [c.id for c in base.criteria], str, problems)
    problems.settle()
    return answers


@functools.cache
def example(path: Path) -> Recommendation:
    problems = Problems()
    document = read_answers(path.read_bytes(), path.name, problems)
    problems.settle()
    return session().recommend(checked(document.data), full=True)


@functools.cache
def situation(name: str) -> Recommendation:
    return session().recommend(checked(SITUATIONS[name]), full=True)


def every() -> dict[str, Recommendation]:
    return {**{path.stem: example(path) for path in EXAMPLES}, **{name: situation(name) for name in SITUATIONS}}


def with_hostile_texts(text: str) -> Recommendation:
    """A recommendation whose free texts were never checked."""
    free = {a.name: text for a in session().base.vocabulary.answers if a.kind == "text"}
    answers: Answers = {"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "train_os": "linux", **free}
    return replace(session().recommend(answers, full=True), id=text)
