"""`pyproject.toml`: the standard tables, and those of Poetry, PDM, uv and pixi; `pixi.toml` and `Pipfile` beside it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

from advisor.intake.project.seen import BrokenError, Lines, Seen, package, range_of, requirement, table, texts


def declared(text: str) -> Iterator[Seen]:
    """What `pyproject.toml` says of the project, its packages and its Python."""
    data, lines = _parsed(text), Lines(text)
    yield from _standard(data, lines)
    poetry = table(data, "tool", "poetry")
    if poetry:
        named = poetry.get("name")
        if "project" not in data and (isinstance(named, str) or poetry.get("dependencies")):
            yield Seen("project", named if isinstance(named, str) else "", lines.of("name"))
        yield from _asked(table(poetry, "dependencies"), lines)
        yield from _asked(table(poetry, "dev-dependencies"), lines, optional=True)
        for group in table(poetry, "group").values():
            yield from _asked(table(group, "dependencies"), lines, optional=True)
    for entries in table(data, "tool", "pdm", "dev-dependencies").values():
        yield from _listed(entries, lines, optional=True)
    yield from _listed(table(data, "tool", "uv").get("dev-dependencies"), lines, optional=True)
    yield from _pixi(table(data, "tool", "pixi"), lines)


def pixi(text: str) -> Iterator[Seen]:
    """What `pixi.toml` asks for."""
    data, lines = _parsed(text), Lines(text)
    named = {**table(data, "project"), **table(data, "workspace")}.get("name")
    yield Seen("project", named if isinstance(named, str) else "", 1)
    yield from _pixi(data, lines)


def pipfile(text: str) -> Iterator[Seen]:
    """What `Pipfile` asks for."""
    data, lines = _parsed(text), Lines(text)
    yield Seen("project", "", 1)
    yield from _asked(table(data, "packages"), lines)
    yield from _asked(table(data, "dev-packages"), lines, optional=True)
    requires = table(data, "requires")
    version = requires.get("python_full_version") or requires.get("python_version")
    if isinstance(version, str):
        yield Seen("python", f"=={version}", lines.of("python_version") or lines.of("python_full_version"))


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError):
        raise BrokenError from None


def _standard(data: dict[str, Any], lines: Lines) -> Iterator[Seen]:
    project = table(data, "project")
    dependencies = list(texts(project.get("dependencies")))
    if project and (dependencies or not table(data, "tool", "uv", "workspace")):
        named = project.get("name")
        yield Seen("project", named if isinstance(named, str) else "", lines.of("name"))
    requires = project.get("requires-python")
    if isinstance(requires, str):
        yield Seen("python", range_of(requires), lines.of("requires-python"))
    yield from _listed(dependencies, lines)
    for table_of_groups in (table(project, "optional-dependencies"), table(data, "dependency-groups")):
        for entries in table_of_groups.values():
            yield from _listed(entries, lines, optional=True)


def _listed(entries: object, lines: Lines, *, optional: bool = False) -> Iterator[Seen]:
    for text in texts(entries):
        yield from requirement(text, lines.of(text[:200]), optional=optional)


def _asked(entries: dict[str, object], lines: Lines, *, optional: bool = False) -> Iterator[Seen]:
    """Packages by name, each with a range or a table that has one."""
    for name, asked in entries.items():
        said = asked[0] if isinstance(asked, list) and asked else asked
        spec = said.get("version", "") if isinstance(said, dict) else said
        version = range_of(spec) if isinstance(spec, str) else ""
        if name == "python":
            yield Seen("python", version, lines.of(name))
        else:
            left = optional or (isinstance(said, dict) and said.get("optional") is True)
            yield package(name, version, lines.of(name), optional=left)


def _pixi(data: dict[str, object], lines: Lines) -> Iterator[Seen]:
    for key in ("dependencies", "pypi-dependencies"):
        yield from _asked(table(data, key), lines)
        for feature in table(data, "feature").values():
            yield from _asked(table(feature, key), lines, optional=True)
