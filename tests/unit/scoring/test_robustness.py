from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_making import criterion, value, weights

from advisor.scoring.rank import leading
from advisor.scoring.robustness import contenders, reweighed, tipping_points
from advisor.scoring.weights import settle, widest

OPTIONS = {
    "a": {"fast": value(0.9), "easy": value(0.2), "kept": value(0.5)},
    "b": {"fast": value(0.5), "easy": value(0.8), "kept": value(0.5)},
    "c": {"fast": value(0.1), "easy": value(0.1), "kept": value(0.5)},
}
WEIGHTS = weights(fast=0.6, easy=0.3, kept=0.1)
UNIT = st.floats(0, 1).map(lambda x: round(x, 3))


def test_the_nearest_weight_that_unseats_the_first_is_found_and_does() -> None:
    tippings = tipping_points(OPTIONS, WEIGHTS)
    assert [(tipping.criterion, tipping.to) for tipping in tippings] == [("easy", "b"), ("fast", "b")]
    assert leading(OPTIONS, WEIGHTS) == "a"
    for tipping in tippings:
        assert leading(OPTIONS, reweighed(WEIGHTS, tipping.criterion, tipping.becomes)) == tipping.to


def test_of_the_others_the_proportions_stay() -> None:
    moved = {weight.criterion: weight.final for weight in reweighed(WEIGHTS, "kept", 0.4)}
    assert sum(moved.values()) == pytest.approx(1)
    assert moved["fast"] / moved["easy"] == pytest.approx(2)


def test_what_surpasses_the_others_in_everything_cannot_be_unseated() -> None:
    assert tipping_points({"a": OPTIONS["a"], "c": OPTIONS["c"]}, WEIGHTS) == ()
    assert tipping_points({"a": OPTIONS["a"]}, WEIGHTS) == ()


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from("abcd"), st.fixed_dictionaries(dict.fromkeys(["fast", "easy", "kept"], UNIT)), min_size=2
    ),
    st.tuples(*[st.integers(0, 9)] * 3).filter(any),
)
def test_every_claim_flips_and_nothing_smaller_on_a_grid_does(
    means: dict[str, dict[str, float]], finals: tuple[int, int, int]
) -> None:
    options = {name: {key: value(mean) for key, mean in row.items()} for name, row in means.items()}
    given_weights = weights(**dict(zip(["fast", "easy", "kept"], map(float, finals), strict=True)))
    first = leading(options, given_weights)
    claimed = {tipping.criterion: tipping for tipping in tipping_points(options, given_weights)}
    for tipping in claimed.values():
        assert leading(options, reweighed(given_weights, tipping.criterion, tipping.becomes)) == tipping.to != first
    for weight in given_weights:
        nearest = claimed[weight.criterion].moved if weight.criterion in claimed else 2.0
        for step in range(101):
            if abs(step / 100 - weight.final) < nearest - 1e-3:
                moved = reweighed(given_weights, weight.criterion, step / 100)
                scores = {name: sum(w.final * options[name][w.criterion].mean for w in moved) for name in options}
                assert scores[first] >= max(scores.values()) - 1e-4


class TestContenders:
    def test_who_could_pass_the_first_if_one_criterion_turned_out_well(self) -> None:
        unsure = {
            "a": {"fast": value(0.5, 0.2), "easy": value(0.6, 0.0)},
            "b": {"fast": value(0.5, 0.2), "easy": value(0.5, 0.0)},
            "c": {"fast": value(0.5, 0.0), "easy": value(0.0, 0.0)},
        }
        assert contenders(unsure, weights(fast=0.5, easy=0.5), "fast", 0.5) == ("a", "b")

    def test_what_is_known_changes_nothing(self) -> None:
        known = {name: {"fast": value(0.5, 0.0), "easy": value(mean, 0.0)} for name, mean in (("a", 0.6), ("b", 0.5))}
        assert contenders(known, weights(fast=0.5, easy=0.5), "fast", 0.9) == ("a",)

    def test_a_weight_that_can_still_grow_counts_as_grown(self) -> None:
        unsure = {
            "a": {"fast": value(0.5, 0.2), "easy": value(1.0, 0.0)},
            "b": {"fast": value(0.5, 0.2), "easy": value(0.5, 0.0)},
        }
        light = weights(fast=0.1, easy=0.9)
        assert contenders(unsure, light, "fast", 0.1) == ("a",)
        assert contenders(unsure, light, "fast", 0.6) == ("a", "b")

    def test_a_criterion_that_says_nothing_changes_nothing(self) -> None:
        assert contenders(OPTIONS, WEIGHTS, "unknown", 1.0) == ("a",)
        assert contenders({}, WEIGHTS, "fast", 1.0) == ()


def test_the_widest_share_of_a_criterion_is_that_at_the_top_of_its_band() -> None:
    criteria = [criterion("fast", weight=0.2, band=(0.1, 0.4)), criterion("easy", weight=0.2)]
    settled = settle(criteria, {}, {})
    assert widest(criteria[0], settled) == pytest.approx(0.4 / 0.6)
    assert widest(criterion("unknown"), settled) == 0.0
    grown = settle(criteria, {"fast": {"R-1": 1.0}}, {})
    assert widest(criteria[0], grown) == pytest.approx(grown[0].final)
