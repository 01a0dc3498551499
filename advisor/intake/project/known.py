"""The signs, found by what they are recognised by."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import translate
from functools import cached_property

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from advisor.frozen import replace
from advisor.intake.project.seen import Seen
from advisor.model.project import Sign, Signs

_MAIN = ("package", "npm", "mark")
"""What is recognised by its whole name."""
_FAR = "99999"
"""Later than any release."""


class Known:
    """The signs of a file, by kind and name."""

    def __init__(self, signs: Signs) -> None:
        self.signs = signs
        self._whole: defaultdict[tuple[str, str], list[Sign]] = defaultdict(list)
        self._dotted: defaultdict[str, list[Sign]] = defaultdict(list)
        self._images: list[tuple[re.Pattern[str], Sign]] = []
        self._files: list[tuple[re.Pattern[str], Sign]] = []
        for sign in signs.signs:
            for kind in _MAIN:
                for name in getattr(sign, kind):
                    self._whole[kind, canonicalize_name(name) if kind == "package" else name].append(sign)
            for name in sign.name:
                self._dotted[name].append(sign)
            self._images += [(re.compile(translate(f"{pattern.rstrip('*')}*")), sign) for pattern in sign.image]
            self._files += [(re.compile(translate(pattern)), sign) for pattern in sign.file]

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """Every text that is looked for."""
        return tuple(sorted({mark for sign in self.signs.signs for mark in sign.mark}))

    @cached_property
    def imports(self) -> re.Pattern[bytes]:
        """What stands in every file of Python that imports anything known."""
        begins = {name.partition(".")[0] for name in self._dotted} - {""}
        return re.compile(rb"\b(?:" + b"|".join(re.escape(name.encode()) for name in sorted(begins)) + rb")\b")

    @cached_property
    def named_files(self) -> re.Pattern[str]:
        """The names of files that say something by being there."""
        return re.compile("|".join(pattern.pattern for pattern, _ in self._files) or r"(?!)")

    def of(self, seen: Seen) -> Iterator[Sign]:
        """The signs that this is."""
        match seen.kind:
            case "name":
                yield from self._of_name(seen.name)
            case "image":
                yield from (sign for pattern, sign in self._images if pattern.match(seen.name))
            case "file":
                yield from (sign for pattern, sign in self._files if pattern.match(seen.name))
            case "package" | "npm" | "mark":
                for sign in self._whole.get((seen.kind, seen.name), ()):
                    if seen.kind != "package" or _serves(sign, seen.version):
                        yield sign

    def tells(self, seen: Seen) -> bool:
        """Whether it is worth keeping: it is a sign, or says more about what is one."""
        if seen.kind == "lock":
            return ("package", seen.name) in self._whole
        return seen.kind in ("python", "project", "language") or next(iter(self.of(seen)), None) is not None

    def weighed(self, names: Sequence[Seen]) -> Iterator[Seen]:
        """The names that one file uses; of a framework that it only borrows from, as hints."""
        borrowed = [begin for begin, lent in self.signs.borrowed.items() if _borrows(names, begin, lent)]
        for seen in names:
            only = any(_is_below(seen.name, begin) for begin in borrowed)
            yield replace(seen, sure="hint") if only else seen

    def _of_name(self, name: str) -> Iterable[Sign]:
        if name.startswith("."):
            yield from self._dotted.get(name, ())
            return
        end = len(name)
        while end > 0:
            yield from self._dotted.get(name[:end], ())
            end = name.rfind(".", 0, end)


def _is_below(name: str, begin: str) -> bool:
    return name == begin or name.startswith(f"{begin}.")


def _borrows(names: Sequence[Seen], begin: str, lent: Sequence[str]) -> bool:
    """Whether something that is lent is used of what begins so, and nothing else."""
    used = [seen.name for seen in names if _is_below(seen.name, begin) and seen.name != begin]
    return bool(used) and all(any(_is_below(name, one) for one in lent) for name in used)


def _serves(sign: Sign, version: str) -> bool:
    """Whether a package in this version, or in a version of this range, is what the sign is about."""
    if sign.below:
        return is_below(version, sign.below)
    return not sign.since or not is_below(version, sign.since)


def is_below(version: str, bound: str) -> bool:
    """Whether a version, or every version that a range allows, lies below the bound."""
    try:
        return Version(version) < Version(bound)
    except InvalidVersion:
        pass
    try:
        allowed = SpecifierSet(version)
        tried = [Version(bound), *(Version(f"{bound}.{minor}") for minor in range(60)), Version(_FAR)]
        tried += [Version(one.version.removesuffix(".*")) for one in allowed]
    except (InvalidSpecifier, InvalidVersion):
        return False
    late = [one for one in tried if one >= Version(bound)]
    return bool(version) and not any(allowed.contains(one, prereleases=True) for one in late)
