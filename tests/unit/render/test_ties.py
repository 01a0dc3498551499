"""Which times are told apart; what holds of any times stands among the laws."""

from __future__ import annotations

import math

import pytest

from advisor.render.measured.ties import Timed, ranked, ratio, tied, timed


def of(name: str, times: float, percent: float = 0.0) -> Timed:
    """A time with an interval of so many percent on either side."""
    around = math.log(1 + percent / 100)
    return Timed(name=name, time=math.log(times), below=around, above=around)


@pytest.mark.parametrize(
    ("one", "other", "tie"),
    [
        ((1.0, 0.0), (1.04, 0.0), True),
        ((1.0, 0.0), (1.06, 0.0), False),
        ((1.0, 3.0), (1.08, 3.0), True),
        ((1.0, 3.0), (1.12, 3.0), False),
        ((1.0, 40.0), (1.3, 0.0), True),
        ((1.0, 0.0), (1.3, 40.0), True),
        ((1.0, 10.0), (10.0, 10.0), False),
    ],
    ids=str,
)
def test_a_difference_counts_where_its_whole_interval_is_beyond_five_percent(
    one: tuple[float, float],
    other: tuple[float, float],
    tie: bool,  # noqa: FBT001
) -> None:
    assert tied(of("one", *one), of("other", *other)) is tie


def test_only_the_halves_that_face_each_other_matter() -> None:
    fast = Timed(name="fast", time=0.0, below=5.0, above=0.0)
    slow = Timed(name="slow", time=math.log(1.2), below=0.0, above=5.0)
    assert not tied(fast, slow)


def test_small_steps_do_not_add_up_to_one_tie() -> None:
    places = ranked([of("c", 1.08), of("a", 1.0), of("d", 1.2), of("b", 1.04)])
    assert [(place.timed.name, place.rank, place.tied) for place in places] == [
        ("a", 1, True),
        ("b", 1, True),
        ("c", 3, False),
        ("d", 4, False),
    ]


@pytest.mark.parametrize("time", [0.0, -1.0, math.nan, math.inf])
def test_a_time_that_is_none_has_no_place(time: float) -> None:
    assert timed("a", time, (1.0, 2.0)) is None


def test_an_end_that_is_no_number_leaves_open_how_sure_the_time_is() -> None:
    known = timed("a", 2.0, (0.0, math.nan))
    assert known
    assert (known.below, known.above) == (math.inf, math.inf)
    assert tied(known, of("b", 1e6))


def test_ratios_stay_numbers() -> None:
    assert math.isfinite(ratio(1e9))
    assert ratio(-1e9) > 0
