"""Reads the files of components; an overlay adds components, or takes the place of one as a whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from advisor.frozen import dataclass, replace
from advisor.loading.attributes import Attributes
from advisor.loading.documents import Document
from advisor.loading.folders import Folder, check_sources, check_word
from advisor.loading.ids import check_id
from advisor.loading.problems import Problems, shown
from advisor.loading.registry import Registry, declared, released
from advisor.loading.validate import validate
from advisor.model.component import Component, Status
from advisor.model.fact import NOT_APPLICABLE, Source
from advisor.model.vocabulary import Vocabulary

Any = Literal["any"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentEntry:
    """A component as it stands in a file, keyed by its id. Nothing has a default that could read as fine."""

    name: str
    purpose: str
    status: Status
    source: str | tuple[str, ...]
    """Keys of the file's `sources`; the first shows status and purpose."""
    licence: str
    requires: Any | tuple[str, ...]
    excludes: tuple[str, ...]
    platforms: Any | tuple[str, ...]
    replaces: tuple[str, ...]
    successor: str
    accelerators: tuple[str, ...] = ()
    """Where it needs one of them."""
    beside: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    pins: str = ""
    asks: tuple[str, ...] = ()
    package: str = ""
    """On the package index, which then says release and Python."""
    release: str = ""
    python: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentFile:
    """One file of `knowledge/components`, named like the layer."""

    sources: Mapping[str, Source]
    components: Mapping[str, ComponentEntry]


def read_components(
    folders: tuple[Folder, ...],
    vocabulary: Vocabulary,
    attributes: Attributes,
    registry: Registry,
    problems: Problems,
) -> dict[str, Component]:
    """Every component by id, in the order of the folders and files."""
    reader = _Reader(vocabulary, attributes, registry, problems)
    for folder in folders:
        reader.read(folder)
    reader.check()
    return {key: component for key, (component, _) in reader.read_at.items()}


class _Reader:
    def __init__(self, vocabulary: Vocabulary, attributes: Attributes, registry: Registry, problems: Problems) -> None:
        self.vocabulary, self.attributes, self.registry, self.problems = vocabulary, attributes, registry, problems
        self.read_at: dict[str, tuple[Component, Document]] = {}

    def read(self, folder: Folder) -> None:
        here: set[str] = set()
        for layer, document in folder.documents("components", self.problems):
            file = validate(ComponentFile, document, self.problems)
            if file is None:
                continue
            check_word(layer, self.vocabulary.layers, "layer", document.place(), self.problems)
            check_sources(file.sources, document, self.problems)
            for key, entry in file.components.items():
                place = document.place(("components", key))
                check_id(key, "component", place, self.problems)
                if key in here:
                    self.problems.add(f"the component {shown(key)} stands in two files.", place, "Keep one.")
                here.add(key)
                made = self._component(key, layer, entry, file, document)
                if made is not None:
                    self.read_at[key] = (replace(made, origin=folder.origin), document)

    def _component(
        self, key: str, layer: str, entry: ComponentEntry, file: ComponentFile, document: Document
    ) -> Component | None:
        place = document.place(("components", key))
        keys = (entry.source,) if isinstance(entry.source, str) else entry.source
        sound = [check_word(name, file.sources, "source of this file", place, self.problems) for name in keys]
        if not keys or not all(sound):
            return None
        if bool(entry.package) == bool(entry.release and entry.python):
            hint = "Name the package on the package index, or state release and python."
            self.problems.add("release and Python have to be known one way or the other.", place, hint)
        source = file.sources[keys[0]]
        package = self.registry.packages.get(entry.package)
        index = self.registry.source(entry.package) if package else None
        return Component(
            id=key,
            name=entry.name,
            layer=layer,
            purpose=entry.purpose,
            status=entry.status,
            source=source,
            also=tuple(file.sources[name] for name in keys[1:]),
            requires=_all(entry.requires),
            excludes=entry.excludes,
            platforms=_all(entry.platforms),
            accelerators=entry.accelerators,
            beside=entry.beside,
            breaks=entry.breaks,
            pins=entry.pins,
            asks=entry.asks,
            licence=entry.licence,
            package=entry.package,
            release=released(package) if package else entry.release or "unknown",
            python=declared(package) if package else entry.python or "unknown",
            index=index,
            replaces=entry.replaces,
            successor=entry.successor,
            note=entry.note,
            expires=(
                "" if entry.release == NOT_APPLICABLE else self.attributes.after("release", (index or source).observed),
                self.attributes.after("support", min(file.sources[name].observed for name in keys)),
            ),
        )

    def check(self) -> None:
        """Note what speaks of things that there are not, once everything has been read."""
        own = {*self.vocabulary.components, *self.vocabulary.primaries}
        both = {*own, *self.read_at}
        for component, document in self.read_at.values():
            at = ("components", component.id)
            if not component.origin:
                self._check((component.id,), own, "component", document.place(at))
            self._check(component.requires, self.vocabulary.primaries, "primary", document.place((*at, "requires")))
            self._check(component.excludes, both, "component", document.place((*at, "excludes")))
            place = document.place((*at, "successor"))
            self._check(tuple(filter(None, [component.successor])), both, "component", place)
            allowed = {*_words(self.vocabulary, "train_os"), *_words(self.vocabulary, "deploy_os")}
            self._check(component.platforms, allowed, "operating system", document.place((*at, "platforms")))
            chips = {*_words(self.vocabulary, "train_hw"), *_words(self.vocabulary, "deploy_chip")}
            self._check(component.accelerators, chips, "accelerator", document.place((*at, "accelerators")))
            named = [name for group in component.beside for name in group.split("|")]
            self._check(named, both, "component", document.place((*at, "beside")))
            limits = _words(self.vocabulary, "constraints")
            self._check(component.breaks, limits, "constraint", document.place((*at, "breaks")))
            if component.status == "ended" and not component.successor:
                message = f"{component.id} has ended, and nothing takes its place."
                self.problems.add(message, place, "Name the successor.")

    def _check(self, words: Collection[str], allowed: Collection[str], what: str, place: str) -> None:
        for word in words:
            check_word(word, allowed, what, place, self.problems)


def _words(vocabulary: Vocabulary, key: str) -> tuple[str, ...]:
    answer = vocabulary.answer(key)
    return answer.words if answer else ()


def _all(words: Any | tuple[str, ...]) -> tuple[str, ...]:
    return () if isinstance(words, str) else words
