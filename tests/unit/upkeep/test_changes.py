"""Staleness, drawing, differences and tables, on bases of a few facts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from upkeep_making import attribute, base, component, criterion, fact, framework, rule, source

from advisor.model.fact import Source
from advisor.model.framework import Framework
from advisor.upkeep.differences import differences
from advisor.upkeep.drawing import draw
from advisor.upkeep.staleness import last_day, stale
from advisor.upkeep.table import Cell, of_components, of_frameworks


def ageing(**days: str) -> Framework:
    return framework("red", *(fact(f"red.{name}", "x", expires=day) for name, day in days.items()))


def test_a_fact_is_stale_from_its_day_on_and_soonest_first() -> None:
    found = stale(base(ageing(a="2024-06-03", b="2024-06-01", c="2024-06-02", d="", e="2024-06-01")), "2024-06-02", 0)
    assert [(one.fact.id, one.days) for one in found] == [("red.b", -1), ("red.e", -1), ("red.c", 0)]


def test_what_will_expire_within_so_many_days_is_told() -> None:
    found = stale(base(ageing(a="2024-07-01", b="2024-07-02")), "2024-06-01", 30)
    assert [(one.fact.id, one.days) for one in found] == [("red.a", 30)]


def test_the_facts_of_components_age_too() -> None:
    found = stale(base(components=[component("a", expires=("2024-01-01", "2024-02-01"))]), "2024-01-15", 0)
    assert [one.fact.id for one in found] == ["component.a.release"]


def test_no_day_lies_after_the_last_one() -> None:
    assert last_day("2024-02-28", 2) == "2024-03-01"
    assert last_day("9999-12-30", 999_999_999) == "9999-12-31"
    assert len(stale(base(ageing(a="9999-12-31")), "9999-12-01", 60)) == 1


def test_drawing_takes_facts_of_frameworks_and_components_without_repeating_any() -> None:
    found = base(ageing(a="", b="", c=""), components=[component("a")])
    every = draw(found, 100, 1)
    assert sorted(one.id for one in every) == sorted(found.facts())
    assert draw(found, 4, 1) == draw(found, 4, 1)
    assert len({draw(found, 4, seed) for seed in range(20)}) > 1
    assert draw(found, 0, 1) == ()


def test_every_kind_of_difference_is_named_with_what_it_was_and_is() -> None:
    before = base(framework("red", fact("red.a", "x"), fact("red.b", "x")), rules=(rule("R1", "p"),))
    after = base(
        framework("red", fact("red.a", "y"), fact("red.c", "z", versions=">=2")),
        rules=(rule("R1", "q"),),
        criteria=(criterion("speed", "kept"),),
        components=[component("engine")],
    )
    found = {change.id: change for change in differences(before, after)}
    assert found["red.a"].kind == "changed"
    assert found["red.a"].before.startswith("x (official")
    assert found["red.a"].after.startswith("y (official")
    assert (found["red.b"].kind, found["red.b"].after) == ("removed", "")
    assert (found["red.c"].kind, found["red.c"].after) == ("added", "z for >=2 (official, r, 2024-06-01)")
    assert found["rule.R1"].kind == "changed"
    assert found["criterion.speed"].kind == "added"
    assert {name for name in found if name.startswith("component.engine.")} == {
        f"component.engine.{thing}"
        for thing in ("layer", "purpose", "goes_with", "status", "licence", "platforms", "release", "lineage")
    }
    assert list(found) == sorted(found)


def test_a_source_seen_again_is_a_difference() -> None:
    before, after = (
        base(framework("red", fact("red.a", "x", origin=source(day)))) for day in ("2024-01-01", "2024-06-01")
    )
    (change,) = differences(before, after)
    assert (change.before, change.after) == ("x (official, r, 2024-01-01)", "x (official, r, 2024-06-01)")
    assert differences(after, after) == ()


REACH = attribute("reach", ["good", "fair", "none"], ("web", "phone", "car", "boat"), row="Reaches")


def grouped(**values: str) -> str | None:
    table = of_frameworks(
        base(framework("red", *(fact(f"red.reach.{k}", v) for k, v in values.items())), attributes=(REACH,)), ["red"]
    )
    (row,) = table.rows
    return row.cells["red"].text if row.cells else None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"web": "fair", "phone": "good", "car": "fair", "boat": "none"}, "good: phone; fair: web, car"),
        ({"web": "none", "phone": "none"}, "none (2 of 4 stated)"),
        ({"web": "unknown", "phone": "none"}, "unknown: web (2 of 4 stated)"),
        (
            {"web": "not_available", "phone": "error", "car": "not_applicable"},
            "error: phone; not_applicable: car; not_available: web (3 of 4 stated)",
        ),
        ({"web": "not_supported"}, "none (1 of 4 stated)"),
        ({}, None),
    ],
)
def test_a_family_stands_in_one_cell_best_first_and_what_is_open_is_said(
    values: dict[str, str], said: str | None
) -> None:
    assert grouped(**values) == said


def test_a_cell_names_its_facts_grades_oldest_day_and_note() -> None:
    red = framework(
        "red",
        fact("red.reach.web", "good", origin=source("2024-03-01")),
        fact("red.reach.phone", "fair", origin=source("2024-02-01", "judged")),
        fact("red.title", "A title", note="So they say."),
    )
    table = of_frameworks(base(red, attributes=(REACH, attribute("title"))), ["red"])
    assert table.rows[0].cells["red"] == Cell(
        text="good: web; fair: phone (2 of 4 stated)",
        facts=("red.reach.web", "red.reach.phone"),
        grades=("official", "judged"),
        observed="2024-02-01",
    )
    assert table.rows[1].cells["red"].notes == ("So they say.",)


def test_a_family_that_is_named_has_a_row_for_each_member_and_one_without_a_title_too() -> None:
    hidden = attribute("hidden", ["good", "bad"], row="")
    found = base(framework("red", fact("red.reach.web", "good"), fact("red.hidden", "bad")), attributes=(REACH, hidden))
    assert [row.attribute for row in of_frameworks(found, ["red"]).rows] == ["reach"]
    rows = of_frameworks(found, ["red"], ["reach", "hidden"]).rows
    assert [row.attribute for row in rows] == ["reach.web", "reach.phone", "reach.car", "reach.boat", "hidden"]
    assert [row.title for row in rows][:1] == ["Reaches: web"]
    assert rows[1].cells == {}


def test_components_have_their_eight_things_by_layer() -> None:
    found = base(components=[component("a"), component("b", layer="data", requires=("red",), excludes=("a",))])
    assert of_components(found).subjects == ("a", "b")
    table = of_components(found, "data")
    assert table.subjects == ("b",)
    assert {row.attribute: row.cells["b"].text for row in table.rows}["goes_with"] == "red; excludes a"
    assert len(table.rows) == 8


def seen_in(*refs: str, newest: str = "2.0 (2024-05-01)", package: str = "red-pkg") -> list[tuple[str, str]]:
    """What is stale where a fact was seen in these places and that is the newest release."""
    first = Source(ref=refs[0], observed="2024-01-01", grade="measured")
    more = tuple(Source(ref=ref, observed="2024-01-01", grade="official") for ref in refs[1:])
    given = replace(fact("red.state", "x", origin=first), also=more)
    red = framework("red", given, fact("red.latest_release", newest), package=package)
    return [(one.fact.id, one.since) for one in stale(base(red), "2024-06-01", 0)]


def test_what_was_seen_in_an_installed_package_is_stale_with_the_day_of_a_newer_release() -> None:
    assert seen_in("installed:red-pkg==1.0 (run)") == [("red.state", "2024-05-01")]
    assert seen_in("installed:red-pkg==2.0 (run)") == []
    assert seen_in("installed:red-pkg==2.1 (run)") == []
    assert seen_in("installed:other==1.0 (run)") == []
    assert seen_in("red:README") == []


@pytest.mark.parametrize("newest", ["unknown", "2.0", "2.0 (2024-02-30)", "of late (2024-05-01)"])
def test_a_newest_release_without_a_day_ends_nothing(newest: str) -> None:
    assert seen_in("installed:red-pkg==1.0 (run)", newest=newest) == []
