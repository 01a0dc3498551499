"""What every format says of a decision for many kinds of machine, in sentences and in rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.model.fleet import FleetDecision, Kind, Standing
from advisor.model.recommendation import named
from advisor.render.lines import Entry, listed, placed
from advisor.render.measured.figures import between, times
from advisor.render.policy import standing, together
from advisor.render.sureness import sureness

RULED_OUT = "ruled out"
NOT_MEASURED = "not measured"
_TELLING = 0.005
"""Score below which nothing is lost that is worth a word."""


def headline(d: FleetDecision) -> str:
    """What to build on, on all of the kinds, with what it is tied with, and how sure that is."""
    tied = f", tied with {listed(d.overall.tied_with)}" if d.overall.status == "tie" else ""
    return f"{chosen(d)}{tied}  ({sureness(d.overall.status, d.overall.confidence)})"


def chosen(d: FleetDecision) -> str:
    """The name of what is chosen."""
    return named(d.overall.primary) if d.overall.ranking else "no one framework"


def summary(d: FleetDecision) -> Iterator[Entry]:
    """What to build on everywhere, what is best on each kind, what the difference costs, and what is ruled out."""
    yield Entry("Build on", headline(d))
    yield Entry("Machines", _machines(d))
    if (others := d.overall.ranking[1:4]) and d.overall.primary == d.overall.ranking[0].option:
        yield Entry("Next best", ", ".join(f"{each.option} {each.score:.2f}" for each in others))
    yield Entry("Each alone", _each_alone(d))
    if costs := [cost for kind in d.kinds if (cost := _cost(kind, d))]:
        yield Entry("Costs", " ".join(costs))
    elif d.overall.ranking and d.overall.primary == d.overall.ranking[0].option:
        yield Entry("Costs", "nothing: it is the best on every kind.")
    yield from _policy(d)
    if d.overall.excluded:
        yield Entry("Ruled out", f"{_ruled_out(d)}.")


def _policy(d: FleetDecision) -> Iterator[Entry]:
    """How the policy fares over all kinds, and every violation that is more than a note, with the kinds where it is."""
    reports = {kind.id: kind.policy for kind in d.kinds if kind.policy is not None}
    if not reports:
        return
    policy = together(reports.values())
    yield Entry("Policy", standing(policy))
    for one in policy.violations:
        if one.severity != "note":
            where = [kind for kind, report in reports.items() if one in report.violations]
            yield Entry(one.severity.capitalize(), f"{one.message} {one.remedy} ({_named(d, where)})")


def _ruled_out(d: FleetDecision) -> str:
    """The options that are ruled out, those on the same kinds together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for option, kinds in d.overall.excluded.items():
        alike.setdefault(kinds, []).append(option)
    return "; ".join(f"{listed(names)} on {_named(d, kinds)}" for kinds, names in alike.items())


def _machines(d: FleetDecision) -> str:
    if len(d.kinds) == 1:
        return f"one kind, {d.kinds[0].name}: what is said of all is said of it."
    if all(kind.nodes is None for kind in d.kinds):
        return f"{len(d.kinds)} kinds, which count alike."
    counted = [f"{kind.name} {kind.share:.0%} ({kind.nodes or 1})" for kind in d.kinds]
    return f"{len(d.kinds)} kinds, which count by their nodes: {listed(counted)}."


def _each_alone(d: FleetDecision) -> str:
    """What is recommended on each kind, those with the same named together."""
    alike: dict[str, list[str]] = {}
    for kind in d.kinds:
        alike.setdefault(alone(kind), []).append(kind.id)
    return "; ".join(f"{said} on {_named(d, kinds)}" for said, kinds in alike.items()) + "."


def alone(kind: Kind) -> str:
    """What is recommended on a kind alone, with what it is tied with."""
    r = kind.recommendation
    if not (r.ranking or r.recommendation.stack):
        return "no answer"
    tied = f", tied with {listed(r.recommendation.tied_with)}," if r.status == "tie" else ""
    return f"{named(r.recommendation.primary)}{tied}"


def state(kind: Kind) -> str:
    """Whether the answer for a kind stands, and how sure that is."""
    return sureness(kind.recommendation.status, kind.recommendation.recommendation.confidence)


def origin(kind: Kind) -> str:
    """What a kind is, what speaks for it, and how much it counts."""
    nodes = f"{kind.nodes} of them, " if kind.nodes is not None else ""
    where = "elsewhere" if kind.foreign else "here"
    return f"{kind.machine}; {nodes}measured {where} on {kind.measured[:10]} ({kind.measurement[:8]})"


CELLS = "The place on each kind, and where both were measured the time of a step over that of the best there."
"""What stands in the table of options."""
KINDS_HEAD = ("kind of machine", "alone", "stack around the common one", "what it is")
"""Of the table of kinds."""


def kinds_rows(d: FleetDecision) -> Iterator[tuple[str, ...]]:
    """The kinds, what is recommended on each alone and how sure that is, and the stack around the one for all."""
    for kind in d.kinds:
        yield kind.name, f"{alone(kind)} ({state(kind)})", placed(kind.stack), origin(kind)


def _cost(kind: Kind, d: FleetDecision) -> str:
    """What the common one costs on a kind, as a sentence; nothing where it is the best there."""
    own = _standing(d, kind, d.overall.primary)
    if own is None or own.place is None or own.place == 1 or own.lost is None:
        return ""
    best = next(each.option for each in d.standings if each.kind == kind.id and each.place == 1)
    lost = f"{own.lost:.2f} of the score" if own.lost >= _TELLING else "less than 0.01 of the score"
    inside = ", which is a tie" if own.tied else ""
    time = f", and {slower(own)}" if own.relative_time is not None else ""
    return f"On {kind.name} {lost} against {best}{inside}{time}."


def slower(own: Standing) -> str:
    """How the time of a step compares with that of the best, in words."""
    return f"a step takes {times(own.relative_time)} times as long ({between(own.time_interval)})"


def by_kind(d: FleetDecision, kind: Kind) -> Iterator[Standing]:
    """Where the options stand on a kind."""
    return (standing for standing in d.standings if standing.kind == kind.id)


def options(d: FleetDecision) -> list[str]:
    """Every option, those that are possible everywhere first, the best of them before the others."""
    return [*(each.option for each in d.overall.ranking), *d.overall.excluded]


HEAD = ("kind of machine", "place", "time of a step", "score lost:")
"""Of what the common one costs on each kind."""


def cost_rows(d: FleetDecision) -> Iterator[tuple[str, str, str, str]]:
    """What the common one costs on each kind against the best there: its place, its time, and the score lost."""
    for kind in d.kinds:
        own = _standing(d, kind, d.overall.primary)
        if own is not None and own.place is not None:
            yield kind.name, place(own, d), time(own), lost(own)


def place(own: Standing, d: FleetDecision) -> str:
    """The place of an option on a kind, as `2 of 5`."""
    ranked = sum(each.kind == own.kind and each.place is not None for each in d.standings)
    return RULED_OUT if own.place is None else f"{own.place} of {ranked}{', a tie' if own.tied else ''}"


def time(own: Standing) -> str:
    """The time of a step over that of the best, with its interval."""
    if own.place is None:
        return ""
    if own.relative_time is None:
        return NOT_MEASURED
    return times(own.relative_time) if own.place == 1 else f"{times(own.relative_time)} ({between(own.time_interval)})"


def lost(own: Standing) -> str:
    """The score that an option falls short of the best, with its interval."""
    if own.lost is None or own.lost_interval is None:
        return ""
    low, high = own.lost_interval
    return f"{own.lost:.3f}" if own.place == 1 else f"{own.lost:.3f} ({low:.2f} to {high:.2f})"


def cells(d: FleetDecision, option: str) -> Iterator[str]:
    """Where an option stands on each kind: its place and its time, or that it is ruled out."""
    for kind in d.kinds:
        own = _standing(d, kind, option)
        if own is None:
            yield ""
        elif own.place is None:
            yield RULED_OUT
        else:
            tied = ", a tie" if own.tied else ""
            measured = f"; {time(own)}" if own.relative_time is not None else ""
            yield f"{own.place}{tied}{measured}"


def reasons(d: FleetDecision) -> Iterator[Entry]:
    """What rules options out, each reason with the kinds on which it does."""
    for option in d.overall.excluded:
        found: dict[str, list[str]] = {}
        for kind in d.kinds:
            own = _standing(d, kind, option)
            if own is not None and own.reason:
                found.setdefault(own.reason, []).append(kind.id)
        yield Entry(option, " ".join(f"{reason} ({_named(d, kinds)})" for reason, kinds in found.items()))


def _named(d: FleetDecision, kinds: Sequence[str]) -> str:
    """Kinds by their names, or all of them as such."""
    if len(kinds) == len(d.kinds) > 1:
        return "every kind"
    return listed([kind.name for kind in d.kinds if kind.id in kinds])


def _standing(d: FleetDecision, kind: Kind, option: str) -> Standing | None:
    return next((each for each in d.standings if (each.kind, each.option) == (kind.id, option)), None)
