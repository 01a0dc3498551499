"""Commands that go on from a stack: what fills their gaps, and what cannot get out of them."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.consult.next_steps import GAP, next_steps
from advisor.loading.knowledge import load
from advisor.model.fact import Source
from advisor.model.next_step import Command, Input
from advisor.model.recommendation import StackPart

SOURCE = Source(ref="made up", observed="2026-11-22", grade="official")
STACK = (StackPart(layer="serving", component="server", place="deploy", findings=("STK-1",)),)
SERVE = Command(
    id="serve",
    component="server",
    place="deploy",
    command=("server", "--model", "MODEL", "--cards=CARDS"),
    inputs={"CARDS": Input(key="accelerator_count", where={"train_hw": "none"}), "MODEL": Input(key="accelerator")},
    does="Serves.",
    source=SOURCE,
)


def test_a_gap_is_filled_in_where_the_answer_means_the_same_and_named_otherwise() -> None:
    (step,) = next_steps([SERVE], "red", STACK, {"accelerator_count": 4.0, "train_hw": "none"})
    assert step.command == "server --model MODEL --cards=4"
    assert (step.open, step.findings, step.evidence) == (("MODEL",), ("STK-1",), ("next_step.serve",))
    (step,) = next_steps([SERVE], "red", STACK, {"accelerator_count": 1_048_576, "train_hw": "none"})
    assert step.command == "server --model MODEL --cards=1048576"
    (step,) = next_steps([SERVE], "red", STACK, {"accelerator_count": 4.0, "train_hw": "cpu"})
    assert step.open == ("MODEL", "CARDS")


def test_a_command_is_told_where_its_component_stands_and_the_answers_ask_for_it() -> None:
    assert next_steps([SERVE], "red", (), {}) == ()
    asked = Command(id="x", component="red", place="train", command=("x",), where={"task": "y"}, does="", source=SOURCE)
    assert next_steps([asked], "red", (), {}) == ()
    assert [step.command for step in next_steps([asked], "red", (), {"task": "y"})] == ["x"]


@given(st.text(max_size=40))
def test_whatever_an_answer_says_stays_one_word_of_the_shell(said: str) -> None:
    (step,) = next_steps([SERVE], "red", STACK, {"accelerator": said})
    assert shlex.split(step.command) == ["server", "--model", said, "--cards=CARDS"]


@pytest.mark.parametrize("command", load().next_steps, ids=lambda command: command.id)
def test_a_command_that_is_known_has_its_source_and_no_gap_without_a_name(command: Command) -> None:
    gaps = {gap for word in command.command for gap in GAP.findall(word)}
    assert set(command.inputs) <= gaps
    assert command.source.ref
    assert command.does.endswith(".")
