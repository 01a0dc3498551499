"""Laws of the answers: how they are written does not matter, and what does not matter changes nothing."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from random import Random
from statistics import median
from typing import Any, cast

import pytest
import yaml
from consulting import base, recommend, said, some_answers
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor import resources
from advisor.intake.facts import Projector
from advisor.intake.situation import definition
from advisor.loading.cases import read_cases
from advisor.loading.problems import Problems
from advisor.loading.yaml_reader import read_bytes
from advisor.model.answers import Answers
from advisor.model.recommendation import Recommendation

CASES = [
    {key: list(value) if isinstance(value, tuple) else value for key, value in case.answers.items()}
    for case in read_cases(sorted((resources.knowledge() / "cases").glob("*.yaml")), base())
]
SEEDS = st.integers(0, 10**6)
MEMORY = {"model_params_b", "model_size", "accel_mem_gb", "accelerator_count", "task", "needs", "train_hw"}
"""What it is worked out from whether the memory suffices."""


def situation(seed: int) -> dict[str, Any]:
    """A case, or answers that nobody thought of."""
    random = Random(seed)
    return dict(random.choice(CASES)) if random.random() < 0.6 else some_answers(random)


def rewritten(answers: Mapping[str, Any], random: Random) -> dict[str, Any]:
    """The same answers in another order, with `unknown` for some that are absent."""
    keys = list(answers)
    random.shuffle(keys)
    again: dict[str, Any] = {}
    for key in keys:
        value = answers[key]
        again[key] = random.sample(value, len(value)) if isinstance(value, list) else value
    words = [a.name for a in base().vocabulary.answers if a.kind in ("word", "words") and a.name not in answers]
    return {**again, **dict.fromkeys(random.sample(words, min(3, len(words))), "unknown")}


def parsed(text: str) -> Any:
    problems = Problems()
    document = read_bytes(text.encode(), "answers", problems)
    problems.settle()
    assert document is not None
    return document.data


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_order_form_and_unknown_for_absent_change_no_byte(seed: int) -> None:
    answers = situation(seed)
    again = rewritten(answers, Random(seed + 1))
    expected = json.dumps(said(answers))
    assert json.dumps(said(parsed(json.dumps(again)))) == expected
    assert json.dumps(said(parsed(yaml.safe_dump(again, sort_keys=False)))) == expected


def core(answer: Recommendation) -> Any:
    """What is recommended, and how good it is."""
    flags = [(flag.code, flag.message) for flag in answer.flags]
    return answer.status, answer.recommendation, answer.ranking, answer.excluded, flags, answer.weights


def stands(key: str, answer: Recommendation) -> bool:
    """Whether the answer has a part in a finding, an exclusion, a weight or a question."""
    paths = Projector(base().vocabulary).paths(cast("Answers", answer.answers))
    reads = {criterion.id: criterion.reads for criterion in base().criteria}
    through = {p.name: f"{p.path} {{{p.among}}}" for p in base().vocabulary.projections if p.name in paths}
    named = {name for finding in answer.findings for name in finding.facts}
    named |= {reads[weight.criterion] for weight in answer.weights}
    projected = " ".join(through.get(name, through.get(name.rpartition(".")[0], "")) for name in named)
    named |= MEMORY if "memory" in named else set()
    moved = any("priorities" in weight.moved_by for weight in answer.weights)
    return (
        key in named
        or f"{{{key}}}" in projected
        or (key == "priorities" and moved)
        or (key == "requested_framework" and "requested" in named)
        or any(question.key == key for question in answer.questions)
        or any(key in contradiction.between for contradiction in answer.contradictions)
    )


def following(key: str, answer: Recommendation) -> set[str]:
    """The key, and those of the answers that follow from it by definition."""
    found, answers = {key}, cast("Answers", answer.answers)
    implied = [other for other, origin in answer.origins.items() if origin == "implied"]
    for _ in implied:
        found |= {other for other in implied if definition(other, answers, base().vocabulary)[0] in found}
    return found


@given(SEEDS)
@settings(max_examples=100, deadline=None)
def test_an_added_answer_that_stands_nowhere_changes_nothing(seed: int) -> None:
    answers, extra = situation(seed), some_answers(Random(seed + 1))
    before = recommend(answers)
    for key in [key for key in extra if key not in answers][:4]:
        after = recommend({**answers, key: extra[key]})
        if not any(stands(one, answer) for answer in (before, after) for one in following(key, after)):
            assert core(after) == core(before), key


@functools.cache
def whole(number: int) -> Recommendation:
    return recommend(CASES[number], full=True)


@pytest.mark.parametrize("number", range(0, len(CASES), 4))
def test_dropping_an_answer_changes_the_primary_only_where_it_is_called_decisive(number: int) -> None:
    answers, answer = CASES[number], whole(number)
    for key in answers:
        without = recommend({k: v for k, v in answers.items() if k != key})
        changed = without.recommendation.primary != answer.recommendation.primary
        assert changed == (key in answer.sensitivity.decisive), key


def test_few_answers_are_decisive() -> None:
    assert median([len(whole(number).sensitivity.decisive) for number in range(0, len(CASES), 2)]) <= 6
