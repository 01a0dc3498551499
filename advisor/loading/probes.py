"""Reads the definitions of probes."""

from __future__ import annotations

from pathlib import Path

from advisor.loading.problems import Problems, shown
from advisor.loading.validate import validate
from advisor.loading.yaml_reader import read_file
from advisor.model.probe import ProbeDefinition


def load_definitions(folder: Path) -> tuple[ProbeDefinition, ...]:
    """Every definition in the folder, by id; raises `InputError` with every problem."""
    problems = Problems()
    found: dict[str, ProbeDefinition] = {}
    for path in sorted(folder.glob("*.yaml")):
        document = read_file(path, problems, name=f"probes/definitions/{path.name}")
        definition = validate(ProbeDefinition, document, problems) if document else None
        if definition is None or document is None:
            continue
        if definition.id != path.stem:
            problems.add(f"the id {shown(definition.id)} is not the file's name.", document.place(("id",)))
        found[definition.id] = definition
    problems.settle()
    return tuple(found.values())
