"""Parts of a stack that have fallen asleep: only maintained, by their facts, and without a release for a year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from advisor.model.answers import Answers
from advisor.model.component import Component
from advisor.model.fact import released_on
from advisor.model.finding import Finding
from advisor.model.recommendation import StackPart

LOCKED = "lock_in_risk"
"""The flag for what would be costly to leave later; the findings that raise it are called so too."""
_PASSING = ("experiment", "reproduce_paper", "teach")
"""Tasks whose result is not kept up, so that nothing has to be left later."""


def dormant(
    option: str, parts: Iterable[StackPart], components: Mapping[str, Component], answers: Answers, as_of: str
) -> tuple[Finding, ...]:
    """A finding for each part that is asleep on the day `as_of`, where what rests on it is meant to last.

    Something that is kept up has a release within a year: the meaning of `maintained` in attributes.yaml.
    """
    if answers.get("task") in _PASSING:
        return ()
    names = dict.fromkeys(part.component for part in parts if part.component in components)
    return tuple(_findings(option, map(components.__getitem__, names), _a_year_before(as_of)))


def _a_year_before(day: str) -> str:
    """A day as it is written, YYYY-MM-DD, to be compared with others; not every one of these exists."""
    return f"{int(day[:4]) - 1}{day[4:]}"


def _findings(option: str, components: Iterable[Component], since: str) -> Iterator[Finding]:
    for component in components:
        released = released_on(component.release)
        if component.status != "maintenance" or not released or released >= since:
            continue
        way_out = (
            f"its successor, as far as that goes, is {component.successor}"
            if component.successor
            else "no successor is named"
        )
        yield Finding(
            id=f"dormant.{component.id}",
            rule=LOCKED,
            message=f"{component.name} has had no release since {released}, and {way_out}: "
            "keep what rests on it small.",
            facts={"option": option},
            evidence=(f"component.{component.id}.status", f"component.{component.id}.release"),
        )
