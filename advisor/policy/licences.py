"""The class of a licence, by the SPDX expression that a package states."""

from __future__ import annotations

import re
from collections.abc import Mapping

from advisor.model.policy import LicenceClass

_ORDER: tuple[LicenceClass, ...] = ("permissive", "copyleft", "proprietary")
"""The least restrictive first."""
_PERMISSIVE = re.compile(r"MIT(-0)?|Apache-2\.0|BSD-[0-9]-Clause.*|0BSD|ISC|Zlib|BSL-1\.0|NCSA|Python-2\.0|PSF-2\.0")
_COPYLEFT = re.compile(r"(A|L)?GPL-.*|MPL-.*|EPL-.*|CDDL-.*|EUPL-.*|CC-BY-SA-.*")
_BY_PATTERN: Mapping[LicenceClass, re.Pattern[str]] = {"permissive": _PERMISSIVE, "copyleft": _COPYLEFT}


def class_of(expression: str) -> LicenceClass | None:
    """Of alternatives the freest, of licences that hold together the strictest; None where one is not known."""
    if "(" in expression:
        # No package here states a nested expression; what it would mean is not guessed.
        return None
    alternatives = [_together(part) for part in expression.split(" OR ")]
    if None in alternatives:
        return None
    return min(filter(None, alternatives), key=_ORDER.index)


def _together(expression: str) -> LicenceClass | None:
    classes = [_single(part.strip()) for part in expression.split(" AND ")]
    return None if None in classes else max(filter(None, classes), key=_ORDER.index)


def _single(licence: str) -> LicenceClass | None:
    if licence == "proprietary":
        return "proprietary"
    return next((kind for kind, pattern in _BY_PATTERN.items() if pattern.fullmatch(licence)), None)
