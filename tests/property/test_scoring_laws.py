"""What has to hold of any weights, values and measurements."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.model.fact import Source
from advisor.model.knowledge import Acceptance, Criterion, Decision, SpeedModel
from advisor.model.score import Ranking, Value, Weight
from advisor.scoring.rank import rank
from advisor.scoring.speed import Evidence, posterior, value
from advisor.scoring.weights import settle

SOURCE = Source(ref="", observed="2026-01-01", grade="judged")
DECISION = Decision(
    tie_margin=0.01,
    switch_margin=0.05,
    decided=0.8,
    doubtful=0.6,
    weight_spread=0.35,
    draws=40,
    acceptance=Acceptance(level=0.5, lead=1.5, most=4.0),
    source=SOURCE,
)
MODEL = SpeedModel(
    typical_utilisation=0.25,
    best_utilisation=1.0,
    worst_utilisation=0.005,
    sd_unpublished=0.7,
    sd_distance=0.6,
    source=SOURCE,
)
NAMES = ("a", "b", "c")
UNIT = st.floats(0, 1).map(lambda x: round(x, 4))
SHIFT = st.floats(-3, 3)
VALUES = st.builds(Value, mean=UNIT, sd=st.floats(0, 0.3), grade=st.just("judged"))
OPTION = st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES))
OPTIONS = st.dictionaries(st.sampled_from(["jax", "keras", "mlx", "pytorch", "z"]), OPTION, min_size=2, max_size=5)
FINALS = st.tuples(*[st.floats(0.01, 1)] * 3)
Options = Mapping[str, Mapping[str, Value]]


def weights(finals: tuple[float, ...]) -> tuple[Weight, ...]:
    total = sum(finals)
    return tuple(
        Weight(criterion=name, base=final, moved_by={}, final=final / total)
        for name, final in zip(NAMES, finals, strict=True)
    )


def ranked(options: Options, finals: tuple[float, ...]) -> Ranking:
    return rank(options, weights(finals), DECISION)


def place(ranking: Ranking, option: str) -> int:
    return [scored.option for scored in ranking.scored].index(option)


def shown(ranking: Ranking) -> dict[str, tuple[float, tuple[float, float]]]:
    return {scored.option: (scored.score, scored.interval) for scored in ranking.scored}


def raised(options: Options, option: str, criterion: str, by: float) -> Options:
    old = options[option][criterion]
    better = replace(old, mean=min(1.0, old.mean + by))
    return {**options, option: {**options[option], criterion: better}}


@settings(max_examples=60, deadline=None)
@given(OPTIONS, FINALS, st.sampled_from(NAMES), UNIT, st.data())
def test_raising_one_value_never_lowers_the_rank_the_score_or_the_chance_of_its_option(
    options: Options, finals: tuple[float, ...], criterion: str, by: float, data: st.DataObject
) -> None:
    option = data.draw(st.sampled_from(sorted(options)))
    before, after = ranked(options, finals), ranked(raised(options, option, criterion, by), finals)
    assert place(after, option) <= place(before, option)
    assert shown(after)[option][0] >= shown(before)[option][0]
    assert {o: s for o, s in shown(after).items() if o != option} == {
        o: s for o, s in shown(before).items() if o != option
    }
    if place(before, option) == 0:
        assert after.p_best >= before.p_best
        assert after.expected_regret <= before.expected_regret + 1e-12


@settings(max_examples=40, deadline=None)
@given(OPTIONS, FINALS)
def test_the_order_of_options_does_not_matter(options: Options, finals: tuple[float, ...]) -> None:
    turned = dict(reversed(list(options.items())))
    assert ranked(turned, finals) == ranked(options, finals)


@settings(max_examples=60, deadline=None)
@given(OPTIONS, FINALS, st.floats(0.001, 0.5))
def test_an_option_that_is_worse_everywhere_changes_neither_the_first_nor_any_score(
    options: Options, finals: tuple[float, ...], worse_by: float
) -> None:
    worst = {
        c: Value(mean=min(values[c].mean for values in options.values()) - worse_by, sd=0.0, grade="judged")
        for c in NAMES
    }
    before, after = ranked(options, finals), ranked({**options, "aaa_worse": worst}, finals)
    assert after.scored[0].option == before.scored[0].option
    assert {o: s for o, s in shown(after).items() if o != "aaa_worse"} == shown(before)
    assert place(after, "aaa_worse") == len(options)


@settings(max_examples=40, deadline=None)
@given(OPTIONS, FINALS, st.data())
def test_removing_an_option_leaves_the_other_scores_and_their_order(
    options: Options, finals: tuple[float, ...], data: st.DataObject
) -> None:
    gone = data.draw(st.sampled_from(sorted(options)))
    before, after = ranked(options, finals), ranked({o: v for o, v in options.items() if o != gone}, finals)
    assert shown(after) == {o: s for o, s in shown(before).items() if o != gone}
    assert [s.option for s in after.scored] == [s.option for s in before.scored if s.option != gone]


@settings(max_examples=40, deadline=None)
@given(OPTIONS, FINALS, st.floats(0.01, 100))
def test_only_the_proportions_of_weights_matter(options: Options, finals: tuple[float, ...], factor: float) -> None:
    before, after = ranked(options, finals), ranked(options, tuple(final * factor for final in finals))
    for option, (score, interval) in shown(before).items():
        assert shown(after)[option][0] == pytest.approx(score)
        assert shown(after)[option][1] == pytest.approx(interval)


@settings(max_examples=40, deadline=None)
@given(OPTIONS, FINALS)
def test_shares_are_shares_and_scores_lie_between_the_worst_and_the_best_value(
    options: Options, finals: tuple[float, ...]
) -> None:
    ranking = ranked(options, finals)
    assert 0 <= ranking.p_best <= min(ranking.p_top2, ranking.p_group) <= 1
    assert ranking.expected_regret >= 0
    assert (len(options) > 2) or ranking.p_top2 == 1
    for scored in ranking.scored:
        means = [value.mean for value in options[scored.option].values()]
        assert min(means) - 1e-9 <= scored.score <= max(means) + 1e-9
        assert scored.interval[0] <= scored.interval[1]
    scores = [round(scored.score, 9) for scored in ranking.scored]
    assert scores == sorted(scores, reverse=True)


@st.composite
def criteria(draw: st.DrawFn) -> tuple[Criterion, ...]:
    made = []
    for name in NAMES:
        low, weight, high = sorted(draw(st.tuples(*[st.floats(0.01, 0.5)] * 3)))
        made.append(
            Criterion(id=name, title="", meaning="", reads="", weight=weight, band=(low, high), must=0.5, source=SOURCE)
        )
    return tuple(made)


SHIFTS = st.dictionaries(st.sampled_from(NAMES), st.dictionaries(st.sampled_from(["R1", "R2"]), SHIFT))
PRIORITIES = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["must", "should", "could", "ignore"]))


@settings(max_examples=100, deadline=None)
@given(criteria(), SHIFTS, PRIORITIES)
def test_weights_stay_in_their_bands_and_sum_to_1(
    made: tuple[Criterion, ...], shifts: Mapping[str, Mapping[str, float]], priorities: Mapping[str, str]
) -> None:
    settled = {weight.criterion: weight.final for weight in settle(made, shifts, priorities)}
    counted = [c for c in made if priorities.get(c.id) != "ignore"]
    assert sum(settled.values()) == pytest.approx(1.0 if counted else 0.0)
    for one in counted:
        for other in counted:
            if settled[other.id]:
                ratio = settled[one.id] / settled[other.id]
                assert one.band[0] / other.band[1] - 1e-9 <= ratio <= one.band[1] / other.band[0] + 1e-9


@settings(max_examples=100, deadline=None)
@given(criteria(), SHIFTS, PRIORITIES, st.sampled_from(NAMES), st.floats(0, 2))
def test_a_finding_in_favour_of_a_criterion_never_lowers_its_weight(
    made: tuple[Criterion, ...],
    shifts: Mapping[str, Mapping[str, float]],
    priorities: Mapping[str, str],
    criterion: str,
    by: float,
) -> None:
    more = {**shifts, criterion: {**shifts.get(criterion, {}), "R3": by}}
    before = {weight.criterion: weight.final for weight in settle(made, shifts, priorities)}
    after = {weight.criterion: weight.final for weight in settle(made, more, priorities)}
    assert after[criterion] >= before[criterion] - 1e-12
    assert all(after[name] <= before[name] + 1e-12 for name in NAMES if name != criterion)


MEASURED = st.dictionaries(
    st.sampled_from(["pytorch/eager", "pytorch/compiled", "jax/jit", "tensorflow/xla"]),
    st.tuples(st.floats(-8, 4), st.floats(0.05, 2)),
)


@settings(max_examples=100, deadline=None)
@given(MEASURED, st.booleans(), st.sampled_from(["pytorch", "jax", "mlx"]))
def test_what_is_said_of_speed_is_bounded(
    measured: Mapping[str, tuple[float, float]], direct: object, option: str
) -> None:
    speed = posterior(option, Evidence((), measured, bool(direct), "measurement.m"), MODEL)
    said = value(speed, MODEL)
    assert 0 <= said.mean <= 1
    assert 0 <= said.sd <= MODEL.sd_unpublished / (math.log(1.0) - math.log(0.005)) + 1e-9
    own = [rate for variant, (rate, _) in measured.items() if variant.startswith(f"{option}/")]
    assert (0 < speed.share < 1) if own else speed.share == 0
    typical = math.log(MODEL.typical_utilisation)
    rates = [rate for rate, _ in measured.values()]
    if not rates:
        assert speed.mean == typical
    elif direct:
        assert min(rates) - 1e-9 <= speed.mean <= max(rates) + 1e-9
    else:
        spread = max(rates) - min(rates)
        assert typical - spread - 1e-9 <= speed.mean <= typical + spread + 1e-9


@given(MEASURED, st.floats(-3, 3), st.sampled_from(["pytorch", "jax", "mlx"]))
def test_what_was_measured_elsewhere_speaks_by_its_ratios_only(
    measured: Mapping[str, tuple[float, float]], by: float, option: str
) -> None:
    moved = {variant: (rate + by, spread) for variant, (rate, spread) in measured.items()}
    before = posterior(option, Evidence((), measured, direct=False), MODEL)
    after = posterior(option, Evidence((), moved, direct=False), MODEL)
    assert after.mean == pytest.approx(before.mean)
    assert value(after, MODEL).most == 1.0


@settings(max_examples=60, deadline=None)
@given(MEASURED, st.floats(-3, 3))
def test_a_slower_machine_is_slower_for_every_option_alike(
    measured: Mapping[str, tuple[float, float]], by: float
) -> None:
    if not measured:
        return
    moved = {variant: (rate + by, spread) for variant, (rate, spread) in measured.items()}
    for option in ("pytorch", "jax", "mlx"):
        before = posterior(option, Evidence((), measured, direct=True), MODEL)
        after = posterior(option, Evidence((), moved, direct=True), MODEL)
        assert after.mean == pytest.approx(before.mean + by)
        assert after.sd == pytest.approx(before.sd)
