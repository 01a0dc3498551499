"""`advisor recommend --fleet --policy`: the policy is about what would be built on every kind of machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli.program import Ran, Run

from kinds.made_up import APPLE, CPU, NVIDIA, fleet

TUNING = ("--set", "domain=llm", "--set", "task=finetune", "--set", "here=train", "--as-of", "2026-11-29")
KINDS = {CPU.fingerprint, NVIDIA.fingerprint, APPLE.fingerprint}
SURE: dict[str, Any] = {"confidence": {"least": "high", "severity": "error", "reason": "It is for years"}}
BOUGHT: dict[str, Any] = {
    "hardware": {"train": ["nvidia_gpu", "cpu", "mixed"], "severity": "error", "reason": "Nothing else is bought"}
}
UNSURE = ("--options", "mlx,pytorch", "--nodes", "apple=8")
"""With so many of the kind on which another framework is ahead, the one for all is no longer sure."""


SUPPORTED: dict[str, Any] = {"support": {"months": 24}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fleet(tmp_path_factory.mktemp("fleet"))


@pytest.fixture
def under(run: Run, folder: Path, tmp_path: Path) -> Any:
    """Asks under a policy of that content."""

    def under(content: dict[str, Any], *more: str, mode: str = "enforce") -> Ran:
        path = tmp_path / "policy.yaml"
        path.write_text(json.dumps({"name": "The house", "mode": mode, **content}), encoding="utf-8")
        return run("recommend", *TUNING, "--fleet", folder, "--policy", path, *more)

    return under


def errors(ran: Ran) -> dict[str, set[str]]:
    """The points that are violated, by kind."""
    return {
        kind["id"]: {one["rule"] for one in kind["policy"]["violations"] if one["severity"] == "error"}
        for kind in json.loads(ran.stdout)["kinds"]
    }


def test_a_violation_on_one_kind_is_one_of_the_whole(under: Any) -> None:
    ran = under(BOUGHT, "--json")
    assert ran.exit == 7
    assert {kind for kind, found in errors(ran).items() if found} == {APPLE.fingerprint}


def test_what_another_framework_falls_short_of_on_its_own_does_not_count(under: Any) -> None:
    """On one kind mlx is ahead, and not surely; the one for all is sure."""
    ran = under(SURE, "--json")
    alone = {kind["id"]: kind["recommendation"] for kind in ran.document["kinds"]}[APPLE.fingerprint]
    assert ran.document["overall"]["confidence"]["level"] == "high"
    assert alone["recommendation"]["confidence"]["level"] == "medium"
    assert [one["rule"] for one in alone["policy"]["violations"]] == ["policy.confidence"]
    assert (ran.exit, errors(ran)) == (0, {key: set() for key in KINDS})


def test_the_confidence_is_that_of_the_one_for_all(under: Any) -> None:
    ran = under(SURE, *UNSURE, "--json")
    assert ran.document["overall"]["confidence"]["level"] == "medium"
    assert (ran.exit, errors(ran)) == (7, {key: {"policy.confidence"} for key in KINDS})


def test_what_a_violation_rests_on_stands_there(under: Any) -> None:
    for kind in under(SUPPORTED, "--json").document["kinds"]:
        known = {each["id"] for each in (*kind["recommendation"]["evidence"], *kind["evidence"])}
        cited = {identity for one in kind["policy"]["violations"] for identity in one["evidence"]}
        assert cited
        assert cited <= known
        assert bool(kind["evidence"]) == (kind["id"] == APPLE.fingerprint), "where another one is ahead alone"


def test_what_is_audited_is_said_and_is_no_failure(under: Any) -> None:
    ran = under(BOUGHT, mode="audit")
    assert ran.exit == 0
    said = " ".join(ran.stdout.split())
    assert "Policy The house (audited, which changes nothing) is violated: " in said
    assert "apple_gpu cannot be had for train" in said


@pytest.mark.parametrize("form", ["text", "markdown", "adr", "html"])
def test_it_is_said_on_which_kinds(under: Any, form: str) -> None:
    said = " ".join(under({**BOUGHT, **SURE}, *UNSURE, "--format", form).stdout.replace("\\", "").split())
    assert "The house (enforced) is violated: 2 errors" in said
    assert "or get the hardware. (Apple M3 Max)" in said
    assert "or measure with `advisor probe`. (every kind)" in said


def test_without_one_for_all_there_is_no_answer_whatever_the_policy_says(under: Any) -> None:
    ran = under(BOUGHT, "--options", "jax,tensorflow", "--json")
    assert ran.exit == 4
    assert errors(ran)[APPLE.fingerprint] == {"policy.hardware.train"}
