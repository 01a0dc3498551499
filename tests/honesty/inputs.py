"""The cases that the record is made from."""

from __future__ import annotations

import hashlib
from pathlib import Path

from advisor import resources

FIELD = Path(__file__).resolve().parents[1] / "cases" / "field"
FIRST = Path(__file__).resolve().parent / "first_answers.json"


def gold() -> Path:
    """The file of the gold cases."""
    return resources.knowledge() / "cases" / "gold.yaml"


def digests() -> dict[str, str]:
    """Hashes of the gold cases and of the situations of the field, whatever a checkout makes of the ends of lines."""
    return {"gold": _digest([gold()]), "field": _digest(sorted(FIELD.glob("*.yaml")))}


def _digest(files: list[Path]) -> str:
    found = hashlib.sha256()
    for file in files:
        found.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()
