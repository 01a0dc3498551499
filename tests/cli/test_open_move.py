"""That to stay or to move is open is said in words, by every format that people read."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from cli.program import Ran, Run

OPEN = ("--set", "domain=llm", "--set", "task=finetune", "--set", "existing_code=jax", "--set", "team_skill=jax")
SAID = (
    "Whether to stay or to move is open: jax keeps most of the code, and without continuity and skill pytorch would "
    "come first; what decides between them is continuity 1.00 to 0.00 (weight "
)


def answered(run: Run, *more: str, given: Sequence[str] = OPEN) -> Ran:
    return run("recommend", *given, "--no-detect", "--depth", "core", *more)


@pytest.mark.parametrize("form", ["text", "markdown", "adr", "html"])
def test_what_is_read_says_that_it_is_open_between_what_and_what_decides(run: Run, form: str) -> None:
    assert SAID in " ".join(answered(run, "--format", form).stdout.replace("\\", "").split())


def test_a_script_gets_the_two_options_and_the_criteria(run: Run) -> None:
    assert answered(run, "--json").document["sensitivity"]["move"] == {
        "keeps": "jax",
        "new": "pytorch",
        "criteria": ["continuity", "skill"],
    }


def test_only_what_counts_decides(run: Run) -> None:
    """Where the skill of the team is open it has no weight."""
    assert answered(run, "--json", given=OPEN[:6]).document["sensitivity"]["move"]["criteria"] == ["continuity"]
    assert "and without continuity pytorch would come first" in " ".join(answered(run, given=OPEN[:6]).stdout.split())


@pytest.mark.parametrize(
    "given",
    [
        [word.replace("jax", "pytorch") for word in OPEN],
        OPEN[:4],
        ("--set", "domain=tabular", "--set", "task=train", "--set", "existing_code=tfdf"),
        (*OPEN[:6], "--set", "priorities.continuity=ignore"),
    ],
    ids=["the code is on the best", "there is no code", "no framework is recommended", "the code is to be ignored"],
)
def test_where_it_is_not_open_nothing_is_said(run: Run, given: Sequence[str]) -> None:
    assert "stay or to move" not in answered(run, given=given).stdout
    assert answered(run, "--json", given=given).document["sensitivity"]["move"] is None
