"""A run as Markdown: what the text says, in tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from advisor.loading.problems import printable
from advisor.model.capability import Refuted
from advisor.model.measurement import FrameworkRun, Measurements, ProbeResult
from advisor.render.lines import as_markdown
from advisor.render.measured import capabilities, words
from advisor.render.measured.figures import UNKNOWN, between, megabytes, seconds, times
from advisor.render.measured.missing import WORDS, gaps
from advisor.render.measured.panels import CLOCKS, SHIPPED, Contest, Panel, classes, clock_of, contests, name_of, spent
from advisor.render.measured.ties import Place, ratio


def markdown(measured: Measurements, headline: str, refuted: Sequence[Refuted] = ()) -> str:
    """All of it; the headline names the machine. Nothing in it is obeyed by Markdown or HTML."""
    panels, found = classes(measured), contests(measured.results)
    lines = [
        f"# Measured on {as_markdown(headline)}",
        "",
        " ".join(as_markdown(said) for said in (*words.state(measured), words.how(measured))),
        *_frameworks([run for run in measured.frameworks if run.device]),
        *_classes(panels),
        *_probes(measured, found),
        *capabilities.markdown(measured, refuted),
        *_missing(measured),
    ]
    return "\n".join(map(printable, lines)).rstrip("\n") + "\n"


def _frameworks(runs: Sequence[FrameworkRun]) -> Iterator[str]:
    if not runs:
        return
    yield from ("", "## Frameworks", "")
    yield from _head("framework", "version", "device", "threads:", "import:", "first operation:")
    for run in runs:
        name = f"{run.framework}/{run.variant}{'' if run.track == 'matched' else f' {SHIPPED}'}"
        threads = UNKNOWN if run.threads is None else str(run.threads)
        yield _row(name, run.version, run.device, threads, seconds(run.import_s), seconds(run.first_operation_s))


def _classes(panels: Sequence[Panel]) -> Iterator[str]:
    if not panels:
        return
    yield from ("", "## Classes of work", "", "One step, relative to the fastest.")
    if said := words.first(panels):
        yield as_markdown(said)
    yield as_markdown(words.TIES)
    for panel in panels:
        yield from ("", f"### {as_markdown(panel.title)}", "")
        yield from _head("rank:", "variant", "relative:", "90 % interval:", "first step:")
        for row in panel.rows:
            yield _row(_rank(row.place), row.name, times(row.relative), _interval(row.place), seconds(row.first_s))
        if any(row.why for row in panel.rows):
            yield ""
            yield from (f"- {as_markdown(f'{row.name}: {row.why}')}" for row in panel.rows if row.why)


def _interval(place: Place | None) -> str:
    if not place:
        return UNKNOWN
    own = place.timed
    return between((ratio(own.time - own.below), ratio(own.time + own.above)))


def _rank(place: Place | None) -> str:
    return f"{place.rank}{' tie' if place.tied else ''}" if place else "-"


def _probes(measured: Measurements, found: Sequence[Contest]) -> Iterator[str]:
    if not found:
        return
    yield from ("", "## Probes")
    clock = clock_of(measured)
    flags: dict[str, None] = {}
    for contest in found:
        yield from ("", f"### {as_markdown(f'{contest.probe}, {contest.dtype} on {contest.device}')}", "")
        figures = (f"{CLOCKS[clock]}:", "relative:", "90 % interval:", "first call:", "memory:")
        yield from _head("rank:", "variant", *figures, "flags")
        for result in (*contest.matched, *contest.shipped.values()):
            flags.update(dict.fromkeys(result.flags))
            yield _figure(contest, result, spent(result, clock))
    if flags:
        yield ""
        for word in flags:
            yield f"- {as_markdown(word)}: {as_markdown(words.flag(word))}."


def _figure(contest: Contest, result: ProbeResult, value: float | None) -> str:
    matched = result.track == "matched"
    name = name_of(result)
    place = contest.places.get(name) if matched else None
    return _row(
        _rank(place) if matched else "",
        name if matched else f"{name} {SHIPPED}",
        "" if value is None else seconds(value),
        times(contest.relative(result)) if result.outcome == "ok" else WORDS[result.outcome].lower(),
        between(contest.interval(result)),
        "" if result.first_s is None else seconds(result.first_s),
        megabytes(result.peak_memory_mb),
        ", ".join(result.flags),
    )


def _missing(measured: Measurements) -> Iterator[str]:
    found = gaps(measured)
    if not found:
        return
    yield from ("", "## What is missing", "")
    for gap in found:
        reason = f": {gap.reason}" if gap.reason else ""
        yield f"- {WORDS[gap.outcome]}: {as_markdown(f'{gap.who}{reason}')}."
        if gap.command:
            # A block of code below the point of the list: nothing in it is obeyed.
            yield from ("", f"      {' '.join(gap.command.split())}", "")


def _head(*names: str) -> Iterator[str]:
    """The head of a table; a colon after a name sets its column to the right."""
    yield _row(*(name.rstrip(":") for name in names))
    yield f"|{'|'.join('---:' if name.endswith(':') else '---' for name in names)}|"


def _row(*cells: str) -> str:
    return f"| {' | '.join(_cells(cells))} |"


def _cells(cells: Iterable[str]) -> Iterator[str]:
    return (as_markdown(cell) for cell in cells)
