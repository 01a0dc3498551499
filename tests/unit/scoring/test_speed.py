from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from statistics import NormalDist
from typing import Any

import pytest
from scoring_making import MODEL, measured, table

from advisor.model.knowledge import Benchmark
from advisor.model.measurement import ClassResult, ProbeResult
from advisor.scoring.speed import Evidence, Speed, conflicts, gather, posterior, value

TYPICAL = math.log(MODEL.typical_utilisation)
TABLE = table({"pytorch/eager": 2.0, "jax/jit": 1.0}, {"pytorch/eager": 3.0, "jax/jit": 1.5})


def evidence(tables: Iterable[Benchmark] = (), classes: Iterable[ClassResult] = (), *, direct: bool = True) -> Evidence:
    return gather("llm_train", tables, classes, "measurement.m", direct=direct)


def test_of_an_option_of_which_nothing_is_known_speed_is_typical_and_unsure() -> None:
    speed = posterior("jax", evidence(), MODEL)
    assert (speed.mean, speed.sd, speed.share, speed.evidence) == (TYPICAL, MODEL.sd_unpublished, 0.0, ())
    assert value(speed, MODEL).grade == "judged"


def test_a_published_gain_moves_the_prior_part_of_the_way() -> None:
    speed = posterior("jax", evidence([TABLE]), MODEL)
    assert TYPICAL < speed.mean < TYPICAL + math.log(2)
    assert speed.sd < MODEL.sd_unpublished
    assert speed.share == 0.0
    assert speed.evidence == ("benchmark.row0", "benchmark.row1")
    assert value(speed, MODEL).grade == "documented"


def test_rows_without_the_reference_or_of_another_workload_are_ignored() -> None:
    without = table({"tensorflow/xla": 5.0, "jax/jit": 1.0})
    other = table({"pytorch/eager": 9.0, "jax/jit": 1.0}, workload="vision_train")
    assert posterior("jax", evidence([without, other]), MODEL).mean == TYPICAL
    both = posterior("jax", evidence([TABLE, without, other]), MODEL)
    assert both.mean == posterior("jax", evidence([TABLE]), MODEL).mean


def test_rows_that_disagree_are_trusted_less() -> None:
    even = table({"pytorch/eager": 2.0, "jax/jit": 1.0}, {"pytorch/eager": 2.0, "jax/jit": 1.0})
    uneven = table({"pytorch/eager": 40.0, "jax/jit": 1.0}, {"pytorch/eager": 0.1, "jax/jit": 1.0})
    steady, scattered = posterior("jax", evidence([even]), MODEL), posterior("jax", evidence([uneven]), MODEL)
    assert TYPICAL < scattered.mean < steady.mean
    assert steady.sd < scattered.sd


def test_a_measurement_lies_between_prior_and_measured_and_has_a_share_between_0_and_1() -> None:
    speed = posterior("jax", evidence([TABLE], [measured("jax/jit", 0.9)]), MODEL)
    assert 0 < speed.share < 1
    assert speed.variant == "jax/jit"
    assert speed.evidence[0] == "measurement.m"
    alone = posterior("jax", evidence([], [measured("jax/jit", 0.9)]), MODEL)
    assert alone.mean == pytest.approx(math.log(0.9))


def test_the_share_is_the_larger_the_more_precise_the_measurement() -> None:
    spreads = (1.001, 1.1, 1.5, 3.0)
    shares = [posterior("jax", evidence([], [measured("jax/jit", 0.5, spread)]), MODEL).share for spread in spreads]
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) == len(shares)


def test_a_measurement_on_other_hardware_counts_less() -> None:
    near = posterior("jax", evidence([], [measured("jax/jit", 0.9)]), MODEL)
    far = posterior("jax", evidence([], [measured("jax/jit", 0.9)], direct=False), MODEL)
    assert far.share < near.share
    assert far.sd > near.sd


def test_measuring_never_makes_less_sure() -> None:
    prior = posterior("jax", evidence([TABLE]), MODEL)
    for spread in (1.01, 2.0, 50.0):
        assert posterior("jax", evidence([TABLE], [measured("jax/jit", 0.9, spread)]), MODEL).sd <= prior.sd


def test_the_best_measured_variant_stands_for_the_option() -> None:
    classes = [measured("pytorch/eager", 0.2), measured("pytorch/compiled", 0.6)]
    assert posterior("pytorch", evidence([], classes), MODEL).variant == "pytorch/compiled"
    assert posterior("pytorch", evidence([], classes[::-1]), MODEL).variant == "pytorch/compiled"


def test_a_published_variant_does_not_stand_in_for_a_measured_one() -> None:
    published = table({"pytorch/eager": 9.0, "pytorch/compiled": 1.0})
    speed = posterior("pytorch", evidence([published], [measured("pytorch/eager", 0.01)]), MODEL)
    assert speed.variant == "pytorch/eager"


@pytest.mark.parametrize("rate", [0.01, 0.25, 0.9])
def test_an_option_that_was_not_measured_is_neither_punished_nor_rewarded(rate: float) -> None:
    """It is levelled with what was measured: a slow machine is slow for everyone."""
    classes = [measured("pytorch/eager", rate), measured("tensorflow/xla", rate)]
    absent = posterior("jax", evidence([], classes), MODEL)
    present = posterior("pytorch", evidence([], classes), MODEL)
    assert absent.mean == pytest.approx(present.mean)
    assert absent.sd > present.sd
    assert (absent.share, absent.evidence) == (0.0, ())


def test_what_was_not_measured_lies_between_the_fast_and_the_slow() -> None:
    classes = [measured("pytorch/eager", 0.8), measured("tensorflow/xla", 0.1)]
    slow, unknown, fast = (
        value(posterior(option, evidence([], classes), MODEL), MODEL).mean
        for option in ("tensorflow", "jax", "pytorch")
    )
    assert slow < unknown < fast


def test_a_result_without_a_canary_says_nothing_on_this_scale() -> None:
    gathered = evidence([], [measured("jax/jit", None), measured("keras/jax", 0.0)])
    assert gathered.measured == {}
    assert gathered.measurement == ""


@pytest.mark.parametrize(
    ("utilisation", "mean"), [(1e-9, 0.0), (0.005, 0.0), (math.sqrt(0.005), 0.5), (1.0, 1.0), (50.0, 1.0)]
)
def test_the_value_is_logarithmic_and_capped_at_both_ends(utilisation: float, mean: float) -> None:
    assert value(Speed(math.log(utilisation), 0.3, 0.0), MODEL).mean == pytest.approx(mean)


@pytest.mark.parametrize(
    ("share", "direct", "evidence", "grade"),
    [
        (0.9, True, ("measurement.m",), "measured"),
        (0.9, False, ("measurement.m",), "derived"),
        (0.0, False, ("benchmark.b",), "documented"),
        (0.0, False, (), "judged"),
    ],
)
def test_only_what_was_measured_on_the_accelerator_in_question_is_called_measured(
    share: float, direct: object, evidence: tuple[str, ...], grade: str
) -> None:
    speed = Speed(0.0, 0.3, share, "jax/jit", evidence, direct=bool(direct))
    assert value(speed, MODEL).grade == grade


class TestConflicts:
    """A published ratio of times against the one that was measured here."""

    MEASURED = measured("pytorch/eager", 0.2, 1.02), measured("jax/jit", 0.2, 1.02)

    def test_a_ratio_that_is_twice_the_measured_one_is_said(self) -> None:
        (found,) = conflicts(evidence([table({"pytorch/eager": 2.0, "jax/jit": 1.0})], self.MEASURED), MODEL)
        assert (found.row, found.variant, found.reference) == ("row0", "jax/jit", "pytorch/eager")
        assert found.published == pytest.approx(0.5)
        assert found.measured == pytest.approx(1.0)

    def test_what_other_chips_and_versions_explain_is_none(self) -> None:
        assert conflicts(evidence([table({"pytorch/eager": 1.6, "jax/jit": 1.0})], self.MEASURED), MODEL) == ()

    def test_what_was_measured_roughly_or_elsewhere_contradicts_nothing(self) -> None:
        rough = measured("pytorch/eager", 0.2, 2.0), measured("jax/jit", 0.2, 2.0)
        twice = table({"pytorch/eager": 2.0, "jax/jit": 1.0})
        assert conflicts(evidence([twice], rough), MODEL) == ()
        assert conflicts(evidence([twice], self.MEASURED, direct=False), MODEL) == ()
        assert conflicts(evidence([twice], self.MEASURED[1:]), MODEL) == ()

    def test_a_table_that_is_off_by_half_leaves_the_measured_order(self) -> None:
        """The slower of two by measurement is published as twice as fast as it is."""
        here = measured("pytorch/eager", 0.22, 1.05), measured("jax/jit", 0.2, 1.05)
        wrong = evidence([table({"pytorch/eager": 1.1, "jax/jit": 0.5})], here)
        first, second = (posterior(option, wrong, MODEL) for option in ("pytorch", "jax"))
        assert first.mean > second.mean

    def test_a_table_that_the_machine_contradicts_is_no_longer_listened_to(self) -> None:
        here = [measured(name, 0.2, 1.2) for name in ("pytorch/eager", "jax/jit", "mlx/eager")]
        absurd = posterior("jax", evidence([table({"pytorch/eager": 1e6, "jax/jit": 1.0})], here), MODEL)
        assert math.exp(absurd.mean) == pytest.approx(0.2, rel=0.05)


class TestBounds:
    """A variant that was given up while it was timed is at most so fast."""

    FAST = replace(measured("jax/jit", 0.4, 1.05), probes=("step",))

    @staticmethod
    def timed(variant: str, **more: Any) -> ProbeResult:
        framework, _, name = variant.partition("/")
        known = {"probe": "step", "device": "cpu", "dtype": "float32", "outcome": "ok"}
        return ProbeResult(framework=framework, variant=name, **{**known, **more})

    def bounded(self, at_least_s: float, *, direct: bool = True) -> Evidence:
        results = [
            self.timed("jax/jit", value=0.01),
            self.timed("mlx/eager", outcome="timed_out", at_least_s=at_least_s),
        ]
        return gather("llm_train", [], [self.FAST], "measurement.m", direct=direct, results=results)

    def test_it_lies_below_its_bound_and_rests_on_the_measurement(self) -> None:
        open_speed = posterior("mlx", gather("llm_train", [], [self.FAST], "measurement.m", direct=True), MODEL)
        speed = posterior("mlx", self.bounded(0.1), MODEL)
        assert speed.mean < math.log(0.4 / 10) < open_speed.mean
        assert speed.sd < open_speed.sd
        assert speed.evidence[0] == "measurement.m"

    def test_the_moments_are_those_of_the_prior_without_what_lies_above(self) -> None:
        prior = posterior("mlx", gather("llm_train", [], [self.FAST], "measurement.m", direct=True), MODEL)
        speed = posterior("mlx", self.bounded(0.02), MODEL)
        edge, whole = math.log(0.4 / 2), NormalDist(prior.mean, prior.sd)
        steps = [prior.mean - 8 * prior.sd + i * 1e-3 for i in range(20_000)]
        below = [(x, whole.pdf(x)) for x in steps if x < edge]
        mass = sum(p for _, p in below)
        mean = sum(x * p for x, p in below) / mass
        assert speed.mean == pytest.approx(mean, abs=2e-3)
        assert speed.sd == pytest.approx(math.sqrt(sum((x - mean) ** 2 * p for x, p in below) / mass), abs=2e-3)

    def test_far_beyond_everything_that_was_thought_possible_the_bound_is_left(self) -> None:
        speed = posterior("mlx", self.bounded(1e9), MODEL)
        assert speed.mean == pytest.approx(math.log(0.4 * 0.01 / 1e9))

    def test_the_most_it_may_be_worth_is_its_bound(self) -> None:
        speed = posterior("mlx", self.bounded(0.02), MODEL)
        low, high = math.log(MODEL.worst_utilisation), math.log(MODEL.best_utilisation)
        assert value(speed, MODEL).most == pytest.approx((math.log(0.4 / 2) - low) / (high - low))
        assert value(speed, MODEL).mean < value(speed, MODEL).most

    def test_of_several_bounds_the_tightest_counts(self) -> None:
        results = [
            self.timed("jax/jit", value=0.01),
            self.timed("jax/jit", probe="deep", value=0.01),
            self.timed("mlx/eager", outcome="timed_out", at_least_s=0.1),
            self.timed("mlx/eager", probe="deep", outcome="timed_out", at_least_s=0.02),
        ]
        fast = replace(self.FAST, probes=("step", "deep"))
        found = gather("llm_train", [], [fast], "measurement.m", direct=True, results=results)
        assert found.bounds == {"mlx/eager": pytest.approx(math.log(0.4 / 10))}

    def test_on_another_machine_it_says_nothing(self) -> None:
        assert posterior("mlx", self.bounded(0.1, direct=False), MODEL).share == 0.0
