"""Ids, titles, reasons and sources."""

from __future__ import annotations

from dataclasses import replace

import pytest
from faulting import SOURCE, found, rule, shipped

from advisor.audit.wording import identity
from advisor.model.fact import Source
from advisor.model.rule import Rule

ONE = rule("PRE-001", "{task: train}")


def test_ids_that_stand_twice_are_found() -> None:
    # No engine takes such a rulebook.
    base = replace(shipped(), rules=(ONE, replace(ONE, title="Another")))
    assert [remark.message for remark in identity(base)] == ["2 rules have this id."] * 2


def test_titles_that_stand_twice_are_found() -> None:
    said = found("ids", ONE, rule("PRE-002", "{task: teach}", title=ONE.title))
    assert [name for name, _ in said] == ["PRE-001", "PRE-002"]


@pytest.mark.parametrize("name", ["CAU-001", "PRE-1", "PRE-0001", "pre-001", "PRE-001b"])
def test_an_id_tells_the_phase(name: str) -> None:
    assert found("ids", replace(ONE, id=name)) == [(name, "the id does not tell that it is of preference.")]


def test_a_house_numbers_its_rules_as_it_likes() -> None:
    assert found("ids", replace(ONE, id="house.rule", origin="/srv/house")) == []


SOURCES = {
    "no title": (replace(ONE, title=" "), "the title is empty."),
    "no reason": (replace(ONE, reason="because"), "the reason is no sentence."),
    "no reference": (replace(ONE, source=replace(SOURCE, ref="")), "the source names nothing."),
    "no day": (replace(ONE, source=replace(SOURCE, observed="2024-06")), "the source was observed on '2024-06', which"),
    "a day to come": (
        replace(ONE, source=replace(SOURCE, observed="2100-01-02")),
        "the source was observed on '2100-01-02', which is no day of the past.",
    ),
    "a test case": (
        replace(ONE, source=Source(ref="knowledge/cases/gold.yaml", observed="2024-06-01", grade="judged")),
        "'gold' reads like the name of a test case.",
    ),
    "the name of a test case": (replace(ONE, reason="See pub-gemini-tpu."), "'pub-gemini-' reads like the name"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_missing_of_a_source_is_found(name: str) -> None:
    one, message = SOURCES[name]
    ((about, said),) = found("source", one)
    assert about == one.id
    assert said.startswith(message)


def test_a_house_may_speak_of_a_golden_image() -> None:
    assert found("source", replace(ONE, reason="The golden image has no compiler.", origin="/srv/house")) == []


def test_a_sound_rule_is_let_be() -> None:
    rules: tuple[Rule, ...] = (ONE,)
    assert found("source", *rules) == []
    assert found("ids", *rules) == []
