"""Which release of a package goes with what the rest of a stack asks for."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement

from advisor.frozen import replace
from advisor.handoff.asks import asks_of, exact, newest
from advisor.loading.knowledge import load
from advisor.model.package import Package

BASE = load()
FRAME = Package(
    observed="2026-11-22",
    latest="5.2",
    released="2026-11-01",
    first="2020-01-01",
    recent=3,
    every=30,
    python=">=3.11",
    withdrawn=("5.1",),
    versions="4.9 5.0 5.1 5.2rc1 5.2",
)


@pytest.mark.parametrize(
    ("asks", "found"),
    [
        ((), "5.2"),
        (("other<1",), "5.2"),
        (("Red_Frame<5.2",), "5.0"),
        (("red-frame<5.2", "red-frame!=5.0"), "4.9"),
        (("red-frame>6",), ""),
    ],
)
def test_the_newest_release_that_all_go_with_is_taken(asks: tuple[str, ...], found: str) -> None:
    assert newest("red-frame", FRAME, map(Requirement, asks)) == found


@pytest.mark.parametrize(
    ("ask", "found"), [("a==1.2", "1.2"), ("a==1.*", ""), ("a<2", ""), ("a>=1,==1.2", ""), ("a", "")]
)
def test_only_one_release_is_exact(ask: str, found: str) -> None:
    assert exact(Requirement(ask)) == found


def test_what_the_knowledge_asks_for_can_be_read_and_what_cannot_is_left_out() -> None:
    for component in BASE.components.values():
        assert len(asks_of(component)) == len(component.asks) + bool(component.pins), component.id
    for option in BASE.frameworks.values():
        assert len(asks_of(option)) == len(option.asks), option.id
    (known, *_) = BASE.components.values()
    assert asks_of(replace(known, asks=("x\n--index-url y", "numpy<2"), pins="")) == (Requirement("numpy<2"),)
