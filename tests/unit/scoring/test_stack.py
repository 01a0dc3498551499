from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pytest
from scoring_making import SOURCE

from advisor.model.answers import Answers
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
    proposals: list[Proposal],
    components: Mapping[str, Component],
    answers: Answers | None = None,
    slots: Mapping[str, int] | None = None,
) -> list[tuple[str, str]]:
    found = compose(proposals, "jax", components, answers or {}, slots)
    return [(part.place, part.component) for part in found.parts]


def left_out(
    proposals: list[Proposal],
    components: Mapping[str, Component],
    answers: Answers | None = None,
    slots: Mapping[str, int] | None = None,
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Component to why it is left out, and what stands in its way."""
    found = compose(proposals, "jax", components, answers or {}, slots)
    return {left.component: (left.reason, left.by) for left in found.left_out}


def test_what_is_proposed_is_there_with_its_layer_and_findings() -> None:
    (part,) = compose(
        [put("a", finding="B"), put("a", finding="A")], "jax", parts(component("a", layer="data")), {}
    ).parts
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
    assert len(expected.parts) > 5
    assert expected.left_out
    for _ in range(20):
        random.shuffle(proposals)
        assert compose(proposals, "jax", dict(random.sample(list(components.items()), 24)), {}) == expected


def test_a_slot_holds_so_many_of_a_layer_in_each_place_and_the_preferred_ones_stay() -> None:
    components = parts(*(component(name, layer="serving") for name in "abc"), component("d", layer="data"))
    proposals = [put("a"), put("b", prefer=2), put("c", prefer=1), put("d"), put("c", "deploy")]
    assert composed(proposals, components, slots={"serving": 1}) == [("train", "d"), ("train", "b"), ("deploy", "c")]
    assert composed(proposals, components, slots={"serving": 2})[:3] == [("train", "d"), ("train", "b"), ("train", "c")]
    assert left_out(proposals, components, slots={"serving": 1}) == {"a": ("slot", ("b",)), "c": ("slot", ("b",))}


def test_what_a_part_cannot_do_without_comes_with_it() -> None:
    components = parts(replace(PLAIN, beside=("a",)), component("a"))
    (needed, plain) = compose([put("plain", finding="F")], "jax", components, {}).parts
    assert (needed.component, needed.place, needed.findings) == ("a", "train", ("F",))
    assert plain.component == "plain"


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        (("jax|a",), ["plain"]),
        (("a|b",), ["a", "plain"]),
        (("gone|b",), ["b", "plain"]),
        (("nothing|b",), ["b", "plain"]),
        (("a", "b"), ["a", "b", "plain"]),
        (("gone",), []),
        (("a", "gone"), []),
    ],
)
def test_of_a_group_the_first_that_can_be_had_will_do(beside: tuple[str, ...], expected: list[str]) -> None:
    gone = replace(component("gone"), status="ended")
    components = parts(replace(PLAIN, beside=beside), component("a"), component("b"), gone)
    assert [name for _, name in composed([put("plain")], components)] == expected


def test_what_stands_in_another_place_will_do_as_well() -> None:
    components = parts(replace(PLAIN, beside=("a|b",)), component("a"), component("b"))
    proposals = [put("b", "deploy", prefer=1), put("plain")]
    assert composed(proposals, components) == [("train", "plain"), ("deploy", "b")]


def test_two_that_need_each_other_come_together() -> None:
    a, b = replace(component("a"), beside=("b",)), replace(component("b"), beside=("a",))
    assert sorted(name for _, name in composed([put("a")], parts(a, b))) == ["a", "b"]


def test_what_comes_along_takes_a_slot_too() -> None:
    components = parts(replace(PLAIN, beside=("a",)), component("a", layer="serving"), component("b", layer="serving"))
    proposals = [put("b", prefer=1), put("plain")]
    assert composed(proposals, components, slots={"serving": 1}) == [("train", "b")]
    (left,) = compose(proposals, "jax", components, {}, {"serving": 1}).left_out
    assert (left.component, left.reason, left.by) == ("plain", "lacking", ("a",))
    assert [(why.component, why.reason, why.by) for why in left.because] == [("a", "slot", ("b",))]


@pytest.mark.parametrize(
    ("place", "answers", "stays"),
    [
        ("train", {"train_hw": "nvidia_gpu"}, True),
        ("train", {"train_hw": "google_tpu"}, False),
        ("train", {"train_hw": "mixed"}, True),
        ("train", {"train_hw": "none"}, True),
        ("train", {"deploy_chip": "google_tpu"}, True),
        ("train", {}, True),
        ("develop", {"develop_hw": "cpu"}, False),
        ("deploy", {"deploy_chip": "cpu", "train_hw": "nvidia_gpu"}, False),
        ("deploy", {"deploy_chip": "nvidia_gpu"}, True),
    ],
)
def test_a_component_stays_where_the_accelerator_of_its_place_is_open_or_its_own(
    place: Place, answers: Answers, *, stays: bool
) -> None:
    components = parts(replace(PLAIN, accelerators=("nvidia_gpu", "amd_gpu")))
    assert bool(composed([put("plain", place)], components, answers)) is stays


@pytest.mark.parametrize(
    ("place", "limits", "stays"),
    [
        ("train", ("no_cloud",), False),
        ("deploy", ("no_cloud", "air_gapped"), False),
        ("train", ("air_gapped",), True),
        ("train", ("no_python_at_runtime",), True),
        ("develop", ("no_python_at_runtime",), True),
        ("deploy", ("no_python_at_runtime",), False),
        ("deploy", (), True),
    ],
)
def test_a_constraint_that_a_component_cannot_keep_leaves_it_out(
    place: Place, limits: tuple[str, ...], *, stays: bool
) -> None:
    components = parts(replace(PLAIN, breaks=("no_cloud", "no_python_at_runtime")))
    assert bool(composed([put("plain", place)], components, {"constraints": limits})) is stays


@pytest.mark.parametrize(
    ("place", "asks", "forced", "stays"),
    [
        ("train", ">=3.10", "3.12", True),
        ("train", ">=3.10", "3.9", False),
        ("develop", ">=3.10,<3.13", "3.13", False),
        ("train", ">=3.13.14,<3.14", "3.13", True),
        ("train", ">=3.13.14,<3.14", "3.13.2", False),
        ("deploy", ">=3.10", "3.9", True),
        ("train", "not_applicable", "3.9", True),
        ("train", "unknown", "3.9", True),
        ("train", ">=nonsense", "3.9", True),
    ],
)
def test_a_forced_python_leaves_out_what_asks_for_another_one(
    place: Place, asks: str, forced: str, *, stays: bool
) -> None:
    components = parts(replace(PLAIN, python=asks))
    assert bool(composed([put("plain", place)], components, {"python_version": forced})) is stays
    assert composed([put("plain", place)], components)


def test_what_is_left_out_says_why() -> None:
    components = parts(
        replace(component("a"), status="ended", successor="b"),
        component("c", requires=("pytorch", "keras")),
        replace(component("d"), breaks=("no_cloud",)),
        replace(component("e"), platforms=("linux",)),
        replace(component("f"), accelerators=("nvidia_gpu",)),
        replace(component("g"), python=">=3.14"),
        component("h", excludes=("i",)),
        component("i"),
        replace(component("j"), beside=("k|l",)),
        component("k", requires=("pytorch",)),
    )
    proposals = [*(put(name) for name in "acdefghj"), put("i", prefer=1)]
    answers: Answers = {
        "constraints": ("no_cloud",),
        "train_os": "windows_native",
        "train_hw": "cpu",
        "python_version": "3.12",
    }
    assert left_out(proposals, components, answers) == {
        "a": ("ended", ("b",)),
        "c": ("primary", ("keras", "pytorch")),
        "d": ("constraint", ("no_cloud",)),
        "e": ("platform", ("train_os",)),
        "f": ("accelerator", ("train_hw",)),
        "g": ("python", ("python_version",)),
        "h": ("excluded", ("i",)),
        "j": ("lacking", ("k", "l")),
    }


def test_nothing_is_left_out_that_stands_there_and_nothing_that_nobody_knows() -> None:
    found = compose([put("a"), put("a", "deploy"), put("nothing")], "jax", parts(component("a")), {})
    assert len(found.parts) == 2
    assert found.left_out == ()


def test_a_stack_that_is_full_says_what_is_in_the_way() -> None:
    names = [f"c{i:02}" for i in range(MAX_IN_PLACE + 1)]
    found = left_out([put(name, prefer=-i) for i, name in enumerate(names)], parts(*map(component, names)))
    assert found == {names[-1]: ("full", tuple(names[:-1]))}
