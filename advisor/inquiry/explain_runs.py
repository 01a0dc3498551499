"""What would revive an option or put it first: each change was run, and is told with what came of it."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.consult.adviser import Weighed
from advisor.frozen import replace
from advisor.inference.applicable import fares
from advisor.inference.plain import explain
from advisor.inquiry.explain_grounds import Grounds
from advisor.inquiry.explain_words import ordinal
from advisor.inquiry.outcomes import outcome
from advisor.inquiry.smallest import Run, Search, smallest
from advisor.inquiry.whatif import WhatIf, decided, expected_scores, plain_answer
from advisor.intake.facts import situation_facts
from advisor.model.explanation import Explanation
from advisor.model.rule import Rule
from advisor.render.sureness import doubts
from advisor.scoring.rank import best_first

_FAR = -2.0
"""Further away than any difference of scores."""


def reviving(grounds: Grounds, option: str) -> Explanation:
    """The smallest changes after which nothing excludes the option; where a policy does, it has to allow it first."""
    title, needed = "The smallest change that revives it", grounds.adviser.leave_needed(option, grounds.weighed)
    whatif = WhatIf(grounds.adviser.allowing(option), grounds.consultation)
    if needed and option in whatif.run({}).options:
        text = f"{needed}; then {_comes_of(option, whatif.run({}), grounds)}."
        return Explanation(text=title, kind="section", id=option, because=(_ran(option, text),))
    rules = [
        grounds.adviser.rules[finding.rule]
        for finding in grounds.weighed.excluded[option]
        if finding.rule in grounds.adviser.rules
    ]

    def nearness(then: Weighed) -> float:
        """Minus the rules that still stand against it, or may: what is merely open revives nothing."""
        left = sum(not _passed(grounds, rule, option, then) for rule in rules)
        if left or option not in then.options:
            return -float(max(1, left))
        return expected_scores(then)[option]

    told = _told(title, option, smallest(whatif, nearness), grounds)
    return replace(told, because=(_ran(option, f"{needed} first."), *told.because)) if needed else told


def putting_first(grounds: Grounds, option: str) -> Explanation:
    """The smallest changes after which the option is recommended."""

    def nearness(then: Weighed) -> float:
        """By how much the option leads, or falls short."""
        scores = expected_scores(then)
        if option not in scores or decided(then) not in scores:
            return _FAR
        lead = scores[option] - max((score for name, score in scores.items() if name != option), default=0.0)
        return max(lead, 0.0) if decided(then) == option else min(lead, -1e-9)

    ranked = next(one for one in grounds.recommendation.ranking if one.option == option)
    criteria = [c.criterion for c in sorted(ranked.contributions, key=lambda c: -c.value)]
    found = smallest(WhatIf(grounds.adviser, grounds.consultation), nearness, criteria=criteria)
    return _told("The smallest change that puts it first", option, found, grounds)


def _passed(grounds: Grounds, rule: Rule, option: str, then: Weighed) -> bool:
    """Whether the rule is known not to hold of the option in that situation."""
    facts = {**situation_facts(then.answers, grounds.base.vocabulary), **then.projected[option].facts}
    return fares(explain(rule.when, facts, then.derived, grounds.kinds)) in ("false", "dropped")


def _told(text: str, option: str, found: Search, grounds: Grounds) -> Explanation:
    runs = tuple(_run(option, run, grounds) for run in found.reached)
    by_answers = found.reached and "priorities" not in found.reached[0].change
    if not by_answers:
        counted = f"{found.singles} single changes and the {found.pairs} nearest pairs were run"
        none = f"No single or double change of an answer does: {counted}."
        runs = (_ran(option, none), *runs)
    return Explanation(text=text, kind="section", id=option, because=runs)


def _ran(option: str, text: str) -> Explanation:
    return Explanation(text=text, kind="run", id=option, origin="run")


def _run(option: str, run: Run, grounds: Grounds) -> Explanation:
    return replace(
        _ran(
            option, f"With {said_change(run.change, grounds.weighed.answers)}, {_comes_of(option, run.then, grounds)}."
        ),
        change={key: plain_answer(word) for key, word in run.change.items()},
    )


def _comes_of(option: str, then: Weighed, grounds: Grounds) -> str:
    """Where an option stands in a situation that was run."""
    scores = expected_scores(then)
    order = best_first(scores)
    place = order.index(option) + 1
    if option in grounds.weighed.options:
        second = f", {order[1]} {scores[order[1]]:.2f}" if len(order) > 1 else ""
        comes = f"{option} is first: {scores[option]:.2f}{second}"
    else:
        ahead = f", and {order[0]} first with {scores[order[0]]:.2f}" if place > 1 else ""
        stands = f"it is {ordinal(place)} of {len(order)} with {scores[option]:.2f}{ahead}"
        comes = f"nothing excludes {option}: {stands}"
    return comes + (doubts(*outcome(grounds.adviser, then)) if place == 1 else "")


def said_change(change: Mapping[str, object], before: Mapping[str, object]) -> str:
    """The answers that are changed, in a sentence; of sets and priorities, the words that come and go."""
    return " and ".join(_said(key, word, before.get(key)) for key, word in change.items())


def _said(key: str, word: object, old: object) -> str:
    if word == "unknown":
        return f"{key} left open"
    if isinstance(word, Mapping):
        levels = old if isinstance(old, Mapping) else {}
        come = [f"{key}.{name} {level}" for name, level in word.items() if levels.get(name) != level]
        gone = [f"{key}.{name} left open" for name in levels if name not in word]
        return " and ".join([*come, *gone])
    if isinstance(word, tuple):
        before = old if isinstance(old, tuple) else ()
        come = [f"{name} among {key}" for name in word if name not in before]
        gone = [f"{name} not among {key}" for name in before if name not in word]
        return " and ".join([*come, *gone])
    return f"{key} {word}"
