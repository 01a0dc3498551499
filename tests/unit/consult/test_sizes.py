"""Measurements at the sizes of the answers go before those at default sizes."""

from __future__ import annotations

from advisor.consult.speeds import fitting
from advisor.model.measurement import ClassResult


def result(workload_class: str, framework: str, **sizes: int) -> ClassResult:
    return ClassResult(
        name="answers" if sizes else "default",
        workload_class=workload_class,
        framework=framework,
        variant="eager",
        relative_time=1.0,
        interval=(0.9, 1.1),
        first_step_s=0.0,
        utilisation=0.5,
        sizes=sizes,
    )


USUAL = result("rl", "jax"), result("vision_train", "jax")
SIZED = result("rl", "jax", batch=4), result("rl", "mlx", batch=4)


def test_without_sizes_the_default_ones_count() -> None:
    assert fitting([*USUAL, *SIZED], None) == USUAL
    assert fitting([*USUAL, *SIZED], {}) == USUAL


def test_at_these_very_sizes_they_go_first_and_other_classes_keep_their_own() -> None:
    expected = (USUAL[1], *SIZED)
    assert fitting([*USUAL, *SIZED], {"batch": 4}) == expected
    assert fitting([*USUAL, *SIZED], {"batch": 4.0}) == expected


def test_other_sizes_say_nothing_of_these() -> None:
    assert fitting([*USUAL, *SIZED], {"batch": 8}) == USUAL
