"""`not` of an answer that may be open."""

from __future__ import annotations

import pytest
from faulting import deriving, found, rule

TRAINS = deriving("DER-900", "{task: [train, finetune]}", "shape", "training")

SILENT = {
    "alone": ("{not: {task: inference}}", "task is not inference"),
    "beside something else": ("{all: [{domain: cv}, {not: {task: inference}}]}", "task is not inference"),
    "of several words": (
        "{all: [{domain: cv}, {not: {task: [inference, teach]}}]}",
        "task is none of inference, teach",
    ),
    "of a set": ("{all: [{domain: cv}, {not: {needs: streaming}}]}", "needs lacks streaming"),
    "of a number": ("{all: [{domain: cv}, {not: {latency_ms: {lt: 20}}}]}", "latency_ms gte 20"),
    "in one of several ways": (
        "{any: [{task: train}, {all: [{domain: cv}, {not: {task: inference}}]}]}",
        "task is not inference",
    ),
    "beside the same comparison": (
        "{any: [{accelerator_count: {gte: 16}}, {all: [{domain: cv}, {not: {accelerator_count: {lt: 16}}}]}]}",
        "accelerator_count gte 16",
    ),
    "behind a conclusion that says nothing of it": (
        "{all: [{shape: training}, {not: {train_hw: cpu}}]}",
        "train_hw is not cpu",
    ),
}


@pytest.mark.parametrize("name", SILENT)
def test_it_is_found(name: str) -> None:
    condition, asked = SILENT[name]
    ((about, message),) = found("silent not", TRAINS, rule("PRE-001", condition))
    assert about == "PRE-001"
    assert message.endswith(f"`not` keeps it from firing ({asked}).")


HEARD = {
    "unless": "{domain: cv, unless: {task: inference}}",
    "unless of several words": "{domain: cv, unless: {task: [inference, teach]}}",
    "unless of a number": "{domain: cv, unless: {latency_ms: {lt: 20}}}",
    "written out": "{all: [{domain: cv}, {any: [{task: unknown}, {not: {task: inference}}]}]}",
    "known beside it": "{all: [{task: known}, {not: {task: inference}}]}",
    "another word beside it": "{all: [{needs: streaming}, {not: {needs: full_int8}}]}",
    "a number beside it": "{all: [{latency_ms: {gt: 5}}, {not: {latency_ms: {gt: 20}}}]}",
    "a conclusion that needs it": "{all: [{shape: training}, {not: {task: finetune}}]}",
    "an answer that says it": "{all: [{train_hw: [google_tpu, cerebras]}, {not: {train_os: linux}}]}",
    "of a conclusion": "{all: [{domain: cv}, {not: {shape: training}}]}",
}


@pytest.mark.parametrize("name", HEARD)
def test_where_the_answer_is_known_or_may_be_open_nothing_is_said(name: str) -> None:
    assert found("silent not", TRAINS, rule("PRE-001", HEARD[name])) == []


def test_a_projection_sees_to_it_that_its_answers_are_known() -> None:
    condition = "{all: [{at_train.accelerator: ended}, {not: {train_hw: cpu}}]}"
    assert found("silent not", rule("ELI-001", condition)) == []
