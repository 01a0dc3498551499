"""Every what-if statement is true when somebody really changes the answer."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from advisor.consult.adviser import Adviser
from advisor.inference import plain
from advisor.inquiry.inquire import inquire
from advisor.inquiry.whatif import WhatIf
from advisor.intake.situation import clashes, complete
from advisor.loading.answers import check_answers
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems
from advisor.model.answers import Answers
from advisor.model.measurement import Accelerator, Machine
from advisor.model.recommendation import Recommendation
from advisor.session import Session

LAPTOP = Machine(
    fingerprint="f",
    os="macos_arm64",
    arch="arm64",
    cpu="made up",
    cores=8,
    memory_gb=16.0,
    accelerators=(Accelerator(vendor="apple_gpu", name="made up"),),
)


@functools.cache
def session() -> Session:
    base = load(use_cache=False)
    return Session(base, Adviser(base, plain.compile_rules))


def checked(raw: Mapping[str, Any]) -> Answers:
    problems = Problems()
    base = session().base
    answers = check_answers(raw, base.vocabulary, [c.id for c in base.criteria], str, problems)
    problems.settle()
    return answers


def ask(raw: Mapping[str, Any], *, full: bool = False, **among: Any) -> Recommendation:
    return replace(session(), **among).recommend(checked(raw), full=full)


def against(raw: Mapping[str, Any]) -> int:
    """How many pairs of answers exclude each other by definition."""
    return len(clashes(checked(raw), session().base.vocabulary))


@functools.cache
def asked(seed: int) -> Recommendation:
    """The whole answer to answers that nobody thought of."""
    return ask(SITUATIONS[seed], full=True)


def some_answers(seed: int) -> dict[str, Any]:
    random = Random(seed)
    share = random.choice((0.2, 0.4, 0.6))
    raw: dict[str, Any] = {}
    for attribute in session().base.vocabulary.answers:
        if attribute.kind == "word" and random.random() < share:
            raw[attribute.name] = random.choice(attribute.words)
        elif attribute.kind == "words" and random.random() < share / 2 and attribute.name != "here":
            raw[attribute.name] = random.sample(attribute.words, 2)
    return raw


SITUATIONS = [some_answers(seed) for seed in range(20)]


@pytest.mark.parametrize("seed", range(len(SITUATIONS)))
def test_a_flip_puts_the_option_first_that_it_names(seed: int) -> None:
    raw, now = SITUATIONS[seed], asked(seed)
    for flip in now.sensitivity.flips:
        assert len(flip.change) == 1
        assert set(flip.change) <= set(now.answers)
        then = ask({**raw, **flip.change})
        assert then.recommendation.primary == flip.to
        sure = then.recommendation.confidence
        assert sure is not None
        assert (then.status, sure.level) == (flip.status, flip.confidence)
        assert not now.ranking or now.status == "out_of_scope" or now.ranking[0].option != flip.to


@pytest.mark.parametrize("seed", range(len(SITUATIONS)))
def test_a_revival_brings_back_what_was_excluded(seed: int) -> None:
    raw, now = SITUATIONS[seed], asked(seed)
    for excluded in now.excluded:
        for revival in excluded.revive:
            then = ask({**raw, **revival.change})
            assert excluded.option in {ranked.option for ranked in then.ranking}
            assert excluded.option in revival.why
            assert all(key in revival.why for key in revival.change)


@pytest.mark.parametrize("seed", range(10))
def test_a_question_is_open_and_could_become_what_its_answers_lead_to(seed: int) -> None:
    raw, now = SITUATIONS[seed], asked(seed)
    words = {attribute.name: attribute for attribute in session().base.vocabulary.answers}
    first = now.ranking[0].option if now.ranking and now.status != "out_of_scope" else "none_of_these"
    for question in now.questions[:2]:
        assert question.key not in now.answers
        assert question.value_of_information >= 0
        attribute = words[question.key]
        leaders = set()
        for word in attribute.words:
            given = {**raw, question.key: word if attribute.kind == "word" else [word]}
            then = ask(given)
            # A word that stands against another answer by definition is no answer that can be expected.
            if then.ranking and against(given) == against(raw):
                leaders.add("none_of_these" if then.status == "out_of_scope" else then.ranking[0].option)
        assert set(question.could_become) == leaders - {first}


def test_some_situations_have_flips_and_revivals_at_all() -> None:
    answers = [asked(seed) for seed in range(len(SITUATIONS))]
    assert sum(len(answer.sensitivity.flips) for answer in answers) > 10
    assert sum(len(excluded.revive) for answer in answers for excluded in answer.excluded) > 10
    assert sum(len(answer.questions) for answer in answers) > 10


def test_questions_come_in_the_order_of_their_worth_and_those_that_rules_ask_for_first() -> None:
    for raw in SITUATIONS[:8]:
        consultation = session().adviser.consult(complete(checked(raw), session().base.vocabulary, None))
        wanted = consultation.weighed.derived.get("open", frozenset())
        order = [
            (q.key not in wanted, -q.value_of_information) for q in inquire(session().adviser, consultation).questions
        ]
        assert order == sorted(order)


@pytest.mark.parametrize("most", [0, 1, 3])
def test_no_more_is_said_than_was_asked_for(most: int) -> None:
    for raw in SITUATIONS[:4]:
        consultation = session().adviser.consult(complete(checked(raw), session().base.vocabulary, None))
        inquiries = inquire(session().adviser, consultation, most=most)
        assert len(inquiries.questions) <= most
        assert len(inquiries.flips) <= most


def test_what_the_project_is_stays_as_it_is() -> None:
    for seed in range(len(SITUATIONS)):
        changed = {key for flip in asked(seed).sensitivity.flips for key in flip.change}
        assert not changed & {"domain", "task"}


def test_at_core_depth_nothing_is_tried() -> None:
    answer = ask({"domain": "cv", "train_hw": "apple_gpu"})
    assert answer.questions == ()
    assert answer.sensitivity.flips == ()
    assert not any(excluded.revive for excluded in answer.excluded)


def test_depth_adds_to_an_answer_and_changes_nothing_in_it() -> None:
    for seed in range(8):
        core, full = ask(SITUATIONS[seed]), asked(seed)
        assert core.ranking == full.ranking
        assert (core.status, core.recommendation, core.flags) == (full.status, full.recommendation, full.flags)
        assert core.findings == full.findings


def test_what_was_implied_follows_the_answer_that_implies_it() -> None:
    """Apple's chips imply macOS: on another chip the system is open again, or another one."""
    raw = {"domain": "cv", "task": "train", "train_hw": "apple_gpu"}
    situation = complete(checked(raw), session().base.vocabulary, None)
    assert situation.origins["train_os"] == "implied"
    whatif = WhatIf(session().adviser, session().adviser.consult(situation))
    assert "train_os" not in whatif.run({"train_hw": "nvidia_gpu"}).answers
    assert whatif.run({"train_hw": "google_tpu"}).answers["train_os"] == "linux"
    assert whatif.run({"domain": "nlp"}).answers["train_os"] == "macos_arm64"


def test_what_was_detected_stays_when_an_answer_changes() -> None:
    raw = {"domain": "cv", "task": "train", "here": ["develop", "train"], "deploy_target": "android"}
    now = ask(raw, full=True, machine=LAPTOP)
    assert now.origins["train_hw"] == "detected"
    checked_one = 0
    for excluded in now.excluded:
        for revival in excluded.revive:
            then = ask({**raw, **revival.change}, machine=LAPTOP)
            assert excluded.option in {ranked.option for ranked in then.ranking}
            checked_one += 1
    assert checked_one


def test_what_this_machine_contradicts_is_ended_by_what_was_found_alone() -> None:
    raw = {"domain": "cv", "task": "train"}
    server = replace(LAPTOP, os="linux", arch="x86_64", accelerators=())
    (found,) = ask({**raw, "develop_hw": "nvidia_gpu"}, full=True, machine=server).contradictions
    assert [way.change for way in found.ways_out] == [{"develop_hw": "unknown"}]
    assert not ask(raw, full=True, machine=server).contradictions


def test_only_options_that_are_compared_are_named() -> None:
    only = ("jax", "tensorflow")
    for raw in SITUATIONS[:6]:
        answer = ask(raw, full=True, only=only)
        named = {flip.to for flip in answer.sensitivity.flips}
        named |= {option for question in answer.questions for option in question.could_become}
        assert named <= {*only, "none_of_these"}
        assert {excluded.option for excluded in answer.excluded} <= set(only)


def test_a_set_is_changed_by_one_word() -> None:
    raw = {"domain": "cv", "task": "train", "constraints": ["patent_grant_required", "no_cloud"]}
    revived = {e.option: [r.change for r in e.revive] for e in ask(raw, full=True).excluded}
    assert revived["pytorch"] == [{"constraints": ["no_cloud"]}]


def test_nothing_is_revived_by_what_would_merely_be_unknown() -> None:
    raw = {"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "train_os": "windows_native"}
    answer = ask(raw, full=True)
    changes = [r.change for e in answer.excluded if e.option in ("jax", "tensorflow") for r in e.revive]
    assert changes
    assert {"train_hw": "google_tpu"} not in changes


def test_no_answer_is_tried_that_another_one_rules_out_by_definition() -> None:
    raw = {"domain": "llm", "task": "train", "train_os": "linux", "train_hw": "cpu"}
    flips = [flip.change for flip in ask(raw, full=True).sensitivity.flips]
    assert {"train_hw": "apple_gpu"} not in flips


def test_a_chip_that_is_named_is_left_open_where_other_hardware_is_tried() -> None:
    raw = {"domain": "llm", "task": "finetune", "train_os": "linux", "accelerator": "a100", "model_params_b": 8}
    flips = [flip.change for flip in ask(raw, full=True).sensitivity.flips if "train_hw" in flip.change]
    assert {"train_hw": "google_tpu", "accelerator": "unknown"} in flips
    assert not any(against({**raw, **change}) for change in flips)


def test_a_revival_names_what_is_left_open_along_with_it() -> None:
    raw = {"domain": "cv", "task": "train", "train_os": "linux", "accelerator": "tpu_v5e"}
    revived = {e.option: e.revive[0] for e in ask(raw, full=True).excluded if e.revive}
    named = revived["paddlepaddle"]
    assert named.why.startswith(f"With train_hw {named.change['train_hw']}")
    assert ("accelerator" in named.change) == ("accelerator left open" in named.why)
    assert not any(against({**raw, **revival.change}) for revival in revived.values())
