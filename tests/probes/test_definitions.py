"""The definitions, the reference and the frameworks' files speak of the same probes."""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import standin_folder

from advisor.evidence.probing import workloads
from advisor.evidence.probing.plan import CANARY, offers
from advisor.loading.probes import load_models

DEFINITIONS = {definition.id: definition for definition in standin_folder.definitions()}
FILES = sorted(file.stem for file in (standin_folder.PROBES / "definitions").glob("*.yaml"))


MODELS = {definition.id: definition for definition in standin_folder.models()}
SOURCE = standin_folder.PROBES / "workloads" / "models.yaml"
WORDS = {
    "batch", "sequence", "width", "layers", "heads", "vocabulary", "image", "depth", "table_rows", "tables",
    "embedding_dim", "mlp_width", "mlp_layers", "points", "derivative_order", "solver_steps", "new_tokens",
}  # fmt: skip
"""In which sizes may be given, as published."""


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return standin_folder.load(standin_folder.PROBES / "reference.py", "probe_reference")


@pytest.fixture(scope="module")
def mathematics(reference: ModuleType) -> dict[str, Any]:
    """Every probe's function, by its name."""
    models = standin_folder.load(standin_folder.PROBES / "workloads" / "reference.py", "models_reference")
    return {**vars(reference), **vars(models)}


def test_a_file_is_named_like_its_probe() -> None:
    assert sorted(DEFINITIONS) == FILES


def test_every_class_of_work_has_a_model() -> None:
    assert {each.workload.workload_class for each in MODELS.values() if each.workload} == {
        "llm_train", "llm_inference", "vision_train", "vision_inference", "recsys_train", "rl", "scientific",
    }  # fmt: skip


def test_whole_models_run_before_single_operations() -> None:
    priorities = [each.priority for each in (*MODELS.values(), *DEFINITIONS.values())]
    assert len(set(priorities)) == len(priorities)
    assert max(each.priority for each in MODELS.values()) < min(each.priority for each in DEFINITIONS.values())


def test_sizes_can_be_given_in_the_published_words() -> None:
    assert workloads.words(load_models(SOURCE)) == WORDS


def test_sizes_are_given_for_every_kind_of_device_in_the_same_words() -> None:
    for definition in (*DEFINITIONS.values(), *MODELS.values()):
        assert set(definition.sizes) == {"cpu", "accelerator"}, definition.id
        assert set(definition.sizes["cpu"]) == set(definition.sizes["accelerator"]), definition.id


@pytest.mark.parametrize("probe", [*FILES, *MODELS])
def test_every_definition_has_its_mathematics(mathematics: dict[str, Any], probe: str) -> None:
    definition = {**DEFINITIONS, **MODELS}[probe]
    problem = mathematics[definition.called](definition.sizes["cpu"], 0)
    assert problem.flops >= 0
    assert problem.flops or definition.bound != "arithmetic", "a rate is held against the canary's"


def test_every_framework_has_every_probe_or_says_why_not() -> None:
    for framework, variants in offers(standin_folder.PROBES).items():
        if framework == CANARY:
            continue
        functions = _functions(*variants[0].files)
        named = set(DEFINITIONS) | set(load_models(SOURCE).models)
        assert named - functions == set(variants[0].left_out), framework
        assert {"start", "wait", "terms", "use"} <= functions


def test_variants_that_a_definition_names_exist_and_have_the_function() -> None:
    known = {offer.name: offer for variants in offers(standin_folder.PROBES).values() for offer in variants}
    for probe, definition in DEFINITIONS.items():
        assert set(definition.variants) <= set(known), probe
        for name in definition.variants:
            if probe not in known[name].left_out:
                assert probe in _functions(*known[name].files), (probe, name)


def test_nothing_that_runs_in_a_worker_needs_python_310() -> None:
    for file in standin_folder.PROBES.rglob("*.py"):
        ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 9))


@pytest.mark.parametrize("probe", [*FILES, *MODELS])
def test_inputs_are_the_same_for_the_same_seed(mathematics: dict[str, Any], probe: str) -> None:
    definition = {**DEFINITIONS, **MODELS}[probe]
    sizes = definition.sizes["cpu"]
    one, again, other = (_flat(mathematics[definition.called](sizes, seed).inputs) for seed in (0, 0, 1))
    assert one == again
    assert one != other


def test_the_reference_accepts_what_is_right_and_refuses_what_is_not(reference: ModuleType) -> None:
    problem = reference.gemm({"width": 32}, 0)
    right = problem.inputs["x"] @ problem.inputs["w"]
    assert problem.error([right]) < 1e-5
    assert problem.error([right * 1.01]) > 1e-3
    assert problem.error([right[:-1]]) == float("inf")
    assert problem.error([right * float("nan")]) == float("inf")


def _functions(*files: Path) -> set[str]:
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    return {node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}


def _flat(inputs: Any) -> list[Any]:
    if isinstance(inputs, dict | list | tuple):
        return [part for value in (inputs.values() if isinstance(inputs, dict) else inputs) for part in _flat(value)]
    return [inputs.tobytes()] if hasattr(inputs, "tobytes") else [inputs]


def test_the_definitions_folder_holds_nothing_else() -> None:
    assert {file.suffix for file in Path(standin_folder.PROBES / "definitions").iterdir()} == {".yaml"}
