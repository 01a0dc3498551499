"""The reference engine, in plain Python: conditions are evaluated as they are written, three-valued, to a fixpoint.

It stands in where durable-rules cannot be installed, and says of a rule that did not fire what stood in its way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from operator import ge, gt, le, lt
from typing import NamedTuple, cast

from advisor.frozen import dataclass
from advisor.inference.engine import Engine, Kinds
from advisor.inference.facts import admit, scaled
from advisor.inference.normal import joins
from advisor.inference.rulebook import Rulebook, read_rulebook
from advisor.inference.strata import Conclusion
from advisor.inference.watch import watched
from advisor.model.rule import Condition, Rule
from advisor.model.trace import Facts, Firing, Given, Premise, Trace

Derived = Mapping[str, AbstractSet[str]]
"""Derived attribute to the words that were concluded; one that is not there has none."""

_Seen = Given | AbstractSet[str] | None
_NO_WORDS: frozenset[str] = frozenset()
_ORDER: dict[str, Callable[[int, int], bool]] = {"lt": lt, "lte": le, "gt": gt, "gte": ge}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a condition fares, and each part of it."""

    condition: Condition
    holds: bool | None
    """None where it is not known, because an attribute that it compares is not."""
    seen: Given | None = None
    """Of a comparison, the value of its attribute; None where that is unknown."""
    parts: tuple[Verdict, ...] = ()


def compile_rules(rules: tuple[Rule, ...], kinds: Kinds) -> Engine:
    """An engine over these rules, or a `RulebookError` naming every rule that cannot be taken."""
    return PlainEngine(read_rulebook(rules, kinds))


def explain(condition: Condition, facts: Facts, derived: Derived, kinds: Kinds) -> Verdict:
    """How the condition and every part of it fare, and the values that this rests on."""
    if not condition.parts:
        seen = _seen(condition, facts, derived, kinds)
        return Verdict(condition, _compare(condition, seen), frozenset(seen) if isinstance(seen, AbstractSet) else seen)
    parts = tuple(explain(part, facts, derived, kinds) for part in condition.parts)
    held = [part.holds for part in parts]
    if condition.op == "not":
        return Verdict(condition, None if held[0] is None else not held[0], parts=parts)
    decisive = condition.op == "any"
    unsettled = None if None in held else not decisive
    return Verdict(condition, decisive if decisive in held else unsettled, parts=parts)


class PlainEngine:
    """Rules fire layer by layer; within a layer, a new word wakes the rules that ask for it."""

    name = "plain"

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._closed = False
        self._agenda = _Agenda(book)
        self._derived = tuple(attribute for attribute, kind in book.kinds.items() if kind == "derived")
        self._bare = {rule.id: (place, Firing(rule.id, ())) for place, rule in enumerate(book.rules)}

    def consult(self, facts: Facts, *, premises: bool = True) -> Trace:
        """Fire every rule that holds for these facts and what is derived from them."""
        if self._closed:
            raise RuntimeError("This engine has been closed.")
        if not premises:
            return self._quickly(facts)
        situation = admit(facts, self._book.kinds, self._book.read)
        derived = {attribute: set(words) for attribute, words in situation.concluded.items()}
        view = _View(situation.given, defaultdict(set, derived), self._book.kinds)
        firings: set[Firing] = set()
        for ready in self._agenda.fired(view):
            ways = _ways(ready.rule.when, view, negated=False)
            firings.update(Firing(ready.rule.id, tuple(sorted(way))) for way in ways)
        return self._book.trace(firings, view.derived)

    def consult_each(self, shared: Facts, each: Sequence[Facts], *, premises: bool = True) -> list[Trace]:
        """One after the other."""
        return [self.consult({**shared, **own}, premises=premises) for own in each]

    def _quickly(self, facts: Facts) -> Trace:
        """The same for facts that are taken as they are, and without a word on what each rule rests on."""
        given = {name: cast("AbstractSet[str]", facts[name]) for name in self._derived if name in facts}
        derived = (
            defaultdict(set, {name: set(words) for name, words in given.items()}) if self._book.concludes else given
        )
        view = _View(facts, cast("defaultdict[str, set[str]]", derived), self._book.kinds)
        fired = dict([self._bare[ready.rule.id] for ready in self._agenda.fired(view)])
        concluded = {name: frozenset(words) for name, words in view.derived.items()}
        return Trace(tuple([fired[place] for place in sorted(fired)]), concluded)

    def close(self) -> None:
        """There is nothing to give back; consulting it afterwards is an error all the same."""
        self._closed = True


class _View(NamedTuple):
    """What the rules see during one consultation; `derived` grows as they fire."""

    given: Facts
    derived: defaultdict[str, set[str]]
    kinds: Kinds


_Test = Callable[[_View], bool]
"""Whether a condition is known to hold."""


class _Ready:
    """A rule with its condition made ready to be tested when it is first asked whether it holds."""

    def __init__(self, rule: Rule, layer: int, kinds: Kinds) -> None:
        self.rule, self.layer = rule, layer
        self._kinds = kinds

    @cached_property
    def holds(self) -> _Test:
        return _test(self.rule.when, self._kinds, negated=False)


class _Agenda:
    """The rules by layer, and by the words that wake them."""

    def __init__(self, book: Rulebook) -> None:
        self._always: tuple[dict[str, _Ready], ...] = tuple(
            {} for _ in range(1 + max(book.strata.rules.values(), default=0))
        )
        """By layer, the rules that need no word to hold."""
        self._watching: defaultdict[str, defaultdict[object, list[_Ready]]] = defaultdict(lambda: defaultdict(list))
        """By attribute and word, the rules that cannot hold unless it, or one of a few others, is there."""
        self._asking: defaultdict[tuple[int, Conclusion], list[_Ready]] = defaultdict(list)
        """By layer and conclusion, the rules that ask for it."""
        needed = watched(book.rules)
        for rule in book.rules:
            ready = _Ready(rule, book.strata.rules[rule.id], book.kinds)
            for attribute, word in needed[rule.id]:
                self._watching[attribute][word].append(ready)
            if not needed[rule.id]:
                self._always[ready.layer][rule.id] = ready
            for conclusion in set(_asked(rule.when, book.kinds)):
                self._asking[ready.layer, conclusion].append(ready)

    def fired(self, view: _View) -> Iterator[_Ready]:
        """Each rule as it fires; one that can hold in a further way is met again, as what is derived grows."""
        waiting = self._worth_testing(view)
        for layer, rules in enumerate(waiting):
            testing: Collection[_Ready] = rules.values()
            while testing:
                fresh: list[Conclusion] = []
                for ready in testing:
                    if ready.holds(view):
                        if ready.rule.then.derive:
                            fresh += _conclude(ready.rule, view)
                        yield ready
                asking = [ready for new in fresh for ready in self._asking.get((layer, new), ())]
                testing = {ready.rule.id: ready for ready in asking}.values()
                for attribute, word in fresh:
                    for ready in self._watching.get(attribute, _NOBODY).get(word, ()):
                        waiting[ready.layer].setdefault(ready.rule.id, ready)

    def _worth_testing(self, view: _View) -> list[dict[str, _Ready]]:
        """By layer, the rules that may hold for what is there."""
        waiting = [dict(rules) for rules in self._always]
        facts: Mapping[str, Given | AbstractSet[str]]
        for facts in (view.given, view.derived):
            for attribute in facts.keys() & self._watching.keys():
                seen, rules = facts[attribute], self._watching[attribute]
                for word in (seen,) if isinstance(seen, (str, float)) else seen:
                    for ready in rules.get(word, ()):
                        waiting[ready.layer][ready.rule.id] = ready
        return waiting


_NOBODY: Mapping[object, list[_Ready]] = {}


def _test(condition: Condition, kinds: Kinds, *, negated: bool) -> _Test:
    if condition.op == "not":
        return _test(condition.parts[0], kinds, negated=not negated)
    if not condition.parts:
        return _test_of_leaf(condition, kinds, negated=negated)
    first = condition.parts[0]
    if condition.op == "any" and all(_alike(part, first) for part in condition.parts):
        words = frozenset(part.value for part in condition.parts)
        return _test_of_words(first, words, kinds, negated=negated)
    tests = tuple(_test(part, kinds, negated=negated) for part in condition.parts)
    return _every(tests) if joins(condition, negated=negated) else _some(tests)


def _alike(part: Condition, other: Condition) -> bool:
    return part.op in ("is", "has") and (part.op, part.attribute) == (other.op, other.attribute)


def _every(tests: tuple[_Test, ...]) -> _Test:
    def test(view: _View) -> bool:
        for one in tests:  # noqa: SIM110  (all() would make a generator each time)
            if not one(view):
                return False
        return True

    return test


def _some(tests: tuple[_Test, ...]) -> _Test:
    def test(view: _View) -> bool:
        for one in tests:  # noqa: SIM110
            if one(view):
                return True
        return False

    return test


def _test_of_leaf(leaf: Condition, kinds: Kinds, *, negated: bool) -> _Test:
    if leaf.op in ("is", "has"):
        return _test_of_words(leaf, frozenset({leaf.value}), kinds, negated=negated)
    attribute = leaf.attribute
    if leaf.op in ("known", "unknown"):
        wanted = (leaf.op == "unknown") != negated
        return lambda view: (view.given.get(attribute) is None) == wanted
    order, bound = _ORDER[leaf.op], scaled(cast("float", leaf.value))
    return lambda view: (
        (seen := view.given.get(attribute)) is not None and order(scaled(cast("float", seen)), bound) != negated
    )


def _test_of_words(leaf: Condition, words: frozenset[object], kinds: Kinds, *, negated: bool) -> _Test:
    """Whether the attribute has one of the words; negated, whether it is known to have none of them."""
    attribute = leaf.attribute
    if leaf.op == "is":
        return lambda view: (seen := view.given.get(attribute)) is not None and (seen in words) != negated
    if kinds[attribute] == "derived":
        return lambda view: words.isdisjoint(view.derived.get(attribute, _NO_WORDS)) == negated
    return lambda view: (
        (seen := view.given.get(attribute)) is not None and words.isdisjoint(cast("AbstractSet[str]", seen)) == negated
    )


_Ways = frozenset[frozenset[Premise]]
"""The premises of each way in which a condition holds."""
_NO_WAY: _Ways = frozenset()
_FREELY: _Ways = frozenset({frozenset()})


def _conclude(rule: Rule, view: _View) -> Iterator[Conclusion]:
    """What the rule concludes anew."""
    for attribute, word in rule.then.derive.items():
        if word not in view.derived[attribute]:
            view.derived[attribute].add(word)
            yield attribute, word


def _ways(condition: Condition, view: _View, *, negated: bool) -> _Ways:
    if condition.op == "not":
        return _ways(condition.parts[0], view, negated=not negated)
    if not condition.parts:
        return _way(condition, view, negated=negated)
    if not joins(condition, negated=negated):
        return _NO_WAY.union(*(_ways(part, view, negated=negated) for part in condition.parts))
    together = _FREELY
    for part in condition.parts:
        ways = _ways(part, view, negated=negated)
        if not ways:
            return _NO_WAY
        together = frozenset(one | other for one in together for other in ways)
    return together


def _way(leaf: Condition, view: _View, *, negated: bool) -> _Ways:
    seen = _seen(leaf, view.given, view.derived, view.kinds)
    holds = _compare(leaf, seen)
    if holds is None or holds == negated:
        return _NO_WAY
    if leaf.op in ("known", "unknown"):
        premise = Premise(leaf.attribute, "unknown" if seen is None else "known")
    elif leaf.op == "has":
        premise = Premise(leaf.attribute, "lacks" if negated else "is", cast("str", leaf.value))
    else:
        premise = Premise(leaf.attribute, "is", cast("str | float", seen))
    return frozenset({frozenset({premise})})


def _seen(leaf: Condition, facts: Facts, derived: Derived, kinds: Kinds) -> _Seen:
    """The value that the comparison is about: of a derived attribute never unknown."""
    return derived.get(leaf.attribute, _NO_WORDS) if kinds[leaf.attribute] == "derived" else facts.get(leaf.attribute)


def _compare(leaf: Condition, seen: _Seen) -> bool | None:
    if leaf.op in ("known", "unknown"):
        return (seen is None) == (leaf.op == "unknown")
    if seen is None:
        return None
    if leaf.op == "is":
        return seen == leaf.value
    if leaf.op == "has":
        return leaf.value in cast("AbstractSet[str]", seen)
    return _ORDER[leaf.op](scaled(cast("float", seen)), scaled(cast("float", leaf.value)))


def _asked(condition: Condition, kinds: Kinds) -> Iterator[Conclusion]:
    if condition.op == "has" and kinds[condition.attribute] == "derived":
        yield condition.attribute, cast("str", condition.value)
    for part in condition.parts:
        yield from _asked(part, kinds)
