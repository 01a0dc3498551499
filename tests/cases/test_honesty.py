"""The confidence says what its record says: same constants, made from the cases that there are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from honesty.drawing import svg
from honesty.inputs import digests

from advisor.frozen import values_of
from advisor.loading.knowledge import load

FOLDER = Path(__file__).resolve().parents[1] / "honesty"
ANEW = "python tests/honesty/record.py"


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "record.json").read_text(encoding="utf-8"))
    return found


def test_the_constants_are_those_of_the_record(record: dict[str, Any]) -> None:
    line = load(use_cache=False).decision.acceptance
    constants = [*values_of(line)[:-1], list(line.inherited)]
    assert constants == list(record["constants"].values()), f"run `{ANEW}` and copy what it prints"


def test_the_record_was_made_from_the_cases_that_there_are(record: dict[str, Any]) -> None:
    assert digests() == record["inputs"], f"the cases changed: run `{ANEW}`"


def test_the_drawing_shows_the_record(record: dict[str, Any]) -> None:
    assert (FOLDER / "reliability.svg").read_text(encoding="utf-8") == svg(record)


def test_even_where_nobody_had_thought_of_a_case_the_confidence_is_worth_more_than_one_figure_for_all(
    record: dict[str, Any],
) -> None:
    figures = record["first answers"]
    assert figures["Brier skill"]["is"] > 0
    assert figures["AUC"]["interval"][0] > 0.5
    assert max(figures["calibration error"]["interval"][1], figures["error in even bins"]["interval"][1]) <= 0.1


@pytest.mark.parametrize("sample", ["held out", "field"])
def test_where_rules_and_facts_are_lacking_the_confidence_tells_right_from_wrong(
    record: dict[str, Any], sample: str
) -> None:
    figures = record[sample]
    assert figures["Brier skill"]["is"] > 0
    assert figures["AUC"]["interval"][0] >= 0.7
    assert max(figures["calibration error"]["interval"][1], figures["error in even bins"]["interval"][1]) <= 0.1
