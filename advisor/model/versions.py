"""Where a version stands to those that are named: Python 3.10 to what a release serves."""

from __future__ import annotations

import re

_MINOR = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


def is_version(text: str) -> bool:
    """Whether a text names one version of Python, as `3.12` or `3.12.4`; a range does not."""
    return _MINOR.fullmatch(text) is not None


def standing(version: str, named: str | tuple[str, ...]) -> str:
    """One of `AMONG`, or nothing where that cannot be told.

    `named` are versions such as 3.12, or a range such as >=3.10,<3.14. Without a patch release it is a whole line.
    """
    asked = _minor(version)
    if asked is None:
        return ""
    if isinstance(named, str):
        return _in_range(version, asked, named)
    served = sorted({minor for one in named if (minor := _minor(one)) is not None})
    if not served:
        return ""
    if asked in served:
        return "served"
    return "older" if asked < served[0] else "newer" if asked > served[-1] else "skipped"


def _in_range(version: str, asked: tuple[int, int], named: str) -> str:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415  (only a forced version needs it)

    try:
        allowed = SpecifierSet(named)
    except InvalidSpecifier:
        return ""
    found = _MINOR.match(version)
    # Else the last of its patch releases, since a bound such as >=3.10.1 means the line of 3.10 all the same.
    patch = found[3] if found and found[3] else "99"
    if allowed.contains(f"{asked[0]}.{asked[1]}.{patch}"):
        return "served"
    least = [minor for one in allowed if one.operator in (">=", "~=", ">") and (minor := _minor(one.version))]
    return "older" if least and asked <= max(least) else "newer"


def _minor(version: str) -> tuple[int, int] | None:
    found = _MINOR.match(version)
    return (int(found[1]), int(found[2])) if found else None
