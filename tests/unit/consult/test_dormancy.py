"""What rests on a tool that has fallen asleep is costly to leave later, and the reader is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from consulting import base, checked

from advisor.consult.adviser import Adviser
from advisor.inference import plain
from advisor.model.component import Status
from advisor.model.recommendation import Recommendation
from advisor.session import Session

PART = "torch-compile"
ANSWERS = {"domain": "cv", "task": "train", "team_skill": "pytorch", "train_hw": "nvidia_gpu", "train_os": "linux"}


def told(status: Status, release: str, successor: str = "", **more: Any) -> tuple[Recommendation, list[str]]:
    """The answer with a part of the stack in this state, and what it says of its sleep."""
    part = replace(base().components[PART], status=status, release=release, successor=successor)
    known = replace(base(), as_of="2026-11-22", components={**base().components, PART: part})
    answer = Session(known, Adviser(known, plain.compile_rules)).recommend(checked(ANSWERS | more), full=False)
    assert PART in {each.component for each in answer.recommendation.stack}
    return answer, [finding.message for finding in answer.findings if finding.id == f"dormant.{PART}"]


@pytest.mark.parametrize(
    ("status", "release", "asleep"),
    [
        ("maintenance", "1.0 (2025-11-21)", True),
        ("maintenance", "1.0 (2025-11-22)", False),
        ("maintenance", "unknown", False),
        ("active", "1.0 (2024-01-01)", False),
    ],
)
def test_a_part_that_is_only_maintained_and_has_no_release_for_a_year_is_named(
    status: Status, release: str, *, asleep: bool
) -> None:
    answer, said = told(status, release)
    assert bool(said) is asleep
    raised = {finding for flag in answer.flags if flag.code == "lock_in_risk" for finding in flag.findings}
    assert (f"dormant.{PART}" in raised) is asleep


def test_it_says_since_when_and_what_comes_after_it() -> None:
    assert "2025-11-21" in told("maintenance", "1.0 (2025-11-21)")[1][0]
    assert "no successor" in told("maintenance", "1.0 (2025-11-21)")[1][0]
    assert "timm" in told("maintenance", "1.0 (2025-11-21)", successor="timm")[1][0]


def test_it_walks_back_to_facts_of_the_part() -> None:
    answer, _ = told("maintenance", "1.0 (2025-11-21)")
    (finding,) = [finding for finding in answer.findings if finding.id == f"dormant.{PART}"]
    assert finding.evidence
    assert set(finding.evidence) <= {evidence.id for evidence in answer.evidence}


@pytest.mark.parametrize("task", ["experiment", "teach", "reproduce_paper"])
def test_what_is_not_kept_up_has_not_to_be_left(task: str) -> None:
    assert told("maintenance", "1.0 (2025-11-21)", task=task)[1] == []
