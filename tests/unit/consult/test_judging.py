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
    assert sorted(quick.excluded) == sorted(told.excluded)
    assert quick.weights == told.weights
    # A comparison of the values themselves would print them all.
    assert dict(quick.options) == dict(told.options), "other values"
    for attribute in {*quick.derived, *told.derived}:
        assert quick.derived.get(attribute, frozenset()) == told.derived.get(attribute, frozenset())


def test_alike_options_are_judged_once() -> None:
    adviser = Adviser(base(), plain.compile_rules)
    answers = complete(checked({"domain": "cv", "task": "train"}), base().vocabulary, None).answers
    adviser.weigh(answers, explain=False)
    judged = len(adviser.judge.judged)
    assert 0 < judged < len(base().frameworks)
    adviser.weigh({**answers, "team_skill": "pytorch"}, explain=False)
    assert len(adviser.judge.judged) == judged
