from __future__ import annotations

from dataclasses import replace
from statistics import fmean, pstdev

import pytest
from scoring_making import DECISION, value, weights

from advisor.model.score import Value
from advisor.scoring.rank import expected, rank, stream

WEIGHTS = weights(a=3, b=1)
OPTIONS = {
    "red": {"a": value(0.9), "b": value(0.2)},
    "green": {"a": value(0.6), "b": value(0.9)},
    "blue": {"a": value(0.1), "b": value(0.1)},
}


def test_the_expected_score_is_the_weighted_sum_of_values() -> None:
    assert expected(OPTIONS["red"], WEIGHTS) == pytest.approx(0.75 * 0.9 + 0.25 * 0.2)
    ranking = rank(OPTIONS, WEIGHTS, DECISION)
    assert {s.option: s.score for s in ranking.scored} == {o: expected(v, WEIGHTS) for o, v in OPTIONS.items()}
    assert [s.option for s in ranking.scored] == ["red", "green", "blue"]


def test_equals_are_ordered_by_name_and_tied() -> None:
    options = {name: {"a": value(0.5), "b": value(0.5)} for name in ("c", "a", "b")}
    ranking = rank(options, WEIGHTS, DECISION)
    assert [scored.option for scored in ranking.scored] == ["a", "b", "c"]
    assert ranking.tied_with == ("b", "c")
    assert ranking.p_group == 1.0


@pytest.mark.parametrize(("gap", "tied"), [(0.0099, ("green",)), (0.0101, ())])
def test_a_tie_is_a_gap_below_the_margin(gap: float, tied: tuple[str, ...]) -> None:
    options = {"red": {"a": value(0.5)}, "green": {"a": value(0.5 - gap)}}
    assert rank(options, weights(a=1), DECISION).tied_with == tied


def test_probabilities_are_shares_of_the_draws() -> None:
    ranking = rank(OPTIONS, WEIGHTS, DECISION)
    assert 0 < ranking.p_best <= ranking.p_group <= 1
    assert ranking.p_best <= ranking.p_top2 <= 1
    assert (ranking.p_best * DECISION.draws).is_integer()
    assert ranking.expected_regret >= 0


def test_alone_an_option_is_always_best_and_nothing_is_regretted() -> None:
    ranking = rank({"red": OPTIONS["red"]}, WEIGHTS, DECISION)
    assert (ranking.p_best, ranking.p_top2, ranking.expected_regret, ranking.p_group) == (1.0, 1.0, 0.0, 1.0)
    assert ranking.tied_with == ()


def test_of_two_each_is_among_the_best_two() -> None:
    two = {option: OPTIONS[option] for option in ("red", "green")}
    assert rank(two, WEIGHTS, DECISION).p_top2 == 1.0


def test_the_more_is_known_the_surer_the_order_and_the_narrower_the_intervals() -> None:
    sure = {o: {c: replace(v, sd=0.001) for c, v in values.items()} for o, values in OPTIONS.items()}
    unsure = {o: {c: replace(v, sd=0.29) for c, v in values.items()} for o, values in OPTIONS.items()}
    known, guessed = rank(sure, WEIGHTS, DECISION), rank(unsure, WEIGHTS, DECISION)
    assert known.p_best > guessed.p_best
    for one, other in zip(known.scored, guessed.scored, strict=True):
        assert one.interval[1] - one.interval[0] < other.interval[1] - other.interval[0]


def test_the_interval_holds_nine_draws_of_ten_and_the_score() -> None:
    for scored in rank(OPTIONS, WEIGHTS, DECISION).scored:
        assert scored.interval[0] < scored.score < scored.interval[1]


def test_the_same_call_gives_the_same_in_any_order_of_the_options() -> None:
    turned = dict(reversed(OPTIONS.items()))
    assert rank(OPTIONS, WEIGHTS, DECISION) == rank(turned, WEIGHTS, DECISION)
    stream.cache_clear()
    assert rank(OPTIONS, WEIGHTS, DECISION) == rank(turned, WEIGHTS, DECISION)


def test_draws_belong_to_a_name_and_are_standard_normal() -> None:
    draws = stream("option/red", 500)
    assert draws == stream("option/red", 500)
    assert draws != stream("option/green", 500)
    assert sorted(draws) == sorted(stream("option/green", 500))
    assert fmean(draws) == pytest.approx(0, abs=1e-9)
    assert pstdev(draws) == pytest.approx(1, abs=0.02)


def test_draws_do_not_change_from_one_version_of_the_program_to_the_next() -> None:
    drawn = [round(z, 3) for z in stream("option/pytorch", 8)]
    assert drawn == [-0.887, -0.157, 0.157, 0.489, -0.489, -1.534, 0.887, 1.534]


def test_where_nothing_counts_nothing_is_best_and_nothing_fails() -> None:
    nothing: dict[str, dict[str, Value]] = {"red": {}, "green": {}}
    ranking = rank(nothing, (), DECISION)
    assert [scored.score for scored in ranking.scored] == [0, 0]
    assert ranking.tied_with == ("red",)
