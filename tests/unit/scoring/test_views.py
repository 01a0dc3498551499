from __future__ import annotations

from scoring_making import value

from advisor.scoring.views import ahead, undominated

OPTIONS = {
    "a": {"fast": value(0.9, 0.05), "easy": value(0.2, 0.05)},
    "b": {"fast": value(0.5, 0.05), "easy": value(0.8, 0.05)},
    "c": {"fast": value(0.5, 0.05), "easy": value(0.78, 0.05)},
}


def test_only_the_criteria_of_a_view_count() -> None:
    assert ahead(OPTIONS, {"fast": 1.0}, 0.8) == ("a",)
    assert ahead(OPTIONS, {"fast": 1.0, "easy": 9.0}, 0.8)[0] == "b"


def test_those_of_which_it_is_not_sure_that_they_are_behind_stand_beside_the_best() -> None:
    assert ahead(OPTIONS, {"easy": 1.0}, 0.8) == ("b", "c")
    exact = {name: {"easy": value(row["easy"].mean, 0.0)} for name, row in OPTIONS.items()}
    assert ahead(exact, {"easy": 1.0}, 0.8) == ("b",)


def test_what_is_alike_stands_together_and_nothing_has_nobody_ahead() -> None:
    alike = {name: {"easy": value(0.5, 0.0)} for name in "cba"}
    assert ahead(alike, {"easy": 1.0}, 0.8) == ("a", "b", "c")
    assert ahead({}, {"easy": 1.0}, 0.8) == ()


def test_the_front_has_whom_nobody_surpasses() -> None:
    assert undominated(OPTIONS, ["fast", "easy"]) == ("a", "b")
    assert undominated(OPTIONS, ["fast"]) == ("a",)
    assert undominated(OPTIONS, []) == ("a", "b", "c")
