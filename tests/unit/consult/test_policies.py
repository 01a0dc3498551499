"""Laws of policies: an empty one changes nothing, a stricter one takes no violation away and lets no option in."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from consulting import base, checked, session, some_answers
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor import resources
from advisor.loading.cases import read_examples
from advisor.loading.documents import Document
from advisor.loading.policy import read_policy
from advisor.loading.problems import Problems
from advisor.model.answers import Answers
from advisor.model.component import HARDWARE
from advisor.model.policy import Policy
from advisor.model.recommendation import Recommendation
from advisor.policy.house import digest
from advisor.render.json import document
from advisor.session import Session

NONE_REPORTED = {"policy": None}
RANDOMS = st.randoms(use_true_random=False)
SEVERITIES = ("note", "warning", "error")


def read(raw: Mapping[str, Any]) -> Policy:
    problems = Problems()
    policy = read_policy(Document("policy.yaml", dict(raw), {}), base(), problems)
    problems.settle()
    assert policy is not None
    return policy


def under(raw: Mapping[str, Any], mode: str) -> Session:
    return replace(session(), policy=read({**raw, "mode": mode}))


@functools.cache
def examples() -> tuple[Answers, ...]:
    return read_examples(sorted((resources.knowledge() / "examples").glob("*.yaml")), base())


def stricter(random: Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """A policy, and one that asks as much of everything and more of some."""
    denied, more = (
        random.sample(sorted(names), few) for names, few in ((base().frameworks, 3), (base().components, 40))
    )
    allowed = [name for name in base().frameworks if name not in denied]
    months, days = random.sample(range(1, 60), 2), random.sample(range(1, 400), 2)
    hardware = base().vocabulary.answer(HARDWARE["train"])
    train = random.sample(hardware.words if hardware else (), 3)
    classes = random.sample(("permissive", "copyleft", "proprietary"), 2)
    loose = {
        "allow": {"options": allowed},
        "deny": {"options": _denials(denied[:1]), "components": _denials(more[:10])},
        "priorities": {"stability": "should"},
        "licences": {"deny": classes[:1], "unknown": random.choice(("allow", "report"))},
        "support": {"months": min(months)},
        "hardware": {"train": train},
        "required": {"answers": ["deploy_target"]},
        "confidence": {"least": "medium"},
        "evidence": {"days": max(days)},
    }
    strict = {
        "allow": {"options": allowed[1:]},
        "deny": {"options": _denials(denied), "components": _denials(more)},
        "priorities": {"stability": "must"},
        "licences": {"deny": classes, "unknown": "deny"},
        "support": {"months": max(months)},
        "hardware": {"train": train[:1]},
        "required": {"answers": ["deploy_target", "constraints"]},
        "confidence": {"least": "high"},
        "evidence": {"days": min(days), "unexpired": True},
    }
    changed = set(random.sample(sorted(strict), random.randint(1, len(strict))))
    return loose, {name: strict[name] if name in changed else loose[name] for name in loose}


def _denials(names: Iterable[str]) -> list[dict[str, str]]:
    return [{"name": name, "reason": "It is not run here"} for name in names]


def violations(answer: Recommendation) -> dict[tuple[str, str, str | None], int]:
    """By point, subject and place, how grave the violation is."""
    found = answer.policy.violations if answer.policy else ()
    return {(one.rule, one.subject, one.place): SEVERITIES.index(one.severity) for one in found}


@pytest.mark.parametrize("mode", ["audit", "enforce"])
def test_an_empty_policy_changes_nothing_but_its_report(mode: str) -> None:
    for answers in examples():
        free = document(session().recommend(answers, full=False))
        held = document(under({}, mode).recommend(answers, full=False))
        assert held["policy"]["violations"] == []
        assert {**held, **NONE_REPORTED} == free


@given(RANDOMS)
@settings(max_examples=25)
def test_an_audit_changes_no_more_than_what_is_reported_and_its_evidence(random: Random) -> None:
    raw, _ = stricter(random)
    answers = checked(some_answers(random))
    free = session().recommend(answers, full=False)
    held = under(raw, "audit").recommend(answers, full=False)
    assert {evidence.id for evidence in free.evidence} <= {evidence.id for evidence in held.evidence}
    assert replace(held, policy=None, evidence=free.evidence) == free


def test_a_must_of_the_policy_keeps_out_unless_the_policy_allows_or_the_answers_say_otherwise() -> None:
    held = under({"name": "The house", "priorities": {"stability": "must"}}, "enforce")
    raw = {"domain": "cv", "task": "train", "train_hw": "cpu", "train_os": "linux"}
    answer = held.recommend(checked(raw), full=True)
    (jax,) = (one for one in answer.excluded if one.option == "jax")
    told = {finding.id: finding for finding in answer.findings}
    assert jax.findings == ("must.stability@jax",)
    assert told["must.stability@jax"].message.startswith("The policy 'The house' keeps it out: jax reaches")
    assert jax.revive[0].change == {"policy": "allow jax"}
    assert answer.policy is not None
    assert answer.policy.kept_out["jax"] == jax.findings
    said = held.recommend(checked({**raw, "priorities": {"stability": "could"}}), full=False)
    assert "jax" in {one.option for one in said.ranking}


@given(RANDOMS)
@settings(max_examples=25)
def test_a_stricter_policy_takes_no_violation_away(random: Random) -> None:
    answers = checked(some_answers(random))
    loose, strict = (violations(under(raw, "audit").recommend(answers, full=False)) for raw in stricter(random))
    assert loose.keys() <= strict.keys()
    assert all(strict[one] >= grave for one, grave in loose.items())


@given(RANDOMS)
@settings(max_examples=25)
def test_a_stricter_policy_lets_no_option_into_the_ranking(random: Random) -> None:
    answers = checked(some_answers(random))
    free = session().recommend(answers, full=False)
    loose, strict = (under(raw, "enforce").recommend(answers, full=False) for raw in stricter(random))
    ranked = [{one.option for one in answer.ranking} for answer in (strict, loose, free)]
    assert ranked[0] <= ranked[1] <= ranked[2]
    for answer in (loose, strict):
        assert answer.policy is not None
        assert not any(one.rule.startswith("policy.deny") for one in answer.policy.violations)
        known = {*(one.id for one in answer.findings), *(one.id for one in answer.evidence)}
        assert all({*one.evidence} <= known for one in answer.policy.violations)
        assert all({*one.evidence} <= known for one in answer.findings)
        assert all({*findings} <= known for findings in answer.policy.kept_out.values())


def test_the_digest_is_of_what_is_said_and_not_of_how() -> None:
    one = read({"name": "The  house", "weights": {"speed": 0.2, "task": 0.1}})
    assert digest(one) == digest(read({"weights": {"task": 0.1, "speed": 0.2}, "name": "The house", "mode": "audit"}))
    assert digest(one) != digest(read({"name": "The house", "weights": {"speed": 0.2}}))
