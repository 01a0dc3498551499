"""An answer that is implied says by which other one, and why."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import pytest

from advisor.intake.situation import complete, definition
from advisor.loading.knowledge import load
from advisor.model.answers import Answer
from advisor.model.vocabulary import Vocabulary


@functools.cache
def vocabulary() -> Vocabulary:
    return load(use_cache=False).vocabulary


@pytest.mark.parametrize(
    ("answers", "key", "by"),
    [
        ({"train_hw": "apple_gpu"}, "train_os", "train_hw"),
        ({"accelerator": "h100"}, "train_hw", "accelerator"),
        ({"accelerator": "h100"}, "accel_mem_gb", "accelerator"),
        ({"accelerator": "tpu_v5p"}, "train_os", "train_hw"),
        ({"model_params_b": 7.0}, "model_size", "model_params_b"),
        ({"train_hw": "none", "accelerator": "m3_ultra"}, "deploy_chip", "accelerator"),
        ({"train_hw": "none", "accelerator": "m3_ultra", "deploy_target": "onprem_server"}, "deploy_os", "accelerator"),
        ({"train_hw": "none", "develop_hw": "amd_gpu", "deploy_target": "none"}, "deploy_chip", "develop_hw"),
    ],
)
def test_the_answer_behind_an_implied_one_is_named(answers: Mapping[str, Answer], key: str, by: str) -> None:
    situation = complete(answers, vocabulary(), None)
    assert situation.origins[key] == "implied"
    named, reason = definition(key, situation.answers, vocabulary())
    assert named == by
    assert reason


def test_what_was_answered_or_is_open_follows_from_nothing() -> None:
    assert definition("domain", {"domain": "cv"}, vocabulary()) == ("", "")
    assert definition("train_os", {"domain": "cv"}, vocabulary()) == ("", "")


def test_everything_that_can_be_implied_names_its_reason() -> None:
    for implication in vocabulary().implications:
        situation = complete({implication.key: implication.word}, vocabulary(), None)
        for key in implication.implies:
            assert all(definition(key, situation.answers, vocabulary()))
