"""Both engines see the same in any rulebook and any facts.

They share the checks of a rulebook and nothing of the way a condition is evaluated. What rules that fire mean is said a
third time here: those whose condition is true over the facts and the final conclusions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import pytest

from advisor.inference import durable, plain
from advisor.inference.engine import Kinds, RulebookError
from advisor.inference.limits import BeyondLimitsError
from advisor.model.fact import Source
from advisor.model.rule import Condition, Effects, Example, Operator, Rule
from advisor.model.trace import Facts, Given, Trace
from advisor.model.vocabulary import AttributeKind

needs_durable = pytest.mark.skipif(not durable.available(), reason="durable-rules does not load here")

CONSULTATIONS = 24
ODD = (
    *("", "a", "A", "1", "1.0", "true", "null", "$open", "{brace}", 'quo"te', "back\\slash", "a'b;--"),
    *(
        "\N{LATIN SMALL LETTER E WITH ACUTE}t\N{LATIN SMALL LETTER E WITH ACUTE}",
        "\N{CJK UNIFIED IDEOGRAPH-65E5}",
        "x" * 150,
    ),
)
NUMBERS = (0, -0.0, 1, 1.5, 1.50004, 1.50005, 1e-9, -1e-9, 1e14, -1e14, 2**40, 0.1 + 0.2, 0.3, 7, -3.25)


@dataclass(frozen=True)
class World:
    """The attributes of a made-up field and their words."""

    kinds: Kinds
    words: tuple[str, ...]


def world(random: Random) -> World:
    names = [f"{random.choice(ODD)}{number}" for number in range(random.randint(4, 14))]
    kinds: list[AttributeKind] = ["word", "words", "number", "text", "derived"]
    weights = (4, 2, 2, 1, 4)
    words = random.sample([word for word in ODD if word], random.randint(2, 6))
    return World(dict(zip(names, random.choices(kinds, weights, k=len(names)), strict=True)), tuple(words))


def leaf(random: Random, field: World) -> Condition:
    attribute, kind = random.choice(list(field.kinds.items()))
    if kind != "derived" and (kind == "text" or random.random() < 0.2):
        return Condition(op=random.choice(("known", "unknown")), attribute=attribute)
    if kind == "number":
        ordering: Operator = random.choice(("lt", "lte", "gt", "gte"))
        return Condition(op=ordering, attribute=attribute, value=random.choice(NUMBERS))
    return Condition(op="is" if kind == "word" else "has", attribute=attribute, value=random.choice(field.words))


def condition(random: Random, field: World, depth: int) -> Condition:
    if depth == 0 or random.random() < 0.3:
        return leaf(random, field)
    op: Operator = random.choice(("all", "all", "any", "not"))
    size = 1 if op == "not" else random.randint(1, 3)
    return Condition(op=op, parts=tuple(condition(random, field, depth - 1) for _ in range(size)))


def rule(random: Random, field: World, number: int) -> Rule:
    derived = [name for name, kind in field.kinds.items() if kind == "derived"]
    chosen = random.sample(derived, min(len(derived), random.choice((0, 1, 1, 2))))
    nowhere = Example(answers={})
    return Rule(
        id=f"{random.choice(ODD)}-{number}",
        phase="derive",
        title="",
        when=condition(random, field, random.randint(0, 3)),
        then=Effects(derive={name: random.choice(field.words) for name in chosen}),
        message="",
        reason="",
        source=Source(ref="", observed="2025-01", grade="judged"),
        fires=nowhere,
        misses=nowhere,
        priority=random.randint(-3, 3),
    )


def value(random: Random, kind: AttributeKind, words: tuple[str, ...]) -> Given:
    if kind == "number":
        return random.choice((random.choice(NUMBERS), random.uniform(-5, 5)))
    if kind in ("words", "derived"):
        return frozenset(random.sample(words, random.randint(0, len(words))))
    return random.choice((*words, "no rule speaks of this", "\ud800", "x" * 70_000, ""))


def facts(random: Random, field: World) -> Facts:
    given = {
        name: value(random, kind, field.words)
        for name, kind in field.kinds.items()
        if random.random() < (0.15 if kind == "derived" else 0.7)
    }
    return {**given, "nothing reads this": "x" * 70_000}


def refusals(rules: list[Rule], kinds: Kinds) -> set[str]:
    """Where there is something to mend, as both engines say, or else what is more than one of them can hold."""
    places = []
    for compile_rules in (plain.compile_rules, durable.compile_rules):
        try:
            compile_rules(tuple(rules), kinds).close()
            places.append(set[str]())
        except BeyondLimitsError as beyond:
            assert places == [set()]
            return {problem.place for problem in beyond.problems}
        except RulebookError as refused:
            places.append({problem.place for problem in refused.problems})
    assert places[0] == places[1]
    return places[0]


def agree(seed: int, consultations: int) -> tuple[int, int]:
    """Consult both engines over one random rulebook; how often, and how many rules fired."""
    random = Random(seed)
    field = world(random)
    rules = [rule(random, field, number) for number in range(random.randint(1, 25))]
    while refused := refusals(rules, field.kinds):
        rules = [rule for rule in rules if f"rule {rule.id}" not in refused]
    reference = plain.compile_rules(tuple(rules), field.kinds)
    engine = durable.compile_rules(tuple(rules), field.kinds)
    fired = 0
    for _ in range(consultations):
        told = facts(random, field)
        expected, actual = reference.consult(told), engine.consult(told)
        assert actual == expected, f"seed {seed}"
        hold_and_fire(rules, told, expected, field.kinds)
        fired += len(expected.firings)
    engine.close()
    return consultations, fired


def agree_on_several(seed: int) -> int:
    """Ask both engines about several at a time, over a random rulebook that may conclude nothing; how often."""
    random = Random(seed)
    field = world(random)
    rules = [rule(random, field, number) for number in range(random.randint(1, 25))]
    if seed % 2:
        rules = [replace(rule, then=Effects()) for rule in rules]
    while refused := refusals(rules, field.kinds):
        rules = [rule for rule in rules if f"rule {rule.id}" not in refused]
    reference = plain.compile_rules(tuple(rules), field.kinds)
    engine = durable.compile_rules(tuple(rules), field.kinds)
    for size in range(6):
        shared, beside = facts(random, field), [facts(random, field) for _ in range(size)]
        each = [{name: value for name, value in own.items() if field.kinds.get(name) != "derived"} for own in beside]
        expected = [reference.consult({**shared, **own}) for own in each]
        assert reference.consult_each(shared, each) == expected
        assert engine.consult_each(shared, each) == expected, f"seed {seed}"
    engine.close()
    return sum(range(6))


def hold_and_fire(rules: list[Rule], told: Facts, trace: Trace, kinds: Kinds) -> None:
    holding = {rule.id for rule in rules if plain.explain(rule.when, told, trace.derived, kinds).holds}
    assert {firing.rule for firing in trace.firings} == holding
    derived = {(name, word) for rule in rules if rule.id in holding for name, word in rule.then.derive.items()}
    handed_in = {
        (name, word)
        for name, words in told.items()
        if kinds.get(name) == "derived" and isinstance(words, frozenset)
        for word in words
    }
    assert {(name, word) for name, words in trace.derived.items() for word in words} == derived | handed_in


@needs_durable
@pytest.mark.parametrize("decade", range(10))
def test_the_engines_agree_on_any_rulebook_and_any_facts(decade: int) -> None:
    counts = [agree(seed, CONSULTATIONS) for seed in range(decade * 10, decade * 10 + 10)]
    assert sum(consulted for consulted, _ in counts) == 240
    assert sum(fired for _, fired in counts) > 500


@needs_durable
@pytest.mark.parametrize("decade", range(10))
def test_several_told_together_fare_as_each_alone(decade: int) -> None:
    assert sum(agree_on_several(seed) for seed in range(decade * 10, decade * 10 + 10)) == 150
