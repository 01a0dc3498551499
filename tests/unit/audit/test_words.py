"""Words that something reads, concludes or proposes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from faulting import deriving, found, noted, rule, shipped

from advisor.model.rule import Effects, Put

NOTHING = {name for name, _ in found("words", rule("PRE-001", "{domain: cv}"))}
"""Words that only rules could read, and none does."""


def test_a_word_that_nothing_reads_is_found() -> None:
    assert "constraints: short_deadline" in NOTHING
    said = dict(found("words", rule("PRE-001", "{latency_ms: {lt: 5}}")))
    assert said["constraints: short_deadline"].startswith("nothing reads it")


def test_a_word_that_a_rule_compares_is_read() -> None:
    after = {name for name, _ in found("words", rule("PRE-001", "{constraints: [short_deadline, free_tier]}"))}
    assert "constraints: short_deadline" not in after
    assert "constraints: free_tier" not in after


@pytest.mark.parametrize(
    "word",
    [
        "existing_code: none",  # silent by definition
        "train_hw: mixed",
        "here: train",  # for the program
        "domain: llm",  # in the path of facts that a criterion values
        "train_hw: google_tpu",
        "train_os: linux",  # components are held against it
        "deploy_target: jetson",  # another answer follows from it
    ],
)
def test_a_word_that_more_than_rules_read_is_let_be(word: str) -> None:
    assert word not in NOTHING


def test_a_request_is_read_where_a_rule_asks_whether_it_was_made() -> None:
    assert "requested_framework: jax" in NOTHING
    after = {name for name, _ in found("words", rule("ELI-001", '{requested: "yes"}'))}
    assert "requested_framework: jax" not in after


def test_a_projection_that_nothing_compares_reads_nothing() -> None:
    base = shipped()
    bare = replace(base, criteria=tuple(c for c in base.criteria if c.reads != "skill_fit"))
    assert "team_skill: jax" in {name for name, _ in found("words", rule("PRE-001", "{domain: cv}"), base=bare)}
    asked = rule("CAU-001", f"{{skill_fit: {_scale('skill_fit')[0]}}}")
    assert "team_skill: jax" not in {name for name, _ in found("words", asked, base=bare)}


def _scale(name: str) -> tuple[str, ...]:
    return shipped().vocabulary.attributes()[name].words


def test_conclusions_that_nobody_draws_or_needs_are_worth_a_note() -> None:
    drawn = deriving("DER-900", "{task: train}", "shape", "training")
    said = dict(noted("words", drawn, rule("PRE-001", "{commitment: weights}")))
    assert said["shape: training"] == "no rule asks for it."
    assert said["shape: server"] == "no rule can conclude it."
    assert said["commitment: weights"] == "no rule can conclude it, and some ask for it."
    assert "clash: definition" not in said
    assert "shape: training" not in dict(noted("words", drawn, rule("PRE-001", "{shape: training}")))


def test_components_that_nothing_proposes_are_worth_a_note() -> None:
    base = shipped()
    brings = next(one for one in base.components.values() if one.beside and one.status != "ended")
    put = Effects(put=(Put(component=brings.id, place="train"),))
    said = dict(noted("components", rule("STK-001", "{task: train}", then=put)))
    assert said["optax"] == "no rule proposes it."
    assert brings.id not in said
    assert not set(brings.beside[0].split("|")) & set(said)
    assert not {name for name, one in base.components.items() if one.status == "ended"} & set(said)
