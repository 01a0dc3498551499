"""Files that build, deploy and configure: images, versions of Python, and text that gives something away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from advisor.intake.project.seen import Seen, numbered

_IMAGE = re.compile(
    r"\s*(?:-\s+)?(?:FROM(?:\s+--\S{1,80})*|image:|container:|base_image\s*=)\s+[\"']?"
    r"(?:[\w.-]{1,100}:\d{1,5}/)?([\w./@-]{1,200}(?::[\w.-]{1,128})?)",
    re.IGNORECASE,
)
_PYTHON_IMAGE = re.compile(r"(?:.*/)?python:(\d+\.\d+(?:\.\d+)?)")
_SET_UP = re.compile(r"\s*(?:-\s+)?python[-_]version:\s*[\[\"']*(\d+\.\d+)", re.IGNORECASE)
_RUNTIME = re.compile(r"\s*(?:python[- ]?)?(\d+\.\d+(?:\.\d+)?)\s*")

_BEGIN = re.compile(r"[\s\"'-]*")

Scan = Callable[[str, bool], Iterator[Seen]]


def scanning(marks: tuple[str, ...]) -> Scan:
    """What looks for these marks, for images and for versions of Python, on every line outside comments.

    It takes the text, and whether a mark counts only where a line begins with it.
    """
    known = re.compile("|".join(map(re.escape, sorted(marks, key=len, reverse=True)))) if marks else re.compile(r"(?!)")

    def scan(text: str, at_begin: bool) -> Iterator[Seen]:  # noqa: FBT001
        for number, line in numbered(text):
            if line.lstrip().startswith(("#", "//", "<!--")) and not line.lstrip().startswith("#include"):
                continue
            body = _BEGIN.sub("", line, count=1) if at_begin else line
            met = [known.match(body)] if at_begin else known.finditer(body)
            yield from (Seen("mark", mark, number) for mark in dict.fromkeys(one[0] for one in met if one))
            yield from _image(line, number)

    return scan


def runtime(text: str) -> Iterator[Seen]:
    """The version in `.python-version`, `runtime.txt` or `.tool-versions`."""
    for number, line in numbered(text):
        found = _RUNTIME.fullmatch(line)
        if found:
            yield Seen("python", f"=={found[1]}", number)


def _image(line: str, number: int) -> Iterator[Seen]:
    found = _IMAGE.match(line)
    if found:
        name, _, tag = found[1].partition(":")
        python = _PYTHON_IMAGE.match(found[1])
        if python:
            yield Seen("python", f"=={python[1]}", number, "likely")
        yield Seen("image", found[1], number, "certain", tag if name else "")
    set_up = _SET_UP.match(line)
    if set_up:
        yield Seen("python", f"=={set_up[1]}", number, "hint")
