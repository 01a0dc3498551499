from __future__ import annotations

import math
from typing import get_args

import pytest
from scoring_making import criterion, fact

from advisor.model.fact import Grade
from advisor.model.score import Value
from advisor.scoring.values import UNKNOWN, UNKNOWN_SD, of_words
from advisor.scoring.weights import settle


def test_what_is_unknown_is_neutral_and_as_unsure_as_a_value_between_0_and_1_can_be() -> None:
    assert Value(mean=0.5, sd=math.sqrt(1 / 12), grade="judged") == UNKNOWN
    assert of_words(criterion("x"), {"": None}) == UNKNOWN


@pytest.mark.parametrize("unusable", ["none of the scale", "unknown", "", ("good",), ()])
def test_a_value_that_the_scale_does_not_know_is_unknown(unusable: str | tuple[str, ...]) -> None:
    assert of_words(criterion("x"), {"": fact(unusable)}) == UNKNOWN


@pytest.mark.parametrize(("word", "mean"), [("good", 1.0), ("fair", 0.6), ("bad", 0.0)])
def test_a_word_has_the_value_of_the_scale_the_spread_of_the_criterion_and_its_evidence(word: str, mean: float) -> None:
    assert of_words(criterion("x"), {"": fact(word)}) == Value(
        mean=mean, sd=criterion("x").spread, most=mean, grade="documented", evidence=("red.x",)
    )


@pytest.mark.parametrize("grade", get_args(Grade))
def test_only_what_others_published_counts_as_documented(grade: Grade) -> None:
    expected = {"measured": "measured", "official": "documented", "registry": "documented", "maintainer": "documented"}
    assert of_words(criterion("x"), {"": fact("good", grade=grade)}).grade == expected.get(grade, "judged")


def test_several_words_are_their_mean_and_what_is_unknown_stays_unknown_in_it() -> None:
    words = {"a": fact("good", "red.a"), "b": fact("bad", "red.b"), "c": None}
    value = of_words(criterion("x"), words)
    assert value.mean == pytest.approx(0.5)
    assert value.sd == pytest.approx((math.sqrt(0.1**2 + 0.1**2) + UNKNOWN_SD) / 3)
    assert value.most == pytest.approx(2 / 3)
    assert value.evidence == ("red.a", "red.b")
    assert value.grade == "judged"


@pytest.mark.parametrize("asked", [1, 2, 10])
def test_asking_more_of_what_is_unknown_makes_it_no_surer(asked: int) -> None:
    value = of_words(criterion("x"), {str(i): None for i in range(asked)})
    assert (value.mean, value.sd, value.most) == pytest.approx((UNKNOWN.mean, UNKNOWN.sd, 1.0))


def test_the_mean_over_words_is_as_well_known_as_the_least_known_of_them() -> None:
    words = {"a": fact("good", grade="measured"), "b": fact("good", grade="official")}
    assert of_words(criterion("x"), words).grade == "documented"


def test_without_a_shift_weights_keep_their_proportions_and_sum_to_1() -> None:
    settled = settle([criterion("a", 0.2), criterion("b", 0.3)], {}, {})
    assert [weight.final for weight in settled] == pytest.approx([0.4, 0.6])
    assert [weight.base for weight in settled] == [0.2, 0.3]
    assert [dict(weight.moved_by) for weight in settled] == [{}, {}]


@pytest.mark.parametrize(
    ("shift", "raw"), [(1.0, 0.4), (0.5, 0.3), (0.0, 0.2), (-0.5, 0.15), (-1.0, 0.1), (7.0, 0.4), (-7.0, 0.1)]
)
def test_a_shift_moves_a_weight_in_steps_of_its_band_and_never_out_of_it(shift: float, raw: float) -> None:
    moved, still = settle([criterion("a", 0.2), criterion("b", 0.2)], {"a": {"PRE-001": shift}}, {})
    assert moved.final / still.final == pytest.approx(raw / 0.2)
    assert moved.moved_by == {"PRE-001": shift}


def test_shifts_of_several_findings_add_up() -> None:
    shifts = {"a": {"PRE-001": 0.5, "PRE-002": -0.3}}
    together, _ = settle([criterion("a"), criterion("b")], shifts, {})
    at_once, _ = settle([criterion("a"), criterion("b")], {"a": {"PRE-003": 0.2}}, {})
    assert together.final == pytest.approx(at_once.final)
    assert together.moved_by == {"PRE-001": 0.5, "PRE-002": -0.3}


def test_priorities_order_weights_and_ignore_drops_one() -> None:
    finals = {
        level: settle([criterion("a"), criterion("b")], {}, {"a": level} if level else {})[0].final
        for level in ("must", "should", "", "could", "ignore")
    }
    assert finals["must"] > finals["should"] > finals[""] > finals["could"] > finals["ignore"] == 0


def test_what_is_ignored_stays_so_whatever_rules_say() -> None:
    ignored, rest = settle([criterion("a"), criterion("b")], {"a": {"PRE-001": 1.0}}, {"a": "ignore"})
    assert (ignored.final, rest.final) == (0.0, 1.0)


def test_a_priority_is_shown_among_what_moved_the_weight() -> None:
    moved, _ = settle([criterion("a"), criterion("b")], {}, {"a": "should"})
    assert moved.moved_by == {"priorities": 0.5}


def test_all_that_counts_can_be_ignored_without_a_division_by_nothing() -> None:
    assert [weight.final for weight in settle([criterion("a")], {}, {"a": "ignore"})] == [0.0]
    assert settle([], {}, {}) == ()
