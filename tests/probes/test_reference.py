"""The mathematics of the probes, held against the same computed by hand: what is right passes, what is not does not.

Each probe has a function here that computes its outputs in another way than the reference does: derivatives by their
formulas, a convolution of single channels as one of all.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import standin_folder

DEFINITIONS = {definition.id: definition for definition in standin_folder.definitions()}
SIZES: dict[str, dict[str, int]] = {
    "dispatch": {"width": 8, "depth": 5},
    "gemm": {"width": 16},
    "gemm_skinny": {"rows": 3, "width": 16},
    "gemm_batched": {"batch": 3, "width": 8},
    "gemm_bf16": {"width": 64},
    "conv": {"batch": 2, "image": 6, "width": 3},
    "conv_depthwise": {"batch": 2, "image": 6, "width": 3},
    "attention": {"batch": 2, "heads": 2, "sequence": 5, "width": 4},
    "stream": {"points": 1000},
    "normalise": {"rows": 6, "width": 64},
    "reduction": {"points": 1000},
    "gather": {"rows": 50, "width": 4, "lookups": 40},
    "scatter": {"rows": 50, "width": 4, "lookups": 40},
    "optimiser": {"layers": 2, "width": 4},
    "upload": {"points": 100},
    "download": {"points": 100},
    "retrace": {"batch": 3, "width": 4, "mlp_width": 6, "shapes": 4},
}


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return standin_folder.load(standin_folder.PROBES / "reference.py", "probe_reference")


def dispatch(inputs: Any, sizes: Any) -> list[Any]:
    assert sizes["depth"] % 2, "an even number of subtractions would change nothing"
    return [inputs["b"] - inputs["x"]]


def gemm(inputs: Any, sizes: Any) -> list[Any]:  # noqa: ARG001 - as the contract has it
    return [np.einsum("...ij,...jk->...ik", inputs["x"], inputs["w"])]


def gemm_bf16(inputs: Any, sizes: Any) -> list[Any]:  # noqa: ARG001 - as the contract has it
    return [_rounded(_rounded(inputs["x"]).astype(np.float32) @ inputs["w"])]


def conv(inputs: Any, sizes: Any) -> list[Any]:  # noqa: ARG001 - as the contract has it
    x, w, c = (inputs[name].astype(float) for name in ("x", "w", "c"))
    return [*_convolved(x, w, c)]


def conv_depthwise(inputs: Any, sizes: Any) -> list[Any]:
    """A filter that has numbers on its diagonal only convolves each channel by itself."""
    x, w, c = (inputs[name].astype(float) for name in ("x", "w", "c"))
    y, dx, dw = _convolved(x, w * np.eye(sizes["width"]), c)
    return [y, dx, np.einsum("abii->abi", dw)[:, :, None]]


def attention(inputs: Any, sizes: Any) -> list[Any]:
    q, k, v, c = (inputs[name].astype(float) for name in ("q", "k", "v", "c"))
    root = math.sqrt(sizes["width"])
    scores = q @ k.swapaxes(-1, -2) / root + np.triu(np.full([sizes["sequence"]] * 2, -1e9), 1)
    weights = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    back = c @ v.swapaxes(-1, -2)
    back = weights * (back - (back * weights).sum(axis=-1, keepdims=True)) / root
    return [weights @ v, back @ k, back.swapaxes(-1, -2) @ q, weights.swapaxes(-1, -2) @ c]


def stream(inputs: Any, sizes: Any) -> list[Any]:  # noqa: ARG001 - as the contract has it
    return [np.float32(inputs["a"]) * inputs["x"] + inputs["y"]]


def normalise(inputs: Any, sizes: Any) -> list[Any]:  # noqa: ARG001 - as the contract has it
    """Softmax divides by what the normalisation divides by again; its epsilon is of its scale."""
    p = np.exp(inputs["x"].astype(float))
    total = p.sum(axis=1, keepdims=True)
    scaled = (p - p.mean(axis=1, keepdims=True)) / np.sqrt(p.var(axis=1, keepdims=True) + 1e-12 * total**2)
    return [scaled * inputs["scale"] + inputs["bias"]]


def reduction(inputs: Any, sizes: Any) -> list[Any]:
    return [np.array([math.fsum(inputs["x"]) / sizes["points"] - inputs["s"][0]])]


def gather(inputs: Any, sizes: Any) -> list[Any]:
    found = np.stack([inputs["table"][index] for index in inputs["indices"]])
    following = [int(index) + (2 if found[0, 0] > 0 else 1) for index in inputs["indices"]]
    return [found, np.array([index - sizes["rows"] if index >= sizes["rows"] else index for index in following])]


def scatter(inputs: Any, sizes: Any) -> list[Any]:  # noqa: ARG001 - as the contract has it
    table = inputs["table"].copy()
    np.add.at(table, inputs["indices"], inputs["updates"])
    return [table]


def optimiser(inputs: Any, sizes: Any) -> list[Any]:  # noqa: ARG001 - as the contract has it
    """From moments of zero, the first step of Adam is the gradient's sign."""
    gradients = inputs["gradients"].values()
    decayed = [p * (1 - inputs["rate"] * inputs["decay"]) for p in inputs["params"].values()]
    return [p - inputs["rate"] * np.sign(gradient) for p, gradient in zip(decayed, gradients, strict=True)]


def upload(inputs: Any, sizes: Any) -> list[Any]:  # noqa: ARG001 - as the contract has it
    return [inputs["x"].copy(), inputs["x"][:1] - inputs["s"]]


def download(inputs: Any, sizes: Any) -> list[Any]:  # noqa: ARG001 - as the contract has it
    return [0 - inputs["x"]]


def retrace(inputs: Any, sizes: Any) -> list[Any]:
    p, rows = inputs["params"], []
    for row in inputs["x"][: sizes["batch"]]:
        h = (row + inputs["nudge"] * inputs["mean"]) @ p["0.kernel"] + p["0.bias"]
        rows.append(np.where(h > 0, h, 0) @ p["1.kernel"] + p["1.bias"])
    return [np.stack(rows), np.mean(rows, axis=0)]


RIGHT: dict[str, Callable[[Any, Any], list[Any]]] = {
    "dispatch": dispatch,
    "gemm": gemm,
    "gemm_skinny": gemm,
    "gemm_batched": gemm,
    "gemm_bf16": gemm_bf16,
    "conv": conv,
    "conv_depthwise": conv_depthwise,
    "attention": attention,
    "stream": stream,
    "normalise": normalise,
    "reduction": reduction,
    "gather": gather,
    "scatter": scatter,
    "optimiser": optimiser,
    "upload": upload,
    "download": download,
    "retrace": retrace,
}


def _convolved(x: Any, w: Any, c: Any) -> tuple[Any, Any, Any]:
    """Convolve place by place, and differentiate: each number of the result passes `c` back to what it came from."""
    y, dx, dw = np.zeros(c.shape), np.zeros(x.shape), np.zeros(w.shape)
    for row, column in np.ndindex(x.shape[1:3]):
        for down, right in np.ndindex(3, 3):
            i, j = row + down - 1, column + right - 1
            if 0 <= i < x.shape[1] and 0 <= j < x.shape[2]:
                y[:, row, column] += x[:, i, j] @ w[down, right]
                dx[:, i, j] += c[:, row, column] @ w[down, right].T
                dw[down, right] += x[:, i, j].T @ c[:, row, column]
    return y, dx, dw


def _rounded(array: Any) -> Any:
    """Round to 8 binary digits, by arithmetic."""
    fraction, exponent = np.frexp(np.asarray(array, dtype=float))
    return np.ldexp(np.rint(np.ldexp(fraction, 8)), exponent - 8)


@pytest.mark.parametrize("probe", SIZES)
def test_what_is_right_passes(reference: ModuleType, probe: str) -> None:
    problem = getattr(reference, probe)(SIZES[probe], 0)
    outputs = RIGHT[probe](problem.inputs, SIZES[probe])
    assert problem.error(outputs) <= DEFINITIONS[probe].tolerance / 2
    assert problem.error([np.asarray(output, dtype=np.float32) for output in outputs]) <= DEFINITIONS[probe].tolerance


@pytest.mark.parametrize("probe", SIZES)
def test_a_wrong_number_anywhere_is_refused(reference: ModuleType, probe: str) -> None:
    problem = getattr(reference, probe)(SIZES[probe], 0)
    outputs = RIGHT[probe](problem.inputs, SIZES[probe])
    for number, output in enumerate(outputs):
        for change in (_one_is_off, _all_are_small, _one_is_no_number, _one_is_missing):
            wrong = [*outputs]
            wrong[number] = change(np.asarray(output, dtype=float))
            assert not problem.error(wrong) <= DEFINITIONS[probe].tolerance, (number, change.__name__)


def _one_is_off(array: Any) -> Any:
    array = array.copy()
    array.flat[array.size // 2] += 0.05 * np.abs(array).max()
    return array


def _all_are_small(array: Any) -> Any:
    return array * 0.98


def _one_is_no_number(array: Any) -> Any:
    array = array.copy()
    array.flat[-1] = np.nan
    return array


def _one_is_missing(array: Any) -> Any:
    return array[:-1]


def test_rounding_to_bfloat16_is_to_the_nearest_and_to_even(reference: ModuleType) -> None:
    halfway = np.array([1 + 2**-8, 1 + 3 * 2**-8, -1 - 2**-8, 1 + 2**-8 + 2**-20, 0.0, -2.0, 1.5], np.float32)
    expected = np.array([1, 1 + 2**-6, -1, 1 + 2**-7, 0.0, -2.0, 1.5], np.float32)
    assert np.array_equal(reference.bfloat16(halfway), expected)
    drawn = np.random.default_rng(0).standard_normal(10_000).astype(np.float32) * np.float32(100)
    assert np.array_equal(reference.bfloat16(drawn), _rounded(drawn))


def test_less_than_float32_inside_a_bfloat16_product_is_refused(reference: ModuleType) -> None:
    sizes, tolerance = {"width": 256}, DEFINITIONS["gemm_bf16"].tolerance
    problem = reference.gemm_bf16(sizes, 0)
    x, w = _rounded(problem.inputs["x"]), problem.inputs["w"].astype(float)
    assert problem.error([_rounded(x @ w)]) < tolerance
    assert problem.error([x @ w]) > tolerance, "returned in more than bfloat16"
    assert problem.error([_rounded(problem.inputs["x"] @ w)]) > tolerance, "from inputs that were not rounded"
    total = np.zeros_like(x)
    for column in range(sizes["width"]):
        total = _rounded(total + np.outer(x[:, column], w[column]))
    assert problem.error([total]) > tolerance, "summed up in bfloat16"


def test_what_is_multiplied_by_again_and_again_is_orthogonal(reference: ModuleType) -> None:
    for probe in ("gemm", "gemm_skinny", "gemm_batched", "gemm_bf16"):
        w = getattr(reference, probe)(SIZES[probe], 0).inputs["w"].astype(float)
        assert np.allclose(w @ w.swapaxes(-1, -2), np.eye(w.shape[-1]), atol=1e-6), probe
    assert np.array_equal(w, reference.bfloat16(w)), "the last of them has to be so in bfloat16"


def test_a_width_that_cannot_be_orthogonal_in_bfloat16_is_refused(reference: ModuleType) -> None:
    with pytest.raises(ValueError, match="the width 32 is no power of 4"):
        reference.gemm_bf16({"width": 32}, 0)


def test_every_size_in_bfloat16_is_a_power_of_4() -> None:
    for sizes in DEFINITIONS["gemm_bf16"].sizes.values():
        assert math.log(sizes["width"], 4).is_integer()


@pytest.mark.parametrize("probe", ["gemm_bf16", "normalise"])
def test_values_stay_put_however_often_they_are_computed(reference: ModuleType, probe: str) -> None:
    inputs = getattr(reference, probe)(SIZES[probe], 0).inputs
    first = np.abs(inputs["x"]).mean()
    for _ in range(300):
        (found,) = RIGHT[probe](inputs, SIZES[probe])
        inputs = {**inputs, "x": found.astype(np.float32)}
    assert 0.5 < np.abs(found).mean() / first < 2
    assert np.abs(found).max() < 30


def test_an_optimiser_moves_parameters_towards_a_place_to_stay(reference: ModuleType) -> None:
    problem = reference.optimiser(SIZES["optimiser"], 0)
    resting = 1 / problem.inputs["decay"]
    params = {name: -np.sign(array) * resting for name, array in problem.inputs["gradients"].items()}
    outputs = optimiser({**problem.inputs, "params": params}, SIZES["optimiser"])
    assert all(np.allclose(output, param) for output, param in zip(outputs, params.values(), strict=True))


def test_gradients_of_an_optimiser_leave_no_room_for_its_epsilon(reference: ModuleType) -> None:
    gradients = reference.optimiser(SIZES["optimiser"], 0).inputs["gradients"].values()
    assert min(np.abs(gradient).min() for gradient in gradients) >= 0.1


def test_indices_meet_in_the_same_rows(reference: ModuleType) -> None:
    sizes = DEFINITIONS["scatter"].sizes["cpu"]
    indices = reference.scatter(sizes, 0).inputs["indices"]
    assert indices.min() >= 0
    assert indices.max() < sizes["rows"]
    assert np.bincount(indices).max() > 1000
    assert len(np.unique(indices)) > sizes["lookups"] / 4


def test_a_gradient_that_has_to_be_clipped_is_held_to_the_longest_it_may_be(reference: ModuleType) -> None:
    start = {"kernel": np.array([[3.0, 4.0]]), "bias": np.array([12.0])}

    def error(parts: list[Any], longest: float) -> float:
        def loss(p: Any) -> float:
            return float(sum((part**2).sum() for part in p.values()) / 2)

        return float(reference.gradient_error(loss, start, parts, reference.Draw(0), longest))

    whole = [*start.values()]
    clipped, bent = [part / 13 for part in whole], [whole[0] / 13, -whole[1] / 13]
    assert error(clipped, 1.0) < 1e-6
    assert error(whole, 20.0) < 1e-6
    for wrong, longest in ((whole, 1.0), (bent, 1.0), (clipped, 2.0), (clipped, 20.0)):
        assert error(wrong, longest) > 1e-2
