"""What is said of a run in sentences: the state of the machine, how it was measured, what flags mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from advisor.evidence.probing.gates import SAID
from advisor.model.measurement import Measurements
from advisor.render.lines import listed
from advisor.render.measured.figures import cut
from advisor.render.measured.panels import Panel, clock_of

TIES = (
    "Two times tie unless the 90 % interval of their ratio lies wholly beyond 5 %; a tie is led by its fastest and "
    "shares its rank."
)
"""The rule of `ties`, for whoever reads a rank."""

_BESIDES: Mapping[str, str] = {
    "contended": "its threads had to wait for a core; its error is taken to be larger",
    "unsettled": "it was still getting faster or slower when it was timed",
    "one_core": "measured on one core, since something else wanted the others, and compared by processor time",
    "reduced_precision": "it computes in less than the full precision of float32",
    "uncompared": "it returns nothing that could be compared: whether it computes the same, or anything, is not known",
    "other_types": "its results are of other types than those they were compared with, as float64 beside float32",
    "cached": "it was compiled before, so its first call says nothing",
}
"""Flags that leave a figure standing."""
_OFTEN, _LONG = 4, 40
"""So many variants are named of those that come first, in so many characters."""


def flag(word: str) -> str:
    """What a flag holds against a figure; the word itself where nothing is known of it."""
    return SAID.get(word) or _BESIDES.get(word) or word.replace("_", " ")


def state(measured: Measurements) -> Iterator[str]:
    """What has to be known of the machine's state to judge the figures, a sentence each."""
    machine = measured.machine
    if measured.capabilities and not measured.results:
        return  # nothing was timed
    if "stopped" in measured.settings:
        yield "Stopped before its end: what was measured until then is here."
    if machine.quiet is None:
        yield "Unknown whether anything else was running."
    elif machine.quiet:
        yield "Quiet: nothing else of weight was running."
    elif clock_of(measured) == "cpu_s":
        of = f"one of {machine.cores} cores" if machine.cores > 1 else "the one core"
        yield f"Busy: something else was using the cores, so everything was measured on {of}, by processor time."
    else:
        yield "Busy: something else was using the cores at times; compare with care."
    if machine.power == "battery":
        yield "On battery: clocks may have been held back."
    if machine.throttled:
        yield f"Slowed down: {'; '.join(machine.throttled)}."
    if machine.translated:
        yield "This Python is translated by Rosetta: nothing runs at its full speed."


def how(measured: Measurements) -> str:
    """How it was measured, as far as that is known: suite, threads, processes, rounds, how long, when."""
    settings = measured.settings
    rounds = max((len(result.raw.wall_s) or result.samples for result in measured.results), default=0)
    processes = max((result.generations for result in measured.results), default=0)
    parts = (
        f"{settings['suite']} suite" if settings.get("suite") else "",
        "processor only" if settings.get("device") == "cpu" else "",
        _counted(settings.get("threads", ""), "thread") if settings.get("threads") else "",
        f"every variant in {_counted(str(processes), 'process', 'es')} of its own" if processes else "",
        f"up to {_counted(str(rounds), 'round')} of a probe" if rounds else "",
        f"{measured.elapsed_s:.0f} s in all",
    )
    said = ", ".join(part for part in parts if part)
    return f"{said[:1].upper()}{said[1:]}; {_when(measured.measured)}."


def first(panels: Sequence[Panel]) -> str:
    """Who comes first how often, where there are several to compare; empty where that says nothing."""
    contested = [panel.fastest for panel in panels if sum(row.place is not None for row in panel.rows) > 1]
    if len(contested) < 2:
        return ""
    counted = Counter(name for names in contested for name in names)
    often = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:_OFTEN]
    said = listed([f"{cut(name, _LONG)} in {count}" for name, count in often])
    return f"First, or tied with the first, of {len(contested)} classes: {said}."


def _counted(number: str, one: str, more: str = "s") -> str:
    return f"{number} {one}{'' if number == '1' else more}"


def _when(measured: str) -> str:
    """As stored, but for the signs between date and time that nobody reads."""
    day, _, time = measured.partition("T")
    return f"{day} {time[:5]} UTC" if time.endswith("Z") else measured
