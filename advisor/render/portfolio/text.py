"""A portfolio for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.loading.problems import printable
from advisor.model.portfolio import Portfolio, Project
from advisor.render.lines import Entry, folded, listed, text
from advisor.render.portfolio import words

_LABEL, _NAME = 10, 24
_FRAMEWORK = 14


def render(portfolio: Portfolio) -> str:
    """The summary, each project, what one framework for all would cost, and the lines that cannot be used."""
    return text(_lines(portfolio))


def _lines(p: Portfolio) -> Iterator[str]:
    yield from _entries(words.summary(p), _LABEL)
    if p.projects:
        yield from _headed("Each project", (line for project in p.projects for line in _project(project, p)))
    if p.common:
        yield from _headed("One framework for all", _commons(p))
    why = (
        Entry(option, "; ".join(f"{listed(names)}: {reason.rstrip('.')}" for reason, names in found.items()))
        for option, found in words.reasons(p)
    )
    yield from _headed("Ruled out", _entries(why, _FRAMEWORK))
    yield from _headed("Measured speed, from 0 to 1", _entries(words.speeds(p), _NAME))
    bad = (Entry(words.name(line, _NAME), " ".join(line.problems)) for line in p.bad)
    yield from _headed("Lines that cannot be used", _entries(bad, _NAME))


def _project(project: Project, p: Portfolio) -> Iterator[str]:
    said = f"{words.primary(project)} ({words.state(project)})"
    yield from folded(printable(said), f"{words.name(project, _NAME):{_NAME}} ", " " * (_NAME + 1))
    if project.stack:
        yield from folded(printable(words.stack(project)), " " * (_NAME + 1), " " * (_NAME + 1))
    if project.costs and (cost := next(words.costs(project, p))) != "0.00":
        how = "is ruled out" if cost == "ruled out" else f"loses {cost.replace(' ', ', a ')}"
        yield from folded(f"{p.common[0].option} {how}", " " * (_NAME + 1), " " * (_NAME + 1))


def _commons(p: Portfolio) -> Iterator[str]:
    yield f"{'':{_FRAMEWORK}}{'ruled out for':>16}{'score lost in all':>20}{'most by one':>14}"
    for each in p.common:
        option, out, lost, most = words.common(each, p)
        yield f"{option:{_FRAMEWORK}}{out:>16}{lost:>20}{most:>14}".rstrip()


def _headed(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Lines under a heading; nothing where there are none."""
    if found := list(lines):
        yield from ("", title, "-" * len(title), *found)


def _entries(found: Iterable[Entry], width: int) -> Iterator[str]:
    for entry in found:
        yield from folded(printable(entry.said), f"{printable(entry.label):{width}} ", " " * (width + 1))
