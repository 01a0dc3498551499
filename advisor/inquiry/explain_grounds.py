"""What explanations are built from: a consultation as every rule saw it, and its facts and answers as leaves."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from advisor.consult.adviser import Adviser, Consultation, Weighed
from advisor.consult.assemble import assemble, composition
from advisor.consult.rulebooks import kinds
from advisor.frozen import dataclass
from advisor.inference.engine import Kinds
from advisor.inference.plain import Verdict, explain
from advisor.inquiry.whatif import decided, said_answer
from advisor.intake.facts import hardware_in_question, situation_facts
from advisor.intake.situation import definition
from advisor.model.component import Component
from advisor.model.explanation import Explanation
from advisor.model.fact import Fact, Source
from advisor.model.finding import Finding
from advisor.model.knowledge import Criterion, KnowledgeBase
from advisor.model.recommendation import Recommendation
from advisor.model.rule import Rule
from advisor.model.trace import Given
from advisor.model.vocabulary import Projection
from advisor.scoring.stack import Composition


@dataclass(frozen=True)
class Grounds:
    """A consultation and the recommendation that it came to."""

    adviser: Adviser
    consultation: Consultation
    recommendation: Recommendation

    @cached_property
    def findings(self) -> Mapping[str, Finding]:
        """Everything that was found, by id."""
        return {finding.id: finding for finding in self.recommendation.findings}

    @cached_property
    def kinds(self) -> Kinds:
        """How every attribute takes values."""
        return kinds(self.base)

    @cached_property
    def paths(self) -> Mapping[str, Mapping[str, str]]:
        """The attributes of facts that the projections lead to, with these answers."""
        return self.adviser.projector.paths(self.weighed.answers)

    @cached_property
    def composition(self) -> Composition:
        """The stack, and what was proposed for it in vain."""
        return composition(self.adviser, self.weighed, self.consultation.closing, decided(self.weighed))

    @property
    def base(self) -> KnowledgeBase:
        """What is known."""
        return self.adviser.base

    @property
    def weighed(self) -> Weighed:
        """The situation and the options in it."""
        return self.consultation.weighed

    @property
    def first(self) -> str:
        """The option that ranks first; empty where none is left."""
        ranking = self.recommendation.ranking
        return ranking[0].option if ranking else ""

    def verdict(self, rule: Rule, option: str = "") -> Verdict:
        """How the condition of a rule fares, and every part of it; `option` is the one that the rule speaks of."""
        facts: dict[str, Given] = dict(situation_facts(self.weighed.answers, self.base.vocabulary))
        about = self.spoken_of(rule, option)
        if about:
            facts |= self.weighed.projected[about].facts
        if rule.phase in ("stack", "caution"):
            facts["confidence"] = self.consultation.closing.confidence
        return explain(rule.when, facts, self.weighed.derived, self.kinds)

    def spoken_of(self, rule: Rule, option: str = "") -> str:
        """The option that a rule is about: each in turn, or the first; rules about the situation have none."""
        return {"eligibility": option, "stack": self.first, "caution": self.first}.get(rule.phase, "")

    def derivers(self, attribute: str, words: Collection[str]) -> tuple[Rule, ...]:
        """The rules that would conclude one of the words."""
        return tuple(rule for rule in self.base.rules if rule.then.derive.get(attribute) in words)

    def said(self, key: str) -> str:
        """An answer in words."""
        value = self.weighed.answers.get(key, "open")
        if isinstance(value, Mapping):
            return ", ".join(f"{name} {word}" for name, word in value.items())
        return f"{value:g}" if isinstance(value, float) else said_answer(value)

    def answer(self, key: str, word: str = "") -> Explanation:
        """An answer, or one word of a set, with where it comes from; one that is missing is open."""
        value = self.weighed.answers.get(key)
        if value is None:
            return Explanation(text=f"{key} is open", kind="answer", id=key, origin="open")
        origin = self.consultation.situation.origins.get(key, "answered")
        text = f"{key} {'has' if isinstance(value, (tuple, Mapping)) else 'is'} {word or self.said(key)}"
        if origin != "implied":
            return Explanation(text=text, kind="answer", id=key, origin=origin)
        by, reason = definition(key, self.weighed.answers, self.base.vocabulary)
        because = (self.answer(by),) if by else ()
        said = f"{text}: {reason}" if reason else text
        return Explanation(text=said, kind="answer", id=key, origin=origin, because=because)

    def fact(self, fact: Fact) -> Explanation:
        """A fact with its source."""
        refs = "; ".join(source.ref for source in fact.sources)
        return self._sourced(fact.id, fact.statement, fact.source, refs, fact.expires)

    def evidence(self, identity: str) -> Explanation:
        """A piece of evidence of the recommendation."""
        found = next(one for one in self.recommendation.evidence if one.id == identity)
        return Explanation(
            text=found.statement,
            kind="fact",
            id=found.id,
            source=found.source,
            observed=found.observed,
            grade=found.grade,
            expires=found.expires,
            expired=found.expired,
        )

    def reason(self, rule: Rule, *, title: bool = True, more: str = "") -> Explanation:
        """Why a rule is right, with its source."""
        said = [f"{rule.title}: {rule.reason}" if title else rule.reason, more]
        return self._sourced(f"rule.{rule.id}", " ".join(filter(None, said)), rule.source)

    def meaning(self, criterion: Criterion) -> Explanation:
        """What a criterion means, and where its scale and weight come from."""
        return self._sourced(f"criterion.{criterion.id}", f"It means: {criterion.meaning}.", criterion.source)

    def thing(self, component: Component, attribute: str) -> Explanation:
        """One of the eight things that are known of a component."""
        return self.fact(next(fact for fact in component.facts if fact.attribute == attribute))

    def constant(self, identity: str, text: str, source: Source) -> Explanation:
        """What a constant of the knowledge base says."""
        return self._sourced(identity, text, source)

    def projected(self, name: str, option: str, words: Collection[str] = ()) -> tuple[Explanation, ...]:
        """The facts behind an attribute of an option: all, or those about these words of a set of answers.

        Where the answers lead to no fact, those that are open or say nothing.
        """
        projection = self.projection(name)
        attributes = self.paths.get(projection.name)
        if attributes is None:
            return tuple(self._in_the_way(projection))
        asked = [attribute for word, attribute in attributes.items() if not words or not word or word in words]
        forced = (self.answer(projection.among),) if projection.among else ()
        return (*forced, *(self.of_option(option, attribute) for attribute in asked))

    def of_option(self, option: str, attribute: str) -> Explanation:
        """What is known of one attribute of an option, for the accelerator in question before in general."""
        facts = self.base.frameworks[option].facts
        fact = facts.get(f"{attribute}@{hardware_in_question(self.weighed.answers)}") or facts.get(attribute)
        if fact is not None:
            return self.fact(fact)
        name = f"{option}.{attribute}"
        return Explanation(text=f"{name} is not known.", kind="fact", id=name, origin="open")

    def projection(self, name: str) -> Projection:
        """The projection of that name, or the one that sorts words into it."""
        named = {projection.name: projection for projection in self.base.vocabulary.projections}
        return named.get(name) or named[name.rpartition(".")[0]]

    def _in_the_way(self, projection: Projection) -> Iterator[Explanation]:
        for key in dict.fromkeys(projection.rests_on):
            attribute, value = self.base.vocabulary.answer(key), self.weighed.answers.get(key)
            if attribute is None or not value or value in attribute.silent:
                yield self.answer(key)

    def _sourced(self, identity: str, text: str, source: Source, refs: str = "", expires: str = "") -> Explanation:
        return Explanation(
            text=text,
            kind="fact",
            id=identity,
            source=refs or source.ref,
            observed=source.observed,
            grade=source.grade,
            expires=expires,
            expired=bool(expires) and expires <= self.recommendation.provenance.as_of,
        )


def ground(adviser: Adviser, consultation: Consultation, as_of: str = "") -> Grounds:
    """The grounds of a consultation; `as_of` is the day that expiry is judged by."""
    return Grounds(adviser, consultation, assemble(adviser, consultation, as_of=as_of))
