"""Overlays that make the program's own knowledge so many times as large: copies, each under an id of its own."""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def frameworks(root: Path, times: int) -> None:
    """So many times the options, below `knowledge`."""
    for path in sorted((CHECKOUT / "knowledge" / "frameworks").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        for n in range(1, times):
            name = f"{path.stem}-{n}"
            _write(root / "knowledge" / "frameworks" / f"{name}.yaml", re.sub(r"(?m)^id: .*$", f"id: {name}", text))


def components(root: Path, times: int) -> None:
    """So many times the components, below `knowledge`."""
    for path in sorted((CHECKOUT / "knowledge" / "components").glob("*.yaml")):
        head, key, entries = path.read_text(encoding="utf-8").partition("\ncomponents:\n")
        copied = (re.sub(r"(?m)^  ([A-Za-z0-9][\w.-]*):", rf"  \1-{n}:", entries) for n in range(1, times))
        _write(root / "knowledge" / "components" / path.name, head + key + "\n".join(copied))


def rules(root: Path, times: int) -> None:
    """So many times the rules, below `rules`."""
    for path in sorted((CHECKOUT / "rules").rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        for n in range(1, times):
            within = path.relative_to(CHECKOUT).with_stem(f"{path.stem}-{n}")
            _write(root / within, re.sub(r"(?m)^- id: (\S+)$", rf"- id: \1-{n}", text))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
