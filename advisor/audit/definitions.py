"""What follows by definition, without any rule: of answers, of what is projected from options, and of the option."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping

from advisor.audit.rooms import OPEN, Box, OneOf, Room, asked, has, meet, whole
from advisor.audit.worlds import Link
from advisor.inference.normal import Check
from advisor.model.fact import NOT_APPLICABLE
from advisor.model.vocabulary import Attribute, Projection, Vocabulary

_PLAIN = frozenset({"option", "requested", "confidence"})
"""What is said of an option, and is no projection."""
_ALWAYS = {"option": {"option", "requested"}, "verdict": {"confidence"}}
"""What is never open in a rulebook."""


def rooms(vocabulary: Vocabulary, book: str) -> dict[str, Room]:
    """Everything that each attribute can be in the rulebook: what it is not told stays open."""
    return {name: _room(attribute, book, vocabulary) for name, attribute in vocabulary.attributes().items()}


def _room(attribute: Attribute, book: str, vocabulary: Vocabulary) -> Room:
    everything, name = whole(attribute), attribute.name
    if attribute.kind == "derived" or vocabulary.answer(name) is not None:
        return everything
    if book == "situation" or (book == "option" and name == "confidence"):
        return meet(everything, asked(Check(name, "unknown"), attribute)) or everything
    if isinstance(everything, OneOf):
        dropped = set[str]() if name in _PLAIN else {NOT_APPLICABLE}
        return OneOf((everything.words | dropped) - ({OPEN} if name in _ALWAYS[book] else set()))
    return everything


def defined(vocabulary: Vocabulary) -> Iterator[Link]:
    """Everything that follows."""
    attributes = vocabulary.attributes()
    yield from _of_words(vocabulary, attributes)
    yield from _of_numbers(vocabulary, attributes)
    for projection in vocabulary.projections:
        yield from _of_projection(projection, attributes)
    yield from _of_option(vocabulary, attributes)


def _known(name: str, attributes: Mapping[str, Attribute]) -> Box:
    return {name: asked(Check(name, "known"), attributes[name])}


def _of_words(vocabulary: Vocabulary, attributes: Mapping[str, Attribute]) -> Iterator[Link]:
    """What is implied is known; that it is what is implied is not certain, since an answer may stand against it."""
    implying: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for implication in vocabulary.implications:
        for other in implication.implies:
            implying[implication.key, other].add(implication.word)
    for (key, other), words in implying.items():
        yield Link({key: OneOf(frozenset(words))}, _known(other, attributes))


def _of_numbers(vocabulary: Vocabulary, attributes: Mapping[str, Attribute]) -> Iterator[Link]:
    for key in dict.fromkeys(band.key for band in vocabulary.bands):
        bands = [band for band in vocabulary.bands if band.key == key]
        for other in sorted(set[str].intersection(*(set(band.implies) for band in bands))):
            if bands[-1].below == math.inf:
                yield Link(_known(key, attributes), _known(other, attributes))


def _of_projection(projection: Projection, attributes: Mapping[str, Attribute]) -> Iterator[Link]:
    """Where something is projected, there is an option, and the answers in the path are known and say something.

    Where words are collected by what an option says of them, each is one of those that were asked for.
    """
    for name in projection.names:
        known = _known(name, attributes)
        yield Link(known, _known("option", attributes))
        for key in projection.rests_on:
            answer = attributes[key]
            room = asked(Check(key, "known"), answer)
            yield Link(known, {key: OneOf(room.words - {*answer.silent}) if isinstance(room, OneOf) else room})
        for word in attributes[name].words if projection.each else ():
            yield Link({name: has(word)}, {projection.rests_on[-1]: has(word)})


def _of_option(vocabulary: Vocabulary, attributes: Mapping[str, Attribute]) -> Iterator[Link]:
    """Nothing is known of an option that there is not; what was asked for is the option at hand, or is not."""
    none, yes, no = OneOf(frozenset({OPEN})), OneOf(frozenset({"yes"})), OneOf(frozenset({"no"}))
    yield Link({"option": none}, {"requested": none, "confidence": OneOf(frozenset({"low", OPEN}))})
    yield Link({"requested": none}, {"option": none})
    answer = vocabulary.answer("requested_framework")
    if answer is None:
        return
    yield Link({"requested": yes}, _known("requested_framework", attributes))
    for word in answer.words:
        this = OneOf(frozenset({word}))
        yield Link({"requested": yes, "option": this}, {"requested_framework": this})
        yield Link({"requested": yes, "requested_framework": this}, {"option": this})
        yield Link({"requested_framework": this, "option": this}, {"requested": yes})
        yield Link({"requested": no, "option": this}, {"requested_framework": _other(answer, word)})


def _other(answer: Attribute, word: str) -> OneOf:
    return OneOf(frozenset({*answer.words, OPEN} - {word}))
