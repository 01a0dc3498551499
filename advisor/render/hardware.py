"""Chips, and how a model fits them, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from advisor.frozen import dataclass
from advisor.intake.footprint import Setup
from advisor.model.hardware import FIGURES, Chip, Profile
from advisor.model.knowledge import MemoryModel
from advisor.model.memory import Architecture, MemoryNeeded, MemoryVerdict
from advisor.render.lines import entry, text, wrapped
from advisor.render.memory import VERDICTS, WAYS, gigabytes, more_devices, parameters

_BESIDE = 4
_NAME = 26
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """How a model fits so many of a chip."""

    chip: str
    name: str
    devices: int
    memory_gb: float | None
    most: bool
    """Whether that is the largest of several sizes, or is shared."""
    needed_gb: float
    verdict: MemoryVerdict | Literal["unknown"]
    fewest: int | None


def listed(chips: Iterable[Chip]) -> str:
    """Each chip on a line, by its maker."""
    lines: list[str] = []
    maker = ""
    for chip in chips:
        if chip.maker != maker:
            maker = chip.maker
            lines += [*([""] if lines else []), f"{maker} ({chip.vendor})"]
        lines.append(f"  {chip.id:16} {chip.name:{_NAME}} {_memory(chip):>16}")
    return text(lines)


def _memory(chip: Chip) -> str:
    most = chip.value("most_memory_gb")
    return f"{chip.memory_gb:g} GB" if chip.memory_gb else f"up to {most:g} GB" if most else _UNKNOWN


def shown(chip: Chip, profiles: Sequence[Profile] = ()) -> str:
    """What is published of a chip, and apart from it what was measured, by us and by the user; then the sources."""
    found = [*(figure.source for figure in chip.figures.values()), *(seen.source for seen in chip.measured)]
    sources = dict.fromkeys(found)
    number = {source: i for i, source in enumerate(sources, 1)}
    lines = [f"{chip.id}  {chip.name}", *entry("maker", f"{chip.maker} ({chip.vendor})"), *entry("from", chip.origin)]
    lines += ["", "Published"]
    for name, figure in sorted(chip.figures.items(), key=lambda one: [*FIGURES].index(one[0])):
        lines += _row(name, figure.value, f"[{number[figure.source]}] {figure.note}")
    unknown = [what for name, (what, _) in FIGURES.items() if name not in chip.figures and name not in _either(chip)]
    lines += wrapped(f"unknown: {', '.join(unknown)}", 2, 6) if unknown else []
    lines += ["", "Measured by this project"]
    for seen in chip.measured:
        lines += _row(seen.figure, seen.value, f"[{number[seen.source]}] {seen.machine}. {seen.note}")
    lines += [] if chip.measured else ["  nothing"]
    lines += ["", "Measured in your runs"]
    for profile in profiles:
        lines += _profile(profile)
    lines += [] if profiles else ["  nothing"]
    lines += ["", "Sources"] if sources else []
    for source, i in number.items():
        lines += wrapped(f"[{i}] {source.ref} ({source.grade}, {source.observed})", 2, 6)
    return text(lines)


def _profile(profile: Profile) -> Iterator[str]:
    """A run: when and on what, the rates that it reached, and what was the fastest at each class of work."""
    where = "elsewhere" if profile.foreign else "here"
    yield from wrapped(f"{profile.measured[:10]}, {where} ({profile.measurement[:8]}): {profile.machine}", 2, 6)
    for rate in profile.rates:
        yield from (f"  {line}" for line in _row(rate.figure, rate.value, f"{rate.variant}."))
    if profile.fastest:
        said = ", ".join(f"{variant} at {workload}" for workload, variant in profile.fastest.items())
        yield from wrapped(f"fastest: {said}", 4, 6)


def _row(name: str, value: float, more: str) -> list[str]:
    what, unit = FIGURES[name]
    return wrapped(f"{what:17} {value:>8,g} {unit:7} {more}".rstrip(), 2, 6)


def _either(chip: Chip) -> tuple[str, ...]:
    """The other of the two memories, where one is known; where none is, one of them stands for both."""
    return ("memory_gb",) if "most_memory_gb" in chip.figures else ("most_memory_gb",)


def compared(chips: Sequence[Chip]) -> str:
    """Figure by figure, as many chips as fit beside each other; what was measured is not among them."""
    lines: list[str] = []
    for start in range(0, len(chips), _BESIDE):
        some = chips[start : start + _BESIDE]
        lines += [*([""] if lines else []), f"{'':18}" + "".join(f"{chip.id[:14]:>15}" for chip in some)]
        for name, (what, unit) in FIGURES.items():
            if any(name in chip.figures for chip in some):
                row = "".join(f"{_figure(chip, name):>15}" for chip in some)
                lines.append(f"{what:18}{row} {unit}")
    lines += ["", *wrapped("Published figures; `advisor hardware show NAME` has their sources. - is unknown.", 0, 0)]
    return text(lines)


def _figure(chip: Chip, name: str) -> str:
    value = chip.value(name)
    return "-" if value is None else f"{value:,g}"


def fitted(model: Architecture, setup: Setup, need: MemoryNeeded, rows: Sequence[Fitted], memory: MemoryModel) -> str:
    """What each device takes, part by part, and chip by chip whether it has room."""
    lines = wrapped(f"{model.kind.capitalize()} of {parameters(model.parameters / 1e9)}, {WAYS[setup.way]}.", 0, 2)
    lines += wrapped(f"On {_spread(setup)} each needs:", 0, 2)
    lines += [f"  {part.name:16} {gigabytes(part.gb):>10}" for part in need.parts]
    lines += [f"  {'at most at once':16} {gigabytes(need.gb):>10}", ""]
    if not need.counted:
        said = "Activations are not counted, since no sizes tell them: more of the memory is kept free for them."
        lines += [*wrapped(said, 0, 2), ""]
    lines += _table(rows)
    share = memory.counted if need.counted else memory.usable
    said = f"It fits where it takes {share:.0%} of the memory or less; a GB is 10^9 bytes. Reckoned after"
    lines += ["", *wrapped(f"{said} {memory.source.ref}.", 0, 2)]
    return text(lines)


def _spread(setup: Setup) -> str:
    if setup.devices == 1:
        return "one device"
    divided = {"none": "", "ddp": "data parallel, nothing divided"}
    states = divided.get(setup.sharding, f"states divided by {setup.sharding}")
    layers = f"layers divided among {setup.tensor}" if setup.tensor > 1 else ""
    how = ", ".join(filter(None, [layers, states])) or "nothing divided among them"
    return f"{setup.devices} devices ({how})"


def _table(rows: Sequence[Fitted]) -> Iterator[str]:
    for row in rows:
        several = f"{row.devices} x " if row.devices > 1 else ""
        room = f"{_UNKNOWN} memory" if row.memory_gb is None else f"{'up to ' * row.most}{row.memory_gb:g} GB"
        said = "" if row.verdict == "unknown" else VERDICTS[row.verdict]
        more = "" if row.verdict in ("unknown", "fits") else f"; {more_devices(row.fewest)}"
        yield f"  {several + row.chip:22} {gigabytes(row.needed_gb):>8} of {room:14} {said}{more}".rstrip()
