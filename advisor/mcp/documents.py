"""What tools answer, of a size that an agent can read: each has the ids by which it can go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from advisor.inquiry.interview import Asked
from advisor.model.knowledge import KnowledgeBase
from advisor.model.recommendation import Recommendation
from advisor.model.vocabulary import Attribute
from advisor.render.json import document

_WHOLE = ("schema", "status", "recommendation", "flags", "contradictions", "passages", "questions", "exit", "policy")
"""Parts of a recommendation that a summary has as they are."""
_KNOWN = ("answers", "origins", "provenance")
_PLACED = ("option", "score", "interval")
_STEADY = ("stays_first", "flips", "decisive", "move")


def summary(recommendation: Recommendation) -> dict[str, Any]:
    """The recommendation in the same words as the whole document, without the criteria, evidence and other lights."""
    whole = document(recommendation)
    cited = {*_cited(whole)}
    return {
        **{name: whole[name] for name in _WHOLE if name in whole},
        "ranking": [{name: ranked[name] for name in _PLACED} for ranked in whole["ranking"]],
        "excluded": whole["excluded"],
        "findings": [
            {name: finding[name] for name in ("id", "message")}
            for finding in whole["findings"]
            if finding["id"] in cited
        ],
        "sensitivity": {name: whole["sensitivity"][name] for name in _STEADY},
        **{name: whole[name] for name in _KNOWN},
    }


def _cited(whole: dict[str, Any]) -> Iterator[str]:
    """The findings that something in a summary names."""
    for part in (whole["recommendation"]["stack"], *(whole[name] for name in ("excluded", "flags", "contradictions"))):
        for named in part:
            yield from named["findings"]
    for passage in whole["passages"]:
        yield passage["finding"]
    for named in (whole.get("policy") or {}).get("kept_out", {}).values():
        yield from named


def question(asked: Asked | None) -> dict[str, Any]:
    """The question with what can be answered; null where none is worth asking."""
    if asked is None:
        return {"question": None, "says": "No answer to a further question can change the recommendation."}
    attribute = asked.attribute
    return {
        "question": {
            "key": attribute.name,
            "text": asked.text,
            "why": asked.why,
            "kind": attribute.kind,
            "words": [
                word | ({"leads_to": asked.leads_to[word["word"]]} if word["word"] in asked.leads_to else {})
                for word in _words(attribute)
            ],
            "could_become": list(asked.could_become),
        },
        "says": f"Ask again with {attribute.name} among the answers; `unknown` where it is not known.",
    }


def vocabulary(base: KnowledgeBase, key: str | None = None) -> dict[str, Any]:
    """Every key that answers can have, or one of them with its words."""
    asked = {question.key: question for question in base.questions}
    attributes = [a for a in base.vocabulary.answers if key in (None, a.name)]
    return {
        "keys": [
            {
                "key": attribute.name,
                "kind": attribute.kind,
                "meaning": attribute.meaning,
                **({"question": asked[attribute.name].text} if attribute.name in asked else {}),
                **({"why": asked[attribute.name].why} if key and attribute.name in asked else {}),
                **({"words": _words(attribute) or _criteria(attribute, base)} if key else {}),
            }
            for attribute in attributes
        ]
    }


def _words(attribute: Attribute) -> list[dict[str, str]]:
    """The words of a key, with their meaning where it is not plain."""
    return [
        {"word": word, **({"meaning": attribute.meanings[word]} if word in attribute.meanings else {})}
        for word in attribute.words
    ]


def _criteria(attribute: Attribute, base: KnowledgeBase) -> list[dict[str, str]]:
    """What priorities are given to."""
    criteria = base.criteria if attribute.kind == "levels" else ()
    return [{"word": criterion.id, "meaning": criterion.meaning} for criterion in criteria]
