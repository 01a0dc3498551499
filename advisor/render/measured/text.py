"""A run in 80 columns: the machine, the frameworks, the classes as a chart, the probes, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.frozen import dataclass, values_of
from advisor.loading.problems import printable
from advisor.model.capability import Refuted
from advisor.model.measurement import FrameworkRun, Measurements
from advisor.render.lines import entry, folded
from advisor.render.measured import capabilities, probes, words
from advisor.render.measured.axis import Axis, axis
from advisor.render.measured.figures import UNKNOWN, cell, cut, right, seconds, times
from advisor.render.measured.missing import WORDS, gaps
from advisor.render.measured.panels import SHIPPED, Panel, Row, classes, clock_of, contests
from advisor.render.measured.probes import tie
from advisor.render.measured.ties import Place

_CHART = 32
"""Columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What a chart is drawn with."""

    point: str
    line: str
    left: str
    right: str
    """Ends of an interval."""
    beyond: str
    """Two signs, for an interval that goes on to the left and to the right."""
    tick: str

    def fit(self, encoding: str | None) -> bool:
        """Whether all of them can be written in an encoding."""
        try:
            "".join(values_of(self)).encode(encoding or "ascii")
        except (UnicodeEncodeError, LookupError):
            return False
        return True


UNICODE = Signs(point="●", line="─", left="├", right="┤", beyond="◂▸", tick="┊")
ASCII = Signs(point="o", line="-", left="|", right="|", beyond="<>", tick=":")


def text(measured: Measurements, headline: str, signs: Signs, refuted: Sequence[Refuted] = ()) -> str:
    """All of it; the headline names the machine. Nothing in it is obeyed by a terminal."""
    panels = classes(measured)
    lines = [
        *folded(printable(headline), "", "  "),
        *(line for said in words.state(measured) for line in _folded(said)),
        *_folded(words.how(measured)),
        *_frameworks(measured.frameworks),
        *_classes(panels, signs),
        *_reasons(panels),
        *probes.text(contests(measured.results), clock_of(measured)),
        *capabilities.text(measured, refuted),
        *_missing(measured),
    ]
    return "\n".join(printable(line.rstrip()) for line in lines) + "\n"


def _folded(said: str, first: str = "", rest: str = "  ") -> list[str]:
    return folded(printable(said), first, rest)


def _frameworks(runs: Sequence[FrameworkRun]) -> Iterator[str]:
    """Those that were started, with what came before any probe."""
    started = [run for run in runs if run.device]
    if not started:
        return
    yield from ("", f"{'Frameworks':22}{'version':18}{'device':10}{'threads':>8}{'import':>10}{'first op':>12}")
    for run in started:
        name = f"{run.framework}/{run.variant}" if run.track == "matched" else f"  {SHIPPED}"
        threads = str(run.threads) if run.threads is not None else UNKNOWN
        about = f"  {cell(name, 20)}{cell(run.version, 18)}{cell(run.device, 10)}{right(threads, 8)}"
        yield f"{about}{right(seconds(run.import_s), 10)}{right(seconds(run.first_operation_s), 12)}"


def _classes(panels: Sequence[Panel], signs: Signs) -> Iterator[str]:
    if not panels:
        return
    scale = axis(panels)
    yield ""
    yield f"Classes of work   {'one step, times the fastest':40}{'first step':>22}"
    for panel in panels:
        yield f"  {cell(panel.title, 36)}{_numbers(scale)}"
        for row in panel.rows:
            yield _bar(row, scale, signs)
    yield ""
    if said := words.first(panels):
        yield from _folded(said, "  ", "  ")
    drawn = f"{signs.left}{signs.line}{signs.point}{signs.line}{signs.right}"
    yield from _folded(f"{drawn} is a time with its 90 % interval. {words.TIES}", "  ", "  ")


def _reasons(panels: Sequence[Panel]) -> Iterator[str]:
    """Why each takes as long as it does, with the probe that shows it."""
    known = [panel for panel in panels if any(row.why for row in panel.rows)]
    if known:
        yield from ("", "Why")
    for panel in known:
        yield f"  {cell(panel.title, 76)}"
        for row in panel.rows:
            if row.why:
                yield from _folded(f"{row.name}: {row.why}", "    ", "      ")


def _numbers(scale: Axis) -> str:
    """The figures of the ticks, each around its column; what would run into one that is there is left out."""
    cells = [" "] * _CHART
    for place, label in scale.ticks():
        start = min(max(0, _column(scale, place) - (len(label) - 1) // 2), _CHART - len(label))
        around = cells[max(0, start - 1) : start + len(label) + 1]
        if all(cell == " " for cell in around):
            cells[start : start + len(label)] = label
    return "".join(cells)


def _column(scale: Axis, logarithm: float) -> int:
    return round(scale.share(logarithm) * (_CHART - 1))


def _bar(row: Row, scale: Axis, signs: Signs) -> str:
    first = right(seconds(row.first_s), 9)
    if row.place is None:
        return f"   -  {cell(row.name, 20)}{UNKNOWN:>7}{'':6}{'':{_CHART}}{first}"
    said = f"  {row.place.rank:>2}  {cell(row.name, 20)}{cut(times(row.relative), 6):>6} {tie(row.place):4} "
    return f"{said}{_whisker(row.place, scale, signs)}{first}"


def _whisker(place: Place, scale: Axis, signs: Signs) -> str:
    cells = [" "] * _CHART
    for tick, _ in scale.ticks():
        cells[_column(scale, tick)] = signs.tick
    own = place.timed
    low, high, middle = own.time - own.below, own.time + own.above, _column(scale, own.time)
    # Each end is as far from the point as it is wide, so that the same error on both sides looks the same.
    left = max(0, middle - _wide(scale, own.below))
    right = min(_CHART - 1, middle + _wide(scale, own.above))
    cells[left : right + 1] = signs.line * (right + 1 - left)
    cells[left] = signs.beyond[0] if scale.beyond(low) else signs.left
    cells[right] = signs.beyond[1] if scale.beyond(high) else signs.right
    cells[middle] = signs.point
    return "".join(cells)


def _wide(scale: Axis, error: float) -> int:
    return round(min(1.0, error / (scale.high - scale.low)) * (_CHART - 1))


def _missing(measured: Measurements) -> Iterator[str]:
    found = gaps(measured)
    if not found:
        return
    yield from ("", "What is missing")
    last = ""
    for gap in found:
        label = WORDS[gap.outcome] if WORDS[gap.outcome] != last else ""
        last = WORDS[gap.outcome]
        reason = f": {gap.reason}" if gap.reason else ""
        yield from entry(label, printable(f"{gap.who}{reason}."))
        if gap.command:
            # It is not broken into lines, so that it can be copied.
            yield f"{'':17}$ {gap.command}"
