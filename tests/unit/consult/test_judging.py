"""What is judged without explaining it, many options and words at a time, is judged as if each stood alone."""

from __future__ import annotations

from random import Random

import pytest
from consulting import base, checked, some_answers

from advisor.consult.adviser import Adviser
from advisor.inference import plain
from advisor.intake.situation import clashes, complete
from advisor.model.answers import Answers


@pytest.fixture(scope="module")
def adviser() -> Adviser:
    return Adviser(base(), plain.compile_rules)


def situation(seed: int) -> Answers:
    return complete(checked(some_answers(Random(seed))), base().vocabulary, None).answers


@pytest.mark.parametrize("seed", range(40))
def test_explained_or_not_the_same_options_remain_with_the_same_values(adviser: Adviser, seed: int) -> None:
    answers = situation(seed)
    against = clashes(answers, base().vocabulary)
    told, quick = (adviser.weigh(answers, clashes=against, explain=explain) for explain in (True, False))
    assert [*quick.options] == [*told.options]
    assert sorted(set(quick.scores) - set(quick.options)) == sorted(told.excluded)
    assert quick.scores == told.scores
    assert quick.weights == told.weights
    # A comparison of the values themselves would print them all.
    assert dict(quick.options) == dict(told.options), "other values"
    for attribute in {*quick.derived, *told.derived}:
        assert quick.derived.get(attribute, frozenset()) == told.derived.get(attribute, frozenset())


def test_alike_options_are_judged_once() -> None:
    adviser = Adviser(base(), plain.compile_rules)
    answers = complete(checked({"domain": "cv", "task": "train"}), base().vocabulary, None).answers
    assert len(adviser.weigh(answers, explain=False).options) > 1
    (judged,) = adviser.judge.judged.values()
    assert 0 < len(judged) < len(base().frameworks)
    before = len(judged)
    assert len(adviser.weigh({**answers, "team_skill": "pytorch"}, explain=False).options) > 1
    assert [*map(len, adviser.judge.judged.values())] == [before]


def test_an_option_is_judged_when_it_is_asked_about() -> None:
    adviser = Adviser(base(), plain.compile_rules)
    quick = adviser.weigh(situation(1), explain=False)
    assert [*map(len, adviser.judge.judged.values())] == [0]
    assert "nothing of this name" not in quick.options
    assert ("pytorch" in quick.options) == ("pytorch" in [*adviser.weigh(situation(1)).options])
    assert [len(judged) for (explained, *_), judged in adviser.judge.judged.items() if not explained] == [1]
