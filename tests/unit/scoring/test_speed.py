from __future__ import annotations

import math
from collections.abc import Iterable

import pytest
from scoring_making import MODEL, measured, table

from advisor.model.knowledge import Benchmark
from advisor.model.measurement import ClassResult
from advisor.scoring.speed import Evidence, Speed, gather, posterior, value

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
