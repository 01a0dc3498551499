"""Keeps validated knowledge as JSON, so that a warm start neither parses YAML nor builds validators.

Each line of the file is JSON: a label, the knowledge base, what is common in it, and the texts of its parts. A cache
that is damaged, foreign or unwritable is as good as none.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG

from advisor import resources
from advisor.loading.structure import Parts, brief, compact, structure
from advisor.model.knowledge import KnowledgeBase

MAX_BYTES = 256 * 1024 * 1024
"""More than two hundred times what the program's own takes."""


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
        with file.open("rb") as kept:
            label, *lines = kept
        if label != _label(key, lines):
            return None
        base, common, *texts = lines
        return structure(KnowledgeBase, json.loads(base), Parts(json.loads(common), texts))
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None


def write(key: str, overlays: Sequence[str], base: KnowledgeBase) -> None:
    """Keep the knowledge base under this key, in place of what was kept before for these overlays."""
    import tempfile  # noqa: PLC0415  (a warm start writes nothing)

    file = _file(overlays)
    parts = Parts()
    whole = compact(brief(base, parts))
    lines = [line + b"\n" for line in (whole.encode(), compact(parts.common).encode(), *parts.texts)]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix="knowledge-", suffix=".tmp")
    except OSError:
        return
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.writelines([_label(key, lines), *lines])
        Path(name).replace(file)
    except OSError:
        pass
    finally:
        with suppress(OSError):
            Path(name).unlink()


def _label(key: str, lines: Iterable[bytes]) -> bytes:
    """What the file begins with: under the right key, something else can only stand there by damage."""
    return compact({"key": f"{key} {zlib.crc32(b''.join(lines)):08x}"}).encode() + b"\n"
