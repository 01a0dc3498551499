"""What a rule has to say of itself: id, title, reason, dated source, and a sentence that can be filled in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from string import Formatter

from advisor.model.audit import Remark
from advisor.model.finding import Finding
from advisor.model.knowledge import KnowledgeBase
from advisor.model.rule import Phase, Rule

PREFIXES: dict[Phase, str] = {
    "derive": "DER",
    "preference": "PRE",
    "eligibility": "ELI",
    "stack": "STK",
    "caution": "CAU",
}
_OF_A_CASE = re.compile(
    r"\b(gold|judge\.py|\w+\.yaml:|test cases?|(pub|hw|os|mac|dep|dom|con|team|thin|seed|x)-[a-z]+-)"
)
"""Words and names by which a test case could be meant."""


def identity(base: KnowledgeBase) -> Iterator[Remark]:
    """Ids that do not tell the phase or stand twice, and titles that do."""
    beliefs = {f"FOL-{belief.id}" for belief in base.folklore}
    ids = Counter(rule.id for rule in base.rules)
    titles = Counter((rule.phase, rule.title) for rule in base.rules)
    for rule in base.rules:
        if ids[rule.id] > 1:
            yield _remark(rule, "ids", f"{ids[rule.id]} rules have this id.", "Give each an id of its own.")
        if titles[rule.phase, rule.title] > 1:
            yield _remark(rule, "ids", "another rule of its phase has the same title.", "Say what tells them apart.")
        expected = f"{PREFIXES[rule.phase]}-[0-9]{{3}}"
        if not rule.origin and rule.id not in beliefs and not re.fullmatch(expected, rule.id):
            hint = f"Expected: {PREFIXES[rule.phase]}-000."
            yield _remark(rule, "ids", f"the id does not tell that it is of {rule.phase}.", hint)


def source(rule: Rule, today: str) -> Iterator[Remark]:
    """What is missing of title, reason and source; a test case of the program is no source of its own rules."""
    if not rule.title.strip():
        yield _remark(rule, "source", "the title is empty.", "Say in a few words what the rule is about.")
    if not rule.reason.strip().endswith("."):
        yield _remark(
            rule, "source", "the reason is no sentence.", "Say why the rule is right, and end with a full stop."
        )
    if not rule.source.ref.strip():
        yield _remark(rule, "source", "the source names nothing.", "Name a document, a repository or a package.")
    if not _day(rule.source.observed) or rule.source.observed > today:
        message = f"the source was observed on {rule.source.observed!r}, which is no day of the past."
        yield _remark(rule, "source", message, 'Write the day in full, as in "2026-11-22".')
    told = f"{rule.title} {rule.message} {rule.reason} {rule.source.ref}".lower()
    if not rule.origin and (of_a_case := _OF_A_CASE.search(told)):
        message = f"{of_a_case[0]!r} reads like the name of a test case."
        yield _remark(rule, "source", message, "State a fact of the field, from a source of the field.")


def sentence(rule: Rule, found: Finding, names: Iterable[str]) -> Iterator[Remark]:
    """What is wrong with the sentence that the rule says in its own example."""
    said = found.message
    named = dict.fromkeys(name for _, name, _, _ in Formatter().parse(rule.message) if name is not None)
    open_ones = [name for name in named if f"unknown {name}" in said]
    if open_ones:
        hint = "Name only what the condition makes known."
        yield _remark(rule, "message", f"{', '.join(open_ones)} cannot be filled in where it fires.", hint)
    if "{" in said or "\n" in said or not said.endswith(".") or not _begins(said, names):
        hint = "Write one line that begins with a capital and ends with a full stop."
        yield _remark(rule, "message", f"{said[:60]!r} is not one sentence.", hint)


def names_of(base: KnowledgeBase) -> tuple[str, ...]:
    """Names that begin a sentence with a small letter."""
    named = [component.name for component in base.components.values()]
    return (*base.frameworks, *base.vocabulary.primaries, *base.components, *named)


def _begins(said: str, names: Iterable[str]) -> bool:
    return said[:1].isupper() or said[:1].isdigit() or said.startswith(tuple(names))


def _day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _remark(rule: Rule, check: str, message: str, hint: str) -> Remark:
    return Remark(check=check, about=rule.id, place=rule.place, message=message, hint=hint)
