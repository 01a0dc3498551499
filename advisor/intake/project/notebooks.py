"""The cells of a notebook: what they import, and what their magics install."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from advisor.frozen import replace
from advisor.intake.project.python_source import Bound, used
from advisor.intake.project.seen import BrokenError, Lines, Seen, requirement, table

_INSTALLS = re.compile(r"\s*[!%]\s*(?:\S{1,40}\s+-m\s+)?(?:uv\s+)?(?:pip3?|conda|mamba)\s+install\s+(.{1,400})")
_MAGIC = ("%", "!", "?")


def cells(text: str) -> Iterator[Seen]:
    """What the code in a notebook imports, uses and installs."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BrokenError from None
    lines, bound = Lines(text), Bound()
    listed = data.get("cells") if isinstance(data, dict) else None
    for cell in listed if isinstance(listed, list) else ():
        if table({"cell": cell}, "cell").get("cell_type") == "code":
            for seen in _cell(_source(cell.get("source")), bound):
                begins = seen.name.partition(".")[0]
                yield replace(seen, line=lines.of(begins) if begins else 0)
    language = table(data, "metadata", "language_info").get("version")
    if isinstance(language, str) and re.fullmatch(r"\d+\.\d+(\.\d+)?", language):
        yield Seen("python", f"=={language}", lines.of("language_info"), "hint")


def _source(source: object) -> str:
    parts = source if isinstance(source, list) else [source]
    return "".join(part for part in parts if isinstance(part, str))


def _cell(source: str, bound: Bound) -> Iterator[Seen]:
    if source.lstrip().startswith("%%") and not source.lstrip().startswith(("%%time", "%%capture")):
        # The whole cell is in another language.
        return
    code: list[str] = []
    for line in source.split("\n"):
        installed = _INSTALLS.match(line)
        for word in installed[1].split() if installed else ():
            if not word.startswith(("-", ".", "/", "http", "git+")):
                yield from requirement(word.strip("'\""), 0)
        magic = line.lstrip().startswith(_MAGIC) or line.rstrip().endswith("?")
        # A block needs something to stand in it.
        code.append(line[: len(line) - len(line.lstrip())] + "pass" if magic else line)
    yield from used("\n".join(code), bound)
