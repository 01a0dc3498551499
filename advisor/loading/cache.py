"""Keeps validated knowledge as JSON, so that a warm start neither parses YAML nor builds validators.

A cache that is damaged, foreign or unwritable is as good as none.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from advisor import resources
from advisor.loading.structure import plain, structure
from advisor.model.knowledge import KnowledgeBase


def _file() -> Path:
    return resources.home() / "cache" / "knowledge.json"


def read(key: str) -> KnowledgeBase | None:
    """The knowledge base kept under this key, if there is a sound one."""
    try:
        kept = json.loads(_file().read_bytes())
        if kept["key"] != key:
            return None
        return structure(KnowledgeBase, kept["base"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def write(key: str, base: KnowledgeBase) -> None:
    """Keep the knowledge base under this key, in place of what was kept before."""
    file = _file()
    content = json.dumps({"key": key, "base": plain(base)}, ensure_ascii=False, separators=(",", ":"))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix="knowledge-", suffix=".tmp")
    except OSError:
        return
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(content)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
