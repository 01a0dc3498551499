"""What the stack goes without because of an answer: a reader should see which, and be able to go back on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.model.answers import Answers
from advisor.model.finding import VACANCY, Finding
from advisor.scoring.stack import LeftOut

_SAID = {
    "constraint": "cannot keep {said}",
    "platform": "does not run under {said}",
    "accelerator": "does not run on {said}",
    "python": "does not run on Python {said}",
}
"""The reasons that lie in an answer."""
_BEHIND = {"constraint": "goes_with"}
"""The fact of the component that the reason is in, where it is not `platforms`."""


def vacancies(left_out: Iterable[LeftOut], answers: Answers) -> tuple[Finding, ...]:
    """A finding for each component that a rule proposes, or another one needs, and that an answer keeps out."""
    found = {(left.component, left.place): left for left in _all(left_out) if left.reason in _SAID}
    return tuple(_finding(left, answers) for _, left in sorted(found.items()))


def _all(left_out: Iterable[LeftOut]) -> Iterator[LeftOut]:
    for left in left_out:
        yield left
        yield from _all(left.because)


def _finding(left: LeftOut, answers: Answers) -> Finding:
    facts = {"constraints": list(left.by)} if left.reason == "constraint" else {key: answers[key] for key in left.by}
    said = ", ".join(left.by if left.reason == "constraint" else map(str, facts.values()))
    return Finding(
        id=f"{VACANCY}.{left.component}@{left.place}",
        rule=VACANCY,
        message=f"{left.component} is left out in {left.place}: it {_SAID[left.reason].format(said=said)}.",
        facts=facts,
        evidence=(f"component.{left.component}.{_BEHIND.get(left.reason, 'platforms')}",),
    )
