"""What a range of Python versions comes to."""

from __future__ import annotations

from packaging.specifiers import InvalidSpecifier, SpecifierSet

_MINORS = range(30)
_PATCHES = (0, 5, 99)


def minors(allowed: str) -> tuple[str, ...]:
    """The minor versions of Python 3 that the range allows, or a pin names; none where it is no range."""
    try:
        found = SpecifierSet(allowed)
    except InvalidSpecifier:
        return ()
    pinned = next((one.version for one in found if one.operator in ("==", "===")), "")
    if pinned:
        parts = [part for part in pinned.split(".") if part.isdecimal()]
        return (".".join(parts[:2]),) if len(parts) > 1 else ()
    tried = {f"3.{minor}": [f"3.{minor}.{patch}" for patch in _PATCHES] for minor in _MINORS}
    return tuple(minor for minor, releases in tried.items() if any(map(found.contains, releases)))
