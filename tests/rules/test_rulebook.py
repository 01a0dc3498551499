"""The shipped rules: what `advisor rules check` finds in them, rule by rule, and what they have to cover together."""

from __future__ import annotations

import pytest

from advisor.audit.examples import Stage
from advisor.loading.knowledge import load
from advisor.model.audit import Audit
from advisor.model.rule import Rule, attributes_of

BASE = load(use_cache=False)
EACH_RULE = pytest.mark.parametrize("rule", BASE.rules, ids=lambda rule: rule.id)


@EACH_RULE
def test_a_rule_is_sound(rule: Rule, audited: Audit) -> None:
    assert [one for one in audited.problems if one.about == rule.id] == []


def test_everything_else_is_sound(audited: Audit) -> None:
    rules = {rule.id for rule in BASE.rules}
    assert [one for one in audited.problems if one.about not in rules] == []


@EACH_RULE
def test_a_finding_names_the_facts_it_rests_on(rule: Rule, stage: Stage) -> None:
    finding = stage.finding(rule, rule.fires)
    assert finding is not None
    assert finding.facts
    assert set(finding.facts) <= attributes_of(rule.when)
    assert f"rule.{rule.id}" in finding.evidence


def test_every_phase_has_rules(audited: Audit) -> None:
    assert set(audited.rules) == {"derive", "preference", "eligibility", "stack", "caution"}


def test_every_flag_is_raised_by_some_rule() -> None:
    raised = {code for rule in BASE.rules for code in rule.then.flag}
    assert raised == set(BASE.vocabulary.flags)


def test_every_rule_is_counted_as_covered_or_not(audited: Audit) -> None:
    coverage = audited.coverage
    assert coverage.rules == len(BASE.rules) == coverage.covered + len(coverage.uncovered)
    assert coverage.cases > 40


def test_the_rulebooks_are_within_the_limits_of_the_engine(audited: Audit) -> None:
    assert [limit for book in audited.books for limit in book.limits if limit.figure > limit.most] == []
