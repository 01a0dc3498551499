"""The definitions, the reference and the frameworks' files speak of the same probes."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import standin_folder

from advisor.evidence.probing.plan import CANARY, offers

DEFINITIONS = {definition.id: definition for definition in standin_folder.definitions()}
FILES = sorted(file.stem for file in (standin_folder.PROBES / "definitions").glob("*.yaml"))


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("probe_reference", standin_folder.PROBES / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_file_is_named_like_its_probe() -> None:
    assert sorted(DEFINITIONS) == FILES


def test_the_shares_of_every_class_add_up() -> None:
    classes = {word for definition in DEFINITIONS.values() for word in definition.classes}
    assert classes == {
        "llm_train", "llm_inference", "vision_train", "vision_inference", "recsys_train", "rl", "scientific",
    }  # fmt: skip
    for word in classes:
        assert sum(each.classes.get(word, 0) for each in DEFINITIONS.values()) == pytest.approx(1)
        assert all(0 < each.classes.get(word, 1) <= 1 for each in DEFINITIONS.values())


def test_one_probe_alone_has_the_largest_share_of_a_class() -> None:
    """A class is composed only for those who have it, so it must not depend on the order of files which it is."""
    for word in {word for definition in DEFINITIONS.values() for word in definition.classes}:
        shares = sorted((each.classes.get(word, 0) for each in DEFINITIONS.values()), reverse=True)
        assert shares[0] > shares[1], word


def test_whole_steps_run_before_single_operations() -> None:
    priorities = [each.priority for each in DEFINITIONS.values()]
    assert len(set(priorities)) == len(priorities)
    whole = {name for name in DEFINITIONS if name.startswith("step_") or name == "decode"}
    assert max(DEFINITIONS[name].priority for name in whole) < min(
        each.priority for name, each in DEFINITIONS.items() if name not in whole
    )


def test_sizes_are_given_for_every_kind_of_device_in_the_same_words() -> None:
    for definition in DEFINITIONS.values():
        assert set(definition.sizes) == {"cpu", "accelerator"}, definition.id
        assert set(definition.sizes["cpu"]) == set(definition.sizes["accelerator"]), definition.id


@pytest.mark.parametrize("probe", FILES)
def test_every_definition_has_its_mathematics(reference: ModuleType, probe: str) -> None:
    problem = getattr(reference, probe)(DEFINITIONS[probe].sizes["cpu"], 0)
    assert problem.flops >= 0
    assert problem.flops or DEFINITIONS[probe].bound != "arithmetic", "a rate is held against the canary's"


def test_every_framework_has_every_probe_or_says_why_not() -> None:
    for framework, variants in offers(standin_folder.PROBES).items():
        if framework == CANARY:
            continue
        functions = _functions(variants[0].file)
        assert set(DEFINITIONS) <= functions | set(variants[0].left_out), framework
        assert {"start", "wait", "terms"} <= functions


def test_variants_that_a_definition_names_exist_and_have_the_function() -> None:
    known = {offer.name: offer for variants in offers(standin_folder.PROBES).values() for offer in variants}
    for probe, definition in DEFINITIONS.items():
        assert set(definition.variants) <= set(known), probe
        for name in definition.variants:
            if probe not in known[name].left_out:
                assert probe in _functions(known[name].file), (probe, name)


def test_nothing_that_runs_in_a_worker_needs_python_310() -> None:
    for file in standin_folder.PROBES.rglob("*.py"):
        ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 9))


@pytest.mark.parametrize("probe", FILES)
def test_inputs_are_the_same_for_the_same_seed(reference: ModuleType, probe: str) -> None:
    sizes = DEFINITIONS[probe].sizes["cpu"]
    one, again, other = (_flat(getattr(reference, probe)(sizes, seed).inputs) for seed in (0, 0, 1))
    assert one == again
    assert one != other


def test_the_reference_accepts_what_is_right_and_refuses_what_is_not(reference: ModuleType) -> None:
    problem = reference.gemm({"width": 32}, 0)
    right = problem.inputs["x"] @ problem.inputs["w"]
    assert problem.error([right]) < 1e-5
    assert problem.error([right * 1.01]) > 1e-3
    assert problem.error([right[:-1]]) == float("inf")
    assert problem.error([right * float("nan")]) == float("inf")


def test_a_gradient_that_lost_a_bias_is_refused(reference: ModuleType) -> None:
    """A step that never moves one small tensor is as wrong as one that never moves a large one."""
    sizes = {"batch": 8, "width": 6, "mlp_width": 16, "mlp_layers": 1, "vocabulary": 4}
    problem = reference.step_mlp(sizes, 0)
    outputs = _mlp_step(problem.inputs)
    assert problem.error(outputs) < 1e-4
    for number in range(1, len(outputs)):
        kept = [*outputs]
        kept[number] = list(problem.inputs["params"].values())[number - 1]
        assert problem.error(kept) > 1e-2, number


def _mlp_step(inputs: Any) -> list[Any]:
    """Take the step by hand: one hidden layer, cross entropy, plain gradient descent."""
    import numpy as np  # noqa: PLC0415 - the probes need it, the program does not

    p, x, y = inputs["params"], inputs["x"].astype(float), inputs["y"]
    before = x @ p["0.kernel"] + p["0.bias"]
    hidden = np.maximum(before, 0)
    logits = hidden @ p["1.kernel"] + p["1.bias"]
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    loss = -np.log(weights[np.arange(len(y)), y]).mean()
    weights[np.arange(len(y)), y] -= 1
    out = weights / len(y)
    back = (out @ p["1.kernel"].T) * (before > 0)
    gradient = (x.T @ back, back.sum(axis=0), hidden.T @ out, out.sum(axis=0))
    return [loss, *(a - inputs["rate"] * g for a, g in zip(p.values(), gradient, strict=True))]


def _functions(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def _flat(inputs: Any) -> list[Any]:
    if isinstance(inputs, dict):
        return [part for value in inputs.values() for part in _flat(value)]
    return [inputs.tobytes()] if hasattr(inputs, "tobytes") else [inputs]


def test_the_definitions_folder_holds_nothing_else() -> None:
    assert {file.suffix for file in Path(standin_folder.PROBES / "definitions").iterdir()} == {".yaml"}
