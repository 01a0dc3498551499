"""Puts firings in words: one finding for each rule that fired, tied to the facts it saw and the evidence behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from string import Formatter

from advisor.model.finding import Finding
from advisor.model.rule import Rule
from advisor.model.trace import Facts, Firing

Evidence = Callable[[str, object], tuple[str, ...]]
"""Attribute and word to the ids of the knowledge behind it."""


def findings(
    firings: Iterable[Firing], rules: Mapping[str, Rule], facts: Facts, evidence: Evidence, option: str = ""
) -> tuple[Finding, ...]:
    """A finding for each rule that fired, in the order of the trace; its alternatives are put together."""
    by_rule: dict[str, list[Firing]] = {}
    for firing in firings:
        by_rule.setdefault(firing.rule, []).append(firing)
    return tuple(_finding(rules[rule], fired, facts, evidence, option) for rule, fired in by_rule.items())


def _finding(rule: Rule, fired: list[Firing], facts: Facts, evidence: Evidence, option: str) -> Finding:
    seen: dict[str, object] = {}
    named: dict[str, object] = {}
    behind: set[str] = {f"rule.{rule.id}"}
    for premise in sorted({premise for firing in fired for premise in firing.premises}):
        value = _plain(premise.value) if premise.state == "is" else f"{premise.state} {premise.value}".strip()
        _put(seen, premise.attribute, value)
        if premise.state in ("is", "unknown"):
            _put(named, premise.attribute, value)
        behind.update(evidence(premise.attribute, premise.value))
    return Finding(
        id=f"{rule.id}@{option}" if option else rule.id,
        rule=rule.id,
        message=_fill(rule.message, named, facts, option),
        facts=seen,
        evidence=tuple(sorted(behind)),
    )


def _put(seen: dict[str, object], attribute: str, value: object) -> None:
    """Several values of an attribute become a list."""
    old = seen.get(attribute)
    if old is None:
        seen[attribute] = value
    elif value != old:
        seen[attribute] = [*(old if isinstance(old, list) else [old]), value]


def _fill(message: str, named: Mapping[str, object], facts: Facts, option: str) -> str:
    """The sentence with attributes filled in: as the rule names them, else as they stand."""
    text = []
    for literal, name, _, _ in Formatter().parse(message):
        text.append(literal)
        if name is not None:
            given = option if name == "option" else ""
            value = given or named.get(name, facts.get(name, f"unknown {name}"))
            text.append(_said(value))
    return "".join(text)


def _plain(value: str | float) -> str | float:
    """A whole number as one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _said(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, frozenset, tuple)):
        return ", ".join(sorted(_said(part) for part in value))
    return str(value)
