"""Judges each option by the rules about options; those that look alike to the rules are judged once."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.consult.rulebooks import Engines
from advisor.frozen import dataclass, field
from advisor.intake.facts import Views
from advisor.model.fact import NOT_APPLICABLE
from advisor.model.knowledge import KnowledgeBase
from advisor.model.rule import comparisons
from advisor.model.trace import Given, Trace
from advisor.model.vocabulary import WISH

_MOST_KEPT = 1024
"""Judgements kept at once, so that a long batch runs in constant memory."""
_ANOTHER = "\0"
"""In the place of every word that no rule asks for."""


@dataclass(slots=True)
class Judge:
    """The rules about options, and what came of them so far: most changes of an answer touch few options."""

    base: KnowledgeBase
    engines: Engines
    judged: dict[tuple[object, ...], Trace] = field(default_factory=dict)
    """By what the rules read."""
    columns: dict[tuple[str, bool, int], tuple[object, tuple[Given | None, ...]]] = field(default_factory=dict)
    """What options say of an attribute, by what that was read from."""
    of_situation: tuple[str, ...] = ()
    """The attributes of the situation that they read."""
    of_option: tuple[tuple[str, str], ...] = ()
    """Those of the option, each with its projection."""
    words: dict[str, set[object]] = field(default_factory=dict)
    """The words that they ask for, of each attribute that they compare with words alone."""

    def __post_init__(self) -> None:
        projections = self.base.vocabulary.projections
        about = {p.name: p.name for p in projections} | {WISH: "", "option": ""}
        about |= {f"{p.name}.{word}": p.name for p in projections if p.each for word in p.words}
        leaves = [leaf for rule in self.base.rules if rule.phase == "eligibility" for leaf in comparisons(rule.when)]
        read = sorted({leaf.attribute for leaf in leaves})
        self.of_situation = tuple(name for name in read if name not in about)
        self.of_option = tuple((name, about[name]) for name in read if name in about)
        ordered = {leaf.attribute for leaf in leaves if leaf.op in ("lt", "lte", "gt", "gte")}
        # Of what does not apply to an option every engine is told, whether a rule asks for it or not.
        self.words = {name: {NOT_APPLICABLE} for name in read if name not in ordered}
        for leaf in leaves:
            if leaf.op in ("is", "has") and leaf.attribute in self.words:
                self.words[leaf.attribute].add(leaf.value)

    def judge(self, known: Mapping[str, Given], views: Views, *, explain: bool) -> dict[str, Trace]:
        """What the rules conclude of each option; on which facts is said where that is to be explained."""
        engine = self.engines.over("option", known)
        names = (*self.of_situation, *[name for name, _ in self.of_option])
        situation = [known.get(name) for name in self.of_situation]
        if not explain:
            situation = [*map(self._alike, self.of_situation, situation)]
        columns = [self._column(name, projection, views, explain=explain) for name, projection in self.of_option]
        rows = zip(*columns, strict=True) if columns else [()] * len(views)
        found = {}
        for option, row in zip(views, rows, strict=True):
            seen = (*situation, *row)
            if (explain, seen) not in self.judged:
                if len(self.judged) >= _MOST_KEPT:
                    self.judged.clear()
                facts = {name: value for name, value in zip(names, seen, strict=True) if value is not None}
                self.judged[explain, seen] = engine.consult(facts, premises=explain)
            found[option] = self.judged[explain, seen]
        return found

    def _column(self, name: str, projection: str, views: Views, *, explain: bool) -> tuple[Given | None, ...]:
        """What the options say of an attribute, in their order."""
        about = views.columns.get(projection)
        kept = self.columns.get((name, explain, id(about))) if about is not None else None
        # What is kept holds on to what it is about, so that no other can have come to its place in memory.
        if kept is not None and kept[0] is about:
            return kept[1]
        said = views.said(name, projection)
        column = said if explain else tuple([self._alike(name, value) for value in said])
        if len(self.columns) >= _MOST_KEPT:
            self.columns.clear()
        if about is not None:
            self.columns[name, explain, id(about)] = (about, column)
        return column

    def _alike(self, name: str, value: Given | None) -> Given | None:
        """The value as far as rules can tell it from others."""
        words = self.words.get(name)
        if value is None or words is None:
            return value
        if isinstance(value, frozenset):
            return value & words
        return value if value in words else _ANOTHER
