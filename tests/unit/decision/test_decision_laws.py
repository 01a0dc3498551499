"""A decision that was just made holds until the first of what it rests on expires, and differs from others alone."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from deciding import EXAMPLES, base, decided, recommended
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.decision.checking import check
from advisor.decision.differing import differences
from advisor.decision.reading import DecisionFile, read
from advisor.decision.sealing import seal, sealed
from advisor.errors import InputError, Problem
from advisor.loading.structure import plain
from advisor.render.json import written

NAMES = st.sampled_from(EXAMPLES)


def first_expiry(name: str) -> date:
    """The first day after the decision on which something that it rests on expires."""
    then = decided(name)
    return min(date.fromisoformat(each.expires) for each in then.evidence if each.expires > then.basis.as_of)


@settings(max_examples=30, deadline=None)
@given(NAMES, st.data())
def test_what_was_just_decided_holds_until_something_expires(name: str, data: st.DataObject) -> None:
    then = decided(name)
    first, last = date.fromisoformat(then.basis.as_of), first_expiry(name) - timedelta(days=1)
    day = data.draw(st.dates(first, last))
    found = check("lock.json", then, recommended(name, day.isoformat()), base())
    assert found.outcome == "holds"
    assert not any(plain(found.causes).values())
    assert all(point.level == "note" for point in found.points)


@settings(max_examples=20, deadline=None)
@given(NAMES, st.integers(0, 400))
def test_from_the_first_expiry_on_it_has_to_be_looked_at_again(name: str, days: int) -> None:
    day = first_expiry(name) + timedelta(days=days)
    found = check("lock.json", decided(name), recommended(name, day.isoformat()), base())
    assert found.outcome == "expired"
    assert {point.kind for point in found.points if point.level == "error"} == {"evidence-expired"}


@settings(max_examples=40, deadline=None)
@given(NAMES, NAMES)
def test_a_difference_is_none_of_a_decision_from_itself_and_turned_round_the_other_way(one: str, other: str) -> None:
    forth = differences((one, decided(one)), (other, decided(other)))
    back = differences((other, decided(other)), (one, decided(one)))
    assert bool(forth.differences) == (one != other)
    assert forth.same_verdict == back.same_verdict
    told = {(each.part, each.key, str(each.before), str(each.after)) for each in forth.differences}
    assert told == {(each.part, each.key, str(each.after), str(each.before)) for each in back.differences}


def attempted(content: bytes, *, sealed: bool = True) -> tuple[DecisionFile | None, tuple[Problem, ...]]:
    """What is read, or why it is not."""
    try:
        return read(content, "lock.json", sealed=sealed), ()
    except InputError as error:
        return None, error.problems


def _whole(name: str) -> dict[str, Any]:
    return sealed(json.loads(json.dumps(plain(decided(name)))))


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The way to every text and number."""
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in _paths(item, (*path, key))]
    if isinstance(value, list):
        return [found for number, item in enumerate(value) for found in _paths(item, (*path, number))]
    return [path]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whatever_is_edited_breaks_the_seal_or_is_refused(data: st.DataObject) -> None:
    whole = _whole("laptop")
    path = data.draw(st.sampled_from([path for path in _paths(whole) if path[0] != "schema"]))
    part: Any = whole
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = data.draw(
        st.sampled_from(["x", 7, -0.5, None, True, []]).filter(lambda new: new != part[path[-1]])
    )
    found, problems = attempted(written(whole).encode(), sealed=False)
    assert all(problem.place.startswith("lock.json:") for problem in problems)
    assert found is None or not found.whole


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=40), st.sampled_from(["chosen", "outcomes"]))
def test_the_seal_leaves_free_what_people_fill_in_and_the_form_of_the_text(text: str, part: str) -> None:
    whole = _whole("laptop")
    assert seal({**whole, part: [text]}) == whole["seal"]
    assert seal(json.loads(json.dumps(dict(reversed(whole.items()))))) == whole["seal"]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60) | st.integers(0, 20_000).map(lambda end: written(_whole("laptop")).encode()[:end]))
def test_whatever_bytes_there_are_they_are_refused_in_words(content: bytes) -> None:
    found, problems = attempted(content)
    assert found is None
    assert all(problem.place.startswith("lock.json") and problem.message for problem in problems)
