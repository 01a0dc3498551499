"""Which facts have to be looked at again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from packaging.version import InvalidVersion, Version

from advisor.frozen import dataclass
from advisor.model.fact import Fact, measured_of
from advisor.model.knowledge import Folklore, KnowledgeBase

_NEWEST = re.compile(r"(\S+) \((\d{4}-\d\d-\d\d)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A fact with the day from which it can no longer be relied on."""

    fact: Fact
    since: str
    days: int
    """From the day it is judged by until then; 0 or less where it has come."""
    why: str


def last_day(day: str, within: int) -> str:
    """The day that lies so many days after that day, or the last one of the calendar."""
    try:
        return (date.fromisoformat(day) + timedelta(days=within)).isoformat()
    except OverflowError:
        return date.max.isoformat()


def stale(base: KnowledgeBase, day: str, within: int) -> tuple[Stale, ...]:
    """What has expired on that day or will in so many days, soonest first.

    What was seen in an installed package expires with the day of a newer release, everything else with its date.
    """
    on, last = date.fromisoformat(day), last_day(day, within)
    expiring = [
        (fact, fact.expires, f"seen {min(source.observed for source in fact.sources)}")
        for fact in (*base.facts().values(), *map(_told, base.folklore))
        if fact.expires
    ]
    found = [
        Stale(fact=fact, since=since, days=(date.fromisoformat(since) - on).days, why=why)
        for fact, since, why in [*expiring, *_outdated(base)]
        if since <= last
    ]
    return tuple(sorted(found, key=lambda entry: (entry.since, entry.fact.id)))


def _told(belief: Folklore) -> Fact:
    """What is said of a belief, as a fact that ages."""
    return Fact(
        id=f"folklore.{belief.id}",
        attribute="standing",
        value=belief.standing,
        source=belief.source,
        expires=belief.expires,
    )


def _outdated(base: KnowledgeBase) -> Iterator[tuple[Fact, str, str]]:
    """Facts that were seen in another release than the newest, with the day of that one."""
    for framework in base.frameworks.values():
        newest = _NEWEST.match(released.said) if (released := framework.facts.get("latest_release")) else None
        if newest is None or not _is_day(newest[2]):
            continue
        for fact in framework.facts.values():
            seen = [found for source in fact.sources if (found := measured_of(source))]
            of_it = [version for package, version in seen if framework.comes_as(package)]
            if len(of_it) == len(fact.sources) and any(_older(version, newest[1]) for version in of_it):
                yield fact, newest[2], f"seen in {', '.join(of_it)}, while {newest[1]} is the newest"


def _older(version: str, other: str) -> bool:
    try:
        return Version(version.partition("+")[0]) < Version(other)
    except InvalidVersion:
        return False


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
