"""Whether rules fire where they should, keep still where they should, and are needed by more than their own example."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from advisor.audit.examples import Stage, book_of
from advisor.audit.wording import sentence
from advisor.errors import InputError
from advisor.inference.plain import Verdict, explain
from advisor.intake.situation import clashes, complete
from advisor.loading.problems import nearest, shown
from advisor.model.answers import Answers
from advisor.model.audit import Coverage, Remark
from advisor.model.rule import Condition, Example, Rule, condition_words

_NEAREST = 3
"""Answers in which a near miss can differ from the example that fires."""


def examples(rule: Rule, stage: Stage, names: Iterable[str]) -> Iterator[Remark]:
    """What is wrong with a rule in its own examples."""
    try:
        yield from _fires(rule, stage, names)
        yield from _misses(rule, stage)
    except InputError as error:
        for problem in error.problems:
            yield _remark(rule, "live", f"an example cannot be used: {problem}", "Mend the answers of the example.")


def _fires(rule: Rule, stage: Stage, names: Iterable[str]) -> Iterator[Remark]:
    yield from _compares(rule, "live", rule.fires, stage)
    finding = stage.finding(rule, rule.fires)
    if finding is None:
        hint = "Mend the condition, or the example."
        yield _remark(rule, "live", f"it does not fire in its own example: {_amiss(rule, stage)}.", hint)
        return
    yield from sentence(rule, finding, names)
    if not stage.known(rule.fires):
        # An option that an overlay adds is no reason to change a rule that knows nothing of it.
        own = [option.id for option in stage.base.frameworks.values() if not option.origin]
        real = [option for option in own if stage.finding(rule, _about(rule.fires, option))]
        if real:
            message = f"its example is about an invented option, where {real[0]} would do."
            yield _remark(rule, "live", message, f"Write `option: {real[0]}`.")
    elif rule.then.put and rule.fires.option and not {put.component for put in rule.then.put} & stage.stack(rule):
        message = "nothing that it proposes gets into the stack of its own example."
        yield _remark(rule, "live", message, "See `requires`, `platforms`, `breaks` and `excludes` of the components.")


def _compares(rule: Rule, check: str, example: Example, stage: Stage) -> Iterator[Remark]:
    for name in stage.foreign(example):
        message = f"its example compares {shown(name)}, which is no option."
        yield _remark(rule, check, message, nearest(name, stage.base.frameworks))


def _misses(rule: Rule, stage: Stage) -> Iterator[Remark]:
    yield from _compares(rule, "near miss", rule.misses, stage)
    if not stage.known(rule.misses):
        message = f"its near miss is about {rule.misses.option}, which is no option."
        yield _remark(rule, "near miss", message, "Name one that there is.")
    elif stage.finding(rule, rule.misses) is not None:
        yield _remark(rule, "near miss", "it fires in its near miss as well.", "Change what the condition rests on.")
    fires, misses = _keys(rule.fires), _keys(rule.misses)
    changed = [key for key in {**fires, **misses} if fires.get(key) != misses.get(key)]
    if not 1 <= len(changed) <= _NEAREST:
        message = f"its near miss differs in {len(changed)} answers; expected 1 to {_NEAREST}."
        yield _remark(rule, "near miss", message, "Change only what makes the difference.")


def covered(stage: Stage, cases: Iterable[Answers]) -> Coverage:
    """The rules that fire in one of the cases, or in an example of another rule."""
    consulted = [_consulted(answers, stage) for answers in cases]
    fired = set[str]().union(*consulted)
    rules = stage.base.rules
    for rule in rules:
        for example in (rule.fires, rule.misses):
            fired |= _heard(rule, example, stage) - {rule.id}
    uncovered = tuple(rule.id for rule in rules if rule.id not in fired)
    return Coverage(cases=len(consulted), covered=len(rules) - len(uncovered), uncovered=uncovered, rules=len(rules))


def _consulted(answers: Answers, stage: Stage) -> set[str]:
    situation = complete(answers, stage.base.vocabulary, None)
    found = stage.adviser.consult(situation, clashes=clashes(answers, stage.base.vocabulary))
    said = [*found.weighed.findings, *found.closing.findings]
    said += [finding for against in found.weighed.excluded.values() for finding in against]
    return {finding.rule for finding in said}


def _heard(rule: Rule, example: Example, stage: Stage) -> set[str]:
    try:
        heard = stage.hear(rule, example) if stage.known(example) else {}
    except InputError:
        return set()
    return {name for book in heard.values() for name in book.fired}


def _amiss(rule: Rule, stage: Stage) -> str:
    """The comparisons of its condition that stand in the way."""
    heard = stage.hear(rule, rule.fires).get(book_of(rule.phase))
    if heard is None:
        return "it is about an option, and the example names none"
    kinds = {name: attribute.kind for name, attribute in stage.base.vocabulary.attributes().items()}
    derived: Mapping[str, frozenset[str]] = heard.trace.derived
    known = {
        name: value
        for name, value in heard.facts.items()
        if isinstance(value, frozenset) and kinds.get(name) == "derived"
    }
    verdict = explain(rule.when, heard.facts, {**derived, **known}, kinds)
    return "; ".join(dict.fromkeys(_blocking(verdict)))


def _blocking(verdict: Verdict) -> Iterator[str]:
    if verdict.condition.op == "all":
        for part in verdict.parts:
            if part.holds is not True:
                yield from _blocking(part)
    elif verdict.holds is not True:
        yield f"{_brief(verdict.condition)} {'is not known' if verdict.holds is None else 'does not hold'}"


def _brief(condition: Condition) -> str:
    words = condition_words(condition)
    return words if len(words) < 100 else f"{words[:97]}..."


def _about(example: Example, option: str) -> Example:
    return Example(answers=example.answers, option=option, measured=example.measured)


def _keys(example: Example) -> dict[str, object]:
    named = {"option": example.option, "options": example.options, "measured": example.measured}
    return {**example.answers, **{key: said for key, said in named.items() if said}}


def _remark(rule: Rule, check: str, message: str, hint: str) -> Remark:
    return Remark(check=check, about=rule.id, place=rule.place, message=message, hint=hint)
