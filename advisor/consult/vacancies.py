"""What the stack goes without because of an answer: a reader should see which, and be able to go back on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from advisor.model.answers import Answers
from advisor.model.finding import VACANCY, Finding
from advisor.scoring.stack import LeftOut

if TYPE_CHECKING:
    from advisor.policy.house import House

_SAID = {
    "constraint": "cannot keep {said}",
    "platform": "does not run under {said}",
    "accelerator": "does not run on {said}",
    "python": "does not run on Python {said}",
}
"""The reasons that lie in an answer."""
_BEHIND = {"constraint": "goes_with"}
"""The fact of the component that the reason is in, where it is not `platforms`."""


def vacancies(left_out: Iterable[LeftOut], answers: Answers, house: House | None = None) -> tuple[Finding, ...]:
    """The findings for each component that a rule proposes, or another one needs, and that an answer keeps out.

    Of those that a policy keeps out, they are what it has against them.
    """
    found = {(left.component, left.place): left for left in _all(left_out) if left.reason in (*_SAID, "policy")}
    return tuple(chain.from_iterable(_findings(left, answers, house) for _, left in sorted(found.items())))


def _findings(left: LeftOut, answers: Answers, house: House | None) -> tuple[Finding, ...]:
    if house is not None and left.reason == "policy":
        return house.barring(left.component, left.place)
    return (_finding(left, answers),)


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
