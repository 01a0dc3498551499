"""One consultation, step by step: situation, options, order, stack and cautions.

The engine and the measurements come in as arguments; nothing here reads a file, a clock or the machine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from advisor.consult.speeds import Speeds
from advisor.inference.applicable import lower
from advisor.inference.engine import Compile, Engine
from advisor.inference.findings import findings
from advisor.intake.facts import Projected, Projector, situation_facts
from advisor.intake.memory import suffices
from advisor.model.answers import Answers, Situation
from advisor.model.attribute import family
from advisor.model.fact import NOT_APPLICABLE
from advisor.model.finding import Finding
from advisor.model.knowledge import Criterion, KnowledgeBase
from advisor.model.rule import Phase, Rule, attributes_of
from advisor.model.score import Ranking, Value, Weight
from advisor.model.trace import Given, Trace
from advisor.scoring import speed, values
from advisor.scoring.rank import rank
from advisor.scoring.weights import settle

if TYPE_CHECKING:
    from advisor.model.measurement import Measurements


_MOST_KEPT = 4096
"""Judgements kept at once, so that a long batch runs in constant memory."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A situation with its options: what is concluded of it, who remains, and what every criterion says."""

    answers: Answers
    derived: Mapping[str, frozenset[str]]
    findings: tuple[Finding, ...]
    excluded: Mapping[str, tuple[Finding, ...]]
    options: Mapping[str, Mapping[str, Value]]
    """The options that remain, with a value for every criterion that has something to say."""
    weights: tuple[Weight, ...]
    projected: Mapping[str, Projected]
    speeds: Mapping[str, speed.Speed]


@dataclass(frozen=True, slots=True)
class Closing:
    """What follows once the order of the options is known."""

    ranking: Ranking | None
    confidence: Literal["high", "medium", "low"]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """A situation that was weighed and concluded, with what it was weighed with."""

    situation: Situation
    weighed: Weighed
    closing: Closing
    measurements: Measurements | None = None
    only: tuple[str, ...] = ()
    """The options that were compared; empty for all."""


@dataclass(slots=True)
class Adviser:
    """A knowledge base with its rulebooks compiled: one for the situation, one for an option, one for the verdict."""

    base: KnowledgeBase
    compile_rules: Compile
    engines: dict[str, Engine] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    projector: Projector = field(init=False)
    speeds: Speeds = field(init=False)
    judged: dict[tuple[object, ...], Trace] = field(default_factory=dict)
    """What the rules about options concluded, by what they read: most changes of an answer touch few options."""
    valued: dict[tuple[str, ...], Value] = field(default_factory=dict)
    """What a criterion says of facts, by criterion and facts."""
    read: tuple[str, ...] = ()
    """The attributes that rules about options read."""

    def __post_init__(self) -> None:
        kinds = {name: attribute.kind for name, attribute in self.base.vocabulary.attributes().items()}
        dropped = _can_be_dropped(self.base)
        projections = self.base.vocabulary.projections
        about = {name for p in projections for name in (p.name, *(f"{p.name}.{word}" for word in p.words))}
        self.projector = Projector(self.base.vocabulary)
        self.speeds = Speeds(self.base)
        self.rules = {rule.id: rule for rule in self.base.rules}
        books: dict[str, tuple[Phase, ...]] = {
            "situation": ("derive", "preference"),
            "option": ("eligibility",),
            "verdict": ("stack", "caution"),
        }
        for name, phases in books.items():
            chosen = tuple(lower(rule, dropped, about) for rule in self.base.rules if rule.phase in phases)
            self.engines[name] = self.compile_rules(chosen, kinds)
        eligibility = [rule for rule in self.base.rules if rule.phase == "eligibility"]
        self.read = tuple(sorted({name for rule in eligibility for name in attributes_of(rule.when)}))

    @property
    def engine_name(self) -> str:
        """The engine that chains the rules."""
        return self.engines["situation"].name

    def close(self) -> None:
        """Give back what the engines hold."""
        for engine in self.engines.values():
            engine.close()

    def consult(
        self,
        situation: Situation,
        *,
        measurements: Measurements | None = None,
        only: tuple[str, ...] = (),
        clashes: Iterable[str] = (),
    ) -> Consultation:
        """The situation weighed and concluded."""
        weighed = self.weigh(situation.answers, measurements=measurements, only=only, clashes=clashes)
        return Consultation(
            situation=situation,
            weighed=weighed,
            closing=self.conclude(weighed),
            measurements=measurements,
            only=only,
        )

    def weigh(
        self,
        answers: Answers,
        *,
        measurements: Measurements | None = None,
        only: Collection[str] = (),
        clashes: Iterable[str] = (),
        explain: bool = True,
    ) -> Weighed:
        """The situation judged and each option valued.

        `clashes` are words of the derived attribute `clash` that were concluded outside the rules. Without `explain`
        nothing is put in words, which is most of the work.
        """
        facts = situation_facts(answers, self.base.vocabulary)
        memory = suffices(answers, self.base.vocabulary, self.base.memory)
        handed: dict[str, Given] = {**facts, "clash": frozenset(clashes), "memory": memory}
        trace = self.engines["situation"].consult(handed)
        known: dict[str, Given] = {**handed, **trace.derived}
        behind = self._evidence(None, trace)
        situation = findings(trace.firings, self.rules, known, behind) if explain else ()
        weights, criteria = self._weights(answers, trace, known)
        excluded: dict[str, tuple[Finding, ...]] = {}
        options: dict[str, Mapping[str, Value]] = {}
        frameworks = [framework for name, framework in self.base.frameworks.items() if not only or name in only]
        projected = self.projector.views(answers, frameworks)
        speeds = self.speeds.of(answers, trace.derived.get("workload", frozenset()), measurements)
        for name, seen in projected.items():
            valued = {c.id: self._value(c, seen, speeds[name]) for c in criteria}
            facts = {**known, **seen.facts}
            fired = self._judge(facts)
            failed = self._musts_failed(valued, answers)
            if not failed and not any(self.rules[firing.rule].then.exclude for firing in fired.firings):
                options[name] = valued
                continue
            said = findings(fired.firings, self.rules, facts, self._evidence(seen, trace), name) if explain else ()
            excluding = tuple(finding for finding in said if self.rules[finding.rule].then.exclude)
            excluded[name] = (*excluding, *(_must_finding(c, name, valued[c.id]) for c in failed))
        return Weighed(answers, trace.derived, situation, excluded, options, weights, projected, speeds)

    def _judge(self, facts: Mapping[str, Given]) -> Trace:
        key = tuple([facts.get(name) for name in self.read])
        if key not in self.judged:
            if len(self.judged) >= _MOST_KEPT:
                self.judged.clear()
            self.judged[key] = self.engines["option"].consult(facts)
        return self.judged[key]

    def conclude(self, weighed: Weighed) -> Closing:
        """The order of the options that remain, and what has to be said about the first."""
        ranking = rank(weighed.options, weighed.weights, self.base.decision) if weighed.options else None
        confidence = self._confidence(ranking, weighed.weights)
        known: dict[str, Given] = {
            **situation_facts(weighed.answers, self.base.vocabulary),
            **weighed.derived,
            "confidence": confidence,
        }
        seen = None
        if ranking is not None:
            seen = weighed.projected[ranking.scored[0].option]
            known |= seen.facts
        trace = self.engines["verdict"].consult(known)
        said = findings(trace.firings, self.rules, {**known, **trace.derived}, self._evidence(seen, trace, weighed))
        return Closing(ranking, confidence, said)

    def _confidence(self, ranking: Ranking | None, weights: tuple[Weight, ...]) -> Literal["high", "medium", "low"]:
        """The level in words; where nothing has a weight, nothing was compared."""
        if ranking is None or ranking.p_group < self.base.decision.doubtful or not any(w.final for w in weights):
            return "low"
        return "high" if ranking.p_best >= self.base.decision.decided else "medium"

    def _weights(
        self, answers: Answers, trace: Trace, known: Mapping[str, Given]
    ) -> tuple[tuple[Weight, ...], tuple[Criterion, ...]]:
        """The weights of the criteria that have something to say here, moved by preferences and priorities."""
        asked = self.projector.asked(answers)
        timed = bool(known.get("workload"))
        criteria = tuple(c for c in self.base.criteria if (timed if c.reads == "speed" else c.reads in asked))
        shifts: dict[str, dict[str, float]] = {}
        for rule in {firing.rule: self.rules[firing.rule] for firing in trace.firings}.values():
            for criterion, shift in rule.then.weigh.items():
                shifts.setdefault(criterion, {})[rule.id] = shift
        priorities = answers.get("priorities", {})
        levels = {k: str(v) for k, v in priorities.items()} if isinstance(priorities, Mapping) else {}
        return settle(criteria, shifts, levels), criteria

    def _value(self, criterion: Criterion, seen: Projected, fast: speed.Speed) -> Value:
        if criterion.reads == "speed":
            return speed.value(fast, self.base.speed)
        words = seen.words.get(criterion.reads)
        if not words:
            return values.UNKNOWN
        key = (criterion.id, *(fact.id if fact else "" for fact in words.values()))
        if key not in self.valued:
            self.valued[key] = values.of_words(criterion, words)
        return self.valued[key]

    def _musts_failed(self, valued: Mapping[str, Value], answers: Answers) -> tuple[Criterion, ...]:
        """The criteria that are a must and whose threshold the option is known to miss."""
        levels = answers.get("priorities")
        if not isinstance(levels, Mapping):
            return ()
        return tuple(
            criterion
            for criterion in self.base.criteria
            if levels.get(criterion.id) == "must"
            and criterion.id in valued
            and valued[criterion.id].most < criterion.must
        )

    def _evidence(self, seen: Projected | None, trace: Trace, weighed: Weighed | None = None) -> _Behind:
        derivers: dict[tuple[str, str], set[str]] = {}
        for finding_rule in {firing.rule for firing in trace.firings}:
            for attribute, word in self.rules[finding_rule].then.derive.items():
                derivers.setdefault((attribute, word), set()).add(finding_rule)
        for finding in weighed.findings if weighed else ():
            for attribute, word in self.rules[finding.rule].then.derive.items():
                derivers.setdefault((attribute, word), set()).add(finding.id)
        return _Behind(seen, derivers)


@dataclass(frozen=True, slots=True)
class _Behind:
    """Looks up what stands behind a premise: facts of the option, or the findings that derived it."""

    seen: Projected | None
    derivers: Mapping[tuple[str, str], set[str]]

    def __call__(self, attribute: str, value: object) -> tuple[str, ...]:
        derived = self.derivers.get((attribute, str(value)), set())
        if self.seen is None:
            return tuple(derived)
        name = attribute if attribute in self.seen.words else attribute.rpartition(".")[0]
        words = self.seen.words.get(name, {})
        fact = words.get("") or words.get(str(value))
        return (*derived, fact.id) if fact else tuple(derived)


def _can_be_dropped(base: KnowledgeBase) -> frozenset[str]:
    """The projections of which some option says that they do not apply to it."""
    facts = (fact for framework in base.frameworks.values() for fact in framework.facts.values())
    families = {family(fact.attribute) for fact in facts if fact.value == NOT_APPLICABLE}
    return frozenset(p.name for p in base.vocabulary.projections if not p.each and family(p.path) in families)


def _must_finding(criterion: Criterion, option: str, value: Value) -> Finding:
    return Finding(
        id=f"must.{criterion.id}@{option}",
        rule="must",
        message=f"{option} reaches {value.most:.2f} at most in '{criterion.title}', and {criterion.must:g} is a must.",
        facts={f"priorities.{criterion.id}": "must"},
        evidence=value.evidence,
    )
