"""The whole models: what may stand in their file, and what is said where something else does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from advisor.errors import InputError
from advisor.loading.probes import load_models
from advisor.model.probe import Models

ERRORS = {"given": 0.3, "extrapolated": 0.05, "reduced": 0.2, "unknown": 0.8}


def read(tmp_path: Path, **changes: Any) -> Models:
    sizes = {"batch": 8, "tables": 4}
    model = {
        "version": 1,
        "title": "t",
        "motivation": "m",
        "workload_class": "recsys_train",
        "sizes": {"cpu": sizes, "accelerator": {**sizes}},
        "tolerance": 1e-3,
        **changes,
    }
    file = tmp_path / "models.yaml"
    file.write_text(yaml.safe_dump({"errors": ERRORS, "models": {"step": model}}), encoding="utf-8")
    return load_models(file)


def test_a_model_may_be_meant_by_a_word_by_a_number_or_by_its_class(tmp_path: Path) -> None:
    for means in (
        {"default": True},
        {"default": False, "implied_by": ["tables"]},
        {"default": False, "domains": ["recsys"]},
        {"default": False, "implied_within": {"tables": [1, 4]}},
    ):
        assert read(tmp_path, **means).models["step"].default is means["default"]


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        (
            {"default": False},
            "default",
            "nothing means it: domains, implied_by, implied_within or default was expected.",
        ),
        ({"implied_within": {"table": [2, 4]}}, "implied_within.table", "'table' is not one of its sizes."),
        *(
            (
                {"implied_within": {"tables": numbers}},
                "implied_within.tables",
                "two numbers were expected, the smaller one first, with its own sizes between them.",
            )
            for numbers in ([5, 4], [0, 4], [2, 3])
        ),
        ({"implied_by": ["batch", "tabels"]}, "implied_by[1]", "'tabels' is a word of no sizes."),
        ({"fewer": {"layers": 2}}, "fewer", "'layers' is not one of its sizes."),
        (
            {"extrapolated": {"batch": [3, 1]}},
            "extrapolated.batch",
            "two numbers were expected, the smaller one first.",
        ),
        (
            {"sizes": {"cpu": {"batch": 1}, "accelerator": {"tables": 1}}},
            "sizes",
            "the sizes have different words.",
        ),
    ],
)
def test_a_mistake_is_said_with_its_place(tmp_path: Path, changes: dict[str, Any], key: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, **changes)
    (problem,) = caught.value.problems
    assert problem.message == said
    assert problem.place.endswith(f"models.step.{key}")


def test_a_number_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="implied_within"):
        read(tmp_path, implied_within={"tables": ["few", 4]})
