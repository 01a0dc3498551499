"""Reads widely repeated beliefs; one that answers can lean on becomes a rule that says what is true instead."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from advisor.frozen import dataclass
from advisor.loading.attributes import Attributes
from advisor.loading.conditions import ConditionReader
from advisor.loading.documents import Document
from advisor.loading.folders import Folder, check_day, check_distinct, check_word
from advisor.loading.ids import check_id
from advisor.loading.problems import Problems
from advisor.loading.rules import Examples
from advisor.loading.validate import validate
from advisor.model.fact import Source
from advisor.model.knowledge import Folklore, Standing
from advisor.model.rule import Effects, Rule
from advisor.model.vocabulary import Vocabulary

FLAG = "stale_folklore"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolkloreEntry:
    """A belief as it stands in the file."""

    id: str
    belief: str
    standing: Standing
    truth: str
    source: Source
    claims: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    when: Any = None
    """The answers that lean on it: then the reader is told."""
    examples: Examples | None = None


def read_folklore(
    folders: tuple[Folder, ...],
    vocabulary: Vocabulary,
    attributes: Attributes,
    facts: Collection[str],
    problems: Problems,
) -> tuple[tuple[Folklore, ...], tuple[Rule, ...]]:
    """Every belief, and a rule for each that answers can lean on; a later folder takes the place of an earlier one."""
    reader = _Reader(vocabulary, attributes, facts, problems)
    for folder in folders:
        document = folder.document("folklore.yaml", problems)
        if document is not None:
            reader.read(document, folder.origin)
    return tuple(reader.beliefs.values()), tuple(reader.rules.values())


class _Reader:
    def __init__(
        self, vocabulary: Vocabulary, attributes: Attributes, facts: Collection[str], problems: Problems
    ) -> None:
        self.conditions, self.attributes = vocabulary.attributes(), attributes
        self.facts, self.problems = facts, problems
        self.beliefs: dict[str, Folklore] = {}
        self.rules: dict[str, Rule] = {}

    def read(self, document: Document, origin: str) -> None:
        if not isinstance(document.data, list):
            self.problems.add("a list was expected.", document.place())
            return
        entries = [
            (entry, i)
            for i in range(len(document.data))
            if (entry := validate(FolkloreEntry, document, self.problems, (i,))) is not None
        ]
        check_distinct(((entry.id, document.place((i, "id"))) for entry, i in entries), "id", self.problems)
        for entry, i in entries:
            check_id(entry.id, "belief", document.place((i, "id")), self.problems)
            check_day(entry.source, document.place((i, "source")), self.problems)
            self._check_facts(entry, document.place((i, "facts")))
            self.beliefs[entry.id] = Folklore(
                id=entry.id,
                belief=entry.belief,
                standing=entry.standing,
                truth=entry.truth,
                source=entry.source,
                claims=entry.claims,
                facts=entry.facts,
                expires=self.attributes.after("support", entry.source.observed),
            )
            self.rules.pop(entry.id, None)
            if entry.when is not None:
                self._rule(entry, document, i, origin)

    def _check_facts(self, entry: FolkloreEntry, place: str) -> None:
        for fact in entry.facts:
            check_word(fact, self.facts, "fact", place, self.problems)

    def _rule(self, entry: FolkloreEntry, document: Document, i: int, origin: str) -> None:
        if entry.examples is None or entry.standing == "true":
            message = "a belief that answers can lean on needs examples, and must not be true."
            self.problems.add(message, document.place((i, "when")), "Add fires and misses.")
            return
        when = ConditionReader(self.conditions, document, self.problems).read(entry.when, (i, "when"))
        if when is not None:
            self.rules[entry.id] = Rule(
                id=f"FOL-{entry.id}",
                phase="caution",
                title=entry.belief,
                when=when,
                then=Effects(flag=(FLAG,)),
                message=entry.truth.replace("{", "{{").replace("}", "}}"),
                reason=f"Widely repeated, and {entry.standing}: {entry.belief}",
                source=entry.source,
                fires=entry.examples.fires,
                misses=entry.examples.misses,
                origin=origin,
                place=document.line((i,)),
            )
