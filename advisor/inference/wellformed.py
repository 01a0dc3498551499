"""What is wrong with one rule: unknown attributes, comparisons that do not fit them, empty `all` and `any`."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.errors import Problem
from advisor.inference.engine import Kinds
from advisor.inference.facts import scaled
from advisor.model.rule import Condition, Rule
from advisor.model.vocabulary import AttributeKind

LONGEST_TEXT = 200
DEEPEST = 20

_READABLE: dict[str, frozenset[AttributeKind]] = {
    "is": frozenset({"word"}),
    "has": frozenset({"words", "derived"}),
    **dict.fromkeys(("lt", "lte", "gt", "gte"), frozenset[AttributeKind]({"number"})),
    **dict.fromkeys(("known", "unknown"), frozenset[AttributeKind]({"word", "words", "number", "text"})),
}
_PARTS: dict[str, str] = {"all": "one or more parts", "any": "one or more parts", "not": "exactly one part"}
_MEND: dict[str, str] = {
    "all": "Name what has to hold.",
    "any": "Name what may hold.",
    "not": "Put one comparison, `all` or `any` below it.",
}


def faults(rule: Rule, kinds: Kinds) -> Iterator[Problem]:
    """Every fault of the rule, without regard to other rules."""
    for message, hint in (*_of_id(rule), *_of_condition(rule.when, kinds, 0), *_of_conclusions(rule, kinds)):
        yield Problem(place=f"rule {rule.id}", message=message, hint=hint)


_Fault = tuple[str, str]


def _of_id(rule: Rule) -> Iterator[_Fault]:
    if not _plain(rule.id):
        yield "The id is not plain text.", f"Write 1 to {LONGEST_TEXT} printable characters."


def _of_condition(condition: Condition, kinds: Kinds, depth: int) -> Iterator[_Fault]:
    if depth > DEEPEST:
        yield f"The condition is nested more than {DEEPEST} levels deep.", "Let an earlier rule derive a part of it."
    elif condition.op in _PARTS:
        if not condition.parts or (condition.op == "not" and len(condition.parts) != 1):
            yield (
                f"`{condition.op}` has {len(condition.parts)} parts; expected {_PARTS[condition.op]}.",
                _MEND[condition.op],
            )
        for part in condition.parts:
            yield from _of_condition(part, kinds, depth + 1)
    elif condition.op in _READABLE:
        yield from _of_comparison(condition, kinds)
    else:
        yield f"`{condition.op}` is no operator.", f"Use one of {', '.join([*_PARTS, *_READABLE])}."


def _of_comparison(leaf: Condition, kinds: Kinds) -> Iterator[_Fault]:
    kind = kinds.get(leaf.attribute)
    if leaf.parts:
        yield f"`{leaf.op}` has parts; expected a comparison of one attribute.", "Move them into `all` or `any`."
    if kind is None:
        yield f"The attribute `{leaf.attribute}` is not declared.", _nearest(leaf.attribute, kinds)
    elif kind not in _READABLE[leaf.op]:
        fitting = sorted(op for op, kinds_of_op in _READABLE.items() if kind in kinds_of_op)
        yield (
            f"`{leaf.op}` cannot read `{leaf.attribute}`, which is of kind {kind}.",
            f"Use one of {', '.join(fitting)}." if fitting else "Rules do not read attributes of this kind.",
        )
    elif not _plain(leaf.attribute):
        yield f"The name `{leaf.attribute}` is not plain text.", f"Write 1 to {LONGEST_TEXT} printable characters."
    yield from _of_value(leaf)


def _of_value(leaf: Condition) -> Iterator[_Fault]:
    value = leaf.value
    if leaf.op in ("is", "has"):
        if not isinstance(value, str) or not _plain(value):
            yield f"{_compared(leaf)}; expected a word.", f"Write 1 to {LONGEST_TEXT} printable characters."
    elif leaf.op in ("known", "unknown"):
        if value is not None:
            yield f"{_compared(leaf)}; expected nothing.", "Leave the value out."
    elif isinstance(value, bool) or not isinstance(value, int | float):
        yield f"{_compared(leaf)}; expected a number.", "Write a number without quotes."
    else:
        try:
            scaled(value)
        except ValueError as error:
            yield f"{_compared(leaf)}, which cannot be used.", str(error)


def _compared(leaf: Condition) -> str:
    return f"`{leaf.op}` compares `{leaf.attribute}` with {leaf.value!r:.60}"


def _of_conclusions(rule: Rule, kinds: Kinds) -> Iterator[_Fault]:
    for attribute, word in rule.then.derive.items():
        if kinds.get(attribute) != "derived":
            yield f"It derives `{attribute}`, which is not a derived attribute.", _nearest(attribute, kinds)
        elif not isinstance(word, str) or not _plain(attribute) or not _plain(word):
            yield (
                f"It derives `{attribute}`: {word!r:.60}; expected a word.",
                f"Write 1 to {LONGEST_TEXT} printable characters.",
            )


def _plain(text: str) -> bool:
    return 0 < len(text) <= LONGEST_TEXT and text.isprintable()


def _nearest(attribute: str, kinds: Kinds) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - costs milliseconds of every start, for a mistake only

    near = get_close_matches(attribute, sorted(kinds), n=1)
    return f"Did you mean `{near[0]}`?" if near else "Declare it in the vocabulary, or use one that is."
