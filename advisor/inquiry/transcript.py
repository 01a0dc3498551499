"""An interview as a file of answers, and back: `recommend --answers` reads the same file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal

from advisor.inquiry.interview import Interview
from advisor.loading.answers import check_answers, read_answers
from advisor.loading.problems import Problems
from advisor.model.answers import Answer
from advisor.model.knowledge import KnowledgeBase

_PLAIN = re.compile(r"[a-z][a-z0-9_]*")
_NOT_WORDS = ("null", "true", "false", "yes", "no", "on", "off", "y", "n")
"""Words that YAML takes for something else."""
_OPEN = "unknown"
_HEAD = "# Answers for `advisor recommend --answers`; `unknown` leaves a question open.\n"


def written(interview: Interview) -> str:
    """The answers as YAML, in the order of answering."""
    return _HEAD + "".join(f"{key}: {_value(value)}\n" for key, value in interview.said.items())


def read(content: bytes, name: str, base: KnowledgeBase) -> Interview:
    """The interview that was written there; raises `InputError` with everything that is wrong in it."""
    problems = Problems()
    document = read_answers(content, name, problems)
    criteria = [criterion.id for criterion in base.criteria]
    known = check_answers(document.data, base.vocabulary, criteria, document.place, problems)
    problems.settle()
    return Interview({key: known.get(key) for key in document.data})


def _value(value: Answer | None) -> str:
    if value is None:
        return _OPEN
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_value(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, float):
        # Without an exponent, which YAML and JSON do not write alike.
        return format(Decimal(repr(value)), "f")
    if isinstance(value, int):
        return str(value)
    # What is quoted in JSON is quoted in YAML.
    return value if _PLAIN.fullmatch(value) and value not in _NOT_WORDS else json.dumps(value, ensure_ascii=False)
