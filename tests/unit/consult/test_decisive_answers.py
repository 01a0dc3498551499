"""An answer without which another primary is recommended is called decisive, over every case that is shipped."""

from __future__ import annotations

import functools
import json
from random import Random
from statistics import median
from typing import Any

import pytest
from consulting import base, checked, recommend, said, some_answers

from advisor import resources
from advisor.loading.cases import read_cases
from advisor.loading.structure import plain as plain_values
from advisor.model.recommendation import Recommendation

CASES: dict[str, dict[str, Any]] = {
    case.id: dict(plain_values(case.answers))
    for case in read_cases(sorted((resources.knowledge() / "cases").glob("*.yaml")), base())
}
MOST_IN_THE_MIDDLE = 6
EACH_CASE = pytest.mark.parametrize("case", CASES)


@functools.cache
def whole(case: str) -> Recommendation:
    return recommend(CASES[case], full=True)


def decide(answers: dict[str, Any]) -> set[str]:
    """The answers without which, one at a time, another primary is recommended."""
    now = recommend(answers).recommendation.primary
    left = {key: {other: word for other, word in answers.items() if other != key} for key in answers}
    return {key for key, without in left.items() if recommend(without).recommendation.primary != now}


@pytest.mark.slow
@EACH_CASE
def test_in_every_case_an_answer_decides_where_it_is_called_decisive(case: str) -> None:
    assert set(whole(case).sensitivity.decisive) == decide(CASES[case])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_the_same_of_answers_that_nobody_thought_of(seed: int) -> None:
    answers = dict(plain_values(checked(some_answers(Random(seed)))))
    assert set(recommend(answers, full=True).sensitivity.decisive) == decide(answers)


@pytest.mark.parametrize("seed", range(4))
def test_the_same_of_a_few_such_answers(seed: int) -> None:
    answers = dict(plain_values(checked(some_answers(Random(1000 + seed)))))
    assert answers
    assert set(recommend(answers, full=True).sensitivity.decisive) == decide(answers)


@pytest.mark.slow
def test_in_the_middle_of_all_cases_few_answers_are_decisive() -> None:
    counts = [len(whole(case).sensitivity.decisive) for case in CASES]
    assert max(counts) > 0
    assert median(counts) <= MOST_IN_THE_MIDDLE


@EACH_CASE
def test_in_every_case_the_order_of_keys_and_words_changes_no_byte(case: str) -> None:
    answers = CASES[case]
    turned = {key: word[::-1] if isinstance(word, list) else word for key, word in reversed(answers.items())}
    opened = {attribute.name: "unknown" for attribute in base().vocabulary.answers if attribute.name not in answers}
    assert json.dumps(said({**opened, **turned})) == json.dumps(said(answers))
