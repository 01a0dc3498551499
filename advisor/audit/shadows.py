"""Finds rules that add nothing to another one, and rules that work against each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, permutations, product

from advisor.audit.conclusions import merged
from advisor.audit.rooms import Box, OneOf, cut, inside
from advisor.audit.worlds import World
from advisor.frozen import dataclass
from advisor.inference.normal import alternatives
from advisor.model.audit import Remark
from advisor.model.rule import Effects, Rule


@dataclass(frozen=True, slots=True)
class Ways:
    """A rule with the ways in which it can hold: as they are written, and with what follows from them."""

    rule: Rule
    written: tuple[Box, ...]
    settled: tuple[Box, ...]

    def implies(self, other: Ways) -> bool:
        """Whether the other rule fires whenever this one does."""
        return bool(self.settled) and all(any(inside(one, way) for way in other.written) for one in self.settled)


def ways_of(rule: Rule, world: World) -> Ways:
    """The ways in which the rule can hold."""
    found = alternatives(rule.when)
    written = merged(box for way in found if (box := world.raw(way)) is not None)
    return Ways(rule, written, tuple(box for way in found if (box := world.box(way)) is not None))


def shadowed(rules: Iterable[Ways]) -> Iterator[Remark]:
    """Rules that never do anything that another of their phase does not do as well.

    Of cautions the words count too: a narrower one says more, and only one that holds in the same situations is too
    much.
    """
    for narrow, wide in permutations(rules, 2):
        rule, other = narrow.rule, wide.rule
        if rule.phase != other.phase or not _covered(rule.then, other.then) or not narrow.implies(wide):
            continue
        both = wide.implies(narrow)
        if (rule.phase == "caution" and not both) or (both and _covered(other.then, rule.then) and rule.id > other.id):
            continue
        message = f"whenever it fires, {other.id} does as well, with the same effect."
        hint = "Make one rule of both." if both else "Leave it out, or narrow the other one."
        yield Remark(check="shadowed", about=rule.id, place=rule.place, message=message, hint=hint)


def _covered(effects: Effects, by: Effects) -> bool:
    """Whether the others do all of it."""
    return (
        effects.derive.items() <= by.derive.items()
        and by.exclude >= effects.exclude
        and effects.weigh.items() <= by.weigh.items()
        and set(effects.flag) <= set(by.flag)
        and all(
            any(
                (put.component, put.place) == (other.component, other.place) and put.prefer <= other.prefer
                for other in by.put
            )
            for put in effects.put
        )
    )


def cancelling(rules: Iterable[Ways]) -> Iterator[Remark]:
    """Preferences that always hold together, and take back what the other one gives."""
    for one, other in combinations([ways for ways in rules if ways.rule.then.weigh], 2):
        shifts = other.rule.then.weigh
        undone = [c for c, shift in one.rule.then.weigh.items() if shift and c in shifts and shift + shifts[c] == 0]
        if undone and one.implies(other) and other.implies(one):
            message = f"it fires whenever {other.rule.id} does, whose shift of {', '.join(undone)} takes its own back."
            hint = "Leave out both shifts, or tell the situations apart."
            yield Remark(check="contradiction", about=one.rule.id, place=one.rule.place, message=message, hint=hint)


def exclusive(rules: Iterable[Ways], world: World) -> Iterator[Remark]:
    """Rules that can conclude, of one situation, two words of which the vocabulary says that only one can hold."""
    deriving = [ways for ways in rules if ways.rule.then.derive]
    for one, other in combinations(deriving, 2):
        for name in one.rule.then.derive.keys() & other.rule.then.derive.keys():
            words = {one.rule.then.derive[name], other.rule.then.derive[name]}
            if len(words) == 2 and any(words <= set(group) for group in world.attributes[name].exclusive):
                both = _both(one, other, world)
                if both is not None:
                    message = (
                        f"{other.rule.id} concludes another {name}, which excludes its own, where {_example(both)}."
                    )
                    hint = "Narrow one of them."
                    yield Remark(
                        check="contradiction", about=one.rule.id, place=one.rule.place, message=message, hint=hint
                    )


def _both(one: Ways, other: Ways, world: World) -> Box | None:
    together = (cut(a, b) for a, b in product(one.settled, other.settled))
    settled = (world.settled(box) for box in together if box is not None)
    return next((found for box in settled if box is not None and (found := world.possible(box)) is not None), None)


def _example(box: Box) -> str:
    """A situation in the box, in words."""
    told = [
        f"{name} is {min(room.words) or 'unknown'}" if isinstance(room, OneOf) else name
        for name, room in sorted(box.items())
        if isinstance(room, OneOf) and len(room.words) < 4
    ]
    return ", ".join(told) or "both hold"
