"""Rules that add nothing to another one, and rules that work against each other."""

from __future__ import annotations

import pytest
from faulting import deriving, found, rule

from advisor.model.rule import Effects, Put, Rule

LOCAL = deriving("DER-900", "{train_hw: apple_gpu, domain: [llm, vlm]}", "shape", "local_llm")


def putting(identity: str, condition: str, prefer: int, component: str = "optax") -> Rule:
    return rule(identity, condition, then=Effects(put=(Put(component=component, place="train", prefer=prefer),)))


def weighing(identity: str, condition: str, **shifts: float) -> Rule:
    return rule(identity, condition, then=Effects(weigh=shifts))


SHADOWED = {
    "a narrower condition": ("{domain: cv, task: train}", "{domain: cv}"),
    "one of the words": ("{domain: cv}", "{domain: [cv, nlp]}"),
    "a word among others": ("{domain: [cv, nlp]}", "{not: {domain: llm}}"),
    "a narrower range": ("{accelerator_count: {gte: 16}}", "{accelerator_count: {gt: 7}}"),
    "known, in some way": ("{latency_ms: {lt: 5}}", "{latency_ms: known}"),
    "one of several ways": ("{needs: streaming}", "{any: [{needs: streaming}, {task: train}]}"),
    "every way on its own": ("{any: [{needs: streaming}, {domain: cv}]}", "{any: [{needs: known}, {domain: known}]}"),
    "what a rule concludes of it": ("{train_hw: apple_gpu, domain: llm}", "{shape: local_llm}"),
    "what follows by definition": ("{train_hw: google_tpu}", "{train_os: known}"),
}


@pytest.mark.parametrize("name", SHADOWED)
def test_a_rule_in_the_shadow_of_another_is_found(name: str) -> None:
    narrow, wide = SHADOWED[name]
    said = found("shadowed", LOCAL, putting("STK-001", narrow, 3), putting("STK-002", wide, 3))
    assert said == [("STK-001", "whenever it fires, STK-002 does as well, with the same effect.")]


LIT = {
    "it is wider": ("{domain: [cv, nlp]}", "{domain: cv}"),
    "it is about something else": ("{domain: cv}", "{task: train}"),
    "an open answer": ("{unless: {domain: cv}}", "{not: {domain: cv}}"),
    "a lower end": ("{accelerator_count: {gte: 4}}", "{accelerator_count: {gte: 8}}"),
}


@pytest.mark.parametrize("name", LIT)
def test_a_rule_beside_another_is_let_be(name: str) -> None:
    one, other = LIT[name]
    assert "STK-001" not in dict(found("shadowed", putting("STK-001", one, 3), putting("STK-002", other, 3)))


def test_a_narrower_rule_that_does_more_is_let_be() -> None:
    wide = putting("STK-002", "{domain: cv}", 3)
    assert found("shadowed", putting("STK-001", "{domain: cv, task: train}", 5), wide) == []
    assert found("shadowed", putting("STK-001", "{domain: cv, task: train}", 3, "flax"), wide) == []
    assert found("shadowed", putting("STK-001", "{domain: cv, task: train}", 2), wide) != []


def test_of_two_rules_that_say_the_same_one_is_named() -> None:
    first, second = rule("ELI-001", "{domain: cv, task: train}"), rule("ELI-002", "{task: train, domain: cv}")
    assert [name for name, _ in found("shadowed", first, second)] == ["ELI-001"]


def test_rules_of_different_phases_do_not_shadow_each_other() -> None:
    one = rule("CAU-001", "{domain: cv}", then=Effects(flag=("contradiction",)))
    other = rule("ELI-002", "{domain: cv}", then=Effects(exclude=True, flag=("contradiction",)))
    assert found("shadowed", one, other) == []


def test_a_narrower_caution_says_more_and_the_same_one_twice_does_not() -> None:
    narrow, wide = rule("CAU-001", "{domain: cv, task: train}"), rule("CAU-002", "{domain: cv}")
    assert found("shadowed", narrow, wide) == []
    assert [name for name, _ in found("shadowed", rule("CAU-001", "{domain: cv}"), wide)] == ["CAU-001"]


def test_weights_that_cancel_are_found() -> None:
    said = found(
        "contradiction",
        weighing("PRE-001", "{task: teach, domain: cv}", learning=0.5, speed=0.1),
        weighing("PRE-002", "{domain: cv, task: teach}", learning=-0.5),
    )
    assert said == [("PRE-001", "it fires whenever PRE-002 does, whose shift of learning takes its own back.")]


@pytest.mark.parametrize(
    "other",
    [
        weighing("PRE-002", "{task: teach}", learning=-0.4),
        weighing("PRE-002", "{task: teach, domain: cv}", learning=-0.5),
        weighing("PRE-002", "{task: teach}", speed=-0.5),
    ],
    ids=["a smaller shift", "an exception", "another criterion"],
)
def test_weights_that_do_not_always_cancel_are_let_be(other: Rule) -> None:
    assert found("contradiction", weighing("PRE-001", "{task: teach}", learning=0.5), other) == []


def test_conclusions_that_exclude_each_other_are_found_with_a_situation() -> None:
    said = found(
        "contradiction",
        deriving("DER-001", "{task: inference}", "shape", "inference_only"),
        deriving("DER-002", "{train_hw: nvidia_gpu}", "shape", "training"),
    )
    expected = (
        "DER-002 concludes another shape, which excludes its own, where task is inference, train_hw is nvidia_gpu."
    )
    assert said == [("DER-001", expected)]


@pytest.mark.parametrize(
    ("condition", "word"),
    [("{task: [train, finetune]}", "training"), ("{train_hw: nvidia_gpu}", "server")],
    ids=["never together", "words that do not exclude each other"],
)
def test_conclusions_that_can_stand_beside_each_other_are_let_be(condition: str, word: str) -> None:
    one = deriving("DER-001", "{task: inference}", "shape", "inference_only")
    assert found("contradiction", one, deriving("DER-002", condition, "shape", word)) == []
