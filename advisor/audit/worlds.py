"""What can be the case at all: what attributes can be together, in the light of definitions and of what rules conclude.

Everything here errs to one side: what it calls impossible never happens; what it does not may be impossible all the
same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from advisor.audit.rooms import Box, Room, SomeOf, asked, cut, inside
from advisor.frozen import dataclass
from advisor.inference.normal import Check
from advisor.inference.strata import Conclusion
from advisor.model.vocabulary import Attribute

MOST_STEPS = 2000
"""Of one search; beyond, what is looked for is called possible."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where the first holds, the second does too."""

    when: Box
    then: Box


Links = Mapping[Conclusion, tuple[Link, ...]]
"""By attribute that they rest on, and a word that it has to have for certain, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What can be the case where the rules of one rulebook are asked."""

    attributes: Mapping[str, Attribute]
    rooms: Mapping[str, Room]
    """Everything that each attribute can be."""
    links: Links
    concluding: Mapping[Conclusion, tuple[Box, ...]]
    """Each word that rules can conclude to the ways in which they do."""
    handed: frozenset[Conclusion]
    """Words that are concluded outside the rules."""

    def raw(self, checks: Iterable[Check]) -> Box | None:
        """What the attributes can be where all of the checks hold; nothing where they exclude each other."""
        found: Box | None = {}
        for check in checks:
            if found is not None:
                found = cut(found, {check.attribute: asked(check, self.attributes[check.attribute])})
        return found

    def box(self, checks: Iterable[Check]) -> Box | None:
        """The same with everything that follows."""
        found = self.raw(checks)
        return None if found is None else self.settled(found)

    def settled(self, box: Box) -> Box | None:
        """The box with everything that follows from it by definition or by a rule; nothing where that cannot be."""
        found: Box | None = cut({name: self.rooms[name] for name in box}, box)
        waiting = list(found or ())
        while waiting and found is not None:
            for link in self._concerning(waiting.pop(), found):
                if not inside(found, link.when) or inside(found, link.then):
                    continue
                before = found
                found = cut({**{name: self.rooms[name] for name in link.then}, **found}, link.then)
                if found is None:
                    return None
                waiting += [name for name in link.then if found[name] != before.get(name)]
        return found

    def possible(self, box: Box) -> Box | None:
        """Of a settled box, one in which rules have concluded every word that it asks for; nothing if there is none."""
        return self._justified(box, self.handed, [MOST_STEPS])

    def _justified(self, box: Box, done: Iterable[Conclusion], steps: list[int]) -> Box | None:
        told = set(done)
        for pair in sorted(concluded(box, self.attributes)):
            ways = self.concluding.get(pair, ())
            if pair in told or any(inside(box, way) for way in ways):
                continue
            steps[0] -= 1
            if steps[0] < 0:
                return box
            tried = (self.settled(both) for way in ways if (both := cut(box, way)) is not None)
            justified = (self._justified(one, {*told, pair}, steps) for one in tried if one is not None)
            return next((one for one in justified if one is not None), None)
        return box

    def _concerning(self, name: str, box: Box) -> Iterator[Link]:
        """The links that may follow from what the attribute is; not those for which a word is missing."""
        room = box[name]
        for word in ("", *(room.has if isinstance(room, SomeOf) else ())):
            yield from self.links.get((name, word), ())


def indexed(links: Iterable[Link]) -> Links:
    """The links by what they rest on."""
    found: defaultdict[Conclusion, list[Link]] = defaultdict(list)
    for link in links:
        for name, room in link.when.items():
            for word in (room.has if isinstance(room, SomeOf) else ()) or ("",):
                found[name, word].append(link)
    return {key: tuple(of_key) for key, of_key in found.items()}


def concluded(box: Box, attributes: Mapping[str, Attribute]) -> set[Conclusion]:
    """The words of derived attributes that have to be there."""
    return {
        (name, word)
        for name, room in box.items()
        if isinstance(room, SomeOf) and attributes[name].kind == "derived"
        for word in room.has
    }
