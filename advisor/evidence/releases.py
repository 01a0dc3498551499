"""From the files that a package index lists to what is worth knowing of a package."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from packaging.utils import canonicalize_version, parse_wheel_filename
from packaging.version import Version

from advisor.frozen import dataclass
from advisor.model.package import Package

UNKNOWN = "unknown"
_RECENT = timedelta(days=730)

_SYSTEMS = {
    "manylinux": "linux",
    "musllinux": "linux",
    "linux": "linux",
    "macosx": "macos",
    "win": "windows",
    "android": "android",
    "ios": "ios",
    "pyodide": "browser",
    "emscripten": "browser",
    "pyemscripten": "browser",
}
_PROCESSORS = {"amd64": "x86_64", "aarch64": "arm64", "win32": "x86", "universal2": "universal", "i686": "x86"}
_NAMED = ("x86_64", "aarch64", "arm64", "amd64", "armeabi_v7a")
"""Processors that cannot be told by the last word of a tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One file on the index."""

    name: str
    version: str
    uploaded: str
    """The day, or empty where the index does not say."""
    python: str
    digest: str
    """`sha256:` and the digest, or empty where the index has none."""
    withdrawn: bool


def summed_up(files: Iterable[Published], today: str, denied: Collection[str] = ()) -> Package:
    """What the index says of a package on that day; `unknown` is the newest release where none can be used."""
    by_version = _by_version(files)
    gone = {v for v, of in by_version.items() if all(file.withdrawn for file in of)}
    never = {canonicalize_version(version) for version in denied}
    usable = [v for v in sorted(by_version) if v not in gone and canonicalize_version(v) not in never]
    latest = by_version[usable[-1]] if usable else []
    days = {version: _day(of) for version, of in by_version.items()}
    known = sorted(day for day in days.values() if day)
    recent = [day for day in known if date.fromisoformat(today) - date.fromisoformat(day) <= _RECENT]
    return Package(
        observed=today,
        latest=str(usable[-1]) if usable else UNKNOWN,
        released=_day(latest) or UNKNOWN,
        first=known[0] if known else UNKNOWN,
        recent=len(recent),
        every=_gap(recent),
        python=next((file.python for file in latest if file.python), "") if usable else UNKNOWN,
        wheels=_wheels(latest),
        interpreters=_interpreters(latest),
        withdrawn=tuple(str(version) for version in sorted(gone)),
        versions=" ".join(str(version) for version in sorted(by_version)),
    )


def digest_of(files: Iterable[Published], version: str) -> str:
    """The digest of a release's first file by name; empty where the index has none."""
    found = sorted((file.name, file.digest) for file in files if file.version == version)
    return found[0][1] if found else ""


def _by_version(files: Iterable[Published]) -> dict[Version, list[Published]]:
    """The files of final releases; of a package that has none yet, those of what there is."""
    found: dict[Version, list[Published]] = {}
    for file in files:
        try:
            found.setdefault(Version(file.version), []).append(file)
        except ValueError:  # It is none, or one of more digits than a number is read from.
            continue
    final = {version: of for version, of in found.items() if not version.is_prerelease}
    return final or found


def _day(files: Iterable[Published]) -> str:
    return min((file.uploaded for file in files if file.uploaded), default="")


def _gap(days: list[str]) -> int:
    """Median of the days between releases; 0 where there are fewer than two."""
    dates = [date.fromisoformat(day) for day in days]
    gaps = [(after - before).days for before, after in pairwise(dates)]
    return round(median(gaps)) if gaps else 0


def _wheels(files: Iterable[Published]) -> tuple[str, ...]:
    return tuple(sorted({_platform(tag) for file in files for tag in _tags(file, "platform")}))


def _interpreters(files: Iterable[Published]) -> tuple[str, ...]:
    """Python versions that have a wheel of their own; `t` marks free threading."""
    found = set()
    for file in files:
        for tag in _tags(file, "interpreter") | {abi for abi in _tags(file, "abi") if abi.endswith("t")}:
            match = re.fullmatch(r"cp(\d)(\d{1,3})(t?)", tag)
            if match and not {"abi3", "abi3t"} & _tags(file, "abi"):
                free = match[3] or ("t" if any(abi.endswith("t") for abi in _tags(file, "abi")) else "")
                found.add((int(match[1]), int(match[2]), free))
    return tuple(f"{major}.{minor}{free}" for major, minor, free in sorted(found))


def _tags(file: Published, part: str) -> set[str]:
    try:
        _, _, _, tags = parse_wheel_filename(file.name)
    except ValueError:
        return set()
    return {getattr(tag, part) for tag in tags}


def _platform(tag: str) -> str:
    """`manylinux_2_28_x86_64` is `linux x86_64`; a wheel in pure Python runs on any."""
    if tag == "any":
        return "any"
    system = next((name for start, name in _SYSTEMS.items() if tag.startswith(start)), tag)
    processor = next((name for name in _NAMED if name in tag), tag.rpartition("_")[2])
    return f"{system} {_PROCESSORS.get(processor, processor)}"
