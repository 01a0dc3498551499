"""Facts that cannot all be true, and days that cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta

from packaging.utils import canonicalize_name

from advisor.model.attribute import Contradiction
from advisor.model.component import Component
from advisor.model.fact import Fact
from advisor.model.framework import Framework
from advisor.model.knowledge import KnowledgeBase
from advisor.upkeep.verification import among

_HALF_A_YEAR, _TWO_YEARS = timedelta(days=183), timedelta(days=730)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def contradictions(base: KnowledgeBase, today: str) -> tuple[str, ...]:
    """Each as a sentence that names the facts."""
    return (
        *(s for f in base.frameworks.values() for c in base.contradictions if (s := _together(f, c))),
        *(s for f in base.frameworks.values() for s in _of_dates(f, base.as_of)),
        *(s for f in base.frameworks.values() for s in _of_newest(f, base)),
        *(s for c in base.components.values() for s in _of_component(c, base)),
        *_in_the_future(base, today),
    )


def _together(framework: Framework, contradiction: Contradiction) -> str:
    said = []
    for attribute, words in contradiction.never.items():
        fact = framework.facts.get(attribute)
        if fact is None or not _values(fact) & set(words):
            return ""
        said.append(f"{fact.id} is {fact.said}")
    return f"{' while '.join(said)}: {contradiction.why}."


def _values(fact: Fact) -> set[str]:
    return {fact.value} if isinstance(fact.value, str) else set(fact.value)


def _of_dates(framework: Framework, as_of: str) -> Iterator[str]:
    released, state = framework.facts.get("latest_release"), framework.facts.get("maintenance")
    if released is None or state is None or state.value != "active":
        return
    if _idle(_HALF_A_YEAR, as_of, released.said, state.note):
        yield f"{state.id} is active while {released.id} is {released.said}: active means released within six months."


def _of_newest(framework: Framework, base: KnowledgeBase) -> Iterator[str]:
    if released := framework.facts.get("latest_release"):
        yield from _of_release(released.id, released.said, framework.package, base)


def _of_component(component: Component, base: KnowledgeBase) -> Iterator[str]:
    name = f"component.{component.id}"
    successor = base.components.get(component.successor)
    if successor is not None and successor.status == "ended":
        yield f"{name}.lineage names {successor.id} as successor while {successor.id} has ended."
    if component.status == "active" and _idle(_TWO_YEARS, base.as_of, component.release, component.note):
        yield f"{name}.status is active while {name}.release is {component.release}: two years without a release."
    yield from _of_release(f"{name}.release", component.release, component.package, base)


def _of_release(name: str, release: str, package: str, base: KnowledgeBase) -> Iterator[str]:
    """What is wrong with the newest release that is known of a package."""
    if len(_days(release)) < len(_DAY.findall(release)):
        yield f"{name} is {release}, which names no day."
    for denied in base.denied:
        if canonicalize_name(package) == denied.package and among(release.partition(" ")[0], denied.versions):
            yield f"{name} is {release}, which is denied: {denied.why}"


def _in_the_future(base: KnowledgeBase, today: str) -> Iterator[str]:
    """What was seen on a later day; a belief that answers lean on is a rule too, and said once."""
    beliefs = {f"FOL-{belief.id}" for belief in base.folklore}
    seen = [(fact.id, source) for fact in base.facts().values() for source in fact.sources]
    seen += [(belief.id, belief.source) for belief in base.folklore]
    seen += [(rule.id, rule.source) for rule in base.rules if rule.id not in beliefs]
    for name, source in dict.fromkeys(seen):
        if source.observed > today:
            yield f"{name} was observed on {source.observed}, which is still to come."


def _idle(limit: timedelta, as_of: str, *texts: str) -> bool:
    """Whether the last day named in any of the texts is longer ago; a note can name a release on another index."""
    days = [day for text in texts for day in _days(text)]
    return bool(days) and date.fromisoformat(as_of) - max(days) > limit


def _days(text: str) -> list[date]:
    """The days named in a text, without those that the calendar does not have."""
    found = []
    for day in _DAY.findall(text):
        with suppress(ValueError):
            found.append(date.fromisoformat(day))
    return found
