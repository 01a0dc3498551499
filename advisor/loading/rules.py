"""Reads the rulebook: the folder is the phase, the file is the subject."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from string import Formatter
from typing import TYPE_CHECKING, Any, get_args

from advisor.frozen import dataclass
from advisor.loading.conditions import ConditionReader
from advisor.loading.documents import Document
from advisor.loading.folders import Folder, check_sources, check_word, everything, is_folder, looks_read
from advisor.loading.ids import check_id
from advisor.loading.problems import Path as KeyPath
from advisor.loading.problems import Problems, nearest, printable, shown
from advisor.loading.validate import validate
from advisor.model.fact import Source
from advisor.model.rule import Effects, Example, Phase, Rule

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.model.component import Component
    from advisor.model.vocabulary import Vocabulary

_EFFECTS_BY_PHASE = {
    "derive": {"derive"},
    "preference": {"weigh"},
    "eligibility": {"exclude", "flag"},
    "stack": {"put"},
    "caution": {"flag"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """A situation in which the rule fires and a near one in which it does not."""

    fires: Example
    misses: Example


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleEntry:
    """A rule as it stands in a file."""

    id: str
    title: str
    when: Any
    then: Effects
    message: str
    reason: str
    source: str
    """A key of the file's `sources`."""
    examples: Examples
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """One file of the rulebook."""

    sources: Mapping[str, Source]
    rules: tuple[Any, ...]


def read_rules(
    folders: tuple[Folder, ...],
    vocabulary: Vocabulary,
    criteria: Collection[str],
    components: Mapping[str, Component],
    problems: Problems,
) -> tuple[Rule, ...]:
    """Every rule of the folders, in the order of phase and folder; what is wrong with them goes to the problems."""
    reader = _Reader(vocabulary, criteria, components, problems)
    phases = get_args(Phase)
    for folder in folders:
        _check_folder(folder, phases, problems)
    for phase in phases:
        for folder in folders:
            for path in sorted(_files(folder.path / phase)):
                document = folder.found(path.relative_to(folder.path).as_posix(), problems)
                if document is not None:
                    reader.read(document, phase, folder.origin)
    return tuple(reader.rules.values())


def _files(folder: Path) -> Iterable[Path]:
    return folder.rglob("*.yaml") if is_folder(folder) else ()


def _check_folder(folder: Folder, phases: tuple[str, ...], problems: Problems) -> None:
    """Note a folder that is not there, and rules in it that nothing reads."""
    name = folder.origin or folder.path.name
    if not is_folder(folder.path):
        problems.add("there is no such folder.", name, f"Expected: a folder with one of {', '.join(phases)} in it.")
    for path in everything(folder.path):
        within = path.relative_to(folder.path)
        place = printable(f"{name}/{within.as_posix()}")
        if path.is_dir() or not looks_read(path):
            continue
        if within.parts[0] not in phases:
            message = f"{shown(within.parts[0])} is not a phase: nothing reads the rules in it."
            problems.add(message, place, nearest(within.parts[0], phases))
        elif path.suffix != ".yaml":
            problems.add("nothing reads this file.", place, "Rules stand in files whose name ends in .yaml.")


class _Reader:
    def __init__(
        self,
        vocabulary: Vocabulary,
        criteria: Collection[str],
        components: Mapping[str, Component],
        problems: Problems,
    ) -> None:
        self.vocabulary, self.criteria, self.components, self.problems = vocabulary, criteria, components, problems
        self.attributes = vocabulary.attributes()
        self.rules: dict[str, Rule] = {}

    def read(self, document: Document, phase: Phase, origin: str) -> None:
        file = validate(RuleFile, document, self.problems)
        check_sources(file.sources if file else {}, document, self.problems)
        for i in range(len(file.rules) if file else 0):
            entry = validate(RuleEntry, document, self.problems, ("rules", i))
            if file is None or entry is None:
                continue
            at = ("rules", i)
            condition = ConditionReader(self.attributes, document, self.problems).read(entry.when, (*at, "when"))
            self._check(entry, phase, document, at)
            place = document.place((*at, "source"))
            sourced = check_word(entry.source, file.sources, "source of this file", place, self.problems)
            if condition is not None and sourced:
                self.rules[entry.id] = Rule(
                    id=entry.id,
                    phase=phase,
                    title=entry.title,
                    when=condition,
                    then=entry.then,
                    message=entry.message,
                    reason=entry.reason,
                    source=file.sources[entry.source],
                    fires=entry.examples.fires,
                    misses=entry.examples.misses,
                    priority=entry.priority,
                    origin=origin,
                    place=document.line(at),
                )

    def _check(self, entry: RuleEntry, phase: Phase, document: Document, at: KeyPath) -> None:
        place = document.place((*at, "id"))
        check_id(entry.id, "rule", place, self.problems)
        if entry.id in self.rules:
            self.problems.add(f"the rule id {shown(entry.id)} is used twice.", place, "Ids are never reused.")
        used = {name for name in Effects.__dataclass_fields__ if getattr(entry.then, name)}
        for name in sorted(used - _EFFECTS_BY_PHASE[phase]):
            hint = f"Allowed: {', '.join(sorted(_EFFECTS_BY_PHASE[phase]))}."
            self.problems.add(f"a rule of {phase} cannot {name}.", document.place((*at, "then")), hint)
        if not used:
            self.problems.add("a rule needs an effect.", document.place((*at, "then")))
        self._check_effects(entry.then, document.place((*at, "then")))
        self._check_message(entry.message, document.place((*at, "message")))

    def _check_message(self, message: str, place: str) -> None:
        try:
            named = [field for _, field, _, _ in Formatter().parse(message) if field is not None]
        except ValueError as error:
            hint = "Write {attribute}, or {{ for a brace."
            self.problems.add(f"the message cannot be filled in: {error}.", place, hint)
            return
        for field in named:
            if field not in self.attributes:
                self.problems.add(f"the message names {shown(field)}.", place, nearest(field, self.attributes))

    def _check_effects(self, effects: Effects, place: str) -> None:
        derived = {attribute.name: attribute for attribute in self.vocabulary.derived}
        for name, word in effects.derive.items():
            check_word(name, derived, "derived attribute", place, self.problems)
            if name in derived:
                check_word(word, derived[name].words, f"word of {name}", place, self.problems)
        for criterion, shift in effects.weigh.items():
            check_word(criterion, self.criteria, "criterion", place, self.problems)
            if not -1 <= shift <= 1:
                self.problems.add(f"the shift {shift} of {criterion} is outside -1 to 1.", place)
        components = (*self.components, *self.vocabulary.primaries)
        for put in effects.put:
            check_word(put.component, components, "known component", place, self.problems)
        for code in effects.flag:
            check_word(code, self.vocabulary.flags, "flag", place, self.problems)
