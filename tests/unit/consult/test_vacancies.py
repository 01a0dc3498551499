"""What an answer keeps out of the stack stands among the findings, with the answer."""

from __future__ import annotations

from typing import Any

import pytest
from consulting import recommend

from advisor.model.finding import Finding
from advisor.model.recommendation import Recommendation

TABLES = {"domain": "tabular", "task": "train"}
APP = {"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "deploy_target": "android_ios"}


def vacancies(answer: Recommendation) -> dict[str, Finding]:
    return {finding.id.partition(".")[2]: finding for finding in answer.findings if finding.rule == "vacancy"}


def parts(answer: Recommendation) -> set[str]:
    return {f"{part.component}@{part.place}" for part in answer.recommendation.stack}


@pytest.mark.parametrize(
    ("answers", "added", "part", "says"),
    [
        (TABLES, {"python_version": "3.7"}, "xgboost@train", "it does not run on Python 3.7"),
        (APP, {"constraints": ["memory_under_1mb"]}, "litert@deploy", "it cannot keep memory_under_1mb"),
    ],
    ids=["python", "constraint"],
)
def test_what_an_answer_keeps_out_is_found_with_it(
    answers: dict[str, Any], added: dict[str, Any], part: str, says: str
) -> None:
    before, after = recommend(answers), recommend({**answers, **added})
    assert part in parts(before) - parts(after)
    assert part not in vacancies(before)
    found = vacancies(after)[part]
    component, _, place = part.partition("@")
    assert found.message == f"{component} is left out in {place}: {says}."
    assert found.facts == added
    assert {evidence.id for evidence in after.evidence} >= set(found.evidence)


def test_a_python_that_is_no_version_keeps_nothing_out() -> None:
    assert parts(recommend({**TABLES, "python_version": "the newest"})) == parts(recommend(TABLES))


def test_what_no_answer_keeps_out_is_no_vacancy() -> None:
    assert vacancies(recommend({"domain": "llm", "task": "pretrain", "train_hw": "nvidia_gpu"})) == {}
