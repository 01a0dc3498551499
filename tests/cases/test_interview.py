"""Whoever is asked one question after the other hears after a few what they would hear after saying everything."""

from __future__ import annotations

import functools

import pytest

from cases.interviewing import Interview, at, gold, interview, session

pytestmark = pytest.mark.slow


@functools.cache
def interviews() -> dict[str, Interview]:
    return {name: interview(known) for name, known in gold().items()}


def test_six_questions_settle_the_first_in_most_cases_and_twelve_in_nine_of_ten() -> None:
    settled = [each.settled for each in interviews().values()]
    assert at(0.5, settled) <= 6
    assert at(0.9, settled) <= 12


def test_what_was_not_asked_for_would_have_changed_nothing() -> None:
    """A question is asked for what its answer alone can change, and in no case do two have to be answered at once."""
    assert {name: each.firsts[-1] for name, each in interviews().items()} == {
        name: each.askable for name, each in interviews().items()
    }


def test_what_is_known_from_the_beginning_is_what_a_recommendation_says() -> None:
    known = gold()
    assert {name: each.wanted for name, each in interviews().items()} == {
        name: session().recommend(known[name], full=False).recommendation.primary for name in known
    }
