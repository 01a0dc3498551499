"""Reads what goes into the environments that the program makes."""

from __future__ import annotations

from pathlib import Path

from advisor.loading.problems import Problems
from advisor.loading.validate import validate
from advisor.loading.yaml_reader import read_file
from advisor.model.environment import Recipe


def load_recipes(file: Path) -> tuple[Recipe, ...]:
    """Every recipe in the file, in its order; raises `InputError` with every problem."""
    problems = Problems()
    document = read_file(file, problems, name=f"probes/{file.name}")
    found = validate(tuple[Recipe, ...], document, problems, ("recipes",)) if document else None
    problems.settle()
    return found or ()
