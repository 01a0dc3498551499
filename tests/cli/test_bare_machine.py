"""Nothing installed but the program itself: still an answer, which says what it rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.program import Ran, Run, example
from cli.shims import without

FRAMEWORKS = ("torch", "jax", "jaxlib", "tensorflow", "keras", "mlx", "mxnet", "numpy", "rich", "textual")
LAPTOP = ("recommend", "--answers", example("laptop"))


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """No framework, and nothing stored."""
    return {**without(tmp_path / "shim", *FRAMEWORKS), "ADVISOR_HOME": str(tmp_path / "home")}


def test_without_frameworks_and_measurements_the_next_command_is_named(run: Run, bare: dict[str, str]) -> None:
    ran = run(*LAPTOP, env=bare)
    assert (ran.exit, ran.stderr) == (0, "")
    said = " ".join(ran.stdout.split())
    assert "No measurement of this machine was used" in said
    assert "`advisor probe`" in said


def test_the_json_says_so_too_and_what_was_detected(run: Run, bare: dict[str, str]) -> None:
    document = run(*LAPTOP, "--json", env=bare).document
    assert document["measurements"]["used"] == []
    assert document["measurements"]["share"] == {"performance": 0.0}
    assert "advisor probe" in document["measurements"]["note"]
    assert document["origins"]["train_os"] == "detected"
    assert document["origins"]["train_hw"] == "answered"


def test_the_doctor_says_how_to_go_on(run: Run, bare: dict[str, str]) -> None:
    ran = run("doctor", env=bare)
    assert (ran.exit, ran.stderr) == (0, "")
    assert "measured      never" in ran.stdout


def test_without_durable_rules_the_answer_is_the_same(run: Run, tmp_path: Path) -> None:
    arguments = ("recommend", "--answers", example("frontier_on_tpu"), "--no-detect", "--json")
    here, there = run(*arguments), run(*arguments, env=without(tmp_path, "durable_rules_engine", "durable"))
    assert here.exit == there.exit == 0
    assert there.document["provenance"]["engine"] == "plain"
    assert _but_for_the_engine(here) == _but_for_the_engine(there)


def _but_for_the_engine(ran: Ran) -> dict[str, object]:
    document: dict[str, object] = ran.document
    assert isinstance(document["provenance"], dict)
    return {**document, "provenance": {k: v for k, v in document["provenance"].items() if k != "engine"}}
