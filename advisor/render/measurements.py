"""Measurements as JSON, as text for a terminal, as Markdown and as a drawing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from advisor.loading.structure import plain
from advisor.model.capability import Refuted
from advisor.model.measurement import Machine, Measurements
from advisor.render.json import written


def as_json(measured: Measurements) -> str:
    """One JSON document; times keep nine digits, since a dispatch takes microseconds."""
    return written(plain(measured, 9))


def as_text(measured: Measurements, refuted: Sequence[Refuted] = (), *, unicode: bool = True) -> str:
    """The machine, how each framework fared, the classes of workload, every probe, and what is missing.

    No line has more than 80 columns, but for a command that is there to be copied. Without `unicode` the charts are
    drawn in ASCII. `refuted` are the facts that are documented otherwise than observed.
    """
    from advisor.render.measured import text  # noqa: PLC0415  (each format is imported when it is asked for)

    return text.text(measured, machine_line(measured.machine), text.UNICODE if unicode else text.ASCII, refuted)


def as_markdown(measured: Measurements, refuted: Sequence[Refuted] = ()) -> str:
    """What the text says, in tables."""
    from advisor.render.measured.markdown import markdown  # noqa: PLC0415

    return markdown(measured, machine_line(measured.machine), refuted)


def as_svg(measured: Measurements) -> str:
    """The classes of workload as a drawing, for a light and a dark page."""
    from advisor.render.measured.svg import svg  # noqa: PLC0415

    return svg(measured, machine_line(measured.machine))


FORMATS: Mapping[str, Callable[[Measurements], str]] = {
    "text": as_text,
    "json": as_json,
    "markdown": as_markdown,
    "svg": as_svg,
}
"""By name; what they return ends with a line break."""


def machine_line(machine: Machine) -> str:
    """The machine on one line."""
    memory = f", {machine.memory_gb:g} GB" if machine.memory_gb is not None else ""
    counted = Counter(card.name for card in machine.accelerators)
    cards = ", ".join(f"{count} x {name}" if count > 1 else name for name, count in counted.items()) or "no accelerator"
    return f"{machine.cpu}, {machine.cores} cores{memory}, {cards}, {machine.os}"
