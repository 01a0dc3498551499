"""A recommendation in about ten sentences, each under its label: what every text for people has in common."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from advisor.model.finding import NAMES_NOTHING, Finding
from advisor.model.recommendation import (
    NO_FRAMEWORK,
    NONE_OF_THESE,
    Contradiction,
    Contribution,
    Excluded,
    Recommendation,
    named,
)
from advisor.model.rule import PLACES
from advisor.render import memory
from advisor.render.firmness import moving, staying
from advisor.render.lines import Entry, listed
from advisor.render.policy import in_short
from advisor.render.sureness import SETTLED, doubts, sureness

_RULED_OUT = 6
"""Reasons for exclusions that the summary gives; all of them are findings, and stand in the detail."""
_TELLING = 0.005
"""Difference of two contributions from which on it is worth a word."""


def summary(r: Recommendation) -> Iterator[Entry]:
    """What to build on, how sure that is, why, what is against the others, and what to do next."""
    yield Entry("Build on", _headline(r))
    yield from _stack(r)
    for passage in r.passages:
        yield Entry("Passage", _finding_of(r, passage.finding).message)
    yield from in_short(r.policy)
    yield from _asked_for(r)
    if r.ranking and r.recommendation.primary == r.ranking[0].option:
        yield Entry("Why", _why(r))
        if len(r.ranking) > 1:
            yield Entry("Next best", _runner_up(r))
    elif r.status == "out_of_scope":
        yield Entry("Why", " ".join(_reasons(r, "out_of_scope")))
    elif r.status == "needs_more_info":
        yield Entry("So far", ", ".join(f"{ranked.option} {ranked.score:.2f}" for ranked in r.ranking[:4]))
    yield from _staying(r)
    yield from _against(r)
    yield from memory.in_short(r.memory)
    if r.sensitivity.decisive:
        keys, alone = ", ".join(r.sensitivity.decisive), len(r.sensitivity.decisive) == 1
        without = "it" if alone else "one of them"
        yield Entry("Rests on", f"{keys}: without {without} the answer would be another.")
    if r.questions:
        question = r.questions[0]
        could = listed(list(map(named, question.could_become)), "or")
        yield Entry("Ask", f"{question.text} ({question.key}) It could become {could}.")
    if r.sensitivity.flips and _names_one(r):
        flip = r.sensitivity.flips[0]
        yield Entry("Unless", f"{changed(flip.change)}: then {flip.to}{doubts(flip.status, flip.confidence)}.")
    yield from _speed(r)


def _staying(r: Recommendation) -> Iterator[Entry]:
    """What going on with today's framework would mean where another one is recommended, and whether that is open."""
    leaves = r.staying is not None and r.staying.option != r.recommendation.primary and _names_one(r)
    said = [staying(r.staying, r.recommendation.primary) if r.staying and leaves else "", moving(r)]
    if any(said):
        yield Entry("Staying", " ".join(filter(None, said)))


def _names_one(r: Recommendation) -> bool:
    return r.recommendation.primary not in NO_FRAMEWORK


def _stack(r: Recommendation) -> Iterator[Entry]:
    """The parts by place; what takes the place of a framework stands on a line of its own."""
    for place in PLACES:
        parts = [part.component for part in r.recommendation.stack if part.place == place]
        if parts:
            outside = r.recommendation.primary == NONE_OF_THESE
            yield Entry("Use" if outside else place.capitalize(), ", ".join(parts))


def _asked_for(r: Recommendation) -> Iterator[Entry]:
    """What became of a wish: whoever had it is owed the reason first."""
    wish = r.answers.get("requested_framework")
    if wish is None or wish in (r.recommendation.primary, *r.recommendation.tied_with):
        return
    out = [excluded for excluded in r.excluded if excluded.option == wish]
    found = [ranked for ranked in r.ranking if ranked.option == wish]
    if out:
        yield Entry("Asked for", f"{wish}, which is ruled out: {_reason(r, out[0])}.")
    elif found:
        both = zip(r.ranking[0].contributions, found[0].contributions, strict=True)
        lead = sorted((pair for pair in both if _behind(pair) < -_TELLING), key=_behind)[:2]
        behind = ", ".join(f"{c.criterion} {c.value:.2f} to {first.value:.2f}" for first, c in lead)
        less = f"; behind in {behind}" if behind else ""
        yield Entry("Asked for", f"{wish}, which scores {found[0].score:.2f}{less}.")
    else:
        yield Entry("Asked for", f"{wish}, which is not among the options that are compared.")


def _behind(pair: tuple[Contribution, Contribution]) -> float:
    return pair[1].contribution - pair[0].contribution


def _reasons(r: Recommendation, code: str) -> list[str]:
    """The sentences of the findings on which a flag rests."""
    findings = {finding.id: finding for finding in r.findings}
    raising = [findings[i] for flag in r.flags if flag.code == code for i in flag.findings]
    return [findings[i].message for finding in raising for i in finding.evidence if i in findings]


def _against(r: Recommendation) -> Iterator[Entry]:
    """What is out and why, and what has to be minded."""
    if r.excluded:
        reasons = [*_ruled_out(r)]
        more = [f"and {len(reasons) - _RULED_OUT} more"] if len(reasons) > _RULED_OUT + 1 else []
        yield Entry("Ruled out", "; ".join([*(reasons[:_RULED_OUT] if more else reasons), *more]))
    for finding in r.findings:
        if finding.rule == NAMES_NOTHING:
            yield Entry("Mind", finding.message)
        elif not _of_conflict(r, finding) and (codes := _codes(r, [finding])):
            yield Entry("Mind", f"{finding.message} ({codes})")
    for contradiction in r.contradictions:
        raised = [finding for finding in r.findings if {*finding.evidence} & {*contradiction.findings}]
        codes = _codes(r, [finding for finding in raised if _of_conflict(r, finding)])
        said = [contradiction.message, _out_of(r, contradiction), *([f"({codes})"] if codes else [])]
        yield Entry("Conflict", " ".join(said))


def _ruled_out(r: Recommendation) -> Iterator[str]:
    """The reasons, each once, with the options that it holds of."""
    alike: dict[str, list[Excluded]] = {}
    for excluded in r.excluded:
        reason = _reason(r, excluded)
        alike.setdefault(reason.replace(excluded.option, "{option}"), []).append(excluded)
    for first, *others in alike.values():
        likewise = f", likewise {listed([excluded.option for excluded in others])}" if others else ""
        yield f"{_reason(r, first)}{likewise}"


def _codes(r: Recommendation, findings: Iterable[Finding]) -> str:
    raising = {finding.id for finding in findings}
    return ", ".join(flag.code for flag in r.flags if raising & {*flag.findings})


def _of_conflict(r: Recommendation, finding: Finding) -> bool:
    """Whether it says no more than that answers exclude each other, which `Conflict` says of the very answers."""
    conflicting = {identity for contradiction in r.contradictions for identity in contradiction.findings}
    return finding.facts.keys() == {"clash"} and bool(conflicting & {*finding.evidence})


def _out_of(r: Recommendation, contradiction: Contradiction) -> str:
    """The ways out, each key with the words that end it."""
    if r.provenance.depth == "core":
        return "`--depth full` looks for ways out."
    ways: dict[str, list[str]] = {}
    for way in contradiction.ways_out:
        for key, value in way.change.items():
            ways.setdefault(key, []).append(_instead(value, r.answers.get(key)))
    several = "s" * (len(contradiction.ways_out) > 1)
    said = "; ".join(f"{key} {listed(words, 'or')}" for key, words in ways.items())
    return f"Way{several} out: {said}." if said else "No change of a single answer ends it."


def _instead(value: object, before: object) -> str:
    """What an answer has to be instead; of a set, what it has to do without."""
    if isinstance(value, (list, tuple)) and isinstance(before, (list, tuple)):
        return f"without {listed([str(word) for word in before if word not in value])}"
    return "left open" if value == "unknown" else in_words(value)


def _finding_of(r: Recommendation, identity: str) -> Finding:
    return next(finding for finding in r.findings if finding.id == identity)


def _headline(r: Recommendation) -> str:
    primary = r.recommendation.primary
    tied = f", tied with {', '.join(r.recommendation.tied_with)}" if r.status == "tie" else ""
    if r.status == "needs_more_info":
        return f"{named(primary)}: {SETTLED[r.status]}  ({primary})"
    name = named(primary) if r.ranking or r.recommendation.stack else "no answer"
    return f"{name}{tied}  ({sureness(r.status, r.recommendation.confidence)})"


def _why(r: Recommendation) -> str:
    """The criteria that set the first apart from the second; alone, those that carry it."""
    first = r.ranking[0]
    other = {c.criterion: c.contribution for c in r.ranking[1].contributions} if len(r.ranking) > 1 else {}
    lead = sorted(first.contributions, key=lambda c: other.get(c.criterion, 0.0) - c.contribution)
    best = [c for c in lead[:3] if c.contribution > other.get(c.criterion, 0.0) + _TELLING]
    theirs = {c.criterion: c.value for c in r.ranking[1].contributions} if other else {}
    said = ", ".join(
        f"{c.criterion} {c.value:.2f}"
        + (f" to {theirs[c.criterion]:.2f}" if theirs else "")
        + f" (weight {c.weight:.0%})"
        for c in best
    )
    score = f"{first.option} scores {first.score:.2f} of 1"
    against = f" of {r.ranking[1].option}" if other else ""
    return f"{score}; ahead{against} in {said}." if said else f"{score}."


def _runner_up(r: Recommendation) -> str:
    others = [f"{ranked.option} {ranked.score:.2f}" for ranked in r.ranking[1:4]]
    return ", ".join(others)


def _reason(r: Recommendation, excluded: Excluded) -> str:
    findings = {finding.id: finding for finding in r.findings}
    text = findings[excluded.findings[0]].message.rstrip(".")
    return text if excluded.option in text else f"{excluded.option}: {text}"


def _measured(r: Recommendation) -> str:
    share = r.measurements.share.get("performance", 0.0)
    if not share:
        first = r.ranking[0].option
        return f"Others were measured here, {first} was not on this workload: `advisor measurements show` says why."
    return f"{share:.0%} of what is said of speed comes from this machine, the rest from published figures."


def _speed(r: Recommendation) -> Iterator[Entry]:
    yield Entry("Measured", r.measurements.note or _measured(r))
    if r.measurements.conflicts:
        yield Entry("Conflict", contradicted(r))


def contradicted(r: Recommendation) -> str:
    """The published figure that is furthest from what was measured."""
    furthest = max(r.measurements.conflicts, key=lambda c: abs(math.log(c.published / c.measured)))
    more = len(r.measurements.conflicts) - 1
    others = f" {more} more published figures are not what this machine shows." if more else ""
    return (
        f"{furthest.variant} takes {furthest.measured:.2g} times as long as {furthest.reference} here, and "
        f"{furthest.published:.2g} times as published ({furthest.evidence}): what was measured counts.{others}"
    )


def in_words(value: object) -> str:
    """An answer or a fact in a sentence."""
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {in_words(item)}" for key, item in value.items()) or "nothing"
    return (" and ".join(map(str, value)) or "nothing") if isinstance(value, (list, tuple)) else str(value)


def changed(change: object) -> str:
    """A change of answers in a sentence."""
    items = change.items() if isinstance(change, dict) else ()
    return ", ".join(f"{key} is {in_words(value)}" for key, value in items)
