"""The condition of a rule as a sentence says it."""

from __future__ import annotations

from advisor.model.rule import Condition

_WORD = ("is", "has")
_ORDER = {"lt": "below", "lte": "at most", "gt": "above", "gte": "at least"}


def in_words(condition: Condition) -> str:
    """The condition: `shape is training and task is finetune or train, unless needs is streaming`."""
    if condition.op != "all":
        return _part(condition, within=False)
    exceptions = [exception for part in condition.parts if (exception := _exception(part))]
    others = [part for part in condition.parts if not _exception(part)]
    held = " and ".join(_part(part, within=len(others) > 1) for part in others)
    return ", ".join(filter(None, [held, f"unless {' or '.join(exceptions)}" if exceptions else ""]))


def _part(condition: Condition, *, within: bool) -> str:
    """A part, in brackets where it joins several things and stands beside others."""
    if not condition.parts:
        return _leaf(condition)
    if condition.op == "not":
        return f"not {_part(condition.parts[0], within=True)}"
    exception = _exception(condition)
    said = f"unless {exception}" if exception else _list(condition)
    if said:
        return f"({said})" if exception and within else said
    said = in_words(condition) if condition.op == "all" else " or ".join(_part(p, within=True) for p in condition.parts)
    return f"({said})" if within else said


def _leaf(leaf: Condition) -> str:
    if leaf.op in ("known", "unknown"):
        return f"{leaf.attribute} is {'known' if leaf.op == 'known' else 'open'}"
    verb = "is" if leaf.op in _WORD else f"is {_ORDER[leaf.op]}"
    return (
        f"{leaf.attribute} {verb} {leaf.value:g}"
        if isinstance(leaf.value, float)
        else f"{leaf.attribute} {verb} {leaf.value}"
    )


def _list(condition: Condition) -> str:
    """Several words of one attribute, of which one will do; empty where it is not just that."""
    first = condition.parts[0]
    alike = all(part.op in _WORD and part.attribute == first.attribute for part in condition.parts)
    if condition.op != "any" or not alike:
        return ""
    words = [str(part.value) for part in condition.parts]
    return f"{first.attribute} is {', '.join(words[:-1])}{' or ' if words[:-1] else ''}{words[-1]}"


def _exception(condition: Condition) -> str:
    """What must not be known to hold; empty where the condition asks for more than that."""
    if condition.op == "any" and len(condition.parts) == 2:
        first, second = condition.parts
        denied = second.parts[0] if second.op == "not" else None
        if first.op == "unknown" and denied is not None and _subject(denied) == first.attribute:
            return _part(denied, within=False)
    return ""


def _subject(condition: Condition) -> str:
    """The one attribute that is compared; empty where there are several."""
    subjects = {_subject(part) for part in condition.parts} if condition.parts else {condition.attribute}
    return subjects.pop() if len(subjects) == 1 else ""
