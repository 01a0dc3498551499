"""What every format says of a portfolio, in sentences and in rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.model.portfolio import BadLine, Common, Portfolio, Project
from advisor.model.recommendation import named
from advisor.render.lines import Entry, counted, listed, placed
from advisor.render.measured.figures import cut
from advisor.render.sureness import SETTLED

_LONGEST = 60
"""Characters of the name of a project."""


def name(one: Project | BadLine, width: int = _LONGEST) -> str:
    """What a project is called: its id, or its line where it has none."""
    return f"line {one.line}" if one.id is None else cut(str(one.id), width)


def summary(p: Portfolio) -> Iterator[Entry]:
    """How many projects there are, what became of them, and which common framework costs least."""
    bad = len(p.bad)
    unread = f", {counted(bad, 'line')} that cannot be used" if bad else ""
    yield Entry("Projects", f"{len(p.projects)}{unread}")
    if not p.projects:
        return
    yield Entry("Status", ", ".join(f"{SETTLED[status]} {count}" for status, count in p.statuses.items()))
    yield Entry("Build on", ", ".join(f"{named(name)} {count}" for name, count in p.primaries.items()))
    if p.common:
        yield Entry("In common", _cheapest(p))


def _cheapest(p: Portfolio) -> str:
    first = p.common[0]
    alike = [each.option for each in p.common if (each.ruled_out, each.lost) == (first.ruled_out, first.lost)]
    of = f"{counted(p.compared, 'project')} that a framework is recommended for"
    if first.ruled_out == p.compared:
        return f"no framework is possible for any of {of}"
    costs = "costs" if len(alike) == 1 else "cost"
    return (
        f"{listed(alike)} {costs} least of {of}: ruled out for {first.ruled_out}, and {first.lost:.2f} of the score "
        f"lost by the others in all, {first.most:.2f} by the one that loses most."
    )


def state(project: Project) -> str:
    """Whether the answer stands, and how sure that is."""
    if project.level is None or project.p_best is None or not project.costs:
        return SETTLED[project.status]
    return f"{SETTLED[project.status]}; {project.p_best:.0%}, {project.level}"


def primary(project: Project) -> str:
    """What to build on, with what it is tied with."""
    tied = f", tied with {listed(project.tied_with)}" if project.tied_with and project.status == "tie" else ""
    return f"{named(project.primary)}{tied}"


def stack(project: Project) -> str:
    """The parts around it, by place."""
    return placed(project.stack)


def common(each: Common, p: Portfolio) -> tuple[str, str, str, str]:
    """A row: the framework, for how many it is ruled out, what is lost in all, and by the one that loses most."""
    served = each.ruled_out < p.compared
    return (
        each.option,
        f"{each.ruled_out} of {p.compared}",
        f"{each.lost:.2f}" if served else "",
        f"{each.most:.2f}" if served else "",
    )


def costs(project: Project, p: Portfolio) -> Iterator[str]:
    """What each common framework would cost a project, in the order of the portfolio."""
    known = {cost.option: cost for cost in project.costs}
    for each in p.common:
        cost = known.get(each.option)
        if cost is None:
            yield ""
        elif cost.lost is None:
            yield "ruled out"
        else:
            yield f"{cost.lost:.2f}{' tie' if cost.tied else ''}"


def reasons(p: Portfolio) -> Iterator[tuple[str, Mapping[str, list[str]]]]:
    """What rules a framework out, with the projects that it holds for, of each that is ruled out for some."""
    for each in p.common:
        found: dict[str, list[str]] = {}
        for project in p.projects:
            for cost in project.costs:
                if cost.option == each.option and cost.reason:
                    found.setdefault(cost.reason, []).append(name(project))
        if found:
            yield each.option, found


def speeds(p: Portfolio) -> Iterator[Entry]:
    """What was measured of speed: the value of each framework beside that of the best, of every project."""
    for project in p.projects:
        best = project.costs[0].option if project.costs else ""
        said = [
            f"{cost.option} {cost.speed[0]:.2f} to {cost.speed[1]:.2f}"
            for cost in project.costs
            if cost.speed and cost.option != best
        ]
        if said:
            yield Entry(name(project), f"{', '.join(said)} of {best}")
