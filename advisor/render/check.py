"""Whether a decision still holds, as text and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from advisor.model.check import Causes, Check, Kind, Moved
from advisor.model.recommendation import named
from advisor.render.lines import Entry, as_markdown, entry, folded, text
from advisor.render.markdown import entries

_LABELS: dict[Kind, str] = {
    "policy-violated": "Policy",
    "primary-changed": "Changed",
    "status-changed": "Changed",
    "stack-changed": "Stack",
    "confidence-fell": "Less sure",
    "choice-ruled-out": "Chosen",
    "evidence-expired": "Expired",
    "end-of-life": "Ended",
    "measure-again": "Measure",
    "basis-changed": "Since then",
}
_PLAIN = re.compile(r"[A-Za-z0-9_./-]+")
"""What the name of a file can consist of to stand in a command."""
_FEW = 8
"""Of each kind of cause; the JSON has all."""
_TELLING = 0.005
"""Change of a score from which on it is worth a word."""


def render(check: Check) -> str:
    """It in words, what weighs most first."""
    return text(_lines(check))


def markdown(check: Check) -> str:
    """The same for a pull request; nothing in it is obeyed by Markdown or HTML."""
    return text(_document(check))


def _lines(check: Check) -> Iterator[str]:
    yield from folded(headline(check), "", "")
    for said in _points(check):
        yield from entry(*said)
    told = list(_causes(check.causes))
    if told:
        yield from ("", "What has changed")
        for said in told:
            yield from entry(*said)
    following = _next(check)
    if following:
        yield ""
        yield from folded(following, "", "")


def _document(check: Check) -> Iterator[str]:
    yield from (f"**{as_markdown(headline(check))}**", "")
    yield from entries(_points(check))
    told = list(_causes(check.causes))
    if told:
        yield from ("", "What has changed:", "")
        yield from entries(told)
    following = _next(check)
    if following:
        yield from ("", following)


def headline(check: Check) -> str:
    """What it comes to, in a sentence."""
    decision = f"The decision of {check.decided}"
    chosen = f" (chosen: {named(check.chosen)})" if check.chosen not in ("", check.primary) else ""
    return {
        "holds": f"{decision} still holds on {check.as_of}: {named(check.primary)}{chosen}.",
        "changed": f"{decision} no longer holds on {check.as_of}: the recommendation has changed.",
        "expired": f"{decision} has to be looked at again on {check.as_of}: what it rests on is out of date.",
        "policy_violated": f"{decision} violates the policy on {check.as_of}.",
    }[check.outcome]


def _next(check: Check) -> str:
    """What to do about it; there is nothing in it from outside that an output could obey."""
    file = check.decision if _PLAIN.fullmatch(check.decision) else "FILE"
    renew = (
        f"`advisor recommend --lock {file} --renew` decides anew from the same answers, and keeps what was "
        "chosen, how it went and the verdict before."
    )
    return {
        "holds": "",
        "changed": renew,
        "expired": f"`advisor knowledge stale` lists what has to be looked up again. {renew}",
        "policy_violated": "Change what the policy does not allow, or the policy.",
    }[check.outcome]


def _points(check: Check) -> Iterator[Entry]:
    for point in check.points:
        label = _LABELS[point.kind]
        yield Entry(
            label if point.level == "error" or point.kind == "basis-changed" else f"{label} (note)", point.message
        )


def _causes(causes: Causes) -> Iterator[Entry]:
    """All that differs, but for versions and digests, which are points of their own."""
    yield from _few("Answer", map(_moved, causes.answers))
    scores = [
        f"{each.option} {_score(each.before)} then, {_score(each.after)} now"
        for each in causes.scores
        if each.before is None or each.after is None or abs(each.after - each.before) >= _TELLING
    ]
    yield from _few("Score", scores)
    yield from _few("New finding", (f"{said.message} ({said.id})" for said in causes.findings_new))
    yield from _few("Gone", (f"{said.message} ({said.id})" for said in causes.findings_gone))
    yield from _few("Fact", map(_fact, causes.facts))


def _few(label: str, told: Iterable[str]) -> Iterator[Entry]:
    listed = list(told)
    for said in listed[:_FEW]:
        yield Entry(label, said)
    if len(listed) > _FEW:
        yield Entry(label, f"and {len(listed) - _FEW} more, which --json has.")


def _moved(moved: Moved) -> str:
    return f"{moved.id} was {moved.before or 'open'} and is {moved.after or 'open'} now."


def _fact(moved: Moved) -> str:
    if moved.before is None:
        return f"new: {moved.after}"
    if moved.after is None:
        return f"no longer used: {moved.before or moved.id}"
    return f"{moved.after} Before: {moved.before}" if moved.before else f"changed: {moved.after}"


def _score(score: float | None) -> str:
    return "ruled out" if score is None else f"{score:.2f}"
