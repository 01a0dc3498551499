"""The resources: whatever has an id, under an address of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote

from advisor.api.knowledge import Knowledge
from advisor.errors import InputError, Problem
from advisor.loading.problems import nearest, shown
from advisor.loading.structure import plain
from advisor.mcp import documents

SCHEME = "advisor://"
VOCABULARY = f"{SCHEME}vocabulary"

KINDS: Mapping[str, tuple[str, Callable[[Knowledge], Mapping[str, Any]]]] = {
    "fact": ("A fact with its source, date, grade and expiry.", lambda knowledge: knowledge.facts),
    "rule": ("A rule with its condition, effects, reason and source.", lambda knowledge: knowledge.rules),
    "framework": ("A framework with every fact that is known of it.", lambda knowledge: knowledge.frameworks),
    "component": ("A component of a stack with every fact of it.", lambda knowledge: knowledge.components),
}
"""By the word in the address, what there is of each kind by id."""


def listed(knowledge: Knowledge) -> dict[str, str]:
    """The addresses that are worth listing, with what they lead to; facts and rules are too many."""
    frameworks = {address("framework", name): one.name for name, one in knowledge.frameworks.items()}
    return {VOCABULARY: "The keys and words of answers", **frameworks}


def address(kind: str, identity: str) -> str:
    """Where something stands."""
    return f"{SCHEME}{kind}/{quote(identity, safe='')}"


def read(uri: str, knowledge: Knowledge) -> str:
    """What stands at an address, as JSON; raises `InputError` where nothing does."""
    if uri == VOCABULARY:
        return _json(documents.vocabulary(knowledge.base))
    kind, _, name = uri.removeprefix(SCHEME).partition("/")
    if not uri.startswith(SCHEME) or kind not in KINDS:
        hint = f"There are {VOCABULARY} and {', '.join(f'{SCHEME}{known}/ID' for known in KINDS)}."
        raise InputError(Problem(message=f"{shown(uri)} is no address here.", place="uri", hint=hint))
    known, identity = KINDS[kind][1](knowledge), unquote(name)
    if identity not in known:
        message = f"{shown(identity)} is no {kind}."
        raise InputError(Problem(message=message, place="uri", hint=nearest(identity, known)))
    return _json(plain(known[identity]))


def _json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
