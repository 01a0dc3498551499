"""`advisor schema`: the JSON Schemas of what goes in and comes out, generated from the models."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.loading.knowledge import load
from advisor.loading.validate import adapter
from advisor.model.explanation import Explanation
from advisor.model.measurement import Measurements
from advisor.model.project import Survey
from advisor.model.recommendation import Recommendation

if TYPE_CHECKING:
    import argparse

    from advisor.model.knowledge import KnowledgeBase
    from advisor.model.vocabulary import Attribute

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def run(arguments: argparse.Namespace) -> int:
    """Print the schema of that name."""
    write(json.dumps(schema(arguments.name), indent=2, ensure_ascii=False) + "\n", None)
    return Exit.ANSWER


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of `answers`, `recommendation`, `explanation`, `measurements` or `intake`."""
    if name == "answers":
        return _answers(load())
    kinds = {
        "recommendation": Recommendation,
        "explanation": Explanation,
        "measurements": Measurements,
        "intake": Survey,
    }
    kind: Any = kinds[name]
    found = adapter(kind).json_schema(mode="serialization")
    # A model that contains itself is only referred to: what it is comes first all the same.
    itself = found["$defs"][found.pop("$ref").rpartition("/")[2]] if "$ref" in found else {}
    return {"$schema": _DIALECT, **itself, **found}


def _answers(base: KnowledgeBase) -> dict[str, Any]:
    """From the vocabulary, which decides what an answer can be."""
    criteria = [criterion.id for criterion in base.criteria]
    return {
        "$schema": _DIALECT,
        "title": "Answers",
        "description": "What is known of a situation. A key that is absent is open, never 'no'.",
        "type": "object",
        "additionalProperties": False,
        "properties": {a.name: {"description": a.meaning, **_of(a, criteria)} for a in base.vocabulary.answers},
    }


def _of(attribute: Attribute, criteria: list[str]) -> dict[str, Any]:
    words: dict[str, Any] = {"enum": [*attribute.words, "unknown", None]}
    number: dict[str, Any] = {"type": "integer" if attribute.whole else "number"}
    if attribute.least is not None:
        number["minimum"] = attribute.least
    open_number = {"anyOf": [number, {"enum": ["unknown", None]}]}
    levels = {"enum": ["must", "should", "could", "ignore"]}
    some = {"type": "array", "items": {"enum": list(attribute.words)}}
    mapping = {"type": "object", "additionalProperties": False}
    return {
        "word": words,
        "words": {"anyOf": [some, words]},
        "number": open_number,
        "text": {"type": ["string", "null"], "maxLength": 200},
        "numbers": {**mapping, "properties": dict.fromkeys(attribute.words, number)},
        "levels": {**mapping, "properties": dict.fromkeys(criteria, levels)},
    }[attribute.kind]
