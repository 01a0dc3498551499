"""The mathematics of whole models, held against the same computed by hand: what is right passes, what is not does not.

A transformer here is computed one token at a time, and a gradient by its formula. That the others are right is seen
where frameworks, which differentiate by themselves, are measured.
"""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import standin_folder

MODELS = {definition.id: definition for definition in standin_folder.models()}
WRITING = {"batch": 2, "new_tokens": 8, "sequence": 12, "width": 16, "layers": 2, "heads": 2, "vocabulary": 50}
FILTERING = {"batch": 24, "tables": 4, "table_rows": 30, "embedding_dim": 4, "mlp_width": 8, "mlp_layers": 1}
MEETING = {"batch": 24, "tables": 2, "table_rows": 30, "embedding_dim": 4, "mlp_width": 8, "mlp_layers": 1}
ACTING = {"batch": 8, "width": 6, "mlp_width": 16, "mlp_layers": 1, "vocabulary": 4, "acts": 3}


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return standin_folder.load(standin_folder.PROBES / "workloads" / "reference.py", "models_reference")


def decode(inputs: Any, sizes: Any) -> list[Any]:
    """All texts, one after the other."""
    written = [_written(inputs, prompt, sizes) for prompt in inputs["prompt"]]
    return [np.stack([logits for logits, _ in written]), np.stack([tokens for _, tokens in written], axis=1)]


def _written(inputs: Any, prompt: Any, sizes: Any) -> tuple[Any, Any]:
    """One token at a time, from the keys and values of those before it."""
    p = {name: array.astype(float) for name, array in inputs["params"].items()}
    cache: list[list[Any]] = [[] for _ in range(sizes["layers"])]
    text, logits = [int(token) for token in prompt], np.zeros(0)
    for position in range(len(prompt) + sizes["new_tokens"] - 1):
        token = text[position]
        h = p["tokens"][token]
        for layer in range(sizes["layers"]):
            z = _norm(p, f"{layer}.norm1", h)
            q, k, v = (np.split(z @ p[f"{layer}.{name}"], sizes["heads"]) for name in ("query", "key", "value"))
            q, k = ([_turned(head, position) for head in part] for part in (q, k))
            cache[layer].append((k, v))
            mixed = [_attended(q[head], head, cache[layer]) for head in range(sizes["heads"])]
            h = h + np.concatenate(mixed) @ p[f"{layer}.out"]
            z = _norm(p, f"{layer}.norm2", h)
            gate = z @ p[f"{layer}.gate"]
            h = h + (gate / (1 + np.exp(-gate)) * (z @ p[f"{layer}.up"])) @ p[f"{layer}.down"]
        logits = _norm(p, "norm", h) @ p["head"]
        text += [int(logits.argmax())] if position + 1 == len(text) else []
    return logits, np.array(text[len(prompt) :])


def _norm(p: Any, name: str, h: Any) -> Any:
    return h / np.sqrt((h**2).mean() + 1e-5) * p[f"{name}.scale"]


def _turned(head: Any, position: int) -> Any:
    """Each pair is a complex number, which is multiplied by one of length 1."""
    first, second = np.split(head, 2)
    speeds = 10_000.0 ** (-np.arange(len(first)) / len(first))
    pairs = (first + 1j * second) * np.exp(1j * position * speeds)
    return np.concatenate([pairs.real, pairs.imag])


def _attended(q: Any, head: int, cache: list[Any]) -> Any:
    scores = np.array([q @ k[head] for k, _ in cache]) / math.sqrt(len(q))
    weights = np.exp(scores) / np.exp(scores).sum()
    return sum(weight * v[head] for weight, (_, v) in zip(weights, cache, strict=True))


def policy(inputs: Any, sizes: Any) -> list[Any]:
    """Act, then take the step by hand: one hidden layer, weighted cross entropy, AdamW from moments of zero."""
    p = {name.removeprefix("policy."): array.astype(float) for name, array in inputs["params"].items()}
    row, actions = 0, []
    for _ in range(sizes["acts"]):
        hidden = np.maximum(inputs["world"][row] @ p["0.kernel"] + p["0.bias"], 0)
        actions.append(int((hidden @ p["1.kernel"] + p["1.bias"]).argmax()))
        row = (row + 1 + actions[-1]) % len(inputs["world"])
    x, y, advantage = inputs["x"].astype(float), inputs["y"], inputs["advantage"].astype(float)
    before = x @ p["0.kernel"] + p["0.bias"]
    hidden = np.maximum(before, 0)
    logits = hidden @ p["1.kernel"] + p["1.bias"]
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    loss = -(advantage * np.log(weights[np.arange(len(y)), y])).mean()
    weights[np.arange(len(y)), y] -= 1
    out = weights * advantage[:, None] / len(y)
    back = (out @ p["1.kernel"].T) * (before > 0)
    gradient = (x.T @ back, back.sum(axis=0), hidden.T @ out, out.sum(axis=0))
    return [loss, *_stepped(inputs, gradient), np.array(actions)]


def filtering(inputs: Any, sizes: Any) -> list[Any]:
    """Take the step by hand: one hidden layer, and tables whose gradients add up by rows."""
    p = {name: array.astype(float) for name, array in inputs["params"].items()}
    y, columns, dim = inputs["y"].astype(float), _read(inputs, sizes), sizes["embedding_dim"]
    rows = [p[f"table.{k}"][column] for k, column in enumerate(columns)]
    joined = np.concatenate(rows[-2:], axis=1)
    before = joined @ p["deep.0.kernel"] + p["deep.0.bias"]
    both = np.concatenate([rows[0] * rows[1], np.maximum(before, 0)], axis=1)
    z = (both @ p["head.kernel"] + p["head.bias"])[:, 0]
    out = ((1 / (1 + np.exp(-z)) - y) / len(y))[:, None]
    back = out @ p["head.kernel"].T
    hidden = back[:, dim:] * (before > 0)
    by_rows = np.zeros_like(rows)
    by_rows[:2] += back[:, :dim] * np.array(rows[1::-1])
    by_rows[-2:] += np.split(hidden @ p["deep.0.kernel"].T, 2, axis=1)
    tables = [np.zeros_like(p[f"table.{k}"]) for k in range(sizes["tables"])]
    for table, column, part in zip(tables, columns, by_rows, strict=True):
        np.add.at(table, column, part)
    gradient = (joined.T @ hidden, hidden.sum(axis=0), both.T @ out, out.sum(axis=0), *tables)
    return [(np.log1p(np.exp(z)) - y * z).mean(), *_stepped(inputs, gradient)]


def meeting(inputs: Any, *, of_items: bool = False) -> list[Any]:
    """Take the step by hand, for towers of one hidden layer; or, wrongly, let each item look for its user."""
    p = {name: array.astype(float) for name, array in inputs["params"].items()}
    columns = inputs["users"], inputs["items"]
    rows = [p[f"table.{k}"][column] for k, column in enumerate(columns)]
    before = [row @ p[f"tower.{k}.0.kernel"] + p[f"tower.{k}.0.bias"] for k, row in enumerate(rows)]
    hidden = [np.maximum(each, 0) for each in before]
    ends = [each @ p[f"tower.{k}.1.kernel"] + p[f"tower.{k}.1.bias"] for k, each in enumerate(hidden)]
    logits = ends[0] @ ends[1].T
    share = np.exp(logits) / np.exp(logits).sum(axis=0 if of_items else 1, keepdims=True)
    off = (share - np.eye(len(share))) / len(share)
    towers, tables = [], []
    for k, back in enumerate((off @ ends[1], off.T @ ends[0])):
        inward = (back @ p[f"tower.{k}.1.kernel"].T) * (before[k] > 0)
        towers += [rows[k].T @ inward, inward.sum(axis=0), hidden[k].T @ back, back.sum(axis=0)]
        tables.append(np.zeros_like(p[f"table.{k}"]))
        np.add.at(tables[k], columns[k], inward @ p[f"tower.{k}.0.kernel"].T)
    return [-np.log(np.diag(share)).mean(), *_stepped(inputs, (*towers, *tables))]


def _read(inputs: Any, sizes: Any) -> list[Any]:
    """Give the rows of each table that are read."""
    return [inputs[("users", "items")[k % 2]] for k in range(sizes["tables"])]


def _stepped(inputs: Any, gradient: Any) -> list[Any]:
    """Take the first step of Adam: the parameters after it, and the first moments."""
    about = inputs["optimiser"]
    moved = [
        array - about["rate"] * (about.get("decay", 0) * array + part / (np.abs(part) + about["epsilon"]))
        for array, part in zip(inputs["params"].values(), gradient, strict=True)
    ]
    return [*moved, *((1 - about["beta1"]) * part for part in gradient)]


def test_what_is_written_right_passes(reference: ModuleType) -> None:
    problem = reference.decode(WRITING, 0)
    assert problem.error(decode(problem.inputs, WRITING)) < MODELS["decode"].tolerance / 2


def test_a_token_that_is_not_the_likeliest_is_refused(reference: ModuleType) -> None:
    problem = reference.decode(WRITING, 0)
    logits, tokens = decode(problem.inputs, WRITING)
    for place in np.ndindex(tokens.shape):
        wrong = tokens.copy()
        wrong[place] = (wrong[place] + 1) % WRITING["vocabulary"]
        assert problem.error([logits, wrong]) > MODELS["decode"].tolerance, place
    for outside in (-1, WRITING["vocabulary"]):
        assert problem.error([logits, np.full_like(tokens, outside)]) == math.inf


def test_what_is_written_varies_and_starts_differently_again(reference: ModuleType) -> None:
    sizes = MODELS["decode"].sizes["cpu"]
    for seed in range(3):
        inputs = reference.decode(sizes, seed).inputs
        tokens = decode(inputs, sizes)[1][:, 0]
        assert len(set(tokens)) > sizes["new_tokens"] / 3
        assert tokens[-1] != inputs["prompt"][0, -1]


def test_what_is_learned_right_passes(reference: ModuleType) -> None:
    problem = reference.step_policy(ACTING, 0)
    assert problem.error(policy(problem.inputs, ACTING)) < 1e-4


def test_a_gradient_or_a_step_that_lost_a_bias_is_refused(reference: ModuleType) -> None:
    """A step that never moves one small tensor is as wrong as one that never moves a large one."""
    problem = reference.step_policy(ACTING, 0)
    outputs, params = policy(problem.inputs, ACTING), list(problem.inputs["params"].values())
    for number in range(len(params)):
        unmoved, unknown = [*outputs], [*outputs]
        unmoved[1 + number] = params[number]
        unknown[1 + len(params) + number] = np.zeros_like(params[number])
        assert problem.error(unmoved) > 1e-2, number
        assert problem.error(unknown) > 1e-2, number


def test_epsilon_may_stand_before_or_after_the_correction(reference: ModuleType) -> None:
    problem = reference.step_policy(ACTING, 0)
    inputs, about = problem.inputs, problem.inputs["optimiser"]
    early = {**about, "epsilon": about["epsilon"] / math.sqrt(1 - about["beta2"])}
    assert problem.error(policy({**inputs, "optimiser": early}, ACTING)) < 1e-4
    wrong = {**about, "epsilon": 1e-3}
    assert problem.error(policy({**inputs, "optimiser": wrong}, ACTING)) > 1e-3


@pytest.mark.parametrize("tables", [2, 3, 4])
def test_users_and_items_that_are_learned_right_pass(reference: ModuleType, tables: int) -> None:
    sizes = {**FILTERING, "tables": tables}
    problem = reference.step_ncf(sizes, 0)
    assert problem.error(filtering(problem.inputs, sizes)) < 1e-4


def test_a_row_that_nobody_read_may_not_move(reference: ModuleType) -> None:
    problem = reference.step_ncf(FILTERING, 0)
    outputs, params = filtering(problem.inputs, FILTERING), list(problem.inputs["params"])
    for k, column in enumerate(_read(problem.inputs, FILTERING)):
        (unread, *_) = set(range(FILTERING["table_rows"])) - set(column)
        number = params.index(f"table.{k}")
        for place in (1 + number, 1 + len(params) + number):
            wrong = [array.copy() for array in outputs]
            wrong[place][unread] += problem.inputs["optimiser"]["rate"]
            assert problem.error(wrong) > 1e-2, (k, place)


def test_gradients_of_a_row_that_are_squared_one_by_one_are_refused(reference: ModuleType) -> None:
    """What an Adam does that is given rows as they were read, some of them twice."""
    problem = reference.step_ncf(FILTERING, 0)
    outputs, params = filtering(problem.inputs, FILTERING), problem.inputs["params"]
    number = list(params).index("table.1")
    read = np.bincount(problem.inputs["items"], minlength=FILTERING["table_rows"])
    assert read.max() > 1
    alike = np.sqrt(np.maximum(read, 1))[:, None]  # as where a row's gradients are all the same
    outputs[1 + number] = params["table.1"] + alike * (outputs[1 + number] - params["table.1"])
    assert problem.error(outputs) > 1e-2


def test_users_that_meet_every_item_pass_and_items_that_look_for_users_do_not(reference: ModuleType) -> None:
    problem = reference.step_towers(MEETING, 0)
    assert problem.error(meeting(problem.inputs)) < 1e-4
    assert problem.error(meeting(problem.inputs, of_items=True)) > 1e-2


def test_an_action_that_is_not_the_best_is_refused(reference: ModuleType) -> None:
    problem = reference.step_policy(ACTING, 0)
    outputs = policy(problem.inputs, ACTING)
    for number in range(ACTING["acts"]):
        actions = outputs[-1].copy()
        actions[number] = (actions[number] + 1) % ACTING["vocabulary"]
        assert problem.error([*outputs[:-1], actions]) > 1e-3, number


def test_a_taylor_series_gives_the_derivatives_of_tanh(reference: ModuleType) -> None:
    x = np.array([0.3, -1.2])
    y, slope, bend, third = reference._tanh([x, np.ones(2), np.zeros(2), np.zeros(2)])
    t = np.tanh(x)
    assert np.allclose(y, t)
    assert np.allclose(slope, 1 - t**2)
    assert np.allclose(2 * bend, -2 * t * (1 - t**2))
    assert np.allclose(6 * third, (6 * t**2 - 2) * (1 - t**2))


def test_a_convolution_by_steps_of_two_is_every_other_place_of_the_whole(reference: ModuleType) -> None:
    rng = np.random.default_rng(0)
    for image in (6, 7):
        x, kernel = rng.standard_normal((2, image, image, 3)), rng.standard_normal((3, 3, 3, 4))
        assert np.allclose(reference._convolve(x, kernel, 2), reference._convolve(x, kernel, 1)[:, ::2, ::2])
