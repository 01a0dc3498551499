"""A portfolio for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.loading.problems import printable
from advisor.model.portfolio import Portfolio, Project
from advisor.render.lines import Entry, folded, headed, labelled, listed, text
from advisor.render.portfolio import words

_LABEL, _NAME = 10, 24
_FRAMEWORK = 14


def render(portfolio: Portfolio) -> str:
    """The summary, each project, what one framework for all would cost, and the lines that cannot be used."""
    return text(_lines(portfolio))


def _lines(p: Portfolio) -> Iterator[str]:
    yield from labelled(words.summary(p), _LABEL)
    if p.projects:
        yield from headed("Each project", (line for project in p.projects for line in _project(project, p)))
    if p.common:
        yield from headed("One framework for all", _commons(p))
    why = (
        Entry(option, "; ".join(f"{listed(names)}: {reason.rstrip('.')}" for reason, names in found.items()))
        for option, found in words.reasons(p)
    )
    yield from headed("Ruled out", labelled(why, _FRAMEWORK))
    yield from headed("Measured speed, from 0 to 1", labelled(words.speeds(p), _NAME))
    bad = (Entry(words.name(line, _NAME), " ".join(line.problems)) for line in p.bad)
    yield from headed("Lines that cannot be used", labelled(bad, _NAME))


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
