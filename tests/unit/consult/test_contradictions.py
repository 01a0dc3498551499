"""Answers that exclude each other are named in pairs, with ways out that lead out."""

from __future__ import annotations

from typing import Any

import pytest
from consulting import recommend

from advisor.model.recommendation import Contradiction

BASE = {"domain": "cv", "task": "train"}
PAIRS = [
    ({"train_hw": "amd_gpu", "accelerator": "h100"}, {"train_hw", "accelerator"}),
    ({"train_hw": "apple_gpu", "train_os": "windows_native"}, {"train_hw", "train_os"}),
    ({"requested_framework": "litert"}, {"requested_framework", "task"}),
    ({"train_os": "windows_wsl2", "constraints": ["native_windows_only"]}, {"train_os", "constraints"}),
    ({"train_hw": "nvidia_gpu", "detected_accelerator": "radeon"}, {"train_hw", "detected_accelerator"}),
]


def contradictions(answers: dict[str, Any]) -> dict[frozenset[str], Contradiction]:
    found = recommend({**BASE, **answers}, full=True).contradictions
    return {frozenset(one.between): one for one in found}


@pytest.mark.parametrize(("answers", "pair"), PAIRS)
def test_answers_that_exclude_each_other_are_named_and_flagged(answers: dict[str, Any], pair: set[str]) -> None:
    answer = recommend({**BASE, **answers}, full=True)
    (found,) = [one for one in answer.contradictions if set(one.between) == pair]
    assert found.between == {key: answer.answers[key] for key in pair} or "constraints" in pair
    assert found.message.endswith(".")
    assert set(found.findings) <= {finding.id for finding in answer.findings}
    (flag,) = [flag for flag in answer.flags if flag.code == "contradiction"]
    raising = [finding for finding in answer.findings if finding.id in flag.findings]
    assert any(found.findings[0] in finding.evidence for finding in raising)


IN_TWO_WAYS = {"task": "migrate", "existing_code": "none", "code_size": "large"}, {"task", "existing_code", "code_size"}


@pytest.mark.parametrize(("answers", "pair"), [*PAIRS[:4], IN_TWO_WAYS])
def test_every_way_out_ends_the_contradiction_and_makes_no_other(answers: dict[str, Any], pair: set[str]) -> None:
    found = contradictions(answers)[frozenset(pair)]
    assert found.ways_out
    for way in found.ways_out:
        changed = {key: list(value) if isinstance(value, tuple) else value for key, value in way.change.items()}
        after = contradictions({**answers, **changed})
        assert frozenset(pair) not in after
        assert set(after) <= set(contradictions(answers))


def test_what_a_definition_and_a_rule_say_of_the_same_answers_is_told_once() -> None:
    answer = recommend({**BASE, "train_hw": "apple_gpu", "train_os": "windows_native"}, full=True)
    (found,) = answer.contradictions
    assert found.findings == ("clash.train_hw.train_os", "DER-095")
    assert found.message == next(one.message for one in answer.findings if one.id == found.findings[0])


def test_answers_that_go_together_are_not_named() -> None:
    assert contradictions({"train_hw": "nvidia_gpu", "accelerator": "h100", "train_os": "linux"}) == {}


def test_without_running_anything_there_are_no_ways_out() -> None:
    (found,) = recommend({**BASE, "train_hw": "amd_gpu", "accelerator": "h100"}).contradictions
    assert found.ways_out == ()
