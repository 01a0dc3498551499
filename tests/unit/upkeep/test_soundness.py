"""Completeness and contradictions, on bases of a few facts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from upkeep_making import (
    DAY,
    attribute,
    base,
    component,
    criterion,
    denied,
    fact,
    framework,
    projection,
    rule,
    source,
)

from advisor.model.attribute import Contradiction
from advisor.model.knowledge import Folklore, KnowledgeBase
from advisor.upkeep import completeness
from advisor.upkeep.contradictions import contradictions

STATE = attribute("state", ["good", "bad"], row="")
FAMILY = attribute("reach", ["good", "bad"], ("phone", "web"), row="")


def missing(found: KnowledgeBase) -> tuple[str, ...]:
    return completeness.frameworks(found)["red"].missing


def test_every_member_of_a_family_has_to_be_there() -> None:
    found = base(framework("red", fact("red.reach.web", "good")), attributes=(STATE, FAMILY))
    assert missing(found) == ("red.state", "red.reach.phone")


@pytest.mark.parametrize("word", ["unknown", "not_available", "error"])
def test_what_is_open_needs_a_note_on_what_was_tried(word: str) -> None:
    bare, noted = fact("red.state", word), fact("red.state", word, note="Looked in its pages.")
    assert missing(base(framework("red", bare), attributes=(STATE,))) == ("red.state",)
    assert missing(base(framework("red", noted), attributes=(STATE,))) == ()
    assert completeness.frameworks(base(framework("red", noted)))["red"].unknown == 1


@pytest.mark.parametrize("word", ["not_supported", "not_applicable"])
def test_a_no_is_an_answer(word: str) -> None:
    covered = completeness.frameworks(base(framework("red", fact("red.state", word)), attributes=(STATE,)))["red"]
    assert (covered.missing, covered.unknown) == ((), 0)


def test_an_overlay_says_what_it_wants_to() -> None:
    assert completeness.frameworks(base(framework("red", origin="mine"), attributes=(STATE,))) == {}


def test_only_those_who_have_to_know_are_primary() -> None:
    graded = [
        fact("red.a", "x", origin=source(grade="measured")),
        fact("red.b", "x", origin=source(grade="registry")),
        fact("red.c", "x", origin=source(grade="third_party")),
        fact("red.d", "x", origin=source(grade="judged")),
    ]
    covered = completeness.frameworks(base(framework("red", *graded)))["red"]
    assert (covered.facts, covered.primary, covered.share) == (4, 2, 0.5)
    assert completeness.frameworks(base(framework("red")))["red"].share == 1.0
    assert completeness.grades([*graded, graded[0]]) == {"measured": 2, "registry": 1, "third_party": 1, "judged": 1}


def test_components_of_the_vocabulary_have_to_be_there_unless_they_are_options() -> None:
    found = base(framework("red"), components=[component("engine")], expected=("engine", "lost", "red"))
    covered = completeness.components(found)
    assert {name: part.missing for name, part in covered.items()} == {"engine": (), "lost": ("component.lost",)}


def test_an_open_thing_of_a_component_needs_a_note() -> None:
    bare, noted = component("a", licence="unknown"), component("b", licence="unknown", note="Asked.")
    covered = completeness.components(base(components=[bare, noted]))
    assert covered["a"].missing == ("component.a.licence",)
    assert (covered["b"].missing, covered["b"].unknown) == ((), 1)


def test_a_fact_is_used_where_a_table_a_criterion_or_a_rule_reads_it() -> None:
    facts = [fact("red.state", "good"), fact("red.reach.web", "good"), fact("red.title", "x"), fact("red.idle", "x")]
    given = framework("red", *facts)
    attributes = (STATE, FAMILY, attribute("title"), attribute("idle", row=""))
    ways = replace(projection("way", "reach.{target}", "good", "bad"), each=True)
    paths = (projection("kept", "state", "good", "bad"), ways)

    def unused(**more: object) -> set[str]:
        return set(completeness.unused(base(given, attributes=attributes, projections=paths, **more)))  # type: ignore[arg-type]

    assert unused() == {"red.state", "red.reach.web", "red.idle"}
    assert unused(criteria=(criterion("upkeep", "kept"),)) == {"red.reach.web", "red.idle"}
    assert unused(rules=(rule("r", "way"),)) == {"red.state", "red.idle"}
    assert unused(rules=(rule("r", "other", "way.good"),)) == {"red.state", "red.idle"}


def test_a_fact_limited_to_an_accelerator_is_used_where_the_general_one_is() -> None:
    given = framework("red", fact("red.reach.web@gpu", "good"))
    assert completeness.unused(base(given, attributes=(attribute("reach", members=("web",)),))) == ()


NEVER = Contradiction(never={"state": ("good",), "reach.web": ("bad",), "uses": ("wax",)}, why="wax is needed")


def of(*facts: tuple[str, str | tuple[str, ...]]) -> tuple[str, ...]:
    given = framework("red", *(fact(f"red.{name}", value) for name, value in facts))
    return contradictions(base(given, contradictions=(NEVER,)), DAY)


def test_facts_that_exclude_each_other_are_named_with_the_reason() -> None:
    assert of(("state", "good"), ("reach.web", "bad"), ("uses", ("oil", "wax"))) == (
        "red.state is good while red.reach.web is bad while red.uses is oil, wax: wax is needed.",
    )


def test_facts_exclude_each_other_only_all_together() -> None:
    assert of(("state", "good"), ("reach.web", "bad")) == ()
    assert of(("state", "bad"), ("reach.web", "bad"), ("uses", ("wax",))) == ()
    assert of(("state", "good"), ("reach.web", "bad"), ("uses", "waxwork")) == ()
    assert of(("state", "unknown"), ("reach.web", "bad"), ("uses", "wax")) == ()


@pytest.mark.parametrize(
    ("state", "released", "note", "count"),
    [
        ("active", "1.0 (2023-12-02)", "", 0),
        ("active", "1.0 (2023-11-30)", "", 1),
        ("active", "1.0 (2023-11-30)", "2.0 on another index on 2024-05-01.", 0),
        ("retired", "1.0 (2020-01-01)", "", 0),
        ("active", "unknown", "", 0),
        ("active", "1.0", "", 0),
    ],
)
def test_active_means_a_release_within_half_a_year(state: str, released: str, note: str, count: int) -> None:
    facts = fact("red.maintenance", state, note=note), fact("red.latest_release", released)
    found = contradictions(base(framework("red", *facts)), DAY)
    assert len(found) == count
    assert all("red.maintenance is active while red.latest_release" in sentence for sentence in found)


@pytest.mark.parametrize(
    ("status", "release", "count"),
    [("active", "1.0 (2022-06-03)", 0), ("active", "1.0 (2022-06-01)", 1), ("maintenance", "1.0 (2019-01-01)", 0)],
)
def test_an_active_component_has_a_release_within_two_years(status: str, release: str, count: int) -> None:
    found = contradictions(base(components=[component("a", status=status, release=release)]), DAY)
    assert len(found) == count


def test_a_successor_must_not_have_ended() -> None:
    ended = component("b", status="ended", successor="c")
    found = contradictions(base(components=[component("a", successor="b"), ended, component("c")]), DAY)
    assert found == ("component.a.lineage names b as successor while b has ended.",)


def test_the_newest_release_is_denied_however_the_name_of_its_package_is_written() -> None:
    red = framework("red", fact("red.latest_release", "2.0 (2024-05-01)"), package="Red_Pkg")
    (found,) = contradictions(base(red, denials=(denied("red-pkg", "2.0"),)), DAY)
    assert found.startswith("red.latest_release is 2.0 (2024-05-01), which is denied")


@pytest.mark.parametrize("version", ["2.0", "2.0.0", "2.0+cpu"])
def test_the_newest_release_must_not_be_denied_however_it_is_written(version: str) -> None:
    red = framework("red", fact("red.latest_release", f"{version} (2024-05-01)"), package="red-pkg")
    part = component("a", package="a-pkg", release=f"{version} (2024-05-01)")
    denials = denied("red-pkg", "2.0"), denied("a-pkg", "1.0", "2.0"), denied("other", version)
    found = contradictions(base(red, components=[part], denials=denials), DAY)
    assert [sentence.partition(" is ")[0] for sentence in found] == ["red.latest_release", "component.a.release"]
    assert all("which is denied: It leaks." in sentence for sentence in found)


def test_a_day_that_the_calendar_does_not_have_is_said_rather_than_met() -> None:
    part = component("a", release="1.0 (2024-02-30)")
    red = framework("red", fact("red.latest_release", "1.0 (2024-13-01)"), fact("red.maintenance", "active"))
    found = contradictions(base(red, components=[part]), DAY)
    assert found == (
        "red.latest_release is 1.0 (2024-13-01), which names no day.",
        "component.a.release is 1.0 (2024-02-30), which names no day.",
    )


def test_nothing_was_observed_on_a_day_to_come() -> None:
    seen = framework("red", fact("red.a", "x", origin=source("2024-06-02")), fact("red.b", "x"))
    assert contradictions(base(seen), DAY) == ("red.a was observed on 2024-06-02, which is still to come.",)
    assert contradictions(base(seen), "2024-06-02") == ()


def test_a_day_to_come_is_found_in_further_sources_rules_and_beliefs() -> None:
    later = source("2024-06-02")
    belief = Folklore(id="old", belief="b", standing="wrong", truth="t", source=later)
    rules = replace(rule("ELI-1"), source=later), replace(rule("FOL-old"), source=later), rule("ELI-2")
    red = framework("red", fact("red.a", "x", also=(source(), later)))
    found = contradictions(replace(base(red, rules=rules), folklore=(belief,)), DAY)
    assert [sentence.partition(" was ")[0] for sentence in found] == ["red.a", "old", "ELI-1"]
