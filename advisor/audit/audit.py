"""Everything that can be said of a rulebook without asking anybody, at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from advisor.audit import words
from advisor.audit.conclusions import worlds
from advisor.audit.examples import Stage, book_of
from advisor.audit.firing import covered, examples
from advisor.audit.holding import Holding, holding, satisfiable, waits
from advisor.audit.options import Options
from advisor.audit.shadows import cancelling, exclusive, shadowed, ways_of
from advisor.audit.silence import silent
from advisor.audit.wording import identity, names_of, source
from advisor.audit.worlds import World
from advisor.consult.rulebooks import kinds, rulebooks
from advisor.inference import choice
from advisor.inference.limits import Load, loads
from advisor.inference.rulebook import read_rulebook
from advisor.model.answers import Answers
from advisor.model.audit import Audit, Book, Nearness, Remark
from advisor.model.knowledge import KnowledgeBase
from advisor.model.rule import Rule


def audit(base: KnowledgeBase, cases: Iterable[Answers], today: str) -> Audit:
    """What is wrong with the rules, what should be known of them, how far they are covered, and how near to limits."""
    books = rulebooks(base)
    found = worlds(base.vocabulary, books["situation"])
    options, stage = Options(base), Stage(base)
    held = [holding(rule, found[name], options) for name, rules in books.items() for rule in rules]
    return Audit(
        rules=Counter(rule.phase for rule in base.rules),
        problems=(*_of_each(base, stage, today), *_of_conditions(base, held, found), *words.unread(base)),
        notes=(
            *(note for one in held for note in waits(one)),
            *words.idle(base, found["situation"]),
            *words.unproposed(base),
        ),
        coverage=covered(stage, cases),
        books=tuple(_book(name, rules, base) for name, rules in books.items()),
    )


def _of_each(base: KnowledgeBase, stage: Stage, today: str) -> Iterator[Remark]:
    """What is wrong with each rule by itself."""
    yield from identity(base)
    names = names_of(base)
    for rule in base.rules:
        yield from source(rule, today)
        yield from examples(rule, stage, names)


def _of_conditions(base: KnowledgeBase, held: list[Holding], found: Mapping[str, World]) -> Iterator[Remark]:
    """What is wrong with conditions, and with rules beside each other."""
    written = {rule.id: rule for rule in base.rules}
    for one in held:
        example = written[one.rule.id].fires
        invented = bool(example.option) and example.option not in base.frameworks
        yield from satisfiable(one, invented=invented)
    for rule in base.rules:
        yield from silent(rule, found[book_of(rule.phase)], base.vocabulary)
    ways = [ways_of(one.rule, found[book_of(one.rule.phase)]) for one in held]
    yield from shadowed(ways)
    yield from cancelling(ways)
    yield from exclusive(ways, found["situation"])


def _book(name: str, rules: tuple[Rule, ...], base: KnowledgeBase) -> Book:
    attributes = kinds(base)
    read = read_rulebook(rules, attributes)
    nearest: dict[str, Load] = {}
    for load in loads(read):
        if load.limit not in nearest or load.figure > nearest[load.limit].figure:
            nearest[load.limit] = load
    engine = choice.best()(rules, attributes)
    engine.close()
    return Book(
        name=name,
        rules=len(rules),
        layers=1 + max(read.strata.rules.values(), default=0),
        engine=engine.name,
        limits=tuple(
            Nearness(limit=one.limit, place=one.place, figure=one.figure, most=one.most) for one in nearest.values()
        ),
    )
