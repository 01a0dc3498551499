"""Reads the files of the knowledge base and of the rulebook, and checks that they speak of the same things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from packaging.utils import canonicalize_name, is_normalized_name
from packaging.version import Version

from advisor.frozen import dataclass, field, replace
from advisor.loading.attributes import Attributes, AttributesFile, check_words
from advisor.loading.benchmarks import read_benchmarks
from advisor.loading.components import read_components
from advisor.loading.folders import Folder, check_day, check_distinct, check_word, everything, is_folder, looks_read
from advisor.loading.folklore import read_folklore
from advisor.loading.frameworks import read_frameworks
from advisor.loading.hardware import namings, read_hardware
from advisor.loading.next_steps import NEXT_STEPS, read_next_steps
from advisor.loading.problems import Problems, nearest, printable, shown
from advisor.loading.registry import REGISTRY, read_registry
from advisor.loading.rules import read_rules
from advisor.loading.validate import validate
from advisor.model.attribute import family
from advisor.model.fact import NOT_APPLICABLE
from advisor.model.knowledge import (
    Criterion,
    Decision,
    KnowledgeBase,
    MeasuredModel,
    MemoryModel,
    Question,
    SpeedModel,
    StateBytes,
    View,
)
from advisor.model.package import Denied
from advisor.model.vocabulary import WISH, WISHED, Vocabulary

if TYPE_CHECKING:
    from advisor.loading.documents import Document
    from advisor.loading.problems import Path as KeyPath
    from advisor.model.component import Component
    from advisor.model.framework import Framework
    from advisor.model.rule import Rule

T = TypeVar("T")

_MOST, _MOST_DRAWS = 100, 100_000
"""Of constants, and of draws: what is more is a slip, and would take the memory or leave the range of numbers."""

_FOLDERS = ("frameworks", "components", "benchmarks", "hardware")
_OVERLAID = ("criteria.yaml", "questions.yaml", "folklore.yaml", "denied.yaml", NEXT_STEPS, REGISTRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaFile:
    """`knowledge/criteria.yaml`; in an overlay, the criteria that it adds or replaces."""

    criteria: tuple[Criterion, ...] = ()
    views: tuple[View, ...] = ()
    speed: SpeedModel | None = None
    measured: MeasuredModel | None = None
    memory: MemoryModel | None = None
    decision: Decision | None = None


@dataclass(slots=True)
class Weighing:
    """What the files about criteria come to."""

    criteria: dict[str, Criterion] = field(default_factory=dict)
    views: dict[str, tuple[View, str]] = field(default_factory=dict)
    """By id, each with its place."""
    speed: SpeedModel | None = None
    measured: MeasuredModel | None = None
    memory: MemoryModel | None = None
    decision: Decision | None = None
    inherited: tuple[tuple[str, ...], str] = ((), "")
    """The criteria that the decision names, and where it does."""


def read(
    folders: tuple[Folder, ...],
    rules: tuple[Folder, ...],
    digests: Mapping[Literal["knowledge", "rules"], str],
    bundle: str = "",
) -> KnowledgeBase:
    """The knowledge base in all folders; raises `InputError` with every problem in every file."""
    return replace(_Reader(folders, rules).read(digests), bundle=bundle)


class _Reader:
    """One reading of all folders; problems come together in one place."""

    def __init__(self, folders: tuple[Folder, ...], rules: tuple[Folder, ...]) -> None:
        self.folders, self.rules = folders, rules
        self.problems = Problems()

    def read(self, digests: Mapping[Literal["knowledge", "rules"], str]) -> KnowledgeBase:
        vocabulary, attributes = self._words()
        for folder in self.folders:
            self._check_overlay(folder)
        registry = read_registry(self.folders, self.problems)
        hardware = read_hardware(self.folders, vocabulary, self.problems)
        vocabulary = replace(vocabulary, namings=(*vocabulary.namings, *namings(hardware.values())))
        frameworks = read_frameworks(self.folders, attributes, registry, self.problems)
        vocabulary = self._with_options(vocabulary, frameworks)
        components = read_components(self.folders, vocabulary, attributes, registry, self.problems)
        vocabulary = self._with_components(vocabulary, components)
        weighing = self._weighing(vocabulary)
        if weighing.speed is None or weighing.measured is None or weighing.memory is None or weighing.decision is None:
            # Rules and priorities speak of criteria: without any, all of them would be wrong.
            self.problems.settle()
            raise AssertionError("a file that could not be read is a problem")
        questions = self._list(Question, "questions.yaml", "key")
        for question, place in questions.values():
            keys = [answer.name for answer in vocabulary.answers]
            check_word(question.key, keys, "key", place, self.problems)
        denied = [entry for folder in self.folders for entry in self._denied(folder)]
        found = read_rules(self.rules, vocabulary, weighing.criteria, components, self.problems)
        known = {fact.id for framework in frameworks.values() for fact in framework.facts.values()}
        known |= {fact.id for component in components.values() for fact in component.facts}
        folklore, beliefs = read_folklore(self.folders, vocabulary, attributes, known, self.problems)
        benchmarks = read_benchmarks(self.folders, vocabulary, self.problems)
        next_steps = read_next_steps(self.folders, vocabulary, self.problems)
        self.problems.settle()
        return KnowledgeBase(
            vocabulary=vocabulary,
            attributes=attributes.listed,
            lifetimes=attributes.lifetimes,
            contradictions=attributes.contradictions,
            criteria=tuple(weighing.criteria.values()),
            views=tuple(view for view, _ in weighing.views.values()),
            speed=weighing.speed,
            measured=weighing.measured,
            memory=weighing.memory,
            decision=weighing.decision,
            questions=tuple(question for question, _ in questions.values()),
            frameworks=frameworks,
            components=components,
            hardware=hardware,
            benchmarks=benchmarks,
            folklore=folklore,
            denied=tuple(denied),
            rules=(*found, *beliefs),
            next_steps=next_steps,
            inapplicable=_inapplicable(frameworks),
            as_of=_latest_day(frameworks, components, found),
            digests=digests,
            overlays=tuple(folder.origin for folder in (*self.folders, *self.rules) if folder.origin),
        )

    def _words(self) -> tuple[Vocabulary, Attributes]:
        """The vocabulary and the list of attributes, in which everything else is written."""
        own = self.folders[0]
        document, listing = (own.document(f"{name}.yaml", self.problems) for name in ("vocabulary", "attributes"))
        vocabulary = validate(Vocabulary, document, self.problems) if document else None
        file = validate(AttributesFile, listing, self.problems) if listing else None
        if document is None or vocabulary is None or listing is None or file is None:
            # Nothing more can be said without them.
            self.problems.settle()
            raise AssertionError("a file that could not be read is a problem")
        check_words(vocabulary, document, self.problems)
        attributes = Attributes(file, vocabulary, listing, self.problems)
        return attributes.project(vocabulary, document), attributes

    def _check_overlay(self, folder: Folder) -> None:
        """Note files of an overlay that nothing reads: a mistyped name must not pass for an empty overlay."""
        if not folder.origin:
            return
        if not is_folder(folder.path):
            hint = f"Expected: a folder with {', '.join(_FOLDERS)} in it, as in knowledge/ of this project."
            self.problems.add("there is no such folder.", folder.origin, hint)
        for path in everything(folder.path):
            within = path.relative_to(folder.path)
            known = within.as_posix() in _OVERLAID or (len(within.parts) == 2 and within.parts[0] in _FOLDERS)
            if looks_read(path) and not path.is_dir() and not (known and path.suffix == ".yaml"):
                place = printable(f"{folder.origin}/{within.as_posix()}")
                allowed = [*_OVERLAID, *(f"{name}/{path.stem}.yaml" for name in _FOLDERS)]
                common = within.as_posix() in ("vocabulary.yaml", "attributes.yaml")
                hint = "Its words are those of the program alone." if common else nearest(within.as_posix(), allowed)
                self.problems.add("nothing reads this file in an overlay.", place, hint)

    def _with_options(self, vocabulary: Vocabulary, frameworks: Mapping[str, Framework]) -> Vocabulary:
        """The vocabulary with the options that overlays add; those of the program have to stand in it."""
        for framework in frameworks.values():
            if not framework.origin:
                place = f"{self.folders[0].path.name}/frameworks/{framework.id}.yaml"
                check_word(framework.id, vocabulary.primaries, "primary", place, self.problems)
        more = tuple(f.id for f in frameworks.values() if f.origin and f.id not in vocabulary.primaries)
        answers = tuple(
            replace(answer, words=(*answer.words, *more)) if answer.name == "requested_framework" else answer
            for answer in vocabulary.answers
        )
        return replace(vocabulary, primaries=(*vocabulary.primaries, *more), answers=answers)

    def _with_components(self, vocabulary: Vocabulary, components: Mapping[str, Component]) -> Vocabulary:
        """The vocabulary with the components that overlays add."""
        known = {*vocabulary.components, *vocabulary.primaries}
        more = (name for name in components if name not in known)
        return replace(vocabulary, components=(*vocabulary.components, *more))

    def _weighing(self, vocabulary: Vocabulary) -> Weighing:
        weighing = Weighing()
        for folder in self.folders:
            document = folder.document("criteria.yaml", self.problems)
            file = validate(CriteriaFile, document, self.problems) if document else None
            if document is None or file is None:
                continue
            self._check_criteria(file.criteria, vocabulary, document)
            if not folder.origin:
                for key in ("speed", "measured", "memory", "decision"):
                    if getattr(file, key) is None:
                        self.problems.add(f"the key {shown(key)} is missing.", document.place())
            if file.decision is not None and not 1 <= file.decision.draws <= _MOST_DRAWS:
                message = f"at least one draw is needed, and {_MOST_DRAWS} at most."
                self.problems.add(message, document.place(("decision", "draws")))
            self._check_constants(file, document)
            weighing.criteria |= {criterion.id: criterion for criterion in file.criteria}
            weighing.views |= self._views(file.views, document)
            weighing.speed, weighing.memory = file.speed or weighing.speed, file.memory or weighing.memory
            weighing.measured = file.measured or weighing.measured
            weighing.decision = file.decision or weighing.decision
            if file.decision is not None:
                weighing.inherited = file.decision.acceptance.inherited, document.place(("decision", "acceptance"))
        for names, place in (*((view.weights, place) for view, place in weighing.views.values()), weighing.inherited):
            for criterion in names:
                check_word(criterion, weighing.criteria, "criterion", place, self.problems)
        return weighing

    def _views(self, views: tuple[View, ...], document: Document) -> dict[str, tuple[View, str]]:
        """The views of one file, each with its place."""
        places = [document.place(("views", i, "id")) for i in range(len(views))]
        check_distinct(((view.id, place) for view, place in zip(views, places, strict=True)), "id", self.problems)
        for i, view in enumerate(views):
            if not view.weights or not all(0 < weight <= _MOST for weight in view.weights.values()):
                message = f"at least one weight was expected, each above 0 and {_MOST} at most."
                self.problems.add(message, document.place(("views", i, "weights")))
        return {view.id: (view, place) for view, place in zip(views, places, strict=True)}

    def _check_constants(self, file: CriteriaFile, document: Document) -> None:
        """Note constants that nothing can be reckoned with."""
        parts = {"speed": file.speed, "measured": file.measured, "memory": file.memory, "decision": file.decision}
        for key, part in parts.items():
            for at, value in _constants(part):
                if not 0 <= value <= _MOST:
                    self.problems.add(f"{value:g} is outside 0 to {_MOST}.", document.place((key, *at)))
        if file.decision is not None:
            line = file.decision.acceptance
            steep = not (abs(line.level) <= _MOST and 0 <= line.lead <= _MOST and 0 <= line.most <= _MOST)
            if steep or not 0 <= line.move <= _MOST:
                message = f"the line falls, or is steeper or longer than {_MOST}."
                self.problems.add(message, document.place(("decision", "acceptance")))
        measured = file.measured
        if measured is not None and not 0 < measured.best_first_step_s < measured.worst_first_step_s:
            message = "the worst time has to be above the best, and that above 0."
            self.problems.add(message, document.place(("measured", "worst_first_step_s")))
        speed = file.speed
        if speed is not None and not 0 < speed.worst_utilisation < min(
            speed.typical_utilisation, speed.best_utilisation
        ):
            message = "the worst utilisation has to be above 0 and below the others."
            self.problems.add(message, document.place(("speed", "worst_utilisation")))

    def _denied(self, folder: Folder) -> list[Denied]:
        document = folder.document("denied.yaml", self.problems)
        entries = _entries(Denied, document, self.problems) if document else []
        for entry, place in entries:
            check_day(entry.source, place, self.problems)
            if not is_normalized_name(canonicalize_name(entry.package)):
                self.problems.add(f"{shown(entry.package)} is not the name of a package.", place)
            if not entry.versions:
                self.problems.add("no release is named.", place, 'Name each, as in ["2.6.2", "2.6.3"].')
            for version in entry.versions:
                try:
                    Version(version)
                except ValueError:
                    message = f"{shown(version)} is not a version."
                    self.problems.add(message, place, 'Name each release by itself, as in ["2.6.2", "2.6.3"].')
        return [replace(entry, package=canonicalize_name(entry.package)) for entry, _ in entries]

    def _list(self, kind: type[T], name: str, key: str) -> dict[str, tuple[T, str]]:
        """The entries of a list in all folders by what tells them apart, each with its place."""
        found: dict[str, tuple[T, str]] = {}
        for folder in self.folders:
            document = folder.document(name, self.problems)
            entries = _entries(kind, document, self.problems, key) if document else []
            check_distinct(((getattr(entry, key), place) for entry, place in entries), key, self.problems)
            found |= {getattr(entry, key): (entry, place) for entry, place in entries}
        return found

    def _check_criteria(self, criteria: tuple[Criterion, ...], vocabulary: Vocabulary, document: Document) -> None:
        scales = {projection.name: projection.words for projection in vocabulary.projections} | {
            "speed": (),
            "first_step": (),
            WISH: WISHED,
        }
        places = [document.place(("criteria", i, "id")) for i in range(len(criteria))]
        check_distinct(((c.id, place) for c, place in zip(criteria, places, strict=True)), "id", self.problems)
        for i, criterion in enumerate(criteria):
            at = ("criteria", i)
            check_day(criterion.source, document.place((*at, "source")), self.problems)
            if check_word(criterion.reads, scales, "projection", document.place((*at, "reads")), self.problems):
                for word in sorted(set(scales[criterion.reads]) ^ set(criterion.scale)):
                    message = f"{shown(word)} stands on one side only of {criterion.reads} and the scale."
                    self.problems.add(message, document.place((*at, "scale", word)))
            shares: dict[KeyPath, float] = {("scale", word): value for word, value in criterion.scale.items()}
            shares |= {("spread",): criterion.spread, ("must",): criterion.must}
            for key, value in shares.items():
                if not 0 <= value <= 1:
                    self.problems.add(f"{value:g} is outside 0 to 1.", document.place((*at, *key)))
            low, high = criterion.band
            if not 0 <= low <= criterion.weight <= high <= _MOST:
                self.problems.add("the weight lies outside its band.", document.place((*at, "weight")))


def _entries(kind: type[T], document: Document, problems: Problems, key: str = "") -> list[tuple[T, str]]:
    """The entries of a list, each with the place of the key that tells it apart."""
    if not isinstance(document.data, list):
        problems.add("a list was expected.", document.place())
        return []
    return [
        (entry, document.place((i, key) if key else (i,)))
        for i in range(len(document.data))
        if (entry := validate(kind, document, problems, (i,))) is not None
    ]


def _constants(part: Any) -> Iterator[tuple[KeyPath, float]]:
    """The numbers in a model and in the models in it, each with the keys that lead to it."""
    for name in [one.name for one in fields(part)] if is_dataclass(part) else ():
        value = getattr(part, name)
        if isinstance(value, float):
            yield (name,), value
        elif isinstance(value, StateBytes):
            yield from (((name, *at), number) for at, number in _constants(value))


def _inapplicable(frameworks: Mapping[str, Framework]) -> tuple[str, ...]:
    facts = (fact for framework in frameworks.values() for fact in framework.facts.values())
    return tuple(sorted({family(fact.attribute) for fact in facts if fact.value == NOT_APPLICABLE}))


def _latest_day(
    frameworks: Mapping[str, Framework], components: Mapping[str, Component], rules: tuple[Rule, ...]
) -> str:
    days = [fact.source.observed for framework in frameworks.values() for fact in framework.facts.values()]
    days += [component.source.observed for component in components.values()]
    days += [rule.source.observed for rule in rules]
    return max(days, default="")
