"""`environment.yml`: line by line, so that nothing in it can be more than a list of packages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from advisor.intake.project.seen import Seen, numbered, package, range_of, requirement

_ITEM = re.compile(r"(\s*)-\s+[\"']?([^\"'#]{1,300})")
_SPEC = re.compile(r"(?:[\w./-]{1,80}::)?([A-Za-z0-9_.-]{1,80})\s*([=<>!~][^\s\[]{0,80})?")
_KEY = re.compile(r"(\w[\w-]{0,40})\s*:\s*(\S{0,100})")


def environment(text: str) -> Iterator[Seen]:
    """The packages that an environment of Conda asks for, those for pip among them."""
    section, pip = "", -1
    for number, line in numbered(text):
        key, item = _KEY.match(line), _ITEM.match(line)
        if key:
            section = key[1]
            if section == "name":
                yield Seen("project", key[2].strip("\"'"), number, "likely")
        if section != "dependencies" or item is None:
            continue
        indent, said = len(item[1]), item[2].strip()
        if said == "pip:":
            pip = indent
        elif pip >= 0 and indent > pip:
            if not said.startswith("-"):
                yield from requirement(said, number)
        else:
            pip = -1
            yield from _spec(said, number)


def _spec(said: str, line: int) -> Iterator[Seen]:
    found = _SPEC.match(said)
    if found is None:
        return
    # `name=version=build`; one sign of equality allows every release of that version.
    version = re.sub(r"^(=?=?[^=<>!~]+)=.*$", r"\1", found[2] or "")
    if found[1] == "python":
        yield Seen("python", range_of(version), line)
        return
    exact = re.fullmatch(r"==?([0-9][\w.]*)", version)
    yield package(found[1], f"=={exact[1]}" if exact else range_of(version), line)
