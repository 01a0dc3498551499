"""The three rulebooks of a consultation: one for the situation, one for each option, one for the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from advisor.frozen import dataclass, field
from advisor.inference.applicable import lower
from advisor.inference.engine import Compile, Engine, Kinds
from advisor.inference.narrowing import narrowed
from advisor.model.attribute import family
from advisor.model.knowledge import KnowledgeBase
from advisor.model.rule import Phase, Rule
from advisor.model.trace import Facts

PHASES: Mapping[str, tuple[Phase, ...]] = {
    "situation": ("derive", "preference"),
    "option": ("eligibility",),
    "verdict": ("stack", "caution"),
}
"""What each of them is made of, in the order in which they are consulted."""


def kinds(base: KnowledgeBase) -> Kinds:
    """Every attribute that a rule can read or derive, with how it takes values."""
    return {name: attribute.kind for name, attribute in base.vocabulary.attributes().items()}


def rulebooks(base: KnowledgeBase) -> dict[str, tuple[Rule, ...]]:
    """The rules of each, with conditions that mean the same to every engine."""
    lowered = _lowering(base)
    return {name: tuple(map(lowered, rules)) for name, rules in _written(base).items()}


def _written(base: KnowledgeBase) -> dict[str, tuple[Rule, ...]]:
    return {name: tuple(rule for rule in base.rules if rule.phase in phases) for name, phases in PHASES.items()}


def _lowering(base: KnowledgeBase) -> Callable[[Rule], Rule]:
    """Gives a rule a condition that means the same to every engine: those know nothing of what does not apply."""
    projections = base.vocabulary.projections
    # The projections of which some option says that they do not apply to it.
    dropped = frozenset(p.name for p in projections if not p.each and family(p.path) in base.inapplicable)
    about = frozenset(name for p in projections for name in (p.name, *p.names))
    return lambda rule: lower(rule, dropped, about)


@dataclass(slots=True)
class Engines:
    """An engine over each of the rulebooks.

    For many situations each is compiled once, whole. For a `single` one it is compiled for the answers, without the
    rules that they rule out, since compiling takes longer than asking once.
    """

    base: KnowledgeBase
    compile_rules: Compile
    single: bool = False
    _books: Mapping[str, tuple[Rule, ...]] = field(init=False)
    _lowered: Callable[[Rule], Rule] = field(init=False)
    _kinds: Kinds = field(init=False)
    _settled: frozenset[str] = field(init=False)
    _compiled: dict[str, tuple[Facts, Engine]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._books, self._lowered, self._kinds = _written(self.base), _lowering(self.base), kinds(self.base)
        self._settled = frozenset(answer.name for answer in self.base.vocabulary.answers)

    def over(self, name: str, facts: Facts) -> Engine:
        """The engine to ask about these facts, compiled when it is first asked for.

        What the facts say of answers, and in a verdict of the option, has to be all that there is to be said of them.
        """
        settled = self._settled_in(name)
        said = {attribute: facts[attribute] for attribute in settled if attribute in facts}
        kept = self._compiled.get(name)
        if kept is not None and (not self.single or kept[0] == said):
            return kept[1]
        if kept is not None:
            kept[1].close()
        rules = narrowed(self._books[name], said, settled) if self.single else self._books[name]
        engine = self.compile_rules(tuple(map(self._lowered, rules)), self._kinds)
        self._compiled[name] = said, engine
        return engine

    def _settled_in(self, name: str) -> frozenset[str]:
        if not self.single:
            return frozenset()
        return self._settled | {"option"} if name == "verdict" else self._settled

    @property
    def name(self) -> str:
        """What chains the rules; where rulebooks are chained by different ones, each with what it chains."""
        chained: dict[str, list[str]] = {}
        for name, (_, engine) in self._compiled.items():
            chained.setdefault(engine.name, []).append(name)
        several = len(chained) > 1
        return ", ".join(f"{engine} ({', '.join(books)})" if several else engine for engine, books in chained.items())

    def close(self) -> None:
        """Give back what the engines hold."""
        for _, engine in self._compiled.values():
            engine.close()
