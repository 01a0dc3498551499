"""The JSON Schema of answers, from the vocabulary."""

from __future__ import annotations

from typing import Any

from advisor.model.knowledge import KnowledgeBase
from advisor.model.vocabulary import Attribute


def answers_schema(base: KnowledgeBase) -> dict[str, Any]:
    """From the vocabulary, which decides what an answer can be."""
    criteria = [criterion.id for criterion in base.criteria]
    return {
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
