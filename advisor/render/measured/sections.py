"""A run in sections of sentences, tables and points: what every format but the narrow text makes its tables of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.frozen import dataclass
from advisor.model.measurement import FrameworkRun, Measurements, ProbeResult
from advisor.render.measured import words
from advisor.render.measured.figures import UNKNOWN, between, megabytes, seconds, times
from advisor.render.measured.missing import WORDS, gaps
from advisor.render.measured.panels import CLOCKS, SHIPPED, Contest, Panel, classes, clock_of, contests, name_of, spent
from advisor.render.measured.ties import Place, ratio

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What stands under one heading."""

    title: str
    within: bool = False
    """Whether it is a part of the last section that is not."""
    said: tuple[str, ...] = ()
    head: Row = ()
    """Empty where there is no table; a colon after a name says that the column is of figures."""
    rows: tuple[Row, ...] = ()
    points: tuple[tuple[str, str], ...] = ()
    """Sentences, each with a command that can be copied, or an empty one."""


def sections(measured: Measurements) -> Iterator[Section]:
    """The frameworks, the classes of work, every probe, and what flags hold against a figure."""
    if runs := [run for run in measured.frameworks if run.device]:
        head = ("framework", "version", "device", "threads:", "import:", "first operation:")
        yield Section(title="Frameworks", head=head, rows=tuple(map(_framework, runs)))
    if panels := classes(measured):
        first = [said for said in (words.first(panels),) if said]
        yield Section(title="Classes of work", said=("One step, relative to the fastest.", *first, words.TIES))
        yield from map(_class, panels)
    if found := contests(measured.results):
        yield Section(title="Probes")
        yield from (_probe(measured, contest) for contest in found)
        results = [result for contest in found for result in (*contest.matched, *contest.shipped.values())]
        flags = dict.fromkeys(word for result in results for word in result.flags)
        if flags:
            yield Section(title="", within=True, points=tuple((f"{word}: {words.flag(word)}.", "") for word in flags))


def missing(measured: Measurements) -> Iterator[Section]:
    """What has no figure, with the reason and what mends it; nothing where nothing is missing."""
    if found := gaps(measured):
        points = (
            (f"{WORDS[gap.outcome]}: {gap.who}{f': {gap.reason}' if gap.reason else ''}.", gap.command) for gap in found
        )
        yield Section(title="What is missing", points=tuple(points))


def _framework(run: FrameworkRun) -> Row:
    name = f"{run.framework}/{run.variant}{'' if run.track == 'matched' else f' {SHIPPED}'}"
    threads = UNKNOWN if run.threads is None else str(run.threads)
    return name, run.version, run.device, threads, seconds(run.import_s), seconds(run.first_operation_s)


def _class(panel: Panel) -> Section:
    return Section(
        title=panel.title,
        within=True,
        head=("rank:", "variant", "relative:", "90 % interval:", "first step:"),
        rows=tuple(
            (_rank(row.place), row.name, times(row.relative), _interval(row.place), seconds(row.first_s))
            for row in panel.rows
        ),
        points=tuple((f"{row.name}: {row.why}", "") for row in panel.rows if row.why),
    )


def _interval(place: Place | None) -> str:
    if not place:
        return UNKNOWN
    own = place.timed
    return between((ratio(own.time - own.below), ratio(own.time + own.above)))


def _rank(place: Place | None) -> str:
    return f"{place.rank}{' tie' if place.tied else ''}" if place else "-"


def _probe(measured: Measurements, contest: Contest) -> Section:
    clock = clock_of(measured)
    figures = (f"{CLOCKS[clock]}:", "relative:", "90 % interval:", "first call:", "memory:")
    results: Sequence[ProbeResult] = (*contest.matched, *contest.shipped.values())
    return Section(
        title=f"{contest.probe}, {contest.dtype} on {contest.device}",
        within=True,
        head=("rank:", "variant", *figures, "flags"),
        rows=tuple(_figure(contest, result, spent(result, clock)) for result in results),
    )


def _figure(contest: Contest, result: ProbeResult, value: float | None) -> Row:
    matched = result.track == "matched"
    name = name_of(result)
    place = contest.places.get(name) if matched else None
    return (
        _rank(place) if matched else "",
        name if matched else f"{name} {SHIPPED}",
        "" if value is None else seconds(value),
        times(contest.relative(result)) if result.outcome == "ok" else WORDS[result.outcome].lower(),
        between(contest.interval(result)),
        "" if result.first_s is None else seconds(result.first_s),
        megabytes(result.peak_memory_mb),
        ", ".join(result.flags),
    )
