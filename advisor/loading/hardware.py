"""Reads the files of chips; an overlay adds chips, or takes the place of whole ones."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping

from advisor.frozen import dataclass, field
from advisor.loading.documents import Document
from advisor.loading.folders import Folder, check_distinct, check_sources, check_word
from advisor.loading.problems import Path as KeyPath
from advisor.loading.problems import Problems, shown
from advisor.loading.validate import validate
from advisor.model.fact import Source
from advisor.model.hardware import FIGURES, Chip, Figure, Observed
from advisor.model.vocabulary import Naming, Vocabulary

_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_MOST = 1e7
"""Of a figure: a slip beyond."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureEntry:
    """A figure that does not stand on the source of its chip, or needs a note."""

    value: float
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedEntry:
    """A figure that was measured; its source is a key of the file's `sources`."""

    figure: str
    value: float
    machine: str
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipEntry:
    """A chip as it stands in a file."""

    id: str
    name: str
    names: tuple[str, ...] = ()
    """By default its id."""
    source: str = ""
    """Of every figure that names none, a key of the file's `sources`."""
    figures: Mapping[str, float | FigureEntry] = field(default_factory=dict)
    measured: tuple[ObservedEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareFile:
    """One file of `knowledge/hardware`: chips of one maker and kind."""

    maker: str
    vendor: str
    sources: Mapping[str, Source] = field(default_factory=dict)
    chips: tuple[ChipEntry, ...]


def read_hardware(folders: tuple[Folder, ...], vocabulary: Vocabulary, problems: Problems) -> dict[str, Chip]:
    """Every chip by id, in the order of the folders and files."""
    chips: dict[str, Chip] = {}
    for folder in folders:
        placed: list[tuple[str, str]] = []
        for _, document in folder.documents("hardware", problems):
            file = validate(HardwareFile, document, problems)
            if file is None:
                continue
            _check(file, vocabulary, document, problems)
            placed += [(chip.id, document.place(("chips", i, "id"))) for i, chip in enumerate(file.chips)]
            making = _Making(file, document, folder, problems)
            chips |= {entry.id: making.chip(i) for i, entry in enumerate(file.chips)}
        check_distinct(placed, "id", problems)
    return chips


def namings(chips: Iterable[Chip]) -> tuple[Naming, ...]:
    """What the names of chips say of the machine that has them: the kind, and the memory where all have the same."""
    alike: dict[tuple[str, str, float | None], list[str]] = {}
    for chip in chips:
        alike.setdefault((chip.maker, chip.vendor, chip.memory_gb), []).extend(chip.names)
    return tuple(
        Naming(
            key="accelerator",
            like=tuple(names),
            implies={"train_hw": vendor} if memory is None else {"train_hw": vendor, "accel_mem_gb": memory},
            reason=f"made by {maker}" if memory is None else f"made by {maker} with {memory:g} GB",
        )
        for (maker, vendor, memory), names in alike.items()
    )


def _check(file: HardwareFile, vocabulary: Vocabulary, document: Document, problems: Problems) -> None:
    hardware = vocabulary.answer("train_hw")
    words = [word for word in hardware.words if word not in hardware.silent] if hardware else []
    check_word(file.vendor, words, "word of train_hw", document.place(("vendor",)), problems)
    check_sources(file.sources, document, problems)
    for i, chip in enumerate(file.chips):
        for name in (chip.id, *chip.names):
            if not _NAME.fullmatch(name):
                hint = "Small letters and digits, parts joined by _."
                problems.add(f"{shown(name)} is no name of a chip.", document.place(("chips", i, "id")), hint)


@dataclass(frozen=True, slots=True)
class _Making:
    """What the chips of one file are made from."""

    file: HardwareFile
    document: Document
    folder: Folder
    problems: Problems

    def chip(self, number: int) -> Chip:
        entry, at = self.file.chips[number], ("chips", number)
        figures = dict(self._figures(entry, at))
        if {"memory_gb", "most_memory_gb"} <= {*figures}:
            hint = "Keep memory_gb where every one has the same, else most_memory_gb."
            self.problems.add("the memory stands there twice.", self.document.place((*at, "figures")), hint)
        return Chip(
            id=entry.id,
            name=entry.name,
            maker=self.file.maker,
            vendor=self.file.vendor,
            names=entry.names or (entry.id,),
            figures=figures,
            measured=tuple(self._measured(entry, at)),
            origin=self.folder.origin,
        )

    def _figures(self, entry: ChipEntry, at: KeyPath) -> Iterator[tuple[str, Figure]]:
        for name, said in entry.figures.items():
            figure = said if isinstance(said, FigureEntry) else FigureEntry(value=said)
            place = self.document.place((*at, "figures", name))
            source = self._source(figure.source or entry.source, place)
            if _sound(name, figure.value, place, self.problems) and source is not None:
                yield name, Figure(value=figure.value, source=source, note=figure.note)

    def _measured(self, entry: ChipEntry, at: KeyPath) -> Iterator[Observed]:
        for i, seen in enumerate(entry.measured):
            place = self.document.place((*at, "measured", i))
            source = self._source(seen.source, place)
            if _sound(seen.figure, seen.value, place, self.problems) and source is not None:
                yield Observed(
                    figure=seen.figure, value=seen.value, machine=seen.machine, source=source, note=seen.note
                )

    def _source(self, key: str, place: str) -> Source | None:
        known = check_word(key, self.file.sources, "source of this file", place, self.problems)
        return self.file.sources[key] if known else None


def _sound(name: str, value: float, place: str, problems: Problems) -> bool:
    if not 0 < value < math.inf or value > _MOST:
        problems.add(f"{value:g} is no figure.", place, "Leave out what is unknown.")
        return False
    return check_word(name, FIGURES, "figure of a chip", place, problems)
