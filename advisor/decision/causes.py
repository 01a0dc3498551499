"""Why a verdict is another one than it was, as far as the two tell."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.decision.making import DIGITS, basis, facts
from advisor.loading.structure import plain
from advisor.model.check import Causes, Moved, Rescored
from advisor.model.decision import Decision, Said
from advisor.model.recommendation import Recommendation


def causes(then: Decision, now: Recommendation) -> Causes:
    """What is behind the answer that is not as it was."""
    old = {said.id: said for said in then.verdict.findings}
    new = {finding.id: Said(id=finding.id, message=finding.message) for finding in now.findings}
    return Causes(
        basis=_moved(_texts(plain(then.basis)), _texts(plain(basis(now)))),
        answers=_moved(_texts(then.answers.understood), _texts(now.answers)),
        facts=_facts(then, now),
        findings_new=tuple(new[identity] for identity in new if identity not in old),
        findings_gone=tuple(old[identity] for identity in old if identity not in new),
        scores=_scores(then, now),
    )


def _moved(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Moved, ...]:
    return tuple(
        Moved(id=key, before=old.get(key), after=new.get(key))
        for key in dict.fromkeys([*old, *new])
        if key != "as_of" and old.get(key) != new.get(key)
    )


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {key: said(value) for key, value in values.items()}


def said(value: object) -> str:
    """An answer or a list of names as text; numbers that are the same are written the same."""
    match value:
        case bool() | str():
            return str(value)
        case int() | float():
            return f"{value:.15g}"
        case Mapping():
            return ", ".join(f"{key} {said(item)}" for key, item in sorted(value.items()))
        case list() | tuple():
            return ", ".join(map(said, value))
    return str(value)


def _facts(then: Decision, now: Recommendation) -> tuple[Moved, ...]:
    """What says something else, which may be a cause, before what is new or gone, which may follow from it."""
    was = {each.id: each.statement for each in then.evidence}
    says = {each.id: each.statement for each in now.evidence}
    old, new = then.facts, facts(now)
    found = [
        Moved(id=identity, before=was.get(identity, "") if identity in old else None, after=says.get(identity))
        for identity in sorted({*old, *new})
        if old.get(identity) != new.get(identity)
    ]
    return tuple(sorted(found, key=lambda moved: moved.before is None or moved.after is None))


def _scores(then: Decision, now: Recommendation) -> tuple[Rescored, ...]:
    old = {placed.option: placed.score for placed in then.verdict.ranking}
    new = {ranked.option: round(ranked.score, DIGITS) + 0.0 for ranked in now.ranking}
    return tuple(
        Rescored(option=option, before=old.get(option), after=new.get(option))
        for option in dict.fromkeys([*new, *old])
        if old.get(option) != new.get(option)
    )
