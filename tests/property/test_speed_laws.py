"""What has to hold of published and measured speed put together, against what is worked out independently."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_scoring_laws import DECISION, MODEL, OPTION, Options, weights

from advisor.model.knowledge import BenchmarkRow
from advisor.model.score import Value
from advisor.scoring.rank import rank
from advisor.scoring.speed import Evidence, Published, Speed, posterior, value

REFERENCE = "pytorch/eager"
VARIANTS = (REFERENCE, "jax/jit", "tensorflow/xla", "keras/jax")
ABSENT = "mlx"
"""An option that is neither published nor measured: it shows what the machine as a whole does to a prior."""
STEPS = 4001

Rates = Mapping[str, tuple[float, float]]
Rows = tuple[Published, ...]

GAIN = st.floats(-0.3, 0.3)
"""A published gain that no measurement near the typical speed contradicts."""
SPREAD = st.floats(0.05, 1.5)
RATE = st.floats(-6, 1)
MEASURED = st.dictionaries(st.sampled_from(VARIANTS[1:]), st.tuples(RATE, SPREAD), max_size=3)


@st.composite
def rows(draw: st.DrawFn, most: int = 3) -> Rows:
    """Rows of a published table, in each of which every variant has a time beside the reference."""
    gains = draw(st.lists(st.tuples(*[GAIN] * 3), min_size=1, max_size=most))
    return tuple(
        Published(
            BenchmarkRow(
                id=f"row{i}",
                workload_class="llm_train",
                task="",
                unit="ms",
                times={REFERENCE: 1.0, **{v: math.exp(-gain) for v, gain in zip(VARIANTS[1:], row, strict=True)}},
            ),
            REFERENCE,
        )
        for i, row in enumerate(gains)
    )


def known(option: str, published: Rows, measured: Rates) -> Speed:
    return posterior(option, Evidence(published, measured, direct=True, measurement="m"), MODEL)


def levelled(option: str, published: Rows, measured: Rates) -> Speed:
    """What would be known of the option without a measurement of its own: what is published, at the machine's level."""
    before = known(option, published, {})
    level = known(ABSENT, published, measured).mean - known(ABSENT, published, {}).mean
    return Speed(before.mean + level, before.sd, 0.0)


def integrated(prior: NormalDist, likelihood: NormalDist) -> tuple[float, float]:
    """Mean and standard deviation of prior times likelihood, summed up over a fine grid."""
    low = min(prior.mean - 8 * prior.stdev, likelihood.mean - 8 * likelihood.stdev)
    high = max(prior.mean + 8 * prior.stdev, likelihood.mean + 8 * likelihood.stdev)
    grid = [low + (high - low) * i / (STEPS - 1) for i in range(STEPS)]
    masses = [prior.pdf(x) * likelihood.pdf(x) for x in grid]
    total = math.fsum(masses)
    mean = math.fsum(x * mass for x, mass in zip(grid, masses, strict=True)) / total
    variance = math.fsum((x - mean) ** 2 * mass for x, mass in zip(grid, masses, strict=True)) / total
    return mean, math.sqrt(variance)


@settings(max_examples=60, deadline=None)
@given(rows(), RATE, SPREAD, SPREAD, st.floats(-0.4, 0.4))
def test_a_posterior_is_the_prior_times_the_likelihood(
    published: Rows, reference: float, spread: float, other: float, off: float
) -> None:
    """Where tables and machine do not contradict each other."""
    measured = {REFERENCE: (reference, other), "jax/jit": (reference + off, spread)}
    prior = levelled("jax", published, measured)
    found = known("jax", published, measured)
    mean, sd = integrated(NormalDist(prior.mean, prior.sd), NormalDist(reference + off, spread))
    assert found.mean == pytest.approx(mean, abs=1e-6)
    assert found.sd == pytest.approx(sd, abs=1e-6)
    precisions = 1 / spread**2, 1 / prior.sd**2
    assert found.share == pytest.approx(precisions[0] / sum(precisions))


@settings(max_examples=100, deadline=None)
@given(rows(), MEASURED, RATE, SPREAD, st.floats(0.05, 1))
def test_a_surer_measurement_makes_surer_whatever_it_says(
    published: Rows, others: Rates, rate: float, spread: float, part: float
) -> None:
    without = {variant: found for variant, found in others.items() if variant != "jax/jit"}
    unmeasured = known("jax", published, without)
    rough = known("jax", published, {**without, "jax/jit": (rate, spread)})
    fine = known("jax", published, {**without, "jax/jit": (rate, spread * part)})
    assert fine.sd <= rough.sd + 1e-12
    assert rough.sd <= unmeasured.sd + 1e-12
    assert value(fine, MODEL).sd <= value(unmeasured, MODEL).sd + 1e-12
    assert rough.share <= fine.share + 1e-12


@settings(max_examples=100, deadline=None)
@given(rows(), MEASURED, RATE, SPREAD, st.sampled_from(["jax", "tensorflow", "keras", ABSENT]))
def test_measuring_another_option_makes_nothing_less_sure(
    published: Rows, measured: Rates, rate: float, spread: float, option: str
) -> None:
    more = {**measured, REFERENCE: (rate, spread)}
    assert known(option, published, more).sd <= known(option, published, measured).sd + 1e-12


@settings(max_examples=60, deadline=None)
@given(rows(most=1), RATE, st.floats(0.01, 0.5))
def test_a_flat_measurement_leaves_the_published_order(published: Rows, rate: float, spread: float) -> None:
    flat = dict.fromkeys(VARIANTS, (rate, spread))
    options = [variant.partition("/")[0] for variant in VARIANTS]
    before = [known(option, published, {}).mean for option in options]
    after = [known(option, published, flat).mean for option in options]
    for one in range(len(options)):
        for other in range(len(options)):
            if before[one] < before[other] - 1e-9:
                assert after[one] <= after[other] + 1e-9


@settings(max_examples=60, deadline=None)
@given(
    st.fixed_dictionaries(dict.fromkeys(["jax", "keras", "mlx", "pytorch", "tensorflow"], OPTION)),
    st.tuples(*[st.floats(0.01, 1)] * 3),
    st.sets(st.sampled_from(VARIANTS), min_size=1),
    RATE,
    SPREAD,
)
def test_a_flat_measurement_of_what_nothing_is_published_of_changes_no_order(
    options: Options, finals: tuple[float, ...], variants: set[str], rate: float, spread: float
) -> None:
    """Whoever was left out is neither ahead nor behind for it."""
    flat = dict.fromkeys(sorted(variants), (rate, spread))

    def order(measured: Rates) -> list[str]:
        speeds = {option: value(known(option, (), measured), MODEL) for option in options}
        valued: dict[str, Mapping[str, Value]] = {o: {**options[o], "c": speeds[o]} for o in options}
        return [scored.option for scored in rank(valued, weights(finals), DECISION).scored]

    assert order(flat) == order({})
