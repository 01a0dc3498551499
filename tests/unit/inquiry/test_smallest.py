"""The smallest change that does is found, is coherent, and is bounded."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from advisor.consult.adviser import Adviser, Weighed
from advisor.inference import plain
from advisor.inquiry.smallest import MOST_PAIRS, Search, smallest
from advisor.inquiry.whatif import WhatIf
from advisor.loading.answers import check_answers
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems
from advisor.session import Session

MAC = {"train_hw": "apple_gpu", "train_os": "macos_arm64"}
LINUX = {"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "train_os": "linux", "accelerator": "a100"}


@functools.cache
def session() -> Session:
    base = load(use_cache=False)
    return Session(base, Adviser(base, plain.compile_rules))


def search(raw: Mapping[str, Any], wanted: Mapping[str, Any], **among: Any) -> Search:
    """The smallest change after which these answers are given."""
    problems = Problems()
    base = session().base
    answers = check_answers(raw, base.vocabulary, [c.id for c in base.criteria], str, problems)
    problems.settle()

    def nearness(then: Weighed) -> float:
        return -float(sum(then.answers.get(key) != word for key, word in wanted.items()))

    return smallest(WhatIf(session().adviser, session().consult(answers)), nearness, **among)


def changes(found: Search) -> list[Mapping[str, Any]]:
    return [run.change for run in found.reached]


def test_one_answer_comes_before_two() -> None:
    found = search({"domain": "cv", "task": "train"}, {"train_os": "linux"})
    assert {"train_os": "linux"} in changes(found)
    assert all(run.size == 1 for run in found.reached)
    assert found.pairs == 0


def test_two_answers_are_tried_where_one_is_not_enough() -> None:
    found = search({"domain": "cv", "task": "train"}, {"train_os": "windows_native", "team_skill": "jax"})
    assert changes(found) == [{"train_os": "windows_native", "team_skill": "jax"}]
    assert 0 < found.pairs <= MOST_PAIRS


def test_what_cannot_stay_by_definition_changes_along() -> None:
    found = search(LINUX, MAC)
    assert changes(found) == [{**MAC, "accelerator": "unknown"}]


def test_a_set_gains_a_word_or_loses_one() -> None:
    raw = {"domain": "cv", "needs": ["streaming", "full_int8"]}
    less, more = ("full_int8",), ("full_int8", "streaming", "static_memory")
    assert changes(search(raw, {"needs": less})) == [{"needs": less}]
    assert changes(search(raw, {"needs": more})) == [{"needs": more}]


def test_what_the_project_is_stays_where_something_else_does() -> None:
    found = search({"domain": "cv", "task": "train"}, {})
    assert not {key for change in changes(found) for key in change} & {"domain", "task"}


def test_a_priority_is_the_last_resort() -> None:
    nothing = search({"domain": "cv", "task": "train"}, {"priorities": {"speed": "must"}})
    assert nothing.reached == ()
    found = search({"domain": "cv", "task": "train"}, {"priorities": {"speed": "must"}}, criteria=["speed", "scale"])
    assert changes(found) == [{"priorities": {"speed": "must"}}]


def test_a_must_can_be_dropped() -> None:
    raw = {"domain": "cv", "priorities": {"speed": "must", "scale": "should"}}
    assert changes(search(raw, {"priorities": {"scale": "should"}})) == [{"priorities": {"scale": "should"}}]


def test_the_work_is_bounded() -> None:
    found = search(LINUX, {"team_skill": "jax", "existing_code": "mlx", "train_os": "windows_native"})
    assert found.reached == ()
    assert found.singles < 400
    assert found.pairs <= MOST_PAIRS
