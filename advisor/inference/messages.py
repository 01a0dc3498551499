"""What durable-rules is told, as JSON: the rules once, and for each consultation small facts that they fire on.

A rule of the core asks for one fact that stands for all that it needs to be `given`, by number, and for one of each
conclusion `k`, which `is` a word or `lacks` it. Whether what is given holds together, and in which ways, is found out
before: the core takes many times as long, has to be told of each part by itself, and each session of it makes room for
everything that a rule asks. It only ever compares for equality.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import ge, gt, le, lt
from typing import NamedTuple, cast

from advisor.inference.facts import Situation, scaled
from advisor.inference.normal import ORDERINGS, Alternative, Check
from advisor.inference.rulebook import Rulebook
from advisor.inference.strata import Conclusion
from advisor.model.rule import Rule
from advisor.model.trace import Facts, Given, Premise

Behind = tuple[Premise, ...] | Mapping[int, list[tuple[Premise, ...]]]
"""What a fact means to people; where something is given, each way in which it is, by the number of whom it is given of.
"""
Message = tuple[Behind, str]
"""A fact: what is behind it, and the inside of the JSON object that says it to the core."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_ORDER: Mapping[str, Callable[[int, int], bool]] = {"lt": lt, "lte": le, "gt": gt, "gte": ge}
_MOST_KEPT = 10_000
"""Answers kept at once, so that a long batch runs in constant memory."""
_MOST_ALIKE = 100
"""Numbers under one name: the core goes astray where one name is compared with many hundreds."""

OPENING = '"open":1'
"""Told first in every session."""


class Dictionary(NamedTuple):
    """Every message that a rulebook has a use for."""

    asked: Mapping[str, tuple[Check, ...]]
    """Attribute that facts bring to the checks of it."""
    together: Mapping[Check, tuple[_Together, ...]]
    """What has to be given together for a rule to hold in some way, by the one check of it that the fewest ask for."""
    present: Mapping[Conclusion, Message]
    """Conclusions that some rule asks for."""
    absent: tuple[tuple[tuple[Conclusion, Message], ...], ...]
    """Conclusions whose absence some rule asks for, by the layer at the end of which it is settled."""
    answered: dict[tuple[str, Given | None], Mapping[Check, Premise]]
    """What was found to hold of an attribute already, by its value: most have few."""

    def answer(self, attribute: str, value: Given | None) -> Mapping[Check, Premise]:
        """The checks that hold of an attribute with this value, each with what was found."""
        if (attribute, value) not in self.answered:
            if len(self.answered) >= _MOST_KEPT:
                self.answered.clear()
            found = ((check, _answer(check, value)) for check in self.asked[attribute])
            self.answered[attribute, value] = {check: premise for check, premise in found if premise is not None}
        return self.answered[attribute, value]


class _Together(NamedTuple):
    """Checks of what is given that have to hold together, and the message that they do."""

    checks: frozenset[Check]
    inside: str


def dictionary(book: Rulebook) -> Dictionary:
    """Every message that the rulebook has a use for, written once."""
    checks = {check for ways in book.alternatives.values() for way in ways for check in way}
    asked: defaultdict[str, list[Check]] = defaultdict(list)
    present: dict[Conclusion, Message] = {}
    for check in sorted(checks, key=_place):
        if book.kinds[check.attribute] != "derived":
            asked[check.attribute].append(check)
        elif check.test == "has":
            present[_conclusion(check)] = ((Premise(check.attribute, "is", check.value),), _inside(_concluded(check)))
    layers: defaultdict[int, list[tuple[Conclusion, Message]]] = defaultdict(list)
    for (attribute, word), layer in sorted(book.strata.absences.items()):
        message = (Premise(attribute, "lacks", word),), _inside(_concluded(Check(attribute, "lacks", word)))
        layers[layer].append(((attribute, word), message))
    absent = tuple(tuple(layers[layer]) for layer in sorted(layers))
    of_each = {attribute: tuple(found) for attribute, found in asked.items()}
    return Dictionary(of_each, _together(book), present, absent, {})


def definition(book: Rulebook) -> tuple[str, Mapping[str, Rule]]:
    """The rules in the core's own language, and what they stand for by name.

    Alternatives of a rule that ask for the same conclusions are one there. The rule for `open` has something to do in
    every session, because giving back one that never had anything to do crashes. `$sink` never fires, but has a use for
    every conclusion, so that none is refused. Priorities are left out: no result depends on them, and they wrap at 16
    bits.
    """
    rules = [
        '"$open":{"all":[{"open":{"open":1}}]}',
        '"$sink":{"all":[{"fact":{"$ex":{"k":1}}},{"never":{"never":1}}]}',
    ]
    meaning: dict[str, Rule] = {}
    numbers = _numbers(book)
    # Many rules ask for the same: each pattern is written once.
    written: dict[_Ways | Check, str] = {ways: _pattern(_stands_for(n)) for ways, n in numbers.items()}
    for rule in book.rules:
        for place, (ways, concluded) in enumerate(_parted(rule, book)):
            name = f"{rule.id}#{place}"
            meaning[name] = rule
            for check in concluded:
                if check not in written:
                    written[check] = _pattern(_concluded(check))
            asked: list[_Ways | Check] = [*([ways] if ways else []), *concluded]
            checks = ",".join([f'{{"c{i}":{written[one]}}}' for i, one in enumerate(asked)])
            rules.append(f'{_encode(name)}:{{"all":[{checks}],"dist":0}}')
    return f"{{{','.join(rules)}}}", meaning


_Ways = tuple[Alternative, ...]
"""Those in which something can be given, of which one is enough; none where nothing has to be."""


def _parted(rule: Rule, book: Rulebook) -> Iterator[tuple[_Ways, Alternative]]:
    """What the rule asks of the facts that are given, and beside it of what is concluded."""
    found: defaultdict[tuple[Alternative, bool], list[Alternative]] = defaultdict(list)
    for way in book.alternatives[rule.id]:
        concluded = tuple([check for check in way if book.kinds[check.attribute] == "derived"])
        given = tuple([check for check in way if check not in concluded]) if concluded else way
        found[concluded, bool(given)].append(given)
    for (concluded, asks), ways in found.items():
        yield tuple(ways) if asks else (), concluded


def _numbers(book: Rulebook) -> Mapping[_Ways, int]:
    """What has to be given in one way or another, numbered."""
    found = (ways for rule in book.rules for ways, _ in _parted(rule, book) if ways)
    return {ways: number for number, ways in enumerate(dict.fromkeys(found))}


def _together(book: Rulebook) -> Mapping[Check, tuple[_Together, ...]]:
    numbers = _numbers(book)
    asking = Counter(check for ways in numbers for way in ways for check in way)
    found: defaultdict[Check, list[_Together]] = defaultdict(list)
    for ways, number in numbers.items():
        inside = _inside(_stands_for(number))
        for way in ways:
            found[min(way, key=asking.__getitem__)].append(_Together(frozenset(way), inside))
    return {check: tuple(together) for check, together in found.items()}


def messages(situation: Situation, beside: Sequence[Facts], words: Dictionary) -> Iterator[Message]:
    """The facts of a consultation, in a fixed order; `beside` is what is given of each besides, as in `admit`."""
    differing = {attribute for own in beside for attribute in own}
    shared: dict[Check, Premise] = {}
    for attribute in words.asked.keys() - differing:
        shared.update(words.answer(attribute, situation.given.get(attribute)))
    asked = [attribute for attribute in words.asked if attribute in differing]
    given: defaultdict[str, defaultdict[int, list[tuple[Premise, ...]]]] = defaultdict(lambda: defaultdict(list))
    for number, own in enumerate(beside):
        held = dict(shared)
        for attribute in asked:
            held.update(words.answer(attribute, own.get(attribute, situation.given.get(attribute))))
        for premises, inside in _given(held, words):
            given[inside][number].append(premises)
    for inside in sorted(given):
        yield given[inside], inside
    for conclusion, message in words.present.items():
        if conclusion[1] in situation.concluded.get(conclusion[0], ()):
            yield message


def _given(held: Mapping[Check, Premise], words: Dictionary) -> Iterator[tuple[tuple[Premise, ...], str]]:
    """What is given together where these checks hold."""
    for one in held:
        for checks, inside in words.together.get(one, ()):
            if held.keys() >= checks:
                yield tuple([held[check] for check in checks]), inside


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
    if check.test in ORDERINGS:
        holds = _ORDER[check.test](scaled(cast("float", value)), cast("int", check.value))
    elif check.test in ("among", "outside"):
        holds = (value in str(check.value).split("|")) == (check.test == "among")
    else:
        holds = (check.value == value) == (check.test == "is")
    return Premise(check.attribute, "is", value) if holds else None


_Members = tuple[str, str]
"""The two members of a JSON object."""


def _stands_for(number: int) -> _Members:
    """The message that all of what has that number is given."""
    return f'"given":{number // _MOST_ALIKE}', f'"part":{number % _MOST_ALIKE}'


def _concluded(check: Check) -> _Members:
    """The message that makes a check of a conclusion hold."""
    said = "is" if check.test == "has" else "lacks"
    return f'"k":{_encode(check.attribute)}', f'"{said}":{_encode(check.value)}'


def _pattern(message: _Members) -> str:
    return f'{{"$and":[{{{message[0]}}},{{{message[1]}}}]}}'


def _place(check: Check) -> tuple[str, str, str]:
    return check.attribute, check.test, str(check.value)


def _conclusion(check: Check) -> Conclusion:
    return check.attribute, str(check.value)


def _inside(message: _Members) -> str:
    return ",".join(message)
