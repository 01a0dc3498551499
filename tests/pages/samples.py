"""Pages to look at: those that are kept, a measured answer, and portfolios."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from golden.keeping import FOLDER
from golden.made_up_run import MEASURED

from advisor.consult.adviser import Adviser
from advisor.evidence.portable import identified
from advisor.inference import plain
from advisor.loading.answers import check_answers
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems
from advisor.model.answers import Answers
from advisor.model.measurement import Measurements
from advisor.model.portfolio import BadLine, Portfolio
from advisor.model.recommendation import Recommendation
from advisor.portfolio import portfolio, project
from advisor.render import rendering
from advisor.render.portfolio import rendering as portfolio_rendering
from advisor.session import Session

ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "llm": {"domain": "llm", "task": "train", "train_hw": "cpu", "train_os": "linux", "model_size": "small"},
    "games": {"domain": "rl", "task": "train", "train_hw": "cpu", "train_os": "linux", "existing_code": "tensorflow2"},
    "phone": {"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "deploy_target": "android_ios"},
}
KEPT = tuple(sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html")))
NAMES = (*KEPT, "measured", "busy and from elsewhere", "portfolio", "empty portfolio")


def run(*, elsewhere: bool = False) -> Measurements:
    """The made-up run; or one of a busy machine somewhere else."""
    busy = replace(MEASURED, machine=replace(MEASURED.machine, quiet=False), foreign=elsewhere)
    return identified(MEASURED) if not elsewhere else replace(identified(busy), foreign=True)


@functools.cache
def session() -> Session:
    base = load(use_cache=False)
    return Session(base, Adviser(base, plain.compile_rules))


def checked(raw: Mapping[str, Any]) -> Answers:
    base, problems = session().base, Problems()
    answers = check_answers(raw, base.vocabulary, [c.id for c in base.criteria], str, problems)
    problems.settle()
    return answers


def answered(name: str, measured: Measurements | None = None) -> Recommendation:
    return replace(session(), measurements=measured).recommend(checked(ANSWERS[name]), full=True, identity=name)


def summed() -> Portfolio:
    projects = [project(i, answered(name, run()), "speed") for i, name in enumerate(ANSWERS, start=1)]
    bad = BadLine(line=4, id=None, problems=("line 4: not JSON.",))
    return portfolio([*projects, bad], knowledge="sha256:...", rules="sha256:...", as_of="2026-11-29")


@functools.cache
def page(name: str) -> str:
    """The page of that name."""
    if name in KEPT:
        return (FOLDER / name).read_text(encoding="utf-8")
    if name == "portfolio":
        return portfolio_rendering("html")(summed())
    if name == "empty portfolio":
        return portfolio_rendering("html")(portfolio([], knowledge="k", rules="r", as_of="2026-11-29"))
    measured = run(elsewhere=name != "measured")
    return rendering("html", measured)(answered("llm", measured))


def write(folder: Path) -> dict[str, Path]:
    """Every page as a file."""
    files = {name: folder / f"{number}.html" for number, name in enumerate(NAMES)}
    for name, file in files.items():
        file.write_text(page(name), encoding="utf-8")
    return files
