"""Situations that nobody had in mind who wrote the rules: most are answered as their authors would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli.program import Run

FILES = sorted((Path(__file__).parent / "field").glob("*.yaml"))
CASES: list[dict[str, Any]] = [
    case for file in FILES for case in yaml.safe_load(file.read_text(encoding="utf-8"))["cases"]
]

Pairs = list[tuple[dict[str, Any], dict[str, Any]]]


@pytest.fixture(scope="module")
def answered(run: Run) -> Pairs:
    """Each case with the recommendation for it, all in one batch."""
    lines = "".join(json.dumps({"id": case["id"], "answers": case["answers"]}, default=str) + "\n" for case in CASES)
    ran = run("recommend", "--batch", "-", "--no-detect", "--json", stdin=lines)
    assert (ran.exit, ran.stderr) == (0, "")
    assert [document["id"] for document in ran.lines] == [case["id"] for case in CASES]
    return list(zip(CASES, ran.lines, strict=True))


def share(found: list[bool]) -> float:
    """How many of them hold."""
    assert found
    return sum(found) / len(found)


def raised(document: dict[str, Any]) -> set[str]:
    return {flag["code"] for flag in document["flags"]}


def parts(document: dict[str, Any]) -> set[str]:
    return {part["component"] for part in document["recommendation"]["stack"]}


def test_nearly_every_primary_is_acceptable_and_hardly_one_is_barred(answered: Pairs) -> None:
    primaries = [(case, document["recommendation"]["primary"]) for case, document in answered]
    assert share([primary in case["primary"] for case, primary in primaries]) >= 0.94
    assert share([primary in case["barred"] for case, primary in primaries]) <= 0.01


def test_nearly_every_flag_is_raised_and_few_beside(answered: Pairs) -> None:
    assert share([flag in raised(document) for case, document in answered for flag in case["flags"]]) >= 0.9
    beside = [len(raised(document) - set(case["flags"])) for case, document in answered]
    assert sum(beside) / len(beside) <= 1


def test_most_companions_are_named_in_small_stacks_and_none_that_is_banned(answered: Pairs) -> None:
    groups = [bool(parts(document) & set(group)) for case, document in answered for group in case["companions"]]
    assert share(groups) >= 0.8
    assert [(case["id"], parts(document) & set(case["never"])) for case, document in answered] == [
        (case["id"], set()) for case in CASES
    ]
    assert max(len(document["recommendation"]["stack"]) for _, document in answered) <= 15
