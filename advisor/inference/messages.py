"""What durable-rules is told, as JSON: the rules once, and for each consultation small facts that answer their checks.

Each fact is about one attribute `k`: it `is` a word or a scaled number, it `lacks` a word, it is `among` some words or
`outside` them, its `state` is known or unknown. A check that holds is told as it was asked, so the core only ever
compares for equality, apart from the orderings of numbers.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple, cast

from advisor.inference.facts import Situation, scaled
from advisor.inference.normal import ORDERINGS, Check
from advisor.inference.rulebook import Rulebook
from advisor.inference.strata import Conclusion
from advisor.model.rule import Rule
from advisor.model.trace import Given, Premise

Message = tuple[Premise, str]
"""A fact: what it means to people, and the inside of the JSON object that says it to the core."""

_SAID: Mapping[str, str] = {"has": "is", "differs": "lacks"}
"""Tests that are told under the name of another."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

OPENING = '"open":1'
"""Told first in every session."""


class Dictionary(NamedTuple):
    """Every message that a rulebook has a use for."""

    asked: Mapping[str, tuple[tuple[Check, str], ...]]
    """Attribute that facts bring to the checks for which one answer is told, each with its message."""
    ordered: frozenset[str]
    """Numbers that are compared; they are told as they are."""
    present: Mapping[Conclusion, Message]
    """Conclusions that some rule asks for."""
    absent: tuple[tuple[tuple[Conclusion, Message], ...], ...]
    """Conclusions whose absence some rule asks for, by the layer at the end of which it is settled."""


def dictionary(book: Rulebook) -> Dictionary:
    """Every message that the rulebook has a use for, written once."""
    asked: defaultdict[str, list[tuple[Check, str]]] = defaultdict(list)
    present: dict[Conclusion, Message] = {}
    ordered: set[str] = set()
    for check in sorted({check for ways in book.alternatives.values() for way in ways for check in way}):
        if check.test in ORDERINGS:
            ordered.add(check.attribute)
        elif book.kinds[check.attribute] != "derived":
            asked[check.attribute].append((check, _inside(_told(check))))
        elif check.test == "has":
            present[_conclusion(check)] = (Premise(check.attribute, "is", check.value), _inside(_told(check)))
    layers: defaultdict[int, list[tuple[Conclusion, Message]]] = defaultdict(list)
    for (attribute, word), layer in sorted(book.strata.absences.items()):
        message = Premise(attribute, "lacks", word), _inside(_told(Check(attribute, "lacks", word)))
        layers[layer].append(((attribute, word), message))
    absent = tuple(tuple(layers[layer]) for layer in sorted(layers))
    return Dictionary(
        {attribute: tuple(checks) for attribute, checks in asked.items()}, frozenset(ordered), present, absent
    )


def definition(book: Rulebook) -> tuple[str, Mapping[str, Rule]]:
    """The rules in the core's own language, one for each alternative, and what they stand for by name.

    The rule for `open` has something to do in every session, because giving back one that never had anything to do
    crashes. `$sink` never fires, but has a use for every fact, so that none is refused. `dist: 0` lets one fact
    answer several checks of a rule. Priorities are left out: no result depends on them, and they wrap at 16 bits.
    """
    rules = [
        '"$open":{"all":[{"open":{"open":1}}]}',
        '"$sink":{"all":[{"fact":{"$ex":{"k":1}}},{"never":{"never":1}}]}',
    ]
    meaning: dict[str, Rule] = {}
    # The same checks stand in many rules: each is written once, which is most of the work.
    written: dict[Check, str] = {}
    for rule in book.rules:
        for number, way in enumerate(book.alternatives[rule.id]):
            name = f"{rule.id}#{number}"
            meaning[name] = rule
            for check in way:
                if check not in written:
                    written[check] = _encode(_pattern(check))
            checks = ",".join([f'{{"c{place}":{written[check]}}}' for place, check in enumerate(way)])
            rules.append(f'{_encode(name)}:{{"all":[{checks}],"dist":0}}')
    return f"{{{','.join(rules)}}}", meaning


def messages(situation: Situation, words: Dictionary) -> Iterator[Message]:
    """The facts of a consultation, in a fixed order."""
    for attribute, checks in words.asked.items():
        value = situation.given.get(attribute)
        for check, inside in checks:
            premise = _answer(check, value)
            if premise:
                yield premise, inside
    for attribute in sorted(words.ordered & situation.given.keys()):
        number = cast("float", situation.given[attribute])
        yield Premise(attribute, "is", number), _inside({"k": attribute, "is": scaled(number)})
    for conclusion, message in words.present.items():
        if conclusion[1] in situation.concluded.get(conclusion[0], ()):
            yield message


def _answer(check: Check, value: Given | None) -> Premise | None:
    """What a check found, if it holds: where the attribute is unknown, only `unknown` does."""
    known = value is not None
    if check.test in ("known", "unknown"):
        return Premise(check.attribute, check.test) if known == (check.test == "known") else None
    if value is None:
        return None
    if isinstance(value, frozenset):
        holds = (check.value in value) == (check.test == "has")
        return Premise(check.attribute, "is" if check.test == "has" else "lacks", check.value) if holds else None
    if check.test in ("among", "outside"):
        holds = (value in str(check.value).split("|")) == (check.test == "among")
    else:
        holds = (check.value == value) == (check.test == "is")
    return Premise(check.attribute, "is", value) if holds else None


def _told(check: Check) -> dict[str, str | int]:
    """The message that makes the check hold."""
    if check.test in ("known", "unknown"):
        return {"k": check.attribute, "state": check.test}
    return {"k": check.attribute, _SAID.get(check.test, check.test): check.value}


def _pattern(check: Check) -> dict[str, object]:
    if check.test in ORDERINGS:
        return {"$and": [{"k": check.attribute}, {f"${check.test}": {"is": check.value}}]}
    return {"$and": [{name: value} for name, value in _told(check).items()]}


def _conclusion(check: Check) -> Conclusion:
    return check.attribute, str(check.value)


def _inside(message: dict[str, str | int]) -> str:
    return _encode(message)[1:-1]
