"""Rules and what an audit of them came to, in words for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.model.audit import Audit, Book, Remark
from advisor.model.rule import Example, Rule, effects_words
from advisor.render.conditions import in_words
from advisor.render.lines import entry, text, wrapped

_SHOWN = 2
"""Limits of the engine that are told of each rulebook: those that it comes nearest to."""
_UNCOVERED = 12
"""Ids that are told of the rules that no case covers; the document has them all."""


def rule(found: Rule) -> str:
    """A rule in words."""
    lines = [
        *wrapped(f"{found.id}  {found.title}", 0, 2),
        *entry("when", in_words(found.when)),
        *entry("then", effects_words(found.then)),
        *entry("says", found.message),
        *entry("because", found.reason),
        *entry("source", f"{found.source.ref} ({found.source.grade}, {found.source.observed})"),
        *entry("fires", situation(found.fires)),
        *entry("misses", situation(found.misses)),
        *entry("stands in", found.place),
        *entry("from", found.origin),
    ]
    return text(lines)


def situation(example: Example) -> str:
    """The answers of an example, and the option it is about, or those that are compared."""
    said = [
        f"{key} {', '.join(map(str, v)) if isinstance(v, (list, tuple)) else v}" for key, v in example.answers.items()
    ]
    said += [f"option {example.option}"] if example.option else []
    said += [f"compared: {', '.join(example.options)}"] if example.options else []
    return "; ".join(said)


def listed(found: Iterable[Rule]) -> str:
    """Ids and titles, one rule on a line."""
    return text([f"{one.id:9} {one.title}" for one in found] or ["There are no such rules."])


def checked(found: Audit) -> str:
    """How many rules there are, how far they are covered, how near to limits, and what is wrong, each on a line."""
    phases = ", ".join(f"{phase} {count}" for phase, count in found.rules.items())
    lines = wrapped(f"{sum(found.rules.values())} rules: {phases}.", 0, 2)
    for book in found.books:
        lines += wrapped(_book(book), 0, 4)
    lines += wrapped(_covered(found), 0, 2)
    lines += remarks("note", found.notes)
    lines += remarks("problem", found.problems)
    return text(lines)


def _book(book: Book) -> str:
    nearest = sorted(book.limits, key=lambda limit: -limit.figure / limit.most)[:_SHOWN]
    near = "; ".join(f"{limit.limit} {limit.figure} of {limit.most} ({limit.place})" for limit in nearest)
    layers = f"{book.layers} layer{'s' * (book.layers > 1)}"
    return f"{book.name}: {book.rules} rules in {layers}, {book.engine}; nearest to its limits: {near}"


def _covered(found: Audit) -> str:
    coverage = found.coverage
    others = coverage.uncovered
    more = f" and {len(others) - _UNCOVERED} more" if len(others) > _UNCOVERED else ""
    without = f" Not covered: {', '.join(others[:_UNCOVERED])}{more}." if others else ""
    return (
        f"{coverage.covered} of {coverage.rules} rules ({coverage.share:.0%}) fire in one of {coverage.cases} cases "
        f"or in an example of another rule.{without}"
    )


def remarks(label: str, found: Iterable[Remark]) -> Iterator[str]:
    """One remark on a line, however long, so that it can be searched for."""
    for one in found:
        where = " ".join(filter(None, [one.place, one.about]))
        yield f"{label}: {where}: {' '.join(filter(None, [one.message, one.hint]))}"
