"""Whether a decision still holds, as SARIF 2.1.0, which code hosts show beside the file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import advisor
from advisor.loading.problems import printable
from advisor.model.check import OUTCOMES, Check, Kind, Point
from advisor.render.json import written

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES: dict[Kind, tuple[str, str]] = {
    "policy-violated": (
        "The recommendation violates a policy.",
        "Change what the policy does not allow, or the policy. The point of the policy says why it is there.",
    ),
    "primary-changed": (
        "Another framework is recommended now.",
        "Decide anew with `advisor recommend --lock FILE --renew`; nobody has to move because of it.",
    ),
    "status-changed": (
        "The answer is more or less settled than it was.",
        "A tie or low confidence calls for a measurement (`advisor probe`) or for more answers.",
    ),
    "stack-changed": (
        "A part of the stack is gone, or new.",
        "See what takes its place, and decide anew with `advisor recommend --lock FILE --renew`.",
    ),
    "confidence-fell": (
        "The framework is best less often than it was.",
        "Something has caught up with it: `advisor why-not OPTION` says what would put it first.",
    ),
    "choice-ruled-out": (
        "What was chosen is ruled out now.",
        "It was chosen knowingly; what rules it out was not known then.",
    ),
    "evidence-expired": (
        "Evidence has expired.",
        "Look it up again at its source; `advisor knowledge stale` lists everything that has expired.",
    ),
    "end-of-life": (
        "A framework or component has come to its end of life.",
        "Plan the move to what takes its place.",
    ),
    "measure-again": (
        "What was measured was measured with another driver or version.",
        "Measure again with `advisor probe`, and decide anew with `advisor recommend --lock FILE --renew`.",
    ),
    "basis-changed": (
        "Program, knowledge or rules are not those of the decision.",
        "Nothing has to be done: the other points say what follows from it.",
    ),
}
_KINDS = list(_RULES)

Line = Callable[[tuple[str, ...]], int]
"""The line of a part of the decision file, or of the nearest part around it."""


def render(check: Check, line: Line) -> str:
    """One run with a result for each point."""
    driver = {
        "name": "advisor",
        "semanticVersion": advisor.__version__,
        "rules": [_rule(kind) for kind in _KINDS],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"advisor/check/{_address(check.decision)}/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(point, check, line) for point in check.points],
    }
    return written({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(kind: Kind) -> dict[str, Any]:
    short, remedy = _RULES[kind]
    return {
        "id": kind,
        "name": "".join(word.title() for word in kind.split("-")),
        "shortDescription": {"text": short},
        "fullDescription": {"text": short},
        "help": {"text": remedy, "markdown": remedy},
        "defaultConfiguration": {"level": "note" if OUTCOMES[kind] == "holds" else "error"},
    }


def _result(point: Point, check: Check, line: Line) -> dict[str, Any]:
    return {
        "ruleId": point.kind,
        "ruleIndex": _KINDS.index(point.kind),
        "level": point.level,
        "message": {"text": printable(point.message)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _address(check.decision)},
                    "region": {"startLine": line(point.key)},
                },
                "logicalLocations": [{"fullyQualifiedName": ".".join(point.key), "kind": "member"}],
            }
        ],
        # The same point of the same file is the same result, whatever day it is and wherever in the file it stands.
        "partialFingerprints": {"advisorCheck/v1": _fingerprint(point, check)},
    }


def _fingerprint(point: Point, check: Check) -> str:
    content = json.dumps([check.decision, point.kind, point.subject])
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def _address(name: str) -> str:
    """The file as an address: relative to where the program was called, as it was named."""
    path = Path(name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
