"""Projects after the shape of real ones, described in `trees/`, and built where a test wants them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from advisor import resources
from advisor.intake.project.survey import survey
from advisor.loading.knowledge import load
from advisor.loading.signs import load_signs
from advisor.model.knowledge import KnowledgeBase
from advisor.model.project import Signs, Survey

TREES = tuple(sorted((Path(__file__).parent / "trees").rglob("*.yaml")))


@cache
def base() -> KnowledgeBase:
    return load()


@cache
def signs() -> Signs:
    return load_signs(resources.knowledge(), base().vocabulary)


def described(name: str) -> dict[str, Any]:
    """The description of a tree."""
    file = next(path for path in TREES if path.stem == name)
    found: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def build(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """The folder with these files in it."""
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def read(root: Path, part: str = "") -> Survey:
    """What the folder was read as."""
    return survey(root, signs(), base().vocabulary, part)
