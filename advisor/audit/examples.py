"""Puts rules in situations: what fires in the example of a rule, on which facts, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.consult.adviser import Adviser
from advisor.consult.rulebooks import PHASES
from advisor.frozen import dataclass, field
from advisor.inference import plain
from advisor.inference.findings import findings
from advisor.intake.situation import clashes, complete
from advisor.loading.answers import check_answers
from advisor.loading.problems import Problems
from advisor.model.answers import Answers
from advisor.model.fact import Fact, Source
from advisor.model.finding import Finding
from advisor.model.framework import Framework
from advisor.model.knowledge import KnowledgeBase
from advisor.model.recommendation import NONE_OF_THESE
from advisor.model.rule import Example, Phase, Rule, attributes_of, comparisons
from advisor.model.trace import Facts, Firing, Given, Trace
from advisor.scoring.stack import Proposal, compose

_TOOL = "alternative_tool"


@dataclass(frozen=True, slots=True)
class Heard:
    """What one rulebook said, and what it was told."""

    trace: Trace
    facts: Facts

    @property
    def fired(self) -> frozenset[str]:
        """The ids of the rules that did."""
        return frozenset(firing.rule for firing in self.trace.firings)


@dataclass(slots=True)
class Stage:
    """Every rule of a knowledge base, over the engine in plain Python."""

    base: KnowledgeBase
    adviser: Adviser = field(init=False)
    of_options: frozenset[str] = field(init=False)
    """The attributes that are known once there is an order of the options."""
    kept: dict[tuple[str, str], Mapping[str, Heard]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.adviser = Adviser(self.base, plain.compile_rules)
        vocabulary = self.base.vocabulary
        others = {attribute.name for attribute in (*vocabulary.answers, *vocabulary.derived)}
        self.of_options = frozenset(vocabulary.attributes()) - others

    def hear(self, rule: Rule, example: Example) -> Mapping[str, Heard]:
        """Each rulebook up to the one of that rule, in the situation of the example."""
        key = (rule.id, repr(example))
        if key not in self.kept:
            self.kept[key] = self._hear(rule, example)
        return self.kept[key]

    def _hear(self, rule: Rule, example: Example) -> Mapping[str, Heard]:
        last = book_of(rule.phase)
        answers = self.answers(example)
        handed = self.adviser.handed(answers, clashes(answers, self.base.vocabulary))
        given = {**handed, "measured": frozenset(example.measured)} if example.measured else handed
        heard = {"situation": self._consult("situation", given)}
        if last == "situation":
            return heard
        known = heard["situation"].facts
        if not example.option:
            ordered = not self.of_options.isdisjoint(attributes_of(rule.when))
            verdict = self._unsure(answers, known, example.options) if ordered else self._consult("verdict", known)
            return {**heard, "verdict": verdict} if last == "verdict" else heard
        option = self.base.frameworks.get(example.option) or self._invented(rule, example.option)
        seen = {**known, **self.adviser.projector.situate(answers, option).facts}
        heard["option"] = self._consult("option", seen)
        heard["verdict"] = self._consult("verdict", {**seen, "confidence": "high"})
        return heard

    def finding(self, rule: Rule, example: Example) -> Finding | None:
        """What the rule says in the example; nothing where it does not fire."""
        heard = self.hear(rule, example).get(book_of(rule.phase))
        fired = [firing for firing in heard.trace.firings if firing.rule == rule.id] if heard else []
        return self._said(fired, heard.facts, example)[0] if heard and fired else None

    def stack(self, rule: Rule) -> frozenset[str]:
        """The components that stand around the option of a rule's own example, if it comes first."""
        heard = self.hear(rule, rule.fires)["verdict"]
        fired = [self.adviser.rules[name] for name in sorted(heard.fired)]
        proposals = [Proposal(put, one.id) for one in fired for put in one.then.put]
        scope = heard.facts.get("scope")
        outside = isinstance(scope, frozenset) and "outside" in scope
        parts = {name: part for name, part in self.base.components.items() if (part.layer == _TOOL) == outside}
        primary = NONE_OF_THESE if outside else rule.fires.option
        answers, slots = self.answers(rule.fires), self.base.vocabulary.slots
        return frozenset(part.component for part in compose(proposals, primary, parts, answers, slots).parts)

    def answers(self, example: Example) -> Answers:
        """The answers of an example, which have to be as sound as those of a user."""
        problems = Problems()
        criteria = [criterion.id for criterion in self.base.criteria]
        checked = check_answers(example.answers, self.base.vocabulary, criteria, _place, problems)
        problems.settle()
        return complete(checked, self.base.vocabulary, None).answers

    def known(self, example: Example) -> bool:
        """Whether the example is about an option that there is, or about none."""
        return not example.option or example.option in self.base.frameworks

    def foreign(self, example: Example) -> tuple[str, ...]:
        """What the example compares that is no option."""
        return tuple(name for name in example.options if name not in self.base.frameworks)

    def _consult(self, book: str, facts: Mapping[str, Given]) -> Heard:
        trace = self.adviser.engines.over(book, facts).consult(facts)
        return Heard(trace, {**facts, **trace.derived})

    def _unsure(self, answers: Answers, known: Facts, only: tuple[str, ...]) -> Heard:
        """The verdict where the option and how sure it is are left to the order."""
        weighed = self.adviser.weigh(answers, only=only, clashes=clashes(answers, self.base.vocabulary), explain=False)
        closing = self.adviser.conclude(weighed)
        first = closing.ranking.scored[0].option if closing.ranking else ""
        seen = weighed.projected[first].facts if first else {}
        return self._consult("verdict", {**known, **seen, "confidence": closing.confidence})

    def _said(
        self, fired: Iterator[Firing] | list[Firing] | tuple[Firing, ...], facts: Facts, example: Example
    ) -> tuple[Finding, ...]:
        return findings(fired, self.adviser.rules, facts, lambda _, __: (), example.option)

    def _invented(self, rule: Rule, option: str) -> Framework:
        """One more option, of which only what the rule asks about is known."""
        asked = {leaf.attribute: str(leaf.value) for leaf in comparisons(rule.when) if leaf.op == "is"}
        source = Source(ref="invented", observed="2026-01-01", grade="judged")
        facts = {
            projection.path: Fact(
                id=f"{option}.{projection.path}", attribute=projection.path, value=asked[projection.name], source=source
            )
            for projection in self.base.vocabulary.projections
            if projection.name in asked
        }
        return Framework(id=option, name=option, summary="", package=option, facts=facts)


def book_of(phase: Phase) -> str:
    """The rulebook in which rules of that phase stand."""
    return next(book for book, phases in PHASES.items() if phase in phases)


def _place(path: tuple[str | int, ...]) -> str:
    return ".".join(map(str, path))
