"""Nothing that is known can change unsaid, and rules are told in their own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pytest
from upkeep_making import attribute, base, component, criterion, denied, fact, framework, projection, rule, source

from advisor.model.attribute import Contradiction
from advisor.model.fact import Source
from advisor.model.knowledge import Benchmark, BenchmarkRow, Folklore, KnowledgeBase, Question
from advisor.model.next_step import Command
from advisor.model.rule import Condition, Effects, Example, Put, condition_words, effects_words
from advisor.model.vocabulary import Attribute, Band, Implication
from advisor.upkeep.differences import differences


def whole() -> KnowledgeBase:
    """A base with one thing of every kind."""
    found = base(
        framework("red", fact("red.state", "good", note="So they say.")),
        components=[component("engine")],
        attributes=(attribute("state", ["good", "bad"]),),
        contradictions=(Contradiction(never={"state": ("bad",)}, why="w"),),
        projections=(projection("kept", "state", "good", "bad"),),
        criteria=(replace(criterion("upkeep", "kept"), scale={"good": 1.0, "bad": 0.0}),),
        rules=(rule("R1", "kept"),),
        denials=(denied("red-pkg", "1.0"),),
    )
    row = BenchmarkRow(id="fit", workload_class="vision", task="fit", unit="ms", times={"red/eager": 2.0})
    table = Benchmark(
        id="ours",
        source=source(),
        date="2024",
        hardware="one",
        accelerator="gpu",
        reference="red/eager",
        precision="float32",
        comparability="c",
        rows=(row,),
    )
    belief = Folklore(id="red-is-dead", belief="Red is dead.", standing="wrong", truth="It is not.", source=source())
    vocabulary = replace(
        found.vocabulary,
        flags={"ask_more": "m"},
        answers=(Attribute(name="chip", kind="word", meaning="m", words=("gpu", "cpu")),),
        derived=(Attribute(name="shape", kind="derived", meaning="m", words=("training",)),),
        implications=(Implication(key="chip", word="gpu", implies={"os": "linux"}, reason="r"),),
        bands=(Band(key="size", below=15.0, implies={"scale": "large"}, reason="r"),),
        grades=("official", "judged"),
        workload_classes={"vision": "m"},
        variants={"red": ("eager",)},
    )
    question = Question(key="chip", text="Which?", why="w")
    step = Command(id="fit", component="engine", place="train", command=("fit",), does="It fits.", source=source())
    return replace(
        found,
        vocabulary=vocabulary,
        benchmarks=(table,),
        folklore=(belief,),
        questions=(question,),
        next_steps=(step,),
    )


def other(value: Any) -> Any:
    """Something of the same kind that is not the same."""
    match value:
        case bool():
            changed: Any = not value
        case int() | float():
            changed = value + 0.0001
        case tuple():
            changed = (*value, "more")
        case Mapping():
            changed = {**value, "more": "x"}
        case Source():
            changed = replace(value, ref=f"{value.ref}x")
        case Condition():
            changed = Condition(op="not", parts=(value,))
        case Effects() | Example():
            changed = Effects(flag=("ask_more",)) if isinstance(value, Effects) else replace(value, option="red")
        case _:
            changed = f"{value}x"
    return changed


def put(thing: Any, **parts: Any) -> Any:
    """The thing with these parts in place of its own."""
    return replace(thing, **parts)


UNTOLD = {"origin", "expires", "place"}
"""Where a thing lies, and the day that follows from other things."""
PARTS = {
    "criteria": "criterion.upkeep",
    "rules": "rule.R1",
    "denied": "denied.red-pkg",
    "folklore": "folklore.red-is-dead",
    "benchmarks": "benchmark.ours",
    "questions": "question.chip",
    "next_steps": "next_step.fit",
    "attributes": "attribute.state",
}
WORDS = {
    "projections": "projection.kept",
    "implications": "implication.chip.gpu",
    "bands": "band.size",
    "answers": "answer.chip",
    "derived": "derived.shape",
}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_what_is_reasoned_with_is_told_when_it_changes(part: str) -> None:
    before = whole()
    (thing,) = getattr(before, part)
    for field in fields(thing):
        if field.name not in {"id", "rows", "key", "package"} | UNTOLD:
            after = put(before, **{part: (put(thing, **{field.name: other(getattr(thing, field.name))}),)})
            changed = [(change.kind, change.id) for change in differences(before, after)]
            assert changed == [("changed", PARTS[part])], field.name


@pytest.mark.parametrize("part", WORDS)
def test_every_part_of_the_words_is_told_when_it_changes(part: str) -> None:
    before = whole()
    (thing,) = getattr(before.vocabulary, part)
    for field in fields(thing):
        if field.name not in {"name", "key", "word"}:
            changed_thing = put(thing, **{field.name: other(getattr(thing, field.name))})
            after = replace(before, vocabulary=put(before.vocabulary, **{part: (changed_thing,)}))
            assert [change.id for change in differences(before, after)] == [WORDS[part]], field.name


@pytest.mark.parametrize(
    "name", ["primaries", "flags", "components", "layers", "grades", "workload_classes", "variants"]
)
def test_every_list_of_words_is_told_when_it_changes(name: str) -> None:
    before = whole()
    words = {name: other(getattr(before.vocabulary, name))}
    after = replace(before, vocabulary=put(before.vocabulary, **words))
    assert [change.id for change in differences(before, after)] == [f"vocabulary.{name}"]


def test_every_part_of_a_row_a_constant_and_a_framework_is_told_when_it_changes() -> None:
    before = whole()
    (table,) = before.benchmarks
    for field in fields(table.rows[0]):
        if field.name != "id":
            row = put(table.rows[0], **{field.name: other(getattr(table.rows[0], field.name))})
            after = replace(before, benchmarks=(replace(table, rows=(row,)),))
            assert [change.id for change in differences(before, after)] == ["benchmark.fit"], field.name
    for part in ("speed", "decision"):
        for field in fields(getattr(before, part)):
            constants = getattr(before, part)
            after = put(before, **{part: put(constants, **{field.name: other(getattr(constants, field.name))})})
            assert [change.id for change in differences(before, after)] == [part], field.name
    for name in ("name", "summary", "package", "binary_package"):
        red = before.frameworks["red"]
        after = replace(before, frameworks={"red": put(red, **{name: other(getattr(red, name))})})
        assert [change.id for change in differences(before, after)] == ["red"]
    for name in ("name", "package", "asks"):
        engine = before.components["engine"]
        after = replace(before, components={"engine": put(engine, **{name: other(getattr(engine, name))})})
        assert [change.id for change in differences(before, after)] == ["component.engine"]


def test_a_note_a_further_source_a_lifetime_and_a_contradiction_are_told() -> None:
    before = whole()
    red = before.frameworks["red"]
    for more in ({"note": "They say so no more."}, {"also": (source("2024-01-01"),)}):
        facts = {"state": put(red.facts["state"], **more)}
        after = replace(before, frameworks={"red": replace(red, facts=facts)})
        assert [change.id for change in differences(before, after)] == ["red.state"]
    assert [c.id for c in differences(before, replace(before, lifetimes={"support": 91}))] == ["lifetime.support"]
    (never,) = before.contradictions
    after = replace(before, contradictions=(replace(never, why="Another reason."),))
    assert [change.id for change in differences(before, after)] == ["contradiction.state"]


def test_of_two_denials_of_one_package_each_is_told() -> None:
    one, two = denied("red-pkg", "1.0"), denied("red-pkg", "2.0")
    (change,) = differences(replace(whole(), denied=(one, two)), replace(whole(), denied=(two,)))
    assert (change.kind, change.id) == ("changed", "denied.red-pkg")
    assert "versions 1.0;" in change.before
    assert "versions 1.0;" not in change.after


def test_what_stayed_is_not_told() -> None:
    assert differences(whole(), whole()) == ()


def one(attribute: str, word: str, op: Any = "is") -> Condition:
    return Condition(op=op, attribute=attribute, value=word)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (one("domain", "cv"), "domain is cv"),
        (one("shape", "training", "has"), "shape is training"),
        (Condition(op="gte", attribute="size", value=8.0), "size gte 8"),
        (Condition(op="lt", attribute="size", value=0.25), "size lt 0.25"),
        (Condition(op="known", attribute="option"), "option is known"),
        (Condition(op="not", parts=(one("domain", "cv"),)), "not domain is cv"),
        (
            Condition(
                op="all",
                parts=(one("shape", "training", "has"), Condition(op="any", parts=(one("a", "none"), one("b", "x")))),
            ),
            "shape is training and (a is none or b is x)",
        ),
        (
            Condition(op="not", parts=(Condition(op="all", parts=(one("a", "x"), one("b", "x"))),)),
            "not (a is x and b is x)",
        ),
    ],
)
def test_a_condition_is_told_as_its_file_says_it(condition: Condition, said: str) -> None:
    assert condition_words(condition) == said


def test_effects_are_told_as_their_file_says_them() -> None:
    effects = Effects(
        derive={"scope": "outside"},
        exclude=True,
        weigh={"speed": -0.5},
        put=(Put(component="optax", place="train", prefer=2),),
        flag=("ask_more",),
    )
    assert effects_words(effects) == (
        "derive scope outside, exclude the option, weigh speed by -0.5, put optax into train, preferred by 2, "
        "flag ask_more"
    )


def test_a_rule_is_told_in_words() -> None:
    (change,) = differences(base(rules=(rule("R1", "p"),)), base(rules=(rule("R1", "p", "q"),)))
    assert "when p is x; then exclude the option; message m; reason r; source official, r, 2024-06-01" in change.before
    assert "when p is x and q is x; then" in change.after
    assert "Condition(" not in change.before + change.after
