"""What is known, in words for a terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from advisor.model.attribute import FactAttribute
from advisor.model.component import Component
from advisor.model.fact import Fact
from advisor.model.knowledge import Benchmark, Folklore
from advisor.model.next_step import Command
from advisor.render.lines import NARROW, as_markdown, entry, text, wrapped
from advisor.upkeep.completeness import Coverage
from advisor.upkeep.differences import Change, Reanswered
from advisor.upkeep.staleness import Stale
from advisor.upkeep.table import Row, Table
from advisor.upkeep.verification import Held

_WIDEST = 24
"""Of a name that text is aligned beside."""


def fact(found: Fact, attribute: FactAttribute | None = None) -> str:
    """One fact with everything behind it."""
    meaning = attribute.words.get(found.said, "") if attribute else ""
    lines = [found.id, *entry("value", f"{found.said}: {meaning}" if meaning else found.said)]
    if attribute:
        lines += entry("meaning", attribute.meaning)
    lines += entry("note", found.note)
    lines += entry("versions", found.versions)
    for source in found.sources:
        lines += entry("source", f"{source.ref} ({source.grade}, {source.observed})")
    lines += entry("renew by", found.expires)
    lines += entry("from", found.origin)
    return text(lines)


def component(found: Component) -> str:
    """A component with its eight things."""
    lines = wrapped(f"{found.id}  {found.name}", 0, 2)
    for one in found.facts:
        lines += entry(one.attribute.replace("_", " "), one.said)
    lines += entry("note", found.note)
    for source in dict.fromkeys(source for one in found.facts for source in one.sources):
        lines += entry("source", f"{source.ref} ({source.grade}, {source.observed})")
    lines += entry("from", found.origin)
    return text(lines)


def framework(name: str, summary: str, facts: Iterable[Fact]) -> str:
    """A framework with all its facts, one on a line."""
    lines = [*wrapped(name, 0, 2), *wrapped(summary, 2, 2)]
    for one in facts:
        lines += wrapped(f"{one.attribute}: {one.said} ({one.source.grade}, {one.source.observed})", 2, 6)
    return text(lines)


def attribute(found: FactAttribute, facts: Iterable[Fact]) -> str:
    """An attribute with the definitions of its words, and what every framework has there."""
    lines = [found.id, *entry("meaning", found.meaning), *entry("moves", f"as fast as {found.moves}")]
    for word, meaning in found.words.items():
        lines += entry(word, meaning)
    for one in facts:
        lines += wrapped(f"{one.id}: {one.said}", 2, 6)
    return text(lines)


def belief(found: Folklore) -> str:
    """A belief, how it fares, and what is true."""
    lines = [found.id, *entry("belief", found.belief), *entry(found.standing, found.truth)]
    lines += entry("source", f"{found.source.ref} ({found.source.grade}, {found.source.observed})")
    lines += entry("facts", ", ".join(found.facts))
    lines += entry("claims", ", ".join(found.claims))
    return text(lines)


def beliefs(found: Iterable[Folklore]) -> str:
    """Every belief, those that do not hold first."""
    order = ("wrong", "outdated", "unverified", "true")
    listed = sorted(found, key=lambda one: (order.index(one.standing), one.id))
    return "\n".join(belief(one) for one in listed)


def command(found: Command) -> str:
    """A command that goes on from a component, with where its gaps are filled in from."""
    lines = [f"next_step.{found.id}", *entry("command", " ".join(found.command)), *entry("does", found.does)]
    lines += entry("after", f"{found.component}, where it is to {found.place}")
    lines += entry("only where", ", ".join(f"{key} is {word}" for key, word in found.where.items()))
    lines += entry("filled in", ", ".join(f"{gap} from {one.key}" for gap, one in found.inputs.items()))
    lines += entry("source", f"{found.source.ref} ({found.source.grade}, {found.source.observed})")
    lines += entry("from", found.origin)
    return text(lines)


def benchmark(found: Benchmark) -> str:
    """A published table, with what can be compared in it."""
    lines = [f"benchmark.{found.id}"]
    about = {"hardware": found.hardware, "precision": found.precision, "comparable": found.comparability}
    for label, said in {**about, "measured": found.date, "note": found.note}.items():
        lines += entry(label, said)
    lines += entry("source", f"{found.source.ref} ({found.source.grade}, {found.source.observed})")
    for row in found.rows:
        times = ", ".join(f"{variant} {time:g}" for variant, time in row.times.items())
        batch = f", batch {row.batch}" if row.batch else ""
        lines += wrapped(f"{row.id}: {row.task}{batch} ({row.workload_class}, {row.unit}): {times}", 2, 6)
    return text(lines)


def table_text(table: Table) -> str:
    """Row by row, with a line for each subject: any number of them fits a terminal."""
    lines: list[str] = []
    width = min(max((len(subject) for subject in table.subjects), default=0), _WIDEST)
    for row in table.rows:
        lines += wrapped(f"{row.title} ({row.meaning})", 0, 4)
        for subject in table.subjects:
            lines += wrapped(f"{subject:{width}}  {_said(row, subject)}", 2, width + 4)
        lines.append("")
    return text(lines)


def table_markdown(table: Table) -> str:
    """One row for each attribute, one column for each subject."""
    lines = [
        f"| | {' | '.join(map(as_markdown, table.subjects))} |",
        f"|---|{'---|' * len(table.subjects)}",
        *(
            f"| {' | '.join(map(as_markdown, [row.title, *(_said(row, subject) for subject in table.subjects)]))} |"
            for row in table.rows
        ),
    ]
    return text(lines)


def _said(row: Row, subject: str) -> str:
    return row.cells[subject].text if subject in row.cells else "not stated"


def stale(found: Iterable[Stale], day: str) -> str:
    """What has to be looked at again up to that day, soonest first."""
    lines = []
    for one in found:
        when = f"since {one.since}" if one.days <= 0 else f"in {one.days} day{'s' * (one.days > 1)}"
        lines += wrapped(f"{one.fact.id}: {when} ({one.why}; {one.fact.source.ref})", 0, 4)
    return text(lines or [f"Nothing has to be looked at again by {day}."])


def checked(
    frameworks: Mapping[str, Coverage],
    components: Mapping[str, Coverage],
    beliefs: int,
    rules: int,
    problems: Iterable[str] = (),
) -> str:
    """How much is known, how well, and what is wrong with it, one problem on a line."""
    lines = [_counted(name, coverage) for name, coverage in frameworks.items()]
    parts = list(components.values())
    lines.append(
        _counted(
            f"{len(parts)} components",
            Coverage(
                facts=sum(part.facts for part in parts),
                unknown=sum(part.unknown for part in parts),
                primary=sum(part.primary for part in parts),
                missing=(),
            ),
        )
    )
    return text([*lines, f"{beliefs} beliefs, {rules} rules.", *(f"problem: {problem}" for problem in problems)])


def _counted(name: str, coverage: Coverage) -> str:
    return f"{name:{NARROW}} {coverage.facts:5} facts, {coverage.share:4.0%} primary, {coverage.unknown:3} unknown"


def changes(found: Iterable[Change], cases: Iterable[Reanswered]) -> str:
    """What changed, and the gold cases whose answer did."""
    lines: list[str] = []
    for change in found:
        lines += wrapped(f"{change.kind} {change.id}", 0, 4)
        lines += wrapped(f"was {change.before}", 4, 8) if change.before else []
        lines += wrapped(f"is  {change.after}", 4, 8) if change.after else []
    if not lines:
        lines.append("No fact, rule or constant has changed.")
    answered = list(cases)
    lines.append("")
    many = "1 gold case is" if len(answered) == 1 else f"{len(answered)} gold cases are"
    lines.append(f"{many} answered differently." if answered else "No answer has changed.")
    for case in answered:
        lines += wrapped(f"{case.case}: {case.title}", 0, 4)
        for part in ("primary", "status", "flags", "stack"):
            was, now = _part(getattr(case.before, part)), _part(getattr(case.after, part))
            if was != now:
                lines += wrapped(f"{part}: {was} -> {now}", 4, 8)
        if case.after.primary not in case.acceptable:
            lines += wrapped(f"right would be {' or '.join(case.acceptable)}", 4, 8)
    return text(lines)


def _part(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(value) or "none"


def held(found: Iterable[Held]) -> str:
    """Facts held against what is installed, those that do not hold first."""
    order = ("denied", "contradicted", "older", "holds")
    listed = sorted(found, key=lambda one: (order.index(one.verdict), one.fact))
    lines = [line for one in listed for line in wrapped(f"{one.verdict:12} {one.fact}: {one.found}", 0, 17)]
    return text(lines or ["None of the packages that something is known of is installed there."])
