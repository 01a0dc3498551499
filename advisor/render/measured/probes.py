"""The probes as a table in 80 columns: every figure with its interval, its ties, and what is held against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from advisor.evidence.probing.stability import Clock
from advisor.loading.problems import printable
from advisor.model.measurement import ProbeResult
from advisor.render.lines import folded
from advisor.render.measured import words
from advisor.render.measured.figures import between, cell, cut, megabytes, right, seconds, times
from advisor.render.measured.missing import WORDS
from advisor.render.measured.panels import CLOCKS, SHIPPED, Contest, name_of, spent
from advisor.render.measured.ties import Place

_NAME = 18
"""Columns."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def text(found: Sequence[Contest], clock: Clock) -> Iterator[str]:
    """Every figure, with a letter for each flag that not all of them have; nothing where nothing was tried."""
    if not found:
        return
    results = [result for contest in found for result in (*contest.matched, *contest.shipped.values())]
    timed = [result for result in results if result.value is not None]
    common = [word for word in (timed[0].flags if timed else ()) if all(word in each.flags for each in timed)]
    rest = dict.fromkeys(word for result in results for word in result.flags if word not in common)
    marks = dict(zip(rest, _LETTERS, strict=False))
    yield ""
    yield f"{'Probes':22}{CLOCKS[clock]:>10}{'relative':>9}{'90 % interval':>16}{'first call':>11}{'memory':>8}"
    for contest in found:
        yield f"  {cut(f'{contest.probe}  {contest.dtype} on {contest.device}', 76)}"
        for result in contest.matched:
            yield _figure(contest, result, spent(result, clock), marks)
            if shipped := contest.shipped.get(name_of(result)):
                yield _figure(contest, shipped, spent(shipped, clock), marks)
    if common or marks:
        yield ""
    for word in common:
        yield from folded(printable(f"All of them: {words.flag(word)}."), "  ", "  ")
    for word, letter in marks.items():
        yield from folded(printable(f"{words.flag(word)}."), f"  {letter}  ", "     ")


def _figure(contest: Contest, result: ProbeResult, value: float | None, marks: Mapping[str, str]) -> str:
    matched = result.track == "matched"
    name = name_of(result) if matched else f"  {SHIPPED}"
    place = contest.places.get(name) if matched else None
    rank = str(place.rank) if place else "-" if matched else ""
    letters = "".join(marks.get(word, "") for word in result.flags)
    said = times(contest.relative(result)) if result.outcome == "ok" else WORDS[result.outcome].lower()
    time = seconds(value) if value is not None else ""
    first = seconds(result.first_s) if result.first_s is not None else ""
    return (
        f"{rank:>3}  {cell(name, _NAME)}{right(time, 9)}{right(said, 9)}{tie(place) if place else '':>4}"
        f"{right(between(contest.interval(result)), 13)}{right(first, 10)}"
        f"{right(megabytes(result.peak_memory_mb), 8)} {letters[:3]}"
    )


def tie(place: Place) -> str:
    """What is said of a time that shares its rank."""
    return "tie" if place.tied else ""
