from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pytest
from scoring_making import SOURCE

from advisor.model.component import Component
from advisor.model.rule import PLACES, Place, Put
from advisor.scoring.stack import MAX_IN_PLACE, MAX_PARTS, Proposal, compose

PLAIN = Component(id="plain", name="", layer="runtime", purpose="", status="active", source=SOURCE)


def parts(*components: Component) -> dict[str, Component]:
    return {component.id: component for component in components}


def component(
    name: str, *, layer: str = "runtime", requires: tuple[str, ...] = (), excludes: tuple[str, ...] = ()
) -> Component:
    return replace(PLAIN, id=name, layer=layer, requires=requires, excludes=excludes)


def put(name: str, place: Place = "train", prefer: int = 0, finding: str = "STK-001") -> Proposal:
    return Proposal(Put(component=name, place=place, prefer=prefer), finding)


def composed(
    proposals: list[Proposal], components: Mapping[str, Component], answers: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    return [(part.place, part.component) for part in compose(proposals, "jax", components, answers or {})]


def test_what_is_proposed_is_there_with_its_layer_and_findings() -> None:
    (part,) = compose([put("a", finding="B"), put("a", finding="A")], "jax", parts(component("a", layer="data")), {})
    assert (part.component, part.place, part.layer, part.findings) == ("a", "train", "data", ("A", "B"))


def test_one_component_can_stand_in_several_places() -> None:
    assert composed([put("a", "deploy"), put("a", "train")], parts(component("a"))) == [("train", "a"), ("deploy", "a")]


def test_what_nobody_knows_is_left_out() -> None:
    assert composed([put("nothing")], parts(component("a"))) == []


@pytest.mark.parametrize("status", ["active", "maintenance", "beta", "experimental"])
def test_only_what_has_ended_is_never_proposed(status: str) -> None:
    assert composed([put("plain")], parts(replace(PLAIN, status=status))) == [("train", "plain")]  # type: ignore[arg-type]
    assert composed([put("plain")], parts(replace(PLAIN, status="ended"))) == []


def test_a_component_comes_with_one_of_the_primaries_it_requires() -> None:
    components = parts(component("a", requires=("pytorch", "jax")), component("b", requires=("pytorch",)))
    assert composed([put("a"), put("b")], components) == [("train", "a")]


@pytest.mark.parametrize(
    ("place", "key", "system", "stays"),
    [
        ("train", "train_os", "linux", True),
        ("train", "train_os", "windows_native", False),
        ("develop", "develop_os", "windows_native", False),
        ("develop", "train_os", "windows_native", True),
        ("deploy", "train_os", "windows_native", True),
        ("train", "accelerator", "windows_native", True),
    ],
)
def test_a_component_stays_where_the_system_of_its_place_is_open_or_its_own(
    place: Place, key: str, system: str, *, stays: bool
) -> None:
    components = parts(replace(PLAIN, platforms=("linux", "macos_arm64")))
    assert bool(composed([put("plain", place)], components, {key: system})) is stays


@pytest.mark.parametrize("excluding", ["a", "b", "both"])
def test_of_two_that_exclude_each_other_the_preferred_one_stays(excluding: str) -> None:
    a = component("a", excludes=("b",) if excluding in ("a", "both") else ())
    b = component("b", excludes=("a",) if excluding in ("b", "both") else ())
    assert composed([put("a"), put("b", prefer=1)], parts(a, b)) == [("train", "b")]
    assert composed([put("a", prefer=1), put("b")], parts(a, b)) == [("train", "a")]
    assert composed([put("b"), put("a")], parts(a, b)) == [("train", "a")]
    assert composed([put("a", "train"), put("b", "deploy")], parts(a, b)) == [("train", "a"), ("deploy", "b")]


def test_what_cannot_stand_there_excludes_nothing() -> None:
    ended = replace(component("a", excludes=("b",)), status="ended")
    assert composed([put("a", prefer=9), put("b")], parts(ended, component("b"))) == [("train", "b")]


def test_of_several_proposals_the_strongest_preference_counts() -> None:
    a, b = component("a", excludes=("b",)), component("b")
    assert composed([put("a", prefer=1), put("b", prefer=2), put("a", prefer=3)], parts(a, b)) == [("train", "a")]


def test_no_place_has_more_than_eight_parts_and_the_preferred_ones_stay() -> None:
    names = [f"c{i:02}" for i in range(20)]
    proposals = [put(name, prefer=i) for i, name in enumerate(names)]
    found = composed(proposals, parts(*map(component, names)))
    assert [name for _, name in found] == names[-MAX_IN_PLACE:]


def test_no_stack_has_more_than_fifteen_parts() -> None:
    names = [f"c{i:02}" for i in range(8)]
    proposals = [put(name, place, prefer=i) for i, name in enumerate(names) for place in PLACES]
    found = composed(proposals, parts(*map(component, names)))
    assert len(found) == MAX_PARTS
    assert {name for _, name in found} == set(names[-5:])


def test_the_order_of_proposals_does_not_matter() -> None:
    random = Random(1)
    names = [f"c{i:02}" for i in range(24)]
    components = parts(*(component(name, excludes=tuple(random.sample(names, 3))) for name in names))
    proposals = [put(random.choice(names), random.choice(PLACES), random.randint(0, 2), f"F{i}") for i in range(60)]
    expected = compose(proposals, "jax", components, {})
    assert len(expected) > 5
    for _ in range(20):
        random.shuffle(proposals)
        assert compose(proposals, "jax", dict(random.sample(list(components.items()), 24)), {}) == expected
