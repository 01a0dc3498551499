"""Which rules are worth testing: most ask for a word that is not there, and cannot hold whatever else is true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from advisor.model.rule import Condition, Rule

Word = tuple[str, object]
"""An attribute and a word of it."""


def watched(rules: Iterable[Rule]) -> Mapping[str, frozenset[Word]]:
    """By rule id, words of which one has to be there for the rule to hold; nothing for a rule that needs no word.

    Of the words that would do, those are taken that the fewest rules ask for.
    """
    choices = {rule.id: list(_needed(rule.when)) for rule in rules}
    asked = Counter(word for needs in choices.values() for need in needs for word in need)
    return {
        name: min(needs, key=lambda need: sum(asked[word] for word in need), default=frozenset())
        for name, needs in choices.items()
    }


def _needed(condition: Condition) -> Iterator[frozenset[Word]]:
    """Sets of words, of each of which one has to be there for the condition to hold."""
    if condition.op in ("is", "has"):
        yield frozenset({(condition.attribute, condition.value)})
    elif condition.op == "all":
        for part in condition.parts:
            yield from _needed(part)
    elif condition.op == "any":
        needs = [min(_needed(part), key=len, default=None) for part in condition.parts]
        if None not in needs:
            yield frozenset().union(*(need for need in needs if need))
