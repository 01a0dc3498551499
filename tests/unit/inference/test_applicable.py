"""A condition in which a question can make no sense is written out so that an engine reads it as it was meant."""

from __future__ import annotations

from dataclasses import replace

import pytest
from inference_making import KINDS, all_, any_, has, is_, known, not_, order, rule, unknown

from advisor.inference.applicable import lower
from advisor.inference.engine import Compile
from advisor.inference.plain import explain
from advisor.model.fact import NOT_APPLICABLE
from advisor.model.rule import Condition, Effects
from advisor.model.trace import Given

NO = NOT_APPLICABLE
OS, CHIP = {"os"}, {"os", "chip"}


def holds(condition: Condition, dropped: set[str], **facts: Given) -> bool:
    lowered = lower(rule("A", condition), dropped).when
    return explain(lowered, facts, {}, KINDS).holds is True


@pytest.mark.parametrize("op", ["is", "not is", "known", "not known", "unknown", "not unknown"])
def test_a_rule_of_which_nothing_is_left_does_not_fire(op: str) -> None:
    leaf = {"is": is_("os", "linux"), "known": known("os"), "unknown": unknown("os")}[op.removeprefix("not ")]
    assert not holds(not_(leaf) if op.startswith("not") else leaf, OS, os=NO)


@pytest.mark.parametrize(
    ("condition", "linux", "open_"),
    [
        (is_("os", "linux"), True, False),
        (not_(is_("os", "linux")), False, False),
        (not_(is_("os", "mac")), True, False),
        (known("os"), True, False),
        (not_(known("os")), False, True),
        (unknown("os"), False, True),
        (not_(unknown("os")), True, False),
        (not_(not_(known("os"))), True, False),
    ],
)
def test_what_applies_is_read_as_ever(condition: Condition, linux: bool, open_: bool) -> None:  # noqa: FBT001
    assert holds(condition, OS, os="linux") is linux
    assert holds(condition, OS) is open_


def test_a_part_that_is_dropped_from_all_does_not_stand_in_the_way_of_the_others() -> None:
    condition = all_(is_("os", "linux"), order("memory", "gte", 8))
    assert holds(condition, OS, os=NO, memory=8.0)
    assert not holds(condition, OS, os=NO, memory=4.0)
    assert not holds(condition, OS, os=NO)
    assert not holds(condition, OS, os="mac", memory=8.0)


def test_a_part_that_is_dropped_from_any_does_not_help() -> None:
    condition = any_(is_("os", "linux"), has("tasks", "train"))
    assert not holds(condition, OS, os=NO, tasks=frozenset())
    assert holds(condition, OS, os=NO, tasks=frozenset({"train"}))
    assert holds(condition, OS, os="linux", tasks=frozenset())


def test_not_any_is_all_not() -> None:
    condition = not_(any_(is_("os", "linux"), is_("chip", "gpu")))
    assert holds(condition, CHIP, os=NO, chip="cpu")
    assert not holds(condition, CHIP, os=NO, chip="gpu")
    assert not holds(condition, CHIP, os=NO, chip=NO)


def test_not_all_is_any_not() -> None:
    condition = not_(all_(is_("os", "linux"), is_("chip", "gpu")))
    assert holds(condition, CHIP, os=NO, chip="cpu")
    assert not holds(condition, CHIP, os=NO, chip="gpu")
    assert not holds(condition, CHIP, os=NO, chip=NO)


def test_a_whole_of_which_nothing_is_left_is_dropped_from_the_whole_around_it() -> None:
    inner = any_(is_("os", "linux"), all_(is_("chip", "gpu"), not_(is_("chip", "cpu"))))
    condition = all_(inner, has("tasks", "train"))
    train = frozenset({"train"})
    assert holds(condition, CHIP, os=NO, chip=NO, tasks=train)
    assert not holds(condition, CHIP, os=NO, chip="cpu", tasks=train)
    assert not holds(inner, CHIP, os=NO, chip=NO)


def test_what_cannot_be_dropped_is_left_as_it_is() -> None:
    written = rule("A", all_(is_("os", "linux"), not_(known("chip"))))
    assert lower(written, {"nothing", "tasks"}) is written


@pytest.mark.parametrize(("chip", "fires"), [("cpu", True), (NO, False), ("gpu", False)])
def test_what_excludes_an_option_does_not_fire_where_all_it_asks_of_it_is_dropped(chip: str, fires: bool) -> None:  # noqa: FBT001
    written = replace(rule("A", all_(is_("os", "linux"), is_("chip", "cpu"))), then=Effects(exclude=True))
    lowered = lower(written, {"chip"}, about={"chip"})
    assert (explain(lowered.when, {"os": "linux", "chip": chip}, {}, KINDS).holds is True) == fires
    flagged = lower(replace(written, then=Effects(flag=("x",))), {"chip"}, about={"chip"})
    assert (explain(flagged.when, {"os": "linux", "chip": chip}, {}, KINDS).holds is True) == (chip != "gpu")


def test_everything_else_of_the_rule_stays() -> None:
    written = rule("A", not_(is_("os", "linux")), derive={"need": "x"}, priority=3)
    lowered = lower(written, OS)
    assert lowered.when != written.when
    assert (lowered.id, lowered.then, lowered.priority) == ("A", written.then, 3)


def test_either_engine_fires_the_lowered_rule_alike(compile_rules: Compile) -> None:
    written = rule("A", all_(is_("os", "linux"), not_(is_("chip", "cpu")), not_(known("note"))), derive={"need": "x"})
    engine = compile_rules((lower(written, CHIP),), KINDS)
    fired = [
        bool(engine.consult(facts).firings)
        for facts in (
            {"os": NO, "chip": "gpu"},
            {"os": "linux", "chip": NO},
            {"os": NO, "chip": NO},
            {"os": NO},
            {"os": NO, "chip": "cpu"},
            {"os": NO, "chip": "gpu", "note": "said"},
        )
    ]
    engine.close()
    assert fired == [True, True, True, False, False, False]
