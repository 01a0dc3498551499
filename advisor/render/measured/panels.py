"""What is compared with each other, each with its place: the classes of work, and the probes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from advisor.evidence.probing.stability import Clock
from advisor.frozen import dataclass
from advisor.model.measurement import ClassResult, Measurements, ProbeResult
from advisor.model.score import NORMAL_90
from advisor.render.measured.ties import Place, Timed, ranked, ratio, timed

SHIPPED = "as shipped"
"""What is said of a figure of a framework as it comes."""
CLOCKS: Mapping[Clock, str] = {"wall_s": "wall time", "cpu_s": "CPU time"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A variant in a panel."""

    framework: str
    variant: str
    relative: float | None = None
    """How many times the time of the fastest; None where that is not known."""
    place: Place | None = None
    """None where it has no figure that counts."""
    first_s: float | None = None
    why: str = ""
    """What bounds it, with the probe that shows it; empty where that is not known."""

    @property
    def name(self) -> str:
        """`framework/variant`."""
        return f"{self.framework}/{self.variant}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Variants that are compared with each other, the fastest first, those without a figure last."""

    title: str
    rows: tuple[Row, ...]

    @property
    def fastest(self) -> tuple[str, ...]:
        """The fastest, or all of the tie that it leads."""
        return tuple(row.name for row in self.rows if row.place and row.place.rank == 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A probe on one kind of device, with what every variant came to."""

    probe: str
    device: str
    dtype: str
    places: Mapping[str, Place]
    """By `framework/variant`; only of figures that count."""
    matched: tuple[ProbeResult, ...]
    """Those that were tried, in the order of their places, then those without one."""
    shipped: Mapping[str, ProbeResult]

    def relative(self, result: ProbeResult) -> float | None:
        """How many times the time of the fastest on equal terms; None where that is not known."""
        own, first = of_probe(result), next(iter(self.places.values()), None)
        return ratio(own.time - first.timed.time) if own and first else None

    def interval(self, result: ProbeResult) -> tuple[float, float] | None:
        """The 90 % interval of that."""
        own, first = of_probe(result), next(iter(self.places.values()), None)
        if not (own and first):
            return None
        middle = own.time - first.timed.time
        return ratio(middle - own.below), ratio(middle + own.above)


def classes(measured: Measurements) -> tuple[Panel, ...]:
    """Every class of work that has a result, by name."""
    found: dict[tuple[str, str], list[ClassResult]] = {}
    for result in measured.classes:
        found.setdefault((result.workload_class, result.name), []).append(result)
    return tuple(_class(*key, results) for key, results in sorted(found.items()))


def probes(measured: Measurements) -> tuple[Panel, ...]:
    """Every probe with at least one figure that counts."""
    return tuple(
        Panel(
            title=each.probe,
            rows=tuple(
                Row(
                    framework=result.framework,
                    variant=result.variant,
                    relative=each.relative(result),
                    place=each.places.get(name_of(result)),
                    first_s=result.first_s,
                )
                for result in each.matched
            ),
        )
        for each in contests(measured.results)
        if each.places
    )


def contests(results: Iterable[ProbeResult]) -> tuple[Contest, ...]:
    """Group what was tried, in the order it was; sizes differ between kinds of devices, which are never compared."""
    found: dict[tuple[str, bool], list[ProbeResult]] = {}
    for result in results:
        if result.outcome not in ("not_applicable", "skipped", "not_installed"):
            found.setdefault((result.probe, result.device == "cpu"), []).append(result)
    return tuple(map(_contest, found.values()))


def of_probe(result: ProbeResult) -> Timed | None:
    """The time of a probe that counts, on the scale of its rivals: that of ratios taken round by round."""
    if result.outcome != "ok" or result.paired is None:
        return None
    half = NORMAL_90 * (result.paired_error or 0.0)
    return Timed(name=name_of(result), time=result.paired, below=half, above=half)


def spent(result: ProbeResult, clock: Clock) -> float | None:
    """Seconds of one iteration by the clock that a run was compared by."""
    return result.cpu_value if clock == "cpu_s" and result.cpu_value is not None else result.value


def clock_of(measured: Measurements) -> Clock:
    """The clock that times were compared by: the processor's where cores were shared."""
    return "cpu_s" if measured.settings.get("clock") == "cpu_s" else "wall_s"


def name_of(result: ProbeResult | ClassResult) -> str:
    """`framework/variant`."""
    return f"{result.framework}/{result.variant}"


def _class(workload_class: str, name: str, results: Sequence[ClassResult]) -> Panel:
    known = [(result, timed(name_of(result), result.relative_time, result.interval)) for result in results]
    places = {place.timed.name: place for place in ranked(own for _, own in known if own)}
    rows = [
        Row(
            framework=result.framework,
            variant=result.variant,
            relative=result.relative_time if own else None,
            place=places[own.name] if own else None,
            first_s=result.first_step_s,
            why=f"{result.why} ({result.shown_by})" if result.shown_by else result.why,
        )
        for result, own in known
    ]
    title = workload_class if name == "default" else f"{workload_class} {name}"
    return Panel(title=title, rows=tuple(sorted(rows, key=_by_place)))


def _by_place(row: Row) -> tuple[bool, float, str]:
    return row.place is None, row.place.timed.time if row.place else 0.0, row.name


def _contest(results: Sequence[ProbeResult]) -> Contest:
    matched = [result for result in results if result.track == "matched"]
    known = [own for own in map(of_probe, matched) if own]
    places = {place.timed.name: place for place in ranked(known)}

    def order(result: ProbeResult) -> tuple[bool, float, bool, float, str]:
        place = places.get(name_of(result))
        time = place.timed.time if place else 0.0
        return place is None, time, result.value is None, result.value or 0.0, name_of(result)

    return Contest(
        probe=results[0].probe,
        device=" and ".join(dict.fromkeys(result.device for result in results)),
        dtype=results[0].dtype,
        places=places,
        matched=tuple(sorted(matched, key=order)),
        shipped={name_of(result): result for result in results if result.track != "matched"},
    )
