"""Why a rule fired, down to facts and answers, and what stands in the way of one that did not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from advisor.frozen import dataclass, replace
from advisor.inference.applicable import fares
from advisor.inference.plain import Verdict
from advisor.inquiry.explain_grounds import Grounds
from advisor.inquiry.explain_words import compared, comparison, seen
from advisor.model.explanation import Basis, Explanation
from advisor.model.finding import Finding
from advisor.model.rule import Condition, Rule, effects_words
from advisor.model.vocabulary import WISH

_TOGETHER = {"all": "all of these", "any": "at least one of these", "not": "none of these together"}
_Above = frozenset[tuple[str, str]]
"""The derived words whose coming about is being told: what needs one of them is no reason for it."""


def finding(grounds: Grounds, found: Finding, above: _Above = frozenset(), *, effects: bool = False) -> Explanation:
    """A finding with its rule and everything that the rule rested on, and on request with what follows from it."""
    rule = grounds.adviser.rules.get(found.rule)
    if rule is None:
        because = tuple(_without_a_rule(grounds, found))
    else:
        more = f"What follows: {effects_words(rule.then)}." if effects else ""
        tree = _Tree(grounds, rule, _option_of(found), above)
        because = (grounds.reason(rule, more=more), *tree.premises())
    return Explanation(text=found.message, kind="finding", id=found.id, because=because)


def conditions(grounds: Grounds, found: Finding) -> Explanation:
    """A finding with the whole condition of its rule: what is true in it, what is false and what is not known."""
    rule = grounds.adviser.rules.get(found.rule)
    if rule is None:
        return finding(grounds, found)
    tree = _Tree(grounds, rule, _option_of(found))
    return Explanation(
        text=found.message, kind="finding", id=found.id, because=(grounds.reason(rule), *tree.conditions())
    )


def obstacles(grounds: Grounds, rule: Rule, option: str = "", above: _Above = frozenset()) -> Explanation:
    """A rule that did not fire, with the conditions that are false or not known."""
    tree = _Tree(grounds, rule, option, above)
    identity = f"{rule.id}@{option}" if option and rule.phase == "eligibility" else rule.id
    return Explanation(
        text=f"{identity} does not hold: {rule.title.rstrip('.')}.",
        kind="rule",
        id=identity,
        because=(grounds.reason(rule, title=False), *tree.obstacles()),
    )


def _option_of(found: Finding) -> str:
    return found.id.partition("@")[2]


def _without_a_rule(grounds: Grounds, found: Finding) -> Iterator[Explanation]:
    """What stands behind a finding that follows from the answers and facts alone."""
    for identity in found.evidence:
        yield grounds.evidence(identity)
    for name in found.facts:
        key = name.partition(".")[0]
        if grounds.base.vocabulary.answer(key) is not None:
            yield grounds.answer(key)


@dataclass(frozen=True, slots=True)
class _Tree:
    """The condition of one rule in one consultation."""

    grounds: Grounds
    rule: Rule
    option: str
    above: _Above = frozenset()

    @property
    def verdict(self) -> Verdict:
        return self.grounds.verdict(self.rule, self.option)

    def premises(self) -> tuple[Explanation, ...]:
        """What the rule rested on."""
        found = [premise for part in _holding(self.verdict) for premise in self._premise(part)]
        return tuple({premise.text: premise for premise in found}.values())

    def conditions(self) -> tuple[Explanation, ...]:
        """Every comparison, in the tree in which the rule has them."""
        whole = self._condition(self.verdict)
        return (
            whole.because if self.verdict.condition.op == "all" and not compared(self.verdict.condition) else (whole,)
        )

    def obstacles(self) -> tuple[Explanation, ...]:
        """The parts that would have to hold and do not."""
        return tuple(self._condition(part) for part in _failing(self.verdict))

    def _premise(self, verdict: Verdict) -> tuple[Explanation, ...]:
        attribute = compared(verdict.condition)
        if not attribute:
            return (self._condition(verdict),)
        kind = self.grounds.kinds[attribute]
        words = _matched(verdict)
        if kind == "derived":
            if not words:
                return (self._node(verdict, attribute, self._missing(attribute, _words_in(verdict.condition))),)
            return tuple(self._concluded(attribute, word) for word in words)
        if kind == "words" and words and self.grounds.base.vocabulary.answer(attribute) is not None:
            return tuple(self.grounds.answer(attribute, word) for word in words)
        return self._behind(attribute, words)

    def _condition(self, verdict: Verdict) -> Explanation:
        attribute = compared(verdict.condition)
        if attribute:
            return self._comparison(verdict, attribute)
        parts = tuple(self._condition(part) for part in verdict.parts)
        text = _TOGETHER[verdict.condition.op]
        return Explanation(text=text, kind="condition", id=self.rule.id, holds=fares(verdict), because=parts)

    def _comparison(self, verdict: Verdict, attribute: str) -> Explanation:
        """One line for an answer; what is derived or known of the option is followed further."""
        if self.grounds.kinds[attribute] == "derived":
            asked, there = _words_in(verdict.condition), _seen_words(verdict)
            derived = [self._concluded(attribute, word) for word in sorted(asked & there)]
            told = derived[0].because if len(derived) == 1 else tuple(derived)
            return self._node(verdict, attribute, told if derived else self._missing(attribute, asked))
        behind = self._behind(attribute, _words_in(verdict.condition))
        if len(behind) == 1 and behind[0].kind in ("answer", "option"):
            (answer,) = behind
            node = self._node(verdict, attribute, answer.because)
            return replace(node, origin=answer.origin)
        return self._node(verdict, attribute, behind)

    def _node(self, verdict: Verdict, attribute: str, because: tuple[Explanation, ...]) -> Explanation:
        holds = fares(verdict)
        verb = "has" if self.grounds.kinds[attribute] == "words" else "is"
        said, value = comparison(verdict.condition, verb), seen(verdict, verb)
        # Of what is open, or is the very word that is asked for, there is no more to say.
        plain = holds == "unknown" or (holds == "true" and verdict.condition.op in ("is", "has", "unknown"))
        text = said if plain or not value else f"{said}; {value}"
        origin: Basis = "" if because else "rules"
        return Explanation(text=text, kind="condition", id=self.rule.id, holds=holds, because=because, origin=origin)

    def _behind(self, attribute: str, words: Collection[str]) -> tuple[Explanation, ...]:
        """The answers or facts that a comparison is about."""
        grounds, option = self.grounds, self.grounds.spoken_of(self.rule, self.option)
        if grounds.base.vocabulary.answer(attribute) is not None:
            return (grounds.answer(attribute),)
        if attribute == WISH:
            return (grounds.answer("requested_framework"),)
        if attribute == "confidence":
            return (_confidence(grounds),)
        if option and attribute != "option":
            return grounds.projected(attribute, option, words)
        return (_option(option, asked=self.rule.phase == "eligibility"),)

    def _concluded(self, attribute: str, word: str) -> Explanation:
        """A derived word with every finding that concludes it."""
        inside = self.above | {(attribute, word)}
        handed = tuple(_handed(self.grounds, attribute, word))
        because = tuple(
            finding(self.grounds, self.grounds.findings[rule.id], inside)
            for rule in self.grounds.derivers(attribute, (word,))
            if rule.id in self.grounds.findings and not self._circular(rule, inside)
        )
        found = (*handed, *because)
        origin: Basis = "" if found else "rules"
        return Explanation(text=f"{attribute} is {word}", kind="condition", id=attribute, because=found, origin=origin)

    def _circular(self, rule: Rule, inside: _Above) -> bool:
        """Whether the rule rests on a word whose coming about is being told."""
        return any(
            self.grounds.kinds[attribute] == "derived" and (attribute, word) in inside
            for part in _holding(self.grounds.verdict(rule))
            if (attribute := compared(part.condition))
            for word in _matched(part)
        )

    def _missing(self, attribute: str, words: Collection[str]) -> tuple[Explanation, ...]:
        """The rules that would conclude one of the words, none of which fired."""
        told = {(attribute, word) for word in words}
        if told & self.above:
            return ()
        rules = self.grounds.derivers(attribute, words)
        handed = _handed(self.grounds, attribute, min(words))
        return (*handed, *(obstacles(self.grounds, rule, "", self.above | told) for rule in rules))


def _holding(verdict: Verdict) -> Iterator[Verdict]:
    """The parts of a condition that make it hold."""
    if compared(verdict.condition) or verdict.condition.op == "not":
        yield verdict
        return
    for part in verdict.parts:
        if fares(part) == "true":
            yield from _holding(part)


def _failing(verdict: Verdict) -> Iterator[Verdict]:
    """The parts of a condition that keep it from holding."""
    if verdict.condition.op != "all" or compared(verdict.condition):
        yield verdict
        return
    for part in verdict.parts:
        if fares(part) in ("false", "unknown"):
            yield from _failing(part)


def _words_in(condition: Condition) -> set[str]:
    """The words that a condition compares with."""
    own = {str(condition.value)} if condition.op in ("is", "has") else set()
    return own.union(*(_words_in(part) for part in condition.parts))


def _seen_words(verdict: Verdict) -> set[str]:
    if verdict.parts:
        return set().union(*(_seen_words(part) for part in verdict.parts))
    return set(verdict.seen) if isinstance(verdict.seen, frozenset) else set()


def _matched(verdict: Verdict) -> tuple[str, ...]:
    """The words of a set that the condition asks for and that are there."""
    if verdict.condition.op == "not":
        return ()
    if not verdict.parts:
        return (str(verdict.condition.value),) if verdict.condition.op == "has" and verdict.holds else ()
    return tuple(dict.fromkeys(word for part in verdict.parts for word in _matched(part)))


def _option(option: str, *, asked: bool) -> Explanation:
    """The option that a rule speaks of: the one in question, or the one that ranks first."""
    if asked:
        return Explanation(text=f"the option is {option}", kind="option", id=option, origin="asked")
    text = f"the option that ranks first is {option}" if option else "no option is left"
    return Explanation(text=text, kind="option", id=option, origin="ranked")


def _confidence(grounds: Grounds) -> Explanation:
    sure = grounds.recommendation.recommendation.confidence
    level = grounds.consultation.closing.confidence
    text = f"Confidence is {level}" + (f": best in {sure.p_best:.0%} of draws." if sure else ".")
    return grounds.constant("decision", text, grounds.base.decision.source)


def _handed(grounds: Grounds, attribute: str, word: str) -> Iterator[Explanation]:
    """Where a derived word comes from that no rule concludes."""
    if attribute == "memory":
        text = "What the memory suffices for is reckoned from parameters and bytes."
        yield grounds.constant("memory", text, grounds.base.memory.source)
        for key in ("model_params_b", "model_size", "accel_mem_gb", "accelerator_count"):
            yield grounds.answer(key)
    if attribute == "measured":
        text = "What was measured is read as words from these figures on."
        yield grounds.constant("measured", text, grounds.base.measured.source)
        for found in grounds.recommendation.evidence:
            if found.id.startswith("measurement."):
                yield grounds.evidence(found.id)
    if attribute == "clash":
        said: Mapping[str, Finding] = grounds.findings
        yield from (finding(grounds, found) for found in said.values() if found.rule == word)
