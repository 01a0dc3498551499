"""The knowledge base with its rulebook: from the files, or from what was kept when they were last read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from advisor import resources
from advisor.loading import cache
from advisor.model.knowledge import KnowledgeBase


def load(knowledge: Path | None = None, rules: Path | None = None, *, use_cache: bool = True) -> KnowledgeBase:
    """The validated knowledge base with its rulebook; raises `InputError` with every problem in every file."""
    knowledge, rules = knowledge or resources.knowledge(), rules or resources.rules()
    digests: dict[Literal["knowledge", "rules"], str] = {"knowledge": _digest(knowledge), "rules": _digest(rules)}
    key = _hash([*digests.values(), *(path.read_bytes() for path in resources.models())])
    kept = cache.read(key) if use_cache else None
    if kept is not None:
        return kept
    from advisor.loading.knowledge_files import read  # noqa: PLC0415  (a warm start parses and validates nothing)

    base = read(knowledge, rules, digests)
    if use_cache:
        cache.write(key, base)
    return base


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.yaml") if path.is_file())


def _hash(parts: Iterable[str | bytes]) -> str:
    total = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        total.update(len(content).to_bytes(8, "big") + content)
    return total.hexdigest()


def _digest(folder: Path) -> str:
    files = [path for path in _files(folder) if path.parent.name != "examples"]
    named = ((path.relative_to(folder).as_posix(), path.read_bytes()) for path in files)
    return "sha256:" + _hash(part for pair in named for part in pair)
