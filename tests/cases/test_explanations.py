"""Over all gold cases: every sentence of an explanation goes back to a rule, a fact with its source, or an answer."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest

from advisor import resources
from advisor.consult.adviser import Adviser
from advisor.inference import plain
from advisor.inference.applicable import fares
from advisor.inquiry import explain, explain_component, explain_option
from advisor.inquiry.explain_change import what_if
from advisor.inquiry.explain_grounds import Grounds, ground
from advisor.loading.answers import check_answers
from advisor.loading.cases import GoldCase, read_cases
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems
from advisor.loading.structure import plain as plain_values
from advisor.model.answers import Answers
from advisor.model.explanation import Explanation
from advisor.session import Session

LARGEST = 3000
"""Sentences in one explanation; more would be a rule that is told over and over."""


@functools.cache
def session() -> Session:
    base = load(use_cache=False)
    return Session(base, Adviser(base, plain.compile_rules))


@functools.cache
def cases() -> dict[str, GoldCase]:
    return {case.id: case for case in read_cases([resources.knowledge() / "cases" / "gold.yaml"], session().base)}


def grounds(answers: Answers) -> Grounds:
    return ground(session().adviser, session().consult(answers))


def names() -> list[str]:
    text = (resources.knowledge() / "cases" / "gold.yaml").read_text(encoding="utf-8")
    return [line.removeprefix("- id: ").strip() for line in text.splitlines() if line.startswith("- id: ")]


EACH_CASE = pytest.mark.parametrize("name", names())


@functools.cache
def defined() -> frozenset[str]:
    """Everything that has a name in the knowledge base."""
    base = session().base
    vocabulary = base.vocabulary
    return frozenset(
        {
            *(rule.id for rule in base.rules),
            *(criterion.id for criterion in base.criteria),
            *base.components,
            *vocabulary.primaries,
            *vocabulary.flags,
            *vocabulary.attributes(),
            "what-if",
        }
    )


def loose(explanation: Explanation, found: Grounds) -> Iterator[Explanation]:
    """The sentences that go back to nothing."""
    findings = {finding.id: finding for finding in found.recommendation.findings}
    for one in explanation.walk():
        if not one.because:
            grounded = bool(one.source and one.observed and one.grade) or bool(one.origin)
        elif one.kind == "finding":
            rule = session().adviser.rules.get(findings[one.id].rule) if one.id in findings else None
            grounded = one.id in findings and (rule is None or one.because[0].id == f"rule.{rule.id}")
        elif one.kind == "rule":
            grounded = one.because[0].id == f"rule.{one.id.partition('@')[0]}" and one.because[0].source != ""
        else:
            grounded = one.id in defined()
        if not grounded:
            yield one


def held(explanation: Explanation, *found: Grounds) -> None:
    sentences = list(explanation.walk())
    assert len(sentences) < LARGEST
    left = [one for one in loose(explanation, found[0]) if one in list(loose(explanation, found[-1]))]
    assert [(one.kind, one.id, one.text) for one in left] == []
    assert all(one.text for one in sentences)


@EACH_CASE
def test_why_the_options_and_the_parts_stand_where_they_stand(name: str) -> None:
    found = grounds(cases()[name].answers)
    for ranked in found.recommendation.ranking:
        held(explain_option.why(found, ranked.option), found)
    for part in found.recommendation.recommendation.stack:
        held(explain_component.why(found, part.component), found)


@EACH_CASE
def test_how_every_finding_came_about(name: str) -> None:
    found = grounds(cases()[name].answers)
    for identity in found.findings:
        tree = explain.how(found, identity)
        assert tree.text == found.findings[identity].message
        held(tree, found)


@EACH_CASE
def test_why_a_component_is_not_there(name: str) -> None:
    found = grounds(cases()[name].answers)
    place = list(cases()).index(name)
    absent = [left.component for left in found.composition.left_out]
    for component in dict.fromkeys([*absent, *list(session().base.components)[place :: len(cases())]]):
        held(explain_component.why_not(found, component), found)


@EACH_CASE
def test_why_a_rule_did_not_fire(name: str) -> None:
    found = grounds(cases()[name].answers)
    place = list(cases()).index(name)
    for rule in session().base.rules[place :: len(cases())]:
        identity = f"{rule.id}@jax" if rule.phase == "eligibility" else rule.id
        held(explain.how(found, identity), found)


@EACH_CASE
def test_a_rule_fired_where_its_condition_is_told_to_be_true(name: str) -> None:
    found = grounds(cases()[name].answers)
    for rule in session().base.rules:
        for option in found.weighed.projected if rule.phase == "eligibility" else ("",):
            identity = f"{rule.id}@{option}" if option else rule.id
            if not option or option in found.weighed.excluded:
                assert (fares(found.verdict(rule, option)) == "true") == (identity in found.findings), identity


@EACH_CASE
def test_what_another_answer_changes(name: str) -> None:
    """With each case's answers put in the place of those of the next one, what is told is what differs."""
    listed = list(cases())
    other = cases()[listed[(listed.index(name) + 1) % len(listed)]].answers
    given = cases()[name].answers
    changed: Answers = {**given, **{key: other[key] for key in ("train_os", "deploy_target", "needs") if key in other}}
    before, after = grounds(given), grounds(changed)
    change = {key: value for key, value in changed.items() if given.get(key) != value}
    told = what_if(before, after, change)
    held(told, before, after)
    sections = {section.text: {one.id for one in section.because} for section in told.because}
    flags = [{flag.code for flag in one.recommendation.flags} for one in (before, after)]
    stacks = [{part.component for part in one.recommendation.recommendation.stack} for one in (before, after)]
    assert sections.get("To be minded", set()) == flags[0] ^ flags[1]
    assert sections.get("Stack", set()) >= stacks[0] ^ stacks[1]


@pytest.mark.slow
@EACH_CASE
def test_what_is_claimed_to_change_the_place_of_an_option_was_run_and_holds(name: str) -> None:
    """For one option that is ruled out and one that is behind, a different one in each case."""
    given = cases()[name].answers
    found = grounds(given)
    place = list(cases()).index(name)
    out = [excluded.option for excluded in found.recommendation.excluded]
    behind = [ranked.option for ranked in found.recommendation.ranking[1:4]]
    for options in (out, behind):
        if not options:
            continue
        option = options[place % len(options)]
        told = explain_option.why_not(found, option)
        held(told, found)
        for run in told.walk():
            if run.change:
                assert claimed(run, option, given, revived=option in out), run.text


def claimed(run: Explanation, option: str, given: Answers, *, revived: bool) -> bool:
    """Whether what the sentence says comes about when the answers are really given."""
    problems = Problems()
    base = session().base
    raw = {**plain_values(given), **plain_values(run.change)}
    answers = check_answers(raw, base.vocabulary, [criterion.id for criterion in base.criteria], str, problems)
    problems.settle()
    then = session().recommend(answers, full=False)
    ranked = [one.option for one in then.ranking]
    return option in ranked if revived else ranked[:1] == [option] == [then.recommendation.primary]
