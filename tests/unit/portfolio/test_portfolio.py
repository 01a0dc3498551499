"""What is summed up of many recommendations."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from advisor.model.portfolio import BadLine, Cost, Portfolio, Project
from advisor.portfolio import portfolio
from advisor.render.portfolio import words


def made(line: int, **lost: float | None) -> Project:
    costs = tuple(Cost(option=name, lost=cost, reason="no way" if cost is None else "") for name, cost in lost.items())
    known = [name for name, cost in lost.items() if cost == 0]
    known_or: Any = known or ["none_of_these"]
    return Project(
        line=line,
        id=f"p{line}",
        status="decided",
        primary=known_or[0],
        tied_with=(),
        stack={},
        p_best=1.0,
        level="high",
        costs=costs,
    )


def summed(*found: Project | BadLine) -> Portfolio:
    return portfolio(found, knowledge="k", rules="r", as_of="2026-11-29")


A = made(1, red=0.0, green=0.3, blue=0.1)
B = made(2, red=None, green=0.0, blue=0.1)
C = made(3, red=0.1, green=0.05, blue=0.0)


def test_whoever_serves_every_project_comes_before_whoever_serves_most_of_them_better() -> None:
    found = summed(A, B, C)
    assert [(each.option, each.ruled_out) for each in found.common] == [("blue", 0), ("green", 0), ("red", 1)]
    assert [round(each.lost, 9) for each in found.common] == [0.2, 0.35, 0.1]
    assert [each.most for each in found.common] == [0.1, 0.3, 0.1]


def test_the_order_of_the_lines_moves_nothing_but_their_order() -> None:
    common = {
        tuple((each.option, round(each.lost, 9)) for each in summed(*order).common) for order in permutations((A, B, C))
    }
    assert len(common) == 1


def test_a_project_without_a_framework_has_nothing_to_lose() -> None:
    outside = made(4)
    found = summed(A, outside)
    assert found.compared == 1
    assert found.common == summed(A).common
    assert found.primaries == {"none_of_these": 1, "red": 1}


def test_bad_lines_are_told_apart() -> None:
    bad = BadLine(line=2, id=None, problems=("not JSON.",))
    found = summed(A, bad)
    assert (found.projects, found.bad) == ((A,), (bad,))
    assert words.name(bad) == "line 2"


def test_those_that_cost_the_same_are_named_together() -> None:
    said = {entry.label: entry.said for entry in words.summary(summed(made(1, red=0.0, green=0.0)))}
    assert said["In common"].startswith("green and red cost least of 1 project ")


def test_where_nothing_serves_any_project_that_is_said() -> None:
    said = {entry.label: entry.said for entry in words.summary(summed(made(1, red=None)))}
    assert said["In common"].startswith("no framework is possible")


def test_a_name_of_any_length_stays_short() -> None:
    bad = BadLine(line=2, id="x" * 1_000_000, problems=())
    assert len(words.name(bad)) == 60
