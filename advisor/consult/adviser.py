"""One consultation, step by step: situation, options, order, stack and cautions.

The engine and the measurements come in as arguments; nothing here reads a file, a clock or the machine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from typing import TYPE_CHECKING, Literal

from advisor.consult import observed
from advisor.consult.judging import Judge
from advisor.consult.library import Library
from advisor.consult.rulebooks import Engines
from advisor.consult.speeds import Speeds
from advisor.consult.valued import Remaining, Said, Valued
from advisor.frozen import dataclass, field, replace
from advisor.inference.engine import Compile
from advisor.inference.findings import findings
from advisor.intake.facts import Projected, Projector, Views, situation_facts
from advisor.intake.memory import suffices
from advisor.model.answers import Answers, Clash, Situation
from advisor.model.fact import Fact
from advisor.model.finding import POLICY, Finding
from advisor.model.framework import Framework
from advisor.model.knowledge import Criterion, Decision, KnowledgeBase
from advisor.model.policy import Policy
from advisor.model.rule import Rule
from advisor.model.score import Ranking, Value, Weight
from advisor.model.trace import Given, Trace
from advisor.model.vocabulary import WISH
from advisor.scoring import speed, values
from advisor.scoring.rank import rank
from advisor.scoring.weights import settle

if TYPE_CHECKING:
    from advisor.model.measurement import Measurements
    from advisor.policy.house import House


_MOST_KEPT = 1024
"""Values and weights kept at once, so that a long batch runs in constant memory."""


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
    scores: Mapping[str, float] = field(default_factory=dict)
    """The expected score of each option, whether it remains or not."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What follows once the order of the options is known."""

    ranking: Ranking | None
    confidence: Literal["high", "medium", "low"]
    findings: tuple[Finding, ...] = ()


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
    single: bool = False
    """Whether one situation is all that it will be asked about."""
    engines: Engines = field(init=False)
    rules: dict[str, Rule] = field(init=False)
    projector: Projector = field(init=False)
    speeds: Speeds = field(init=False)
    library: Library = field(init=False)
    judge: Judge = field(init=False)
    valued: dict[tuple[str, int, tuple[str, ...]], tuple[object, Said]] = field(default_factory=dict)
    """What a criterion says of what the options say, by criterion, the identity of that, and the options."""
    settled: dict[tuple[object, ...], tuple[tuple[Weight, ...], tuple[Criterion, ...]]] = field(default_factory=dict)
    """The weights, by what they follow from."""
    house: House | None = None
    """What an organisation's policy has to say."""

    def __post_init__(self) -> None:
        self.projector = Projector(self.base.vocabulary)
        self.speeds = Speeds(self.base)
        self.rules = {rule.id: rule for rule in self.base.rules}
        self.library = Library(self.base, self.rules)
        self.engines = Engines(self.base, self.compile_rules, self.single)
        self.judge = Judge(self.base, self.engines)

    @property
    def engine_name(self) -> str:
        """What chains the rules."""
        return self.engines.name

    def with_engine(self, compile_rules: Compile) -> Adviser:
        """An adviser over the same knowledge and another engine, which shares what was worked out already."""
        other = copy(self)
        other.compile_rules, other.single = compile_rules, False
        other.engines = Engines(self.base, compile_rules)
        other.judge = Judge(self.base, other.engines)
        return other

    def with_frameworks(self, frameworks: Mapping[str, Framework]) -> Adviser:
        """An adviser to whom these are the options, which shares the compiled rules and what they concluded."""
        other = copy(self)
        other.base = replace(self.base, frameworks=frameworks)
        other.projector, other.valued = Projector(self.base.vocabulary), {}
        if self.house is not None:
            other.house = self.house.over(frameworks)
        return other

    def under(self, policy: Policy, day: str = "") -> Adviser:
        """An adviser to an organisation with this policy, by that day, or that of the knowledge base."""
        from advisor.policy.house import house  # noqa: PLC0415  (most answers are under none)

        return self._in(house(policy, self.base, day or self.base.as_of))

    def allowing(self, option: str) -> Adviser:
        """An adviser to whom the policy allows an option."""
        return self if self.house is None else self._in(self.house.allowing(option))

    def leave_needed(self, option: str, weighed: Weighed) -> str:
        """Who has to allow an option before anything revives it, as a sentence without its end; else empty."""
        barred = any(finding.rule == POLICY for finding in weighed.excluded[option])
        return f"{self.house.policy.title} would have to allow it" if self.house and barred else ""

    def _in(self, of: House) -> Adviser:
        other = copy(self)
        other.house, other.settled = of, {}
        return other

    def close(self) -> None:
        """Give back what the engines hold."""
        self.engines.close()

    def consult(
        self,
        situation: Situation,
        *,
        measurements: Measurements | None = None,
        only: tuple[str, ...] = (),
        clashes: Iterable[Clash] = (),
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
        clashes: Iterable[Clash] = (),
        explain: bool = True,
    ) -> Weighed:
        """The situation judged and each option valued.

        `clashes` were found outside the rules. Without `explain` nothing is put in words, which is most of the work; it
        is not said what excludes an option either, and whether one remains is found out where somebody asks.
        """
        clashes = tuple(clashes)
        handed = self.handed(answers, clashes)
        trace = self.engines.over("situation", handed).consult(handed, premises=explain)
        # Which class of work was measured is a conclusion too, so that what was found there is told in a second round.
        classes = self.speeds.measured(answers, trace.derived.get("workload", frozenset()), measurements)
        if found := observed.words(classes, self.base.measured):
            handed |= {"measured": found}
            trace = self.engines.over("situation", handed).consult(handed, premises=explain)
        known: dict[str, Given] = {**handed, **trace.derived}
        frameworks = [framework for name, framework in self.base.frameworks.items() if not only or name in only]
        projected = self.projector.views(answers, frameworks)
        weights, criteria = self._weights(answers, trace, known, projected.columns, measured=bool(classes))
        speeds = self.speeds.of(answers, trace.derived.get("workload", frozenset()), measurements)
        label = f"measurement.{measurements.id}" if measurements else ""
        starts = observed.FirstSteps(classes, measurements.results if measurements else (), label)
        columns = {criterion.id: self._column(criterion, projected, speeds, starts) for criterion in criteria}
        valued = Valued(projected, columns)
        scores = valued.scores(weights)
        if not explain:
            judged = self.judge.quickly(known, projected)
            options = Remaining(valued, lambda name: not self._against(judged(name), valued, name, answers))
            return Weighed(answers, trace.derived, (), {}, options, weights, projected, speeds, scores)
        said = findings(trace.firings, self.rules, known, self._evidence(None, trace, measured=label))
        situation = (*map(_clash_finding, clashes), *said)
        excluded: dict[str, tuple[Finding, ...]] = {}
        remaining: dict[str, Mapping[str, Value]] = {}
        for name, fired in self.judge.judge(known, projected).items():
            if not self._against(fired, valued, name, answers):
                remaining[name] = valued[name]
                continue
            seen = projected[name]
            said = findings(fired.firings, self.rules, {**known, **seen.facts}, self._evidence(seen, trace), name)
            excluding = tuple(finding for finding in said if self.rules[finding.rule].then.exclude)
            asked = _priorities(answers)
            failed = [
                _must_finding(c, name, valued[name][c.id], self.house if c.id not in asked else None)
                for c in self._musts_failed(valued, name, answers)
            ]
            excluded[name] = (*excluding, *failed, *(self.house.against(name) if self.house else ()))
        return Weighed(answers, trace.derived, situation, excluded, remaining, weights, projected, speeds, scores)

    def excluding(self, answers: Answers, clashes: Iterable[Clash]) -> frozenset[tuple[str, tuple[str, ...]]]:
        """Which answers exclude each other: for each contradiction the rule that finds it, and its keys."""
        handed = self.handed(answers, clashes)
        trace = self.engines.over("situation", handed).consult(handed)
        return frozenset(
            (firing.rule, tuple(sorted({premise.attribute for premise in firing.premises})))
            for firing in trace.firings
            if "clash" in self.rules[firing.rule].then.derive
        )

    def handed(self, answers: Answers, clashes: Iterable[Clash]) -> dict[str, Given]:
        """The facts of the situation, with the words that are concluded outside the rules."""
        memory = suffices(answers, self.base.vocabulary, self.base.memory)
        words = frozenset(clash.word for clash in clashes)
        return {**situation_facts(answers, self.base.vocabulary), "clash": words, "memory": memory}

    def conclude(self, weighed: Weighed) -> Closing:
        """The order of the options that remain, and what has to be said about the first."""
        closing = self.order(weighed)
        known: dict[str, Given] = {
            **situation_facts(weighed.answers, self.base.vocabulary),
            **weighed.derived,
            "confidence": closing.confidence,
        }
        seen = None
        if closing.ranking is not None:
            seen = weighed.projected[closing.ranking.scored[0].option]
            known |= seen.facts
        trace = self.engines.over("verdict", known).consult(known)
        said = findings(trace.firings, self.rules, {**known, **trace.derived}, self._evidence(seen, trace, weighed))
        return replace(closing, findings=said)

    def order(self, weighed: Weighed) -> Closing:
        """The order alone, and how sure it is."""
        ranking = rank(weighed.options, weighed.weights, self.base.decision) if weighed.options else None
        return Closing(ranking, level_of(ranking, weighed.weights, self.base.decision))

    def _weights(
        self,
        answers: Answers,
        trace: Trace,
        known: Mapping[str, Given],
        asked: Collection[str],
        *,
        measured: bool = False,
    ) -> tuple[tuple[Weight, ...], tuple[Criterion, ...]]:
        """The weights of the criteria that have something to say here, moved by preferences and priorities.

        `asked` are the projections for which the answers are there; `measured` tells whether the work at hand was.
        """
        beside = {WISH: "requested_framework" in answers, "speed": known.get("workload"), "first_step": measured}
        spoken = frozenset([*asked, *(reads for reads, speaks in beside.items() if speaks)])
        moving = tuple(firing.rule for firing in trace.firings if self.rules[firing.rule].then.weigh)
        levels = {criterion: str(level) for criterion, level in _priorities(answers).items()}
        key = (spoken, moving, *levels.items())
        if key not in self.settled:
            if len(self.settled) >= _MOST_KEPT:
                self.settled.clear()
            criteria = tuple(c for c in self.base.criteria if c.reads in spoken)
            shifts: dict[str, dict[str, float]] = dict(self.house.shifts(criteria)) if self.house else {}
            for rule in map(self.rules.__getitem__, moving):
                for criterion, shift in rule.then.weigh.items():
                    shifts.setdefault(criterion, {})[rule.id] = shift
            own = self.house.priorities if self.house else None
            self.settled[key] = (settle(criteria, shifts, levels, own), criteria)
        return self.settled[key]

    def _column(
        self, criterion: Criterion, views: Views, speeds: Mapping[str, speed.Speed], starts: observed.FirstSteps
    ) -> Said:
        """What the criterion says of the options, in their order."""
        if criterion.reads == "first_step":
            return Said.of(starts.value(option, self.base.measured) for option in views)
        if criterion.reads == WISH:
            scale = criterion.scale
            return Said.of(
                Value(mean=scale[views.wished(option)], sd=criterion.spread, grade="judged") for option in views
            )
        about: object = speeds if criterion.reads == "speed" else views.columns[criterion.reads]
        key = (criterion.id, id(about), tuple(views))
        kept = self.valued.get(key)
        # What is kept holds on to what it is about, so that no other can have come to its place in memory.
        if kept is not None and kept[0] is about:
            return kept[1]
        if len(self.valued) >= _MOST_KEPT:
            self.valued.clear()
        if criterion.reads == "speed":
            found = Said.of(speed.value(speeds[option], self.base.speed) for option in views)
        else:
            found = Said.of(_of(criterion, read.words) for read in views.columns[criterion.reads])
        self.valued[key] = (about, found)
        return found

    def _against(self, fired: Trace, valued: Valued, option: str, answers: Answers) -> bool:
        """Whether a rule that fired excludes the option, or a must or the policy does."""
        excluding = any(self.rules[firing.rule].then.exclude for firing in fired.firings)
        return excluding or self._kept_out(option) or bool(self._musts_failed(valued, option, answers))

    def _kept_out(self, option: str) -> bool:
        """Whether the policy has something against ranking the option."""
        return self.house is not None and self.house.keeps_out(option)

    def _musts_failed(self, valued: Valued, option: str, answers: Answers) -> tuple[Criterion, ...]:
        """The criteria that are a must and whose threshold the option is known to miss."""
        levels: Mapping[str, object] = _priorities(answers)
        if self.house and option not in self.house.leave:
            levels = {**self.house.priorities, **levels}
        if "must" not in levels.values():
            return ()
        values = valued[option]
        return tuple(
            criterion
            for criterion in self.base.criteria
            if levels.get(criterion.id) == "must"
            and criterion.id in values
            and values[criterion.id].most < criterion.must
        )

    def _evidence(
        self, seen: Projected | None, trace: Trace, weighed: Weighed | None = None, measured: str = ""
    ) -> _Behind:
        derivers: dict[tuple[str, str], set[str]] = {}
        for finding_rule in {firing.rule for firing in trace.firings}:
            for attribute, word in self.rules[finding_rule].then.derive.items():
                derivers.setdefault((attribute, word), set()).add(finding_rule)
        for finding in weighed.findings if weighed else ():
            rule = self.rules.get(finding.rule)
            derived = rule.then.derive if rule is not None else {"clash": finding.rule}
            for attribute, word in derived.items():
                derivers.setdefault((attribute, word), set()).add(finding.id)
        return _Behind(seen, derivers, measured)


def level_of(
    ranking: Ranking | None, weights: Iterable[Weight], decision: Decision
) -> Literal["high", "medium", "low"]:
    """How sure an order is, in words; where nothing has a weight, nothing was compared."""
    if ranking is None or ranking.p_group < decision.doubtful or not any(weight.final for weight in weights):
        return "low"
    return "high" if ranking.p_best >= decision.decided else "medium"


@dataclass(frozen=True, slots=True)
class _Behind:
    """Looks up what stands behind a premise: facts of the option, or the findings that derived it."""

    seen: Projected | None
    derivers: Mapping[tuple[str, str], set[str]]
    measured: str = ""
    """The measurements that there are, as evidence."""

    def __call__(self, attribute: str, value: object) -> tuple[str, ...]:
        if attribute == "measured":
            return (self.measured,)
        derived = self.derivers.get((attribute, str(value)), set())
        if self.seen is None:
            return tuple(derived)
        name = attribute if attribute in self.seen.words else attribute.rpartition(".")[0]
        words = self.seen.words.get(name, {})
        fact = words.get("") or words.get(str(value))
        return (*derived, fact.id) if fact else tuple(derived)


def _of(criterion: Criterion, words: Mapping[str, Fact | None]) -> Value:
    return values.of_words(criterion, words) if words else values.UNKNOWN


def _priorities(answers: Answers) -> Mapping[str, object]:
    priorities = answers.get("priorities")
    return priorities if isinstance(priorities, Mapping) else {}


def _clash_finding(clash: Clash) -> Finding:
    return Finding(
        id=clash.id,
        rule=clash.word,
        message=clash.message[0].upper() + clash.message[1:],
        facts={key: clash.said[key] for key in clash.keys},
        evidence=(),
    )


def _must_finding(criterion: Criterion, option: str, value: Value, asking: House | None) -> Finding:
    """A must that is missed; `asking` is whose policy it is, where it is none of the answers."""
    missed = Finding(
        id=f"must.{criterion.id}@{option}",
        rule="must",
        message=f"{option} reaches {value.most:.2f} at most in '{criterion.title}', and {criterion.must:g} is a must.",
        facts={f"priorities.{criterion.id}": "must"},
        evidence=value.evidence,
    )
    return asking.own(missed, option) if asking else missed
