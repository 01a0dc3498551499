"""`package.json`: the packages of JavaScript that a project asks for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from advisor.intake.project.seen import BrokenError, Lines, Seen, table

_EXACT = re.compile(r"\d+\.\d+\.\d+\S{0,40}")


def packages(text: str) -> Iterator[Seen]:
    """What is asked for; the root of a workspace is no project."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BrokenError from None
    if not isinstance(data, dict):
        return
    lines = Lines(text)
    if "workspaces" not in data:
        name = data.get("name")
        yield Seen("project", name if isinstance(name, str) else "", lines.of("name"), "hint")
    for name, spec in table(data, "dependencies").items():
        version = spec[:60] if isinstance(spec, str) else ""
        yield Seen("npm", name, lines.of(name), "certain" if _EXACT.fullmatch(version) else "likely", version)
    for name in table(data, "devDependencies"):
        yield Seen("npm", name, lines.of(name), "hint")
