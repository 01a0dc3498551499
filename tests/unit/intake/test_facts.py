"""Answers and options as the facts that rules compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from advisor.intake.facts import Projector, situation_facts
from advisor.model.answers import Answers
from advisor.model.fact import Fact, Source
from advisor.model.framework import Framework
from advisor.model.vocabulary import Attribute, Projection, Vocabulary

HW = ("gpu", "tpu", "mixed")
STATES = ("stable", "none")

VOCABULARY = Vocabulary(
    primaries=("red", "blue"),
    flags={},
    answers=(
        Attribute(name="train_hw", kind="word", meaning="", words=HW, silent=("mixed",)),
        Attribute(name="train_os", kind="word", meaning="", words=("linux", "mac")),
        Attribute(name="needs", kind="words", meaning="", words=("a", "b", "c")),
        Attribute(name="count", kind="number", meaning=""),
        Attribute(name="chip", kind="text", meaning=""),
        Attribute(name="sizes", kind="numbers", meaning="", words=("batch",)),
        Attribute(name="priorities", kind="levels", meaning=""),
    ),
    derived=(),
    projections=(
        Projection(name="at_train", path="accelerator.{train_os}.{train_hw}", words=STATES, meaning=""),
        Projection(name="need", path="need.{needs}", words=("native", "none"), meaning="", each=True),
        Projection(name="upkeep", path="upkeep", words=("active",), meaning=""),
    ),
    implications=(),
    components=(),
    layers=(),
    grades=(),
    workload_classes={},
    variants={},
)


def option(**values: str | tuple[str, ...]) -> Framework:
    source = Source(ref="", observed="2026-01-01", grade="judged")
    facts = {
        name.replace("_", "."): Fact(id=f"red.{name}", attribute=name.replace("_", "."), value=value, source=source)
        for name, value in values.items()
    }
    return Framework(id="red", name="Red", summary="", package="red", facts=facts)


def projected(answers: Answers, **values: str | tuple[str, ...]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    seen = Projector(VOCABULARY).situate(answers, option(**values))
    facts = {name: value for name, value in seen.facts.items() if name not in ("option", "requested")}
    return facts, {name: {w: f and f.value for w, f in words.items()} for name, words in seen.words.items()}


def test_each_kind_of_answer_becomes_what_rules_compare() -> None:
    answers: Answers = {"train_hw": "gpu", "needs": ("b", "a"), "count": 3, "chip": "h100"}
    assert situation_facts(answers, VOCABULARY) == {
        "train_hw": "gpu",
        "needs": frozenset({"a", "b"}),
        "count": 3.0,
        "chip": "h100",
    }


def test_rules_see_neither_sizes_nor_priorities_nor_what_is_open() -> None:
    assert situation_facts({"sizes": {"batch": 4}, "priorities": {"speed": "must"}}, VOCABULARY) == {}
    assert situation_facts({"needs": ()}, VOCABULARY) == {"needs": frozenset()}


def test_a_path_is_filled_with_answers() -> None:
    answers: Answers = {"train_hw": "gpu", "train_os": "linux"}
    facts, words = projected(answers, accelerator_linux_gpu="stable", accelerator_mac_gpu="none", upkeep="active")
    assert facts == {"at_train": "stable", "upkeep": "active"}
    assert words == {"at_train": {"": "stable"}, "upkeep": {"": "active"}}


def test_a_path_with_an_open_answer_says_nothing() -> None:
    facts, words = projected({"train_hw": "gpu"}, accelerator_linux_gpu="stable")
    assert facts == {}
    assert words == {"upkeep": {"": None}}


def test_a_word_that_says_nothing_leaves_the_path_open() -> None:
    answers: Answers = {"train_hw": "mixed", "train_os": "linux"}
    facts, words = projected(answers, accelerator_linux_mixed="stable")
    assert "at_train" not in facts
    assert "at_train" not in words
    assert set(Projector(VOCABULARY).paths(answers)) == {"upkeep"}


def test_an_option_without_the_fact_is_unknown_though_it_was_asked() -> None:
    answers: Answers = {"train_hw": "tpu", "train_os": "linux"}
    facts, words = projected(answers, accelerator_linux_gpu="stable")
    assert "at_train" not in facts
    assert words["at_train"] == {"": None}
    assert set(Projector(VOCABULARY).paths(answers)) == {"at_train", "upkeep"}


def test_a_fact_that_says_unknown_is_unknown() -> None:
    facts, words = projected({"train_hw": "gpu", "train_os": "linux"}, accelerator_linux_gpu="unknown")
    assert facts == {}
    assert words["at_train"] == {"": None}


def test_the_words_of_a_set_are_sorted_by_the_value_of_their_fact() -> None:
    facts, words = projected({"needs": ("a", "b", "c")}, need_a="native", need_b="none")
    assert facts == {"need.native": frozenset({"a"}), "need.none": frozenset({"b"})}
    assert words["need"] == {"a": "native", "b": "none", "c": None}


def test_a_set_that_is_known_and_empty_asks_for_nothing() -> None:
    facts, words = projected({"needs": ()}, need_a="native")
    assert "need.native" not in facts
    assert "need" not in words
    assert "need" not in Projector(VOCABULARY).paths({"needs": ()})


def test_a_fact_for_the_training_accelerator_comes_before_the_general_one() -> None:
    values = {"need_a": "native", "need_a@gpu": "none"}
    assert projected({"needs": ("a",), "train_hw": "gpu"}, **values)[1]["need"] == {"a": "none"}
    assert projected({"needs": ("a",), "train_hw": "tpu"}, **values)[1]["need"] == {"a": "native"}
    assert projected({"needs": ("a",)}, **values)[1]["need"] == {"a": "native"}


def test_the_option_and_whether_it_was_asked_for_are_facts() -> None:
    asked: Answers = {"requested_framework": "red"}
    assert Projector(VOCABULARY).situate(asked, option()).facts == {"option": "red", "requested": "yes"}
    assert Projector(VOCABULARY).situate({}, option()).facts == {"option": "red", "requested": "no"}
    assert Projector(VOCABULARY).situate({"requested_framework": "blue"}, option()).facts["requested"] == "no"


def test_what_only_a_claim_says_is_not_compared() -> None:
    said = option(upkeep="active")
    claim = replace(said.facts["upkeep"].source, grade="seed_claim")
    claimed = replace(said, facts={"upkeep": replace(said.facts["upkeep"], source=claim)})
    assert Projector(VOCABULARY).situate({}, said).facts["upkeep"] == "active"
    assert "upkeep" not in Projector(VOCABULARY).situate({}, claimed).facts


def test_an_option_that_says_something_else_is_read_anew() -> None:
    projector = Projector(VOCABULARY)
    assert projector.situate({}, option(upkeep="active")).facts["upkeep"] == "active"
    assert "upkeep" not in projector.situate({}, option()).facts
