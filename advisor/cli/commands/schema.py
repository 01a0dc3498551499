"""`advisor schema`: the JSON Schemas of what goes in and comes out, generated from the models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.loading.knowledge import load
from advisor.loading.validate import adapter
from advisor.model.check import Check
from advisor.model.decision import Decision
from advisor.model.difference import DecisionDiff
from advisor.model.explanation import Explanation
from advisor.model.fleet import FleetDecision
from advisor.model.fleet_probe import FleetProbe
from advisor.model.measurement import Measurements
from advisor.model.policy import Policy
from advisor.model.portfolio import Portfolio
from advisor.model.project import Survey
from advisor.model.recommendation import Recommendation
from advisor.render.answers_schema import answers_schema

if TYPE_CHECKING:
    import argparse

_KINDS: Mapping[str, Any] = {
    "recommendation": Recommendation,
    "explanation": Explanation,
    "measurements": Measurements,
    "portfolio": Portfolio,
    "fleet-decision": FleetDecision,
    "fleet-probe": FleetProbe,
    "intake": Survey,
    "policy": Policy,
    "decision": Decision,
    "check": Check,
    "diff": DecisionDiff,
}
_NAMES = ("answers", *_KINDS)
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    parser.add_argument("name", choices=_NAMES, metavar="NAME", help=", ".join(_NAMES))


def run(arguments: argparse.Namespace) -> int:
    """Print the schema of that name."""
    write(json.dumps(schema(arguments.name), indent=2, ensure_ascii=False) + "\n", None)
    return Exit.ANSWER


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of `answers`, or of what one of the models holds."""
    if name == "answers":
        return {"$schema": _DIALECT, **answers_schema(load())}
    # A policy is read and never written: what has a default can be left out.
    found = adapter(_KINDS[name]).json_schema(mode="validation" if name == "policy" else "serialization")
    # A model that contains itself is only referred to: what it is comes first all the same.
    itself = found["$defs"][found.pop("$ref").rpartition("/")[2]] if "$ref" in found else {}
    return {"$schema": _DIALECT, **itself, **found}
