"""Reads the files of frameworks; an overlay adds frameworks, or takes the place of single facts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from advisor.frozen import dataclass, field, replace
from advisor.loading.attributes import Attributes
from advisor.loading.documents import Document
from advisor.loading.folders import Folder, check_sources, check_word
from advisor.loading.problems import Problems, shown
from advisor.loading.registry import Registry
from advisor.loading.validate import validate
from advisor.model.fact import Fact, Source, measured_of
from advisor.model.framework import Framework
from advisor.model.recommendation import NO_FRAMEWORK

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_TAKEN = (
    "benchmark",
    "component",
    "measurement",
    "next_step",
    "rule",
    *NO_FRAMEWORK,
    "known",
    "unknown",
)
"""What ids of other evidence begin with, and what stands in the place of an option."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactEntry:
    """A fact as it stands in a file: its source is a key of the file's `sources`, or several that show it together."""

    value: str | tuple[str, ...]
    source: str | tuple[str, ...]
    note: str = ""
    versions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkFile:
    """One file of `knowledge/frameworks`."""

    id: str
    name: str = ""
    summary: str = ""
    package: str = ""
    binary_package: str = ""
    """The package that holds the wheels, where it is another one."""
    asks: tuple[str, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    facts: Mapping[str, FactEntry] = field(default_factory=dict)


def read_frameworks(
    folders: tuple[Folder, ...], attributes: Attributes, registry: Registry, problems: Problems
) -> dict[str, Framework]:
    """Every framework by id, in the order of the folders and files."""
    reader = _Reader(attributes, registry, problems)
    for folder in folders:
        for stem, document in folder.documents("frameworks", problems):
            reader.read(folder, stem, document)
    return reader.frameworks


@dataclass(frozen=True, slots=True)
class _Making:
    """What the facts of one file are made from."""

    file: FrameworkFile
    document: Document
    folder: Folder
    own: Framework


class _Reader:
    def __init__(self, attributes: Attributes, registry: Registry, problems: Problems) -> None:
        self.attributes, self.registry, self.problems = attributes, registry, problems
        self.frameworks: dict[str, Framework] = {}

    def read(self, folder: Folder, stem: str, document: Document) -> None:
        file = validate(FrameworkFile, document, self.problems)
        if file is None:
            return
        if file.id != stem:
            self.problems.add(f"the id {shown(file.id)} is not the file's name.", document.place(("id",)))
        if file.id in _TAKEN or not _ID.fullmatch(file.id):
            hint = "Letters, digits, - and _ make an id."
            self.problems.add(f"{shown(file.id)} cannot be the id of a framework.", document.place(("id",)), hint)
        check_sources(file.sources, document, self.problems)
        before = self.frameworks.get(file.id)
        own = before or self._new(file, folder, document)
        own = replace(
            own,
            name=file.name or own.name,
            summary=file.summary or own.summary,
            package=file.package or own.package,
            binary_package=file.binary_package or own.binary_package,
            asks=file.asks or own.asks,
        )
        made = _Making(file, document, folder, own)
        facts = {a: f for a, e in file.facts.items() if (f := self._fact(made, a, e))}
        # What the package index says; a fact that stands in the file takes its place.
        indexed = self._indexed(own, folder) if file.package or file.binary_package else {}
        whole = {**own.facts, **indexed, **facts}
        if (state := whole.get("maintenance")) and state.value == "retired":
            # What nobody changes any more does not age; whether that is so does.
            whole = {a: f if a == "maintenance" else replace(f, expires="") for a, f in whole.items()}
        self.frameworks[file.id] = replace(own, facts=whole)

    def _new(self, file: FrameworkFile, folder: Folder, document: Document) -> Framework:
        for key in ("name", "summary"):
            if not getattr(file, key):
                self.problems.add(f"the key {shown(key)} is missing.", document.place((key,)))
        return Framework(id=file.id, name="", summary="", package="", origin=folder.origin)

    def _indexed(self, own: Framework, folder: Folder) -> dict[str, Fact]:
        origin = folder.origin or self.registry.origins.get(own.package, "")
        found = {}
        for attribute, value, note in self.registry.facts(own.package, own.binary_package):
            made = self._made(own, attribute, value, (self.registry.source(own.package),), origin)
            found[attribute] = replace(made, note=note)
        return found

    def _fact(self, of: _Making, attribute: str, entry: FactEntry) -> Fact | None:
        place = of.document.place(("facts", attribute))
        self.attributes.check(attribute, entry.value, place)
        if entry.versions:
            self.registry.check_range(entry.versions, of.own.package, place, self.problems)
        keys = (entry.source,) if isinstance(entry.source, str) else entry.source
        sound = [check_word(key, of.file.sources, "source of this file", place, self.problems) for key in keys]
        if not keys or not all(sound):
            return None
        sources = tuple(of.file.sources[key] for key in keys)
        made = self._made(of.own, attribute, entry.value, sources, of.folder.origin)
        return replace(made, note=entry.note, versions=entry.versions)

    def _made(
        self, own: Framework, attribute: str, value: str | tuple[str, ...], sources: tuple[Source, ...], origin: str
    ) -> Fact:
        return Fact(
            id=f"{own.id}.{attribute}",
            attribute=attribute,
            value=value,
            source=sources[0],
            also=sources[1:],
            expires=self._expiry(own, attribute, sources),
            origin=origin,
        )

    def _expiry(self, own: Framework, attribute: str, sources: tuple[Source, ...]) -> str:
        """From the oldest source on; what was seen in an installed release of the framework expires with the next."""
        seen = [measured_of(source) for source in sources]
        if all(of is not None and own.comes_as(of[0]) for of in seen):
            return ""
        return self.attributes.expiry(attribute, min(source.observed for source in sources))
