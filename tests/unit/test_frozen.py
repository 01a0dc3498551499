"""The quicker decorator makes the same classes as the one of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from typing import Any

import pytest
from pydantic import TypeAdapter

from advisor.frozen import dataclass as quick


@quick(frozen=True, slots=True, kw_only=True)
class Quick:
    """Made by ours."""

    name: str
    words: tuple[str, ...] = ()
    found: dict[str, int] = dataclasses.field(default_factory=dict)


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


def test_every_other_kind_comes_from_the_standard_library() -> None:
    @quick(slots=True)
    class Open:
        """Not frozen."""

        one: int = 1

    found = Open()
    found.one = 2
    assert found == Open(2)
