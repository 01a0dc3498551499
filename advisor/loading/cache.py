"""Keeps validated knowledge as JSON, so that a warm start neither parses YAML nor builds validators.

A cache that is damaged, foreign or unwritable is as good as none.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG

from advisor import resources
from advisor.loading.structure import brief, structure
from advisor.model.knowledge import KnowledgeBase

MAX_BYTES = 256 * 1024 * 1024
"""More than two hundred times what the program's own takes."""
_BASE, _END = b',"base":', b"}"


def _file(overlays: Sequence[str]) -> Path:
    """One file for each set of overlays, so that a script that has some does not take the place of one without."""
    named = "\0".join(filter(None, overlays))
    label = f"-{hashlib.sha256(named.encode()).hexdigest()[:16]}" if named else ""
    return resources.home() / "cache" / f"knowledge{label}.json"


def read(key: str, overlays: Sequence[str] = ()) -> KnowledgeBase | None:
    """The knowledge base kept under this key, if there is a sound one."""
    file = _file(overlays)
    try:
        found = file.stat()
        if not S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
            return None
        label, _, rest = file.read_bytes().partition(_BASE)
        base = rest.removesuffix(_END)
        return structure(KnowledgeBase, json.loads(base)) if label == _label(key, base) else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def write(key: str, overlays: Sequence[str], base: KnowledgeBase) -> None:
    """Keep the knowledge base under this key, in place of what was kept before for these overlays."""
    import tempfile  # noqa: PLC0415  (a warm start writes nothing)

    file = _file(overlays)
    text = json.dumps(brief(base), separators=(",", ":")).encode()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix="knowledge-", suffix=".tmp")
    except OSError:
        return
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(_label(key, text) + _BASE + text + _END)
        Path(name).replace(file)
    except OSError:
        pass
    finally:
        with suppress(OSError):
            Path(name).unlink()


def _label(key: str, base: bytes) -> bytes:
    """What the file begins with: under the right key, something else can only stand there by damage."""
    return f'{{"key":"{key} {hashlib.sha256(base).hexdigest()}"'.encode()
