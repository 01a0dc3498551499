from __future__ import annotations

from dataclasses import replace

from advisor.model.measurement import ProbeResult
from advisor.render.measured.standing import Standing

FIRST = ProbeResult(
    framework="jax", variant="jit", probe="gemm", device="cpu", dtype="float32", outcome="ok", paired=0.0, samples=9
)
NEAR = replace(FIRST, framework="mlx", paired=0.03)
FAR = replace(FIRST, framework="keras", paired=1.0)


def row(standing: Standing, probe: str = "gemm") -> dict[str, str]:
    return {variant: standing.word(variant, probe) for variant in standing.variants}


def test_it_says_who_is_first_who_ties_and_how_far_the_others_are() -> None:
    standing = Standing().after("gemm", [FAR, NEAR, FIRST])
    assert row(standing) == {"keras/jit": "2.72", "mlx/jit": "tie", "jax/jit": "first"}


def test_without_a_figure_the_outcome_stands_there() -> None:
    odd = [
        replace(FIRST, framework=name, outcome=name, paired=None)
        for name in ("failed", "timed_out", "unstable", "not_applicable", "skipped")
    ]
    words = ["failed", "too slow", "unstable", "-", "left out"]
    assert list(row(Standing().after("gemm", odd)).values()) == words


def test_as_it_comes_a_framework_has_no_row() -> None:
    assert row(Standing().after("gemm", [FIRST, replace(NEAR, track="as_shipped")])) == {"jax/jit": "first"}


def test_a_probe_that_is_measured_again_is_the_newest() -> None:
    standing = Standing().after("gemm", [FIRST, FAR]).after("conv", [FIRST]).after("gemm", [replace(FAR, paired=-1.0)])
    assert standing.probes == ("conv", "gemm")
    assert row(standing) == {"jax/jit": "first", "keras/jit": "first"}
    assert standing.word("keras/jit", "conv") == ""
