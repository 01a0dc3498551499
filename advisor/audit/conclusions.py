"""What rules can conclude, and what follows from a word that has been concluded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce

from advisor.audit.definitions import defined, rooms
from advisor.audit.rooms import Box, OneOf, Room, SomeOf, has, join
from advisor.audit.worlds import Link, World, concluded, indexed
from advisor.consult.rulebooks import PHASES
from advisor.frozen import replace
from advisor.inference.normal import alternatives
from advisor.inference.strata import Conclusion
from advisor.model.rule import Rule
from advisor.model.vocabulary import Vocabulary

HANDED_IN: Mapping[str, tuple[str, ...] | None] = {
    "clash": ("definition", "detected_hardware", "project_files"),
    "memory": None,
    "measured": None,
}
"""Derived attributes of which words are concluded outside the rules: which, or all of them."""
_ROUNDS = 4
"""How often what words say of answers is taken up by what other words say; one for each floor of conclusions."""


def worlds(vocabulary: Vocabulary, rules: Iterable[Rule]) -> dict[str, World]:
    """What can be the case in each rulebook, where these rules conclude."""
    attributes, told = vocabulary.attributes(), rooms(vocabulary, "situation")
    links = list(defined(vocabulary))
    handed = frozenset(_handed(vocabulary))
    world = World(attributes=attributes, rooms=told, links=indexed(links), concluding={}, handed=handed)
    concluding = _concluding(world, [rule for rule in rules if rule.then.derive])
    settled = {
        attribute.name: _ever(attribute.words, attribute.name, {*concluding, *handed})
        for attribute in vocabulary.derived
    }
    links += [Link(way, {name: has(word)}) for (name, word), ways in concluding.items() for way in ways]
    world = replace(world, rooms={**told, **settled}, links=indexed(links), concluding=concluding)
    for _ in range(_ROUNDS):
        world = replace(world, links=indexed([*links, *_learned(world)]))
    return {book: replace(world, rooms={**rooms(vocabulary, book), **settled}) for book in PHASES}


def merged(boxes: Iterable[Box]) -> tuple[Box, ...]:
    """The same boxes, with those put together that differ in the words of one attribute only."""
    found = list({_frozen(box): box for box in boxes}.values())
    for attribute in sorted({name for box in found for name in box}):
        alike: defaultdict[tuple[bool, frozenset[tuple[str, Room]]], list[Box]] = defaultdict(list)
        for box in found:
            splits = isinstance(box.get(attribute), OneOf)
            rest = {name: room for name, room in box.items() if name != attribute or not splits}
            alike[splits, _frozen(rest)].append(box)
        found = [_joined(group, attribute) for group in alike.values()]
    return tuple(found)


def _joined(group: list[Box], attribute: str) -> Box:
    if len(group) == 1:
        return group[0]
    return {**group[0], attribute: reduce(join, [box[attribute] for box in group])}


def _frozen(box: Box) -> frozenset[tuple[str, Room]]:
    return frozenset(box.items())


def _handed(vocabulary: Vocabulary) -> Iterator[Conclusion]:
    for attribute in vocabulary.derived:
        words = HANDED_IN.get(attribute.name, ())
        yield from ((attribute.name, word) for word in (attribute.words if words is None else words))


def _ever(words: Iterable[str], name: str, there: set[Conclusion]) -> SomeOf:
    """A derived attribute without the words that nothing concludes."""
    never = frozenset(word for word in words if (name, word) not in there)
    return SomeOf(open=False, known=True, lacks=never)


def _concluding(world: World, rules: list[Rule]) -> dict[Conclusion, tuple[Box, ...]]:
    """Each word that the rules can conclude to the ways in which they do, each with a beginning."""
    ways = [
        (rule, merged(box for way in alternatives(rule.when) if (box := world.box(way)) is not None)) for rule in rules
    ]
    found: dict[Conclusion, tuple[Box, ...]] = {}
    moving = True
    while moving:
        moving = False
        there = {*found, *world.handed}
        for rule, boxes in ways:
            founded = [box for box in boxes if concluded(box, world.attributes) <= there]
            for conclusion in rule.then.derive.items():
                known = found.get(conclusion, ())
                new = tuple(box for box in founded if box not in known)
                if new:
                    found[conclusion] = known + new
                    moving = True
    return found


def _learned(world: World) -> Iterator[Link]:
    """What a word that was concluded says of the answers: what all the ways to it have in common."""
    for (name, word), ways in world.concluding.items():
        boxes = [box for way in ways if (box := world.settled(way)) is not None]
        if (name, word) not in world.handed and boxes:
            yield Link({name: has(word)}, _common(boxes))


def _common(boxes: list[Box]) -> Box:
    names = set(boxes[0]).intersection(*boxes[1:])
    return {name: reduce(join, [box[name] for box in boxes]) for name in sorted(names)}
