"""A run while it goes on, from what it tells: what is at work, what everybody came to so far, what went wrong."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.evidence.probing.plan import CANARY, Progress
from advisor.evidence.probing.stability import Clock
from advisor.frozen import dataclass, field, replace
from advisor.loading.problems import printable
from advisor.model.measurement import ProbeResult
from advisor.render.lines import folded, listed
from advisor.render.measured import going, probes
from advisor.render.measured.panels import contests


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """How far a run has come."""

    at_work: Progress = Progress(kind="starting", seconds_left=0.0)
    """The last thing that began."""
    started: tuple[str, ...] = ()
    """The variants that are ready."""
    mishaps: tuple[str, ...] = ()
    results: Mapping[str, tuple[ProbeResult, ...]] = field(default_factory=dict)
    """By probe, the newest last; of a probe that was measured again the newest figures."""


def after(so_far: Going, event: Progress) -> Going:
    """What is known once this has happened."""
    if wrong := going.mishap(event):
        return replace(so_far, mishaps=(*so_far.mishaps, wrong))
    if event.kind in ("waiting", "starting", "probe"):
        return replace(so_far, at_work=event)
    if event.kind == "started" and event.framework != CANARY:
        return replace(so_far, started=(*so_far.started, f"{event.framework}/{event.variant}"))
    if event.kind == "measured":
        others = {probe: results for probe, results in so_far.results.items() if probe != event.probe}
        return replace(so_far, results={**others, event.probe: event.results})
    return so_far


def state(so_far: Going, seconds_left: float) -> str:
    """What is at work, and how much time there is."""
    event = so_far.at_work
    what = f"{'Measuring ' * (event.kind == 'probe')}{going.doing(event)}"
    return f"{what[0].upper()}{what[1:]}, {going.left(seconds_left)}{going.process(event)}."


def text(so_far: Going) -> str:
    """What is known in 80 columns: what went wrong, then every probe that was measured, the newest first."""
    results = [result for found in reversed([*so_far.results.values()]) for result in found]
    clock: Clock = "cpu_s" if any("one_core" in result.flags for result in results) else "wall_s"
    table = list(probes.text(contests(results), clock))
    if not table:
        ready = _ready(so_far)
        table = ["", *folded(printable(f"{ready} Figures appear here as they come in."), "", "")]
    wrong = [line for said in so_far.mishaps for line in folded(printable(said), "", "  ")]
    return "\n".join(line.rstrip() for line in (*wrong, *table)).strip("\n") + "\n"


def _ready(so_far: Going) -> str:
    if so_far.at_work.kind == "waiting":
        return "Two at once would disturb each other."
    return f"Ready: {listed(so_far.started)}." if so_far.started else "The frameworks are being loaded."
