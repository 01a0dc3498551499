"""What has to hold of options that are ranked for several situations together, whatever they are."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_scoring_laws import DECISION, FINALS, OPTIONS, Options, ranked, weights

from advisor.scoring.together import Part, rank_together

KINDS = st.lists(st.tuples(OPTIONS, FINALS, st.floats(0.1, 10)), min_size=1, max_size=4)
Kinds = Sequence[tuple[Options, tuple[float, ...], float]]


def parts(kinds: Kinds) -> list[Part]:
    total = sum(count for _, _, count in kinds)
    return [Part(options, weights(finals), count / total) for options, finals, count in kinds]


@given(OPTIONS, FINALS)
def test_one_kind_is_ranked_as_it_is_alone(options: Options, finals: tuple[float, ...]) -> None:
    alone, together = ranked(options, finals), rank_together(parts([(options, finals, 3.0)]), DECISION)
    assert together is not None
    assert [(s.option, s.score, s.interval) for s in together.scored] == [
        (s.option, s.score, s.interval) for s in alone.scored
    ]
    for figure in ("p_best", "p_top2", "expected_regret", "tied_with", "p_group"):
        assert getattr(together, figure) == getattr(alone, figure)


@given(OPTIONS, FINALS, st.integers(2, 4))
def test_the_same_kind_several_times_is_no_surer_than_once(
    options: Options, finals: tuple[float, ...], times: int
) -> None:
    alone, together = ranked(options, finals), rank_together(parts([(options, finals, 1.0)] * times), DECISION)
    assert together is not None
    before = {scored.option: scored for scored in alone.scored}
    for scored in together.scored:
        assert scored.score == pytest.approx(before[scored.option].score)
        assert scored.interval == pytest.approx(before[scored.option].interval)


@given(KINDS)
def test_what_one_kind_excludes_is_excluded(kinds: Kinds) -> None:
    together = rank_together(parts(kinds), DECISION)
    shared = set.intersection(*({*options} for options, _, _ in kinds))
    assert {scored.option for scored in together.scored} == shared if together else not shared


@settings(max_examples=30)
@given(KINDS)
def test_a_score_lies_between_those_of_the_kinds(kinds: Kinds) -> None:
    together = rank_together(parts(kinds), DECISION)
    for scored in together.scored if together else ():
        own = [
            next(each.score for each in ranked(options, finals).scored if each.option == scored.option)
            for options, finals, _ in kinds
        ]
        assert min(own) - 1e-9 <= scored.score <= max(own) + 1e-9
