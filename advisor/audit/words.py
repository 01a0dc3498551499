"""Which words of the answers, the vocabulary's own words and the components something reads, concludes or proposes."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.audit.worlds import World
from advisor.model.audit import Remark
from advisor.model.fact import OPEN
from advisor.model.knowledge import KnowledgeBase
from advisor.model.rule import attributes_of, comparisons

_PLACE = "vocabulary"
Read = set[tuple[str, str]]
"""Attributes with the words of them that something reads."""


def unread(base: KnowledgeBase) -> Iterator[Remark]:
    """Words of answers that no rule, fact, definition or component asks for."""
    read = {*_compared(base), *_projected(base), *_defined(base), *_fitted(base), *_requested(base)}
    for answer in base.vocabulary.answers:
        if answer.kind not in ("word", "words") or answer.name == "here":
            continue
        for word in answer.words:
            if (answer.name, word) not in read and word not in answer.silent:
                yield Remark(
                    check="words",
                    about=f"{answer.name}: {word}",
                    message="nothing reads it: whoever answers so is told the same as whoever does not.",
                    hint="Write a rule that asks for it, or call it silent in the vocabulary.",
                )


def _compared(base: KnowledgeBase) -> Iterator[tuple[str, str]]:
    for rule in base.rules:
        for leaf in comparisons(rule.when):
            if leaf.op in ("is", "has"):
                yield leaf.attribute, str(leaf.value)


def _projected(base: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """Words that stand in the path of a fact that some option has, and that a rule compares or a criterion values."""
    asked = {name for rule in base.rules for name in attributes_of(rule.when)}
    asked |= {criterion.reads for criterion in base.criteria}
    facts = {
        name.partition("@")[0]
        for option in base.frameworks.values()
        for name, fact in option.facts.items()
        if fact.value not in OPEN
    }
    parts = [tuple(name.split(".")) for name in facts]
    for projection in base.vocabulary.projections:
        if not asked & {projection.name, *projection.names}:
            continue
        path = projection.path.split(".")
        for i, part in enumerate(path):
            key = part[1:-1] if part.startswith("{") else ""
            yield from ((key, one[i]) for one in parts if key and len(one) == len(path) and one[0] == path[0])


def _defined(base: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """Words from which another answer follows. One that follows from others is read only if something reads it."""
    for implication in base.vocabulary.implications:
        yield implication.key, implication.word


def _fitted(base: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """Words that components are held against."""
    for component in base.components.values():
        for place, chip in (("develop", "develop_hw"), ("train", "train_hw"), ("deploy", "deploy_chip")):
            yield from ((f"{place}_os", word) for word in component.platforms)
            yield from ((chip, word) for word in component.accelerators)
        yield from (("constraints", word) for word in component.breaks)


def _requested(base: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """A request for an option is read by whatever asks whether the option was asked for."""
    if any("requested" in attributes_of(rule.when) for rule in base.rules):
        yield from (("requested_framework", option) for option in base.frameworks)


def idle(base: KnowledgeBase, world: World) -> Iterator[Remark]:
    """Words of derived attributes that no rule concludes, or that no rule asks for."""
    compared = set(_compared(base))
    for attribute in base.vocabulary.derived:
        for word in attribute.words:
            pair = (attribute.name, word)
            if pair not in world.concluding and pair not in world.handed:
                message = "no rule can conclude it" + (", and some ask for it." if pair in compared else ".")
                yield Remark(check="words", about=f"{attribute.name}: {word}", message=message)
            elif pair not in compared and attribute.name not in _READ_BY_THE_PROGRAM:
                yield Remark(check="words", about=f"{attribute.name}: {word}", message="no rule asks for it.")


_READ_BY_THE_PROGRAM = frozenset({"workload", "clash", "doubt", "open"})
"""Derived attributes that more than rules look at."""


def unproposed(base: KnowledgeBase) -> Iterator[Remark]:
    """Components that have not ended, and that neither a rule puts into a stack nor another component brings along."""
    reached = {put.component for rule in base.rules for put in rule.then.put}
    waiting = list(reached)
    while waiting:
        component = base.components.get(waiting.pop())
        beside = {name for group in (component.beside if component else ()) for name in group.split("|")}
        waiting += beside - reached
        reached |= beside
    for component in base.components.values():
        if component.status != "ended" and component.id not in reached:
            yield Remark(check="components", about=component.id, message="no rule proposes it.")
