"""Every rule is held against its own examples, and the rules against each other."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from advisor.loading.knowledge import load
from advisor.loading.structure import plain
from advisor.model.rule import Example, Rule
from rules.consulting import Consulting, known, leaves

BASE = load(use_cache=False)
EACH_RULE = pytest.mark.parametrize("rule", BASE.rules, ids=lambda rule: rule.id)

OF_NO_PRESENT_OPTION = {"ELI-009"}
"""Rules about an attribute that no option has today; their example names an invented option, which has it."""

OF_A_CASE = re.compile(
    r"\b(gold|judge\.py|\w+\.yaml:|test cases?|(pub|hw|os|mac|dep|dom|con|team|thin|seed|x)-[a-z]+-)"
)
"""Words and names by which a test case could be meant."""


@EACH_RULE
def test_a_rule_fires_in_its_example(rule: Rule, consulting: Consulting) -> None:
    assert rule.id in consulting.said(rule, rule.fires)


@EACH_RULE
def test_a_rule_does_not_fire_in_its_near_miss(rule: Rule, consulting: Consulting) -> None:
    assert rule.id not in consulting.said(rule, rule.misses)


@EACH_RULE
def test_a_near_miss_is_near(rule: Rule) -> None:
    changed = [key for key, value in _keys(rule.fires).items() if _keys(rule.misses).get(key) != value]
    added = [key for key in _keys(rule.misses) if key not in _keys(rule.fires)]
    assert 1 <= len({*changed, *added}) <= 3


@EACH_RULE
def test_a_message_is_filled_in_and_one_sentence(rule: Rule, consulting: Consulting) -> None:
    message = consulting.said(rule, rule.fires)[rule.id].message
    assert [name for name in BASE.vocabulary.attributes() if f"unknown {name}" in message] == []
    assert "{" not in message
    assert message[0].isupper() or message[0].isdigit() or message.startswith(_names())
    assert message.endswith(".")
    assert "\n" not in message


@EACH_RULE
def test_a_finding_names_the_facts_it_rests_on(rule: Rule, consulting: Consulting) -> None:
    finding = consulting.said(rule, rule.fires)[rule.id]
    assert finding.facts
    assert set(finding.facts) <= {leaf.attribute for leaf in leaves(rule.when)}
    assert f"rule.{rule.id}" in finding.evidence


@pytest.mark.parametrize("rule", [rule for rule in BASE.rules if rule.then.put], ids=lambda rule: rule.id)
def test_what_a_rule_puts_into_the_stack_gets_there(rule: Rule, consulting: Consulting) -> None:
    assert {put.component for put in rule.then.put} & consulting.stack(rule)


@EACH_RULE
def test_a_rule_has_a_reason_and_a_dated_source(rule: Rule) -> None:
    assert rule.title.strip()
    assert rule.reason.strip().endswith(".")
    assert rule.source.ref.strip()
    assert re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", rule.source.observed)


@EACH_RULE
def test_a_rule_states_a_fact_of_the_field_and_knows_no_test_case(rule: Rule) -> None:
    told = f"{rule.title} {rule.message} {rule.reason} {rule.source.ref}".lower()
    assert not OF_A_CASE.search(told), OF_A_CASE.findall(told)


@EACH_RULE
def test_an_example_is_about_an_option_that_there_is(rule: Rule) -> None:
    assert known(BASE, rule.misses)
    assert known(BASE, rule.fires) == (rule.id not in OF_NO_PRESENT_OPTION)


@pytest.mark.parametrize("identity", sorted(OF_NO_PRESENT_OPTION))
def test_an_invented_option_is_needed_only_as_long_as_no_real_one_will_do(
    identity: str, consulting: Consulting
) -> None:
    rule = next(rule for rule in BASE.rules if rule.id == identity)
    for option in BASE.frameworks:
        assert identity not in consulting.said(rule, Example(answers=rule.fires.answers, option=option)), option


def test_no_two_rules_say_the_same() -> None:
    said = Counter(json.dumps([plain(rule.when), plain(rule.then)], sort_keys=True) for rule in BASE.rules)
    assert [text for text, count in said.items() if count > 1] == []


def test_a_rule_is_told_apart_by_its_id_and_its_title() -> None:
    assert len({rule.id for rule in BASE.rules}) == len(BASE.rules)
    titles = Counter((rule.phase, rule.title) for rule in BASE.rules)
    assert [title for title, count in titles.items() if count > 1] == []


def test_an_id_tells_the_phase() -> None:
    prefixes = {"derive": "DER", "preference": "PRE", "eligibility": "ELI", "stack": "STK", "caution": "CAU"}
    beliefs = {f"FOL-{belief.id}" for belief in BASE.folklore}
    for rule in BASE.rules:
        assert rule.id in beliefs or re.fullmatch(prefixes[rule.phase] + r"-\d{3}", rule.id)


def test_every_phase_has_rules() -> None:
    assert {rule.phase for rule in BASE.rules} == {"derive", "preference", "eligibility", "stack", "caution"}


def test_every_flag_is_raised_by_some_rule() -> None:
    raised = {code for rule in BASE.rules for code in rule.then.flag}
    assert raised == set(BASE.vocabulary.flags)


def test_a_derived_word_that_some_rule_asks_for_is_concluded_by_another() -> None:
    derived = {attribute.name for attribute in BASE.vocabulary.derived}
    from_outside = {("clash", "detected_hardware")}
    concluded = {pair for rule in BASE.rules for pair in rule.then.derive.items()} | from_outside
    asked = {(leaf.attribute, leaf.value) for rule in BASE.rules for leaf in leaves(rule.when) if leaf.op == "has"}
    assert {pair for pair in asked if pair[0] in derived} <= concluded


def _keys(example: Example) -> dict[str, object]:
    return {**example.answers, **({"option": example.option} if example.option else {})}


def _names() -> tuple[str, ...]:
    """Names that begin a sentence with a small letter."""
    return (*BASE.frameworks, *BASE.vocabulary.primaries, *BASE.components, "vLLM", "torch", "tf", "cuE")
