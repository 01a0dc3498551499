"""The quicker decorator makes the same classes as the one of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import pickle
from typing import Any

import pytest
from pydantic import TypeAdapter

from advisor.frozen import dataclass as quick
from advisor.frozen import field, replace


@quick(frozen=True, slots=True, kw_only=True)
class Quick:
    """Made by ours."""

    name: str
    words: tuple[str, ...] = ()
    found: dict[str, int] = field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """Made by theirs."""

    name: str
    words: tuple[str, ...] = ()
    found: dict[str, int] = dataclasses.field(default_factory=dict)


@quick(frozen=True, slots=True)
class Pair:
    """Fields by position."""

    one: int
    other: int = 2


@quick(frozen=True, slots=True)
class Empty:
    """No field at all."""


def test_the_constructor_takes_the_same() -> None:
    def parameters(kind: type) -> list[tuple[str, object]]:
        return [(p.name, p.kind) for p in inspect.signature(kind).parameters.values()]

    assert parameters(Quick) == parameters(Standard)
    assert Pair(1) == Pair(1, 2) == Pair(one=1, other=2)
    for wrong in ({}, {"name": "a", "other": 1}):
        with pytest.raises(TypeError):
            Quick(**wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Quick("a")  # type: ignore[call-arg]


def test_what_is_made_by_default_is_made_for_each() -> None:
    assert Quick(name="a").found is not Quick(name="a").found


def test_it_compares_hashes_and_shows_as_theirs() -> None:
    assert Quick(name="a") == Quick(name="a", words=(), found={})
    assert Quick(name="a") != Quick(name="b")
    assert Pair(1) != (1, 2)  # type: ignore[comparison-overlap]
    assert len({Pair(1), Pair(1, 2), Pair(2)}) == 2
    assert repr(Quick(name="a")) == repr(Standard(name="a")).replace("Standard", "Quick")
    assert Empty() == Empty()
    with pytest.raises(TypeError):
        hash(Quick(name="a"))


def test_it_cannot_be_changed() -> None:
    pair = Pair(1)
    for change in (lambda: setattr(pair, "one", 3), lambda: delattr(pair, "one"), lambda: setattr(pair, "third", 3)):
        with pytest.raises(dataclasses.FrozenInstanceError):
            change()  # type: ignore[no-untyped-call]


def test_the_tools_for_dataclasses_take_it() -> None:
    quick_one: Any = Quick(name="a", words=("b",))
    assert dataclasses.is_dataclass(Quick)
    assert dataclasses.replace(quick_one, name="c") == Quick(name="c", words=("b",))
    assert dataclasses.asdict(quick_one) == {"name": "a", "words": ("b",), "found": {}}
    assert [f.name for f in dataclasses.fields(Quick)] == [f.name for f in dataclasses.fields(Standard)]
    assert copy.copy(quick_one) == pickle.loads(pickle.dumps(quick_one)) == quick_one  # noqa: S301
    assert TypeAdapter(Quick).validate_python({"name": "a", "words": ["b"]}) == quick_one
    assert not hasattr(quick_one, "__dict__")


def test_replacing_needs_no_standard_library() -> None:
    assert replace(Quick(name="a", words=("b",)), name="c") == Quick(name="c", words=("b",))
    with pytest.raises(TypeError):
        replace(Pair(1), third=3)  # type: ignore[call-arg]


def test_what_is_known_of_the_fields_is_the_same() -> None:
    def known(kind: Any) -> list[tuple[object, ...]]:
        kept = [(f.name, f.type, f.default, f.default_factory, f.kw_only, f.init) for f in dataclasses.fields(kind)]
        return [*kept, (str(kind.__dataclass_params__),), kind.__match_args__]

    assert known(Quick) == known(Standard)


def test_one_that_is_not_frozen_can_be_changed() -> None:
    @quick(slots=True)
    class Open:
        """Its total is worked out."""

        one: int = 1
        total: int = field(init=False)

        def __post_init__(self) -> None:
            self.total = self.one + 1

    found = Open()
    assert (found.one, found.total) == (1, 2)
    found.one = 2
    assert found != Open(2)
    assert replace(found) == Open(2)
    with pytest.raises(TypeError):
        hash(found)
    with pytest.raises(TypeError):
        Open(1, 2)  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        found.other = 3  # type: ignore[attr-defined]


def test_one_without_slots_keeps_what_is_worked_out() -> None:
    @quick(frozen=True)
    class Working:
        """Worked out once."""

        one: int

        @functools.cached_property
        def twice(self) -> list[int]:
            """A new list each time it is worked out."""
            return [self.one, self.one]

    found = Working(3)
    assert found.twice is found.twice
    assert found == Working(3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.one = 4  # type: ignore[misc]


def test_they_are_ordered_by_their_fields() -> None:
    @quick(frozen=True, slots=True, order=True)
    class Ordered:
        """By name, then number."""

        name: str
        number: int = 0

    assert sorted([Ordered("b"), Ordered("a", 2), Ordered("a", 1)]) == [Ordered("a", 1), Ordered("a", 2), Ordered("b")]
    assert Ordered("a") <= Ordered("a")
    assert Ordered("a") >= Ordered("a")
    with pytest.raises(TypeError):
        Ordered("a") < ("b", 1)  # type: ignore[operator]  # noqa: B015


def test_a_field_of_the_standard_library_is_refused() -> None:
    with pytest.raises(TypeError, match="needs the `field` of this module"):

        @quick(frozen=True, slots=True)
        class Mixed:
            """Neither theirs nor ours."""

            found: dict[str, int] = dataclasses.field(default_factory=dict)
