"""What the commands say, as functions: `advisor.recommend` and its like.

Nothing here looks around unasked: without `detect` nothing is read from the machine, and the same answers give the
same recommendation on every machine and day. What is wrong with what was given is an `AdvisorError`, with all of its
`problems` at once. Everything may be called from several threads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from os import PathLike
from typing import Any, Literal, Unpack, overload

from advisor.api.given import Folders, Given, Looking, Seeing, one_of, paths
from advisor.api.knowledge import Knowledge, Why
from advisor.inquiry import interview
from advisor.loading.structure import plain
from advisor.model.check import Check
from advisor.model.comparison import Comparison
from advisor.model.explanation import Explanation
from advisor.model.project import Survey
from advisor.model.recommendation import Recommendation
from advisor.render import FORMATS, rendering
from advisor.render.explanation import depth as levels_of
from advisor.render.explanation import render as as_tree
from advisor.render.json import DIGITS


def recommend(  # noqa: PLR0913  (the options of the command)
    answers: Given,
    *,
    options: Iterable[str] = (),
    detect: bool = False,
    measurements: Literal["off", "stored"] = "off",
    depth: Literal["core", "full"] = "full",
    knowledge: Folders = (),
    rules: Folders = (),
    as_of: str | date | None = None,
) -> Recommendation:
    """What to build on, and why: what `advisor recommend --no-detect` says of these answers.

    `answers` is a mapping by key of the vocabulary, or the path of a file. Only `options` are compared where some are
    named. With `detect` the machine is looked at for what the answers leave open, as the command does by default; with
    `measurements="stored"` what was measured on it counts too. `depth="core"` leaves out questions, flips and revivals.
    `knowledge` and `rules` are folders laid over what comes with the program; they are read anew in each call, and
    `Knowledge` holds them. `as_of` is the day that expiry is judged by.
    """
    return _held(knowledge, rules).recommend(
        answers, options=options, detect=detect, measurements=measurements, depth=depth, as_of=as_of
    )


@overload
def explain(
    answers: Given,
    question: Why,
    about: str,
    *,
    knowledge: Folders = (),
    rules: Folders = (),
    **looking: Unpack[Looking],
) -> Explanation: ...


@overload
def explain(
    answers: Given,
    question: Literal["what-if"],
    about: Mapping[str, Any],
    *,
    knowledge: Folders = (),
    rules: Folders = (),
    **looking: Unpack[Looking],
) -> Explanation: ...


def explain(
    answers: Given, question: Any, about: Any, *, knowledge: Folders = (), rules: Folders = (), **looking: Any
) -> Explanation:
    """What `advisor why`, `why-not`, `how` and `what-if` tell.

    `about` is an option or component, of `how` a finding, and of `what-if` the answers that would be other ones.
    """
    explanation: Explanation = _held(knowledge, rules).explain(answers, question, about, **looking)
    return explanation


def next_question(
    answers: Given, *, knowledge: Folders = (), rules: Folders = (), **looking: Unpack[Looking]
) -> interview.Asked | None:
    """The question that the questionnaire would ask next; None where no answer can change the recommendation."""
    return _held(knowledge, rules).next_question(answers, **looking)


def compare(
    answers: Given,
    options: Iterable[str] = (),
    *,
    knowledge: Folders = (),
    rules: Folders = (),
    **seeing: Unpack[Seeing],
) -> Comparison:
    """Options side by side, criterion by criterion, as if there were no others; by default all."""
    return _held(knowledge, rules).compare(answers, options, **seeing)


def check(
    decision: str | PathLike[str],
    *,
    knowledge: Folders = (),
    rules: Folders = (),
    detect: bool = False,
    as_of: str | date | None = None,
) -> Check:
    """Whether a decision that was kept in a file still holds: what `advisor check` says."""
    return _held(knowledge, rules).check(decision, detect=detect, as_of=as_of)


def read_project(path: str | PathLike[str], part: str = "") -> Survey:
    """What the files of a project say, read and never run: what `advisor intake` says."""
    return _own().read_project(path, part)


def rendered(
    value: Recommendation | Explanation | Comparison | interview.Asked | Check | Survey, form: str = "json"
) -> str:
    """The value as the program prints it.

    A recommendation is written as text, detail, json, markdown, adr or html, an explanation as text or json, anything
    else as json.
    """
    if isinstance(value, Recommendation):
        return rendering(one_of(form, FORMATS, "form"))(value)
    if isinstance(value, Explanation) and one_of(form, ("text", "json"), "form") == "text":
        return as_tree(value, levels_of(value))
    one_of(form, ("text", "json") if isinstance(value, Explanation) else ("json",), "form")
    return json.dumps(plain(value, DIGITS), indent=2, ensure_ascii=False) + "\n"


def _held(knowledge: Folders, rules: Folders) -> Knowledge:
    """The program's own knowledge, which is held, or with folders over it, which may be other ones in the next call."""
    folders, books = paths(knowledge), paths(rules)
    return Knowledge(knowledge=folders, rules=books) if folders or books else _own()


@cache
def _own() -> Knowledge:
    return Knowledge()
