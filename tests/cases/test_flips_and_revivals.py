"""Over all gold cases: what is claimed to unseat the first or to bring an option back does so when it is answered."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import pytest

from advisor.loading.answers import check_answers
from advisor.loading.problems import Problems
from advisor.loading.structure import plain
from advisor.model.recommendation import Recommendation
from cases.interviewing import gold, session

pytestmark = pytest.mark.slow
EACH_CASE = pytest.mark.parametrize("name", list(gold()))


@functools.cache
def told(name: str) -> Recommendation:
    """Everything that is said of a case."""
    return session().recommend(gold()[name], full=True)


def answered(name: str, change: Mapping[str, object]) -> Recommendation:
    """What is said when somebody gives the answers of the case with these instead."""
    problems, base = Problems(), session().base
    raw = {**plain(gold()[name]), **change}
    answers = check_answers(raw, base.vocabulary, [criterion.id for criterion in base.criteria], str, problems)
    problems.settle()
    return session().recommend(answers, full=False)


def excluding_each_other(recommendation: Recommendation) -> set[str]:
    """The answers that exclude each other by definition."""
    return {finding.id for finding in recommendation.findings if finding.rule == "definition"}


@EACH_CASE
def test_every_flip_flips(name: str) -> None:
    for flip in told(name).sensitivity.flips:
        then = answered(name, flip.change)
        assert then.recommendation.primary == flip.to != told(name).recommendation.primary, flip
        assert then.status == flip.status, flip
        assert excluding_each_other(then) <= excluding_each_other(told(name)), flip


@EACH_CASE
def test_every_revival_revives(name: str) -> None:
    for excluded in told(name).excluded:
        for revival in excluded.revive:
            then = answered(name, revival.change)
            assert excluded.option in {ranked.option for ranked in then.ranking}, (excluded.option, revival)


def test_most_cases_claim_some() -> None:
    flips = [bool(told(name).sensitivity.flips) for name in gold()]
    revivals = [any(excluded.revive for excluded in told(name).excluded) for name in gold()]
    assert sum(flips) > len(flips) / 2
    assert sum(revivals) > len(revivals) / 2
