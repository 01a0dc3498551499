"""Judges the example of a rule in the rulebook that the rule belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from advisor.consult.adviser import Adviser, Weighed
from advisor.inference import plain
from advisor.inference.findings import findings
from advisor.intake.facts import situation_facts
from advisor.intake.situation import complete
from advisor.loading.answers import check_answers
from advisor.loading.problems import Problems
from advisor.model.answers import Answers
from advisor.model.fact import Fact, Source
from advisor.model.finding import Finding
from advisor.model.framework import Framework
from advisor.model.knowledge import KnowledgeBase
from advisor.model.rule import Condition, Example, Rule
from advisor.scoring.stack import Proposal, compose

Said = Mapping[str, Finding]
"""What is said of an example, by rule."""


@dataclass(slots=True)
class Consulting:
    """Every rule of a knowledge base, over the engine in plain Python."""

    base: KnowledgeBase
    adviser: Adviser = field(init=False)

    def __post_init__(self) -> None:
        self.adviser = Adviser(self.base, plain.compile_rules)

    def said(self, rule: Rule, example: Example) -> Said:
        """The findings of the rulebook of that rule for the example."""
        adviser = self.adviser if known(self.base, example) else self._with_invented(rule, example.option)
        weighed = adviser.weigh(self.answers(example))
        if rule.phase in ("derive", "preference"):
            return _by_rule(weighed.findings)
        if rule.phase == "eligibility":
            return _by_rule(weighed.excluded.get(example.option, ()))
        if not example.option:
            return _by_rule(adviser.conclude(weighed).findings)
        return _by_rule(_verdict(adviser, weighed, example.option))

    def stack(self, rule: Rule) -> set[str]:
        """The components that are proposed in the example of a rule about the stack, if its option comes first."""
        weighed = self.adviser.weigh(self.answers(rule.fires))
        outside = "outside" in weighed.derived.get("scope", ())
        tools = {name: c for name, c in self.base.components.items() if (c.layer == "alternative_tool") == outside}
        proposals = [
            Proposal(put, finding.id)
            for finding in _verdict(self.adviser, weighed, rule.fires.option)
            for put in self.adviser.rules[finding.rule].then.put
        ]
        primary = "none_of_these" if outside else rule.fires.option
        return {part.component for part in compose(proposals, primary, tools, weighed.answers)}

    def answers(self, example: Example) -> Answers:
        """The answers of an example, which have to be as sound as those of a user."""
        problems = Problems()
        criteria = [criterion.id for criterion in self.base.criteria]
        checked = check_answers(example.answers, self.base.vocabulary, criteria, _place, problems)
        problems.settle()
        return complete(checked, self.base.vocabulary, None).answers

    def _with_invented(self, rule: Rule, option: str) -> Adviser:
        """Over the same knowledge and one more option, of which only what the rule asks about is known."""
        asked = {leaf.attribute: str(leaf.value) for leaf in leaves(rule.when) if leaf.op == "is"}
        source = Source(ref="invented", observed="2026-01-01", grade="judged")
        facts = {
            projection.path: Fact(
                id=f"{option}.{projection.path}", attribute=projection.path, value=asked[projection.name], source=source
            )
            for projection in self.base.vocabulary.projections
            if projection.name in asked
        }
        invented = Framework(id=option, name=option, summary="", package=option, facts=facts)
        base = replace(self.base, frameworks={**self.base.frameworks, option: invented})
        return Adviser(base, plain.compile_rules)


def known(base: KnowledgeBase, example: Example) -> bool:
    """Whether the example is about an option that there is, or about none."""
    return not example.option or example.option in base.frameworks


def leaves(condition: Condition) -> Iterator[Condition]:
    """Every comparison in a condition."""
    if not condition.parts:
        yield condition
    for part in condition.parts:
        yield from leaves(part)


def _verdict(adviser: Adviser, weighed: Weighed, option: str) -> tuple[Finding, ...]:
    """What the last rulebook says if that option comes first."""
    seen = weighed.projected[option]
    facts = situation_facts(weighed.answers, adviser.base.vocabulary)
    given = {**facts, **weighed.derived, "confidence": "high", **seen.facts}
    trace = adviser.engines["verdict"].consult(given)
    return findings(trace.firings, adviser.rules, {**given, **trace.derived}, lambda _, __: ())


def _by_rule(said: tuple[Finding, ...]) -> Said:
    return {finding.rule: finding for finding in said}


def _place(path: tuple[str | int, ...]) -> str:
    return ".".join(map(str, path))
