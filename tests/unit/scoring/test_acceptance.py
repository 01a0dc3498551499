from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_making import DECISION, value, weights

from advisor.model.knowledge import Acceptance
from advisor.model.score import Ranking, Scored
from advisor.scoring.acceptance import accepted, lead, open_move
from advisor.scoring.rank import rank

LINE = Acceptance(level=0.5, lead=1.5, most=4.0)
NINETY = 2 * 1.645


def ranking(*scores: float, sd: float = 0.03) -> Ranking:
    scored = tuple(
        Scored(option=str(place), score=score, interval=(score - sd * NINETY / 2, score + sd * NINETY / 2), values={})
        for place, score in enumerate(scores)
    )
    return Ranking(scored=scored, weights=(), p_best=1, p_top2=1, expected_regret=0, tied_with=(), p_group=1)


def test_a_lead_is_in_standard_deviations_of_the_difference_to_the_next() -> None:
    assert lead(ranking(0.8, 0.75, 0.1, sd=0.05)) == pytest.approx(0.05 / math.hypot(0.05, 0.05))


def test_who_is_behind_is_as_far_behind_the_first_as_that_leads_by_where_there_are_two() -> None:
    assert lead(ranking(0.8, 0.7), 1) == pytest.approx(-lead(ranking(0.8, 0.7)))
    assert lead(ranking(0.8, 0.7, 0.6), 2) < lead(ranking(0.8, 0.7, 0.6), 1) < 0


def test_the_surer_the_scores_the_longer_the_same_lead() -> None:
    assert lead(ranking(0.8, 0.7, sd=0.02)) > lead(ranking(0.8, 0.7, sd=0.1))


def test_alone_or_without_any_doubt_an_option_leads_by_all_there_is_and_equals_by_nothing() -> None:
    assert lead(ranking(0.8)) == math.inf
    assert lead(ranking(0.8, 0.7, sd=0)) == math.inf
    assert lead(ranking(0.8, 0.7, sd=0), 1) == -math.inf
    assert lead(ranking(0.8, 0.8, sd=0)) == 0
    assert accepted(math.inf, LINE) == accepted(LINE.most, LINE)


def test_a_better_first_leads_by_more() -> None:
    chances = [
        accepted(lead(rank({"red": {"a": value(mean)}, "green": {"a": value(0.4)}}, weights(a=1), DECISION)), LINE)
        for mean in (0.4, 0.5, 0.6, 0.7)
    ]
    assert chances == sorted(set(chances))


def inherited(*options: tuple[float, float, float]) -> Ranking:
    """Options by how much of the code they keep, how near they are to what the team knows, and what else they are."""
    table = {
        name: {"code": value(code), "skill": value(skill), "fit": value(fit)}
        for name, (code, skill, fit) in zip("abc", options, strict=False)
    }
    return rank(table, weights(code=4, skill=2, fit=1), DECISION)


@pytest.mark.parametrize(
    ("options", "between"),
    [
        ([(1.0, 1.0, 0.5), (0.0, 0.2, 0.9)], ("a", "b")),
        ([(1.0, 1.0, 0.5), (0.4, 0.2, 0.9)], ("a", "b")),
        ([(0.0, 0.2, 0.9), (1.0, 0.2, 0.5), (1.0, 1.0, 0.5)], ("c", "a")),
        ([(1.0, 0.2, 0.9), (0.0, 1.0, 0.5)], None),
        ([(1.0, 1.0, 0.5), (1.0, 0.2, 0.9)], None),
        ([(0.5, 1.0, 0.5), (0.5, 0.2, 0.9)], None),
        ([(0.0, 1.0, 0.9)], None),
    ],
    ids=[
        "leave the code",
        "by a bridge",
        "two keep it",
        "the code is on the best",
        "both keep it",
        "there is no code",
        "alone",
    ],
)
def test_it_is_open_to_stay_where_something_new_would_be_built_on_what_keeps_less(
    options: list[tuple[float, float, float]], between: tuple[str, str] | None
) -> None:
    assert open_move(inherited(*options), ("code", "skill")) == between


def test_without_criteria_that_are_inherited_nothing_is_open() -> None:
    assert not open_move(inherited((1.0, 1.0, 0.5), (0.0, 0.2, 0.9)), ())
    assert not open_move(ranking(0.8, 0.7), ("code",))


def test_an_answer_that_is_open_is_accepted_less_often_by_the_same_lead() -> None:
    line = Acceptance(level=0.5, lead=1.5, most=4.0, move=0.7)
    assert accepted(2, line, open_to_move=True) == pytest.approx(1 / (1 + math.exp(-2.8)))
    assert accepted(2, line) == accepted(2, LINE)


def test_the_line_is_that_of_the_log_odds() -> None:
    assert accepted(0, LINE) == pytest.approx(1 / (1 + math.exp(-0.5)))
    assert accepted(2, LINE) == pytest.approx(1 / (1 + math.exp(-3.5)))
    assert accepted(9, LINE) == accepted(4, LINE)


@given(
    st.floats(allow_nan=False), st.floats(allow_nan=False), st.floats(-100, 100), st.floats(0, 100), st.floats(0, 100)
)
def test_a_longer_lead_never_makes_an_answer_less_acceptable(
    one: float, other: float, level: float, slope: float, most: float
) -> None:
    line = Acceptance(level=level, lead=slope, most=most)
    low, high = accepted(min(one, other), line), accepted(max(one, other), line)
    assert 0 <= low <= high <= 1
