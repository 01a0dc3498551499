"""Reads the definitions of capabilities."""

from __future__ import annotations

from pathlib import Path

from advisor.loading.problems import Problems, shown
from advisor.loading.validate import validate
from advisor.loading.yaml_reader import read_file
from advisor.model.capability import CapabilityDefinition


def load_capabilities(file: Path) -> tuple[CapabilityDefinition, ...]:
    """Every definition in the file, in its order; raises `InputError` with every problem."""
    problems = Problems()
    document = read_file(file, problems, name=f"probes/capabilities/{file.name}")
    kind = tuple[CapabilityDefinition, ...]
    found = validate(kind, document, problems, ("capabilities",)) if document else None
    known: set[str] = set()
    for number, definition in enumerate(found or ()):
        if document and definition.id in known:
            problems.add(f"{shown(definition.id)} stands there twice.", document.place(("capabilities", number, "id")))
        known.add(definition.id)
    problems.settle()
    return found or ()
