"""Judges each option by the rules about options; those that look alike to the rules are judged once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from advisor.consult.rulebooks import Engines
from advisor.frozen import dataclass, field
from advisor.intake.facts import Views
from advisor.model.fact import NOT_APPLICABLE
from advisor.model.knowledge import KnowledgeBase
from advisor.model.rule import comparisons
from advisor.model.trace import Given, Trace
from advisor.model.vocabulary import WISH

_MOST_KEPT = 128
"""Situations of which judgements are kept at once, so that a long batch runs in constant memory."""
_ANOTHER = "\0"
"""In the place of every word that no rule asks for."""

_Row = tuple[Given | None, ...]
"""What an option says of the attributes that the rules read of it."""


@dataclass(slots=True)
class Judge:
    """The rules about options, and what came of them so far: most changes of an answer touch few options."""

    base: KnowledgeBase
    engines: Engines
    judged: dict[tuple[object, ...], dict[_Row, Trace]] = field(default_factory=dict)
    """By what the rules read of the situation, and of the option."""
    of_situation: tuple[str, ...] = ()
    """The attributes of the situation that they read."""
    of_option: tuple[tuple[str, str], ...] = ()
    """Those of the option, each with its projection."""
    words: dict[str, set[object]] = field(default_factory=dict)
    """The words that they ask for, of each attribute that they compare with words alone."""

    def __post_init__(self) -> None:
        projections = self.base.vocabulary.projections
        about = {name: p.name for p in projections for name in (p.name, *p.names)} | {WISH: "", "option": ""}
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

    def judge(self, known: Mapping[str, Given], views: Views) -> dict[str, Trace]:
        """What the rules conclude of each option, and on which facts."""
        engine = self.engines.over("option", known)
        situation = [known.get(name) for name in self.of_situation]
        rows = [self._row(option, views) for option in views]
        judged = self._judged(situation, explain=True)
        fresh = [row for row in dict.fromkeys(rows) if row not in judged]
        facts = [self._known_of_option(row) for row in fresh]
        judged.update(zip(fresh, engine.consult_each(self._known_of_situation(situation), facts), strict=True))
        return {option: judged[row] for option, row in zip(views, rows, strict=True)}

    def quickly(self, known: Mapping[str, Given], views: Views) -> Callable[[str], Trace]:
        """What says the same of one option, as far as somebody asks, without a word on which facts."""
        situation = [self._alike(name, known.get(name)) for name in self.of_situation]
        judged = self._judged(situation, explain=False)

        def trace(option: str) -> Trace:
            said = zip(self.of_option, self._row(option, views), strict=True)
            row = tuple([self._alike(name, value) for (name, _), value in said])
            if row not in judged:
                facts = {**self._known_of_situation(situation), **self._known_of_option(row)}
                judged[row] = self.engines.over("option", known).consult(facts, premises=False)
            return judged[row]

        return trace

    def _row(self, option: str, views: Views) -> _Row:
        return tuple([views.said(option, name, projection) for name, projection in self.of_option])

    def _judged(self, situation: Iterable[Given | None], *, explain: bool) -> dict[_Row, Trace]:
        """What came of this situation so far."""
        if len(self.judged) >= _MOST_KEPT:
            self.judged.clear()
        return self.judged.setdefault((explain, *situation), {})

    def _known_of_situation(self, values: Iterable[Given | None]) -> dict[str, Given]:
        return {name: value for name, value in zip(self.of_situation, values, strict=True) if value is not None}

    def _known_of_option(self, row: _Row) -> dict[str, Given]:
        return {name: value for (name, _), value in zip(self.of_option, row, strict=True) if value is not None}

    def _alike(self, name: str, value: Given | None) -> Given | None:
        """The value as far as rules can tell it from others."""
        words = self.words.get(name)
        if value is None or words is None:
            return value
        if isinstance(value, frozenset):
            return value & words
        return value if value in words else _ANOTHER
